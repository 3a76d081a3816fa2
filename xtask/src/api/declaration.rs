//! A public item in one line: its signature as written, without docs, bodies and line breaks.

use syn::spanned::Spanned;
use syn::{Fields, Item, TraitItem, Visibility};

/// The text of a piece of source on one line.
pub(super) fn text(node: &impl Spanned) -> String {
    let text = node.span().source_text().unwrap_or_default();
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    line.replace("( ", "(").replace(", )", ")").replace("< ", "<").replace(", >", ">")
}

/// Whether something is `pub`, and not for this crate alone.
pub(super) const fn is_public(vis: &Visibility) -> bool {
    matches!(vis, Visibility::Public(_))
}

/// The visibility and name of an item that has both.
pub(super) const fn name(item: &Item) -> Option<(&Visibility, &syn::Ident)> {
    Some(match item {
        Item::Const(item) => (&item.vis, &item.ident),
        Item::Enum(item) => (&item.vis, &item.ident),
        Item::Fn(item) => (&item.vis, &item.sig.ident),
        Item::Static(item) => (&item.vis, &item.ident),
        Item::Struct(item) => (&item.vis, &item.ident),
        Item::Trait(item) => (&item.vis, &item.ident),
        Item::Type(item) => (&item.vis, &item.ident),
        Item::Union(item) => (&item.vis, &item.ident),
        _ => return None,
    })
}

/// What kind of item it is, and its signature.
pub(super) fn declaration(item: &Item) -> String {
    let mark =
        crate::source::tokens::attributes(item).iter().any(|attribute| attribute.path().is_ident("non_exhaustive"));
    let declaration = match item {
        Item::Const(item) => format!("const {}", text(&item.ty)),
        Item::Enum(item) => format!("enum{}", text(&item.generics)),
        Item::Fn(item) => text(&item.sig),
        Item::Static(item) => format!("static {}", text(&item.ty)),
        Item::Struct(item) => format!("struct{}{}", text(&item.generics), hidden(&item.fields)),
        Item::Trait(item) => format!("trait{}: {}", text(&item.generics), text(&item.supertraits)),
        Item::Type(item) => format!("type{} = {}", text(&item.generics), text(&item.ty)),
        _ => String::new(),
    };
    if mark { format!("#[non_exhaustive] {declaration}") } else { declaration.trim_end_matches(": ").to_owned() }
}

/// A struct with a private field cannot be written down by others.
fn hidden(fields: &Fields) -> &'static str {
    if fields.iter().all(|field| is_public(&field.vis)) { "" } else { ", private fields" }
}

/// The variants, public fields or methods of an item, each to be appended to its path.
pub(super) fn members(item: &Item) -> Vec<String> {
    match item {
        Item::Enum(item) => {
            let variants = item.variants.iter();
            variants.map(|variant| format!("::{}{}", variant.ident, payload(&variant.fields))).collect()
        }
        Item::Struct(item) => {
            let fields = item.fields.iter().enumerate().filter(|(_, field)| is_public(&field.vis));
            let name = |place: usize, field: &syn::Field| {
                field.ident.as_ref().map_or_else(|| place.to_string(), ToString::to_string)
            };
            fields.map(|(place, field)| format!(".{}: {}", name(place, field), text(&field.ty))).collect()
        }
        Item::Trait(item) => item.items.iter().filter_map(trait_member).collect(),
        _ => Vec::new(),
    }
}

fn payload(fields: &Fields) -> String {
    let list = |fields: Vec<String>| fields.join(", ");
    match fields {
        Fields::Unit => String::new(),
        Fields::Unnamed(fields) => format!("({})", list(fields.unnamed.iter().map(|field| text(&field.ty)).collect())),
        Fields::Named(fields) => {
            let named = |field: &syn::Field| {
                format!("{}: {}", field.ident.as_ref().map_or_else(String::new, ToString::to_string), text(&field.ty))
            };
            format!(" {{ {} }}", list(fields.named.iter().map(named).collect()))
        }
    }
}

fn trait_member(item: &TraitItem) -> Option<String> {
    let provided = |default: bool| if default { " (provided)" } else { "" };
    Some(match item {
        TraitItem::Const(item) => {
            format!("::{}: const {}{}", item.ident, text(&item.ty), provided(item.default.is_some()))
        }
        TraitItem::Fn(item) => format!("::{}: {}{}", item.sig.ident, text(&item.sig), provided(item.default.is_some())),
        TraitItem::Type(item) => format!("::{}: type {}", item.ident, text(&item.bounds)),
        _ => return None,
    })
}

/// The traits that are derived.
pub(super) fn derives(attributes: &[syn::Attribute]) -> Vec<String> {
    let lists = attributes.iter().filter(|attribute| attribute.path().is_ident("derive"));
    let tokens = lists.filter_map(|attribute| attribute.meta.require_list().ok()).map(|list| list.tokens.to_string());
    tokens
        .flat_map(|tokens| tokens.split(',').map(|name| name.replace(' ', "")).collect::<Vec<_>>())
        .filter(|name| !name.is_empty())
        .collect()
}
