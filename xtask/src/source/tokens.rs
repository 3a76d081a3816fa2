//! Pieces of Rust syntax: imports, paths in unparsed tokens, attributes.

use proc_macro2::{TokenStream, TokenTree};
use syn::UseTree;

/// One name that a `use` brings in.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Import {
    /// What it is called from then on; `None` for a glob.
    pub(crate) name: Option<String>,
    /// What it names: `crate::a::B`. For a glob, the module or enum.
    pub(crate) path: Vec<String>,
}

/// The names that a `use` brings in, one by one.
pub(crate) fn imports(tree: &UseTree) -> Vec<Import> {
    let mut imports = Vec::new();
    flatten(tree, &[], &mut imports);
    imports
}

fn flatten(tree: &UseTree, before: &[String], imports: &mut Vec<Import>) {
    let with = |name: String| before.iter().cloned().chain([name]).collect::<Vec<_>>();
    // `a::{self}` is `a`.
    let leaf = |name: String| if name == "self" && !before.is_empty() { before.to_vec() } else { with(name) };
    match tree {
        UseTree::Path(path) => flatten(&path.tree, &with(path.ident.to_string()), imports),
        UseTree::Name(name) => {
            let path = leaf(name.ident.to_string());
            imports.push(Import { name: path.last().cloned(), path });
        }
        UseTree::Rename(renamed) => {
            let path = leaf(renamed.ident.to_string());
            imports.push(Import { name: Some(renamed.rename.to_string()), path });
        }
        UseTree::Glob(_) => imports.push(Import { name: None, path: before.to_vec() }),
        UseTree::Group(group) => group.items.iter().for_each(|tree| flatten(tree, before, imports)),
    }
}

/// The paths in tokens that nobody has parsed, such as the arguments of a macro.
pub(crate) fn paths(tokens: TokenStream) -> Vec<Vec<String>> {
    let (mut paths, mut path, mut joined) = (Vec::new(), Vec::new(), false);
    let mut finish = |path: &mut Vec<String>| {
        if !path.is_empty() {
            paths.push(std::mem::take(path));
        }
    };
    let mut inner = Vec::new();
    for token in tokens {
        match token {
            TokenTree::Ident(ident) => {
                if !joined {
                    finish(&mut path);
                }
                path.push(ident.to_string());
                joined = false;
            }
            TokenTree::Punct(punct) if punct.as_char() == ':' => joined = true,
            TokenTree::Group(group) => {
                finish(&mut path);
                inner.extend(self::paths(group.stream()));
            }
            _ => finish(&mut path),
        }
    }
    finish(&mut path);
    paths.extend(inner);
    paths
}

/// Whether an item is there for tests alone.
pub(crate) fn is_test(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        syn::Meta::Path(path) => path.is_ident("test"),
        syn::Meta::List(list) => list.path.is_ident("cfg") && list.tokens.to_string() == "test",
        syn::Meta::NameValue(_) => false,
    })
}

/// The file that `#[path = "…"]` names.
pub(crate) fn path_attribute(attributes: &[syn::Attribute]) -> Option<String> {
    attributes.iter().find_map(|attribute| match &attribute.meta {
        syn::Meta::NameValue(pair) if pair.path.is_ident("path") => match &pair.value {
            syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) => Some(text.value()),
            _ => None,
        },
        _ => None,
    })
}

/// The attributes of an item.
pub(crate) fn attributes(item: &syn::Item) -> &[syn::Attribute] {
    match item {
        syn::Item::Const(item) => &item.attrs,
        syn::Item::Enum(item) => &item.attrs,
        syn::Item::ExternCrate(item) => &item.attrs,
        syn::Item::Fn(item) => &item.attrs,
        syn::Item::ForeignMod(item) => &item.attrs,
        syn::Item::Impl(item) => &item.attrs,
        syn::Item::Macro(item) => &item.attrs,
        syn::Item::Mod(item) => &item.attrs,
        syn::Item::Static(item) => &item.attrs,
        syn::Item::Struct(item) => &item.attrs,
        syn::Item::Trait(item) => &item.attrs,
        syn::Item::Type(item) => &item.attrs,
        syn::Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_import_is_taken_apart_name_by_name() {
        let item: syn::ItemUse = syn::parse_str("use crate::a::{self, b::C as D, e::*};").unwrap();
        let shown: Vec<_> =
            imports(&item.tree).into_iter().map(|one| (one.name.unwrap_or_default(), one.path.join("::"))).collect();
        let expected = [("a", "crate::a"), ("D", "crate::a::b::C"), ("", "crate::a::e")];
        assert_eq!(shown, expected.map(|(name, path)| (name.to_owned(), path.to_owned())));
    }

    #[test]
    fn paths_are_found_in_the_arguments_of_a_macro() {
        let tokens = "\"{}\", crate::a::b(x.y, [c::D; 2]) + z".parse().unwrap();
        let mut found: Vec<_> = paths(tokens).iter().map(|path| path.join("::")).collect();
        found.sort();
        assert_eq!(found, ["c::D", "crate::a::b", "x", "y", "z"]);
    }
}
