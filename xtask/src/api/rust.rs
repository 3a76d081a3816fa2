//! Every public name of a crate with its signature, a line each, in alphabetical order.
//!
//! Read from the sources, following `pub mod` and `pub use`, so that stable Rust is enough. What macros make is not seen:
//! neither items nor implementations, except derives.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use anyhow::Result;
use syn::{ImplItem, Item};

use super::declaration::{declaration, derives, is_public, members, name, text};
use crate::source::{self, Crate, ModuleId, tokens};

/// The public API of the crate whose root is `file`.
pub(super) fn listing(root: &Path, name: &str, file: &Path) -> Result<String> {
    let found = source::read(root, file)?;
    let mut lister = Lister { found: &found, impls: impls(&found), lines: BTreeSet::new() };
    lister.module(Crate::root(), name);
    Ok(lister.lines.iter().fold(String::new(), |text, line| text + line + "\n"))
}

struct Lister<'c> {
    found: &'c Crate,
    impls: HashMap<(ModuleId, String), Vec<&'c syn::ItemImpl>>,
    lines: BTreeSet<String>,
}

impl<'c> Lister<'c> {
    /// What a module shows under `prefix`.
    fn module(&mut self, id: ModuleId, prefix: &str) {
        for item in self.found.items(id).iter().filter(|item| !tokens::is_test(tokens::attributes(item))) {
            match item {
                Item::Mod(module) if is_public(&module.vis) => {
                    let child = self.found.resolve_module(id, &[module.ident.to_string()]);
                    let path = format!("{prefix}::{}", module.ident);
                    child.into_iter().for_each(|child| self.module(child, &path));
                }
                Item::Use(reexport) if is_public(&reexport.vis) => self.reexport(id, reexport, prefix),
                _ => {
                    if let Some((vis, name)) = name(item)
                        && is_public(vis)
                    {
                        self.item(item, &format!("{prefix}::{name}"), id);
                    }
                }
            }
        }
    }

    fn reexport(&mut self, id: ModuleId, reexport: &syn::ItemUse, prefix: &str) {
        let found = self.found;
        for import in tokens::imports(&reexport.tree) {
            let path = import.name.map_or_else(|| prefix.to_owned(), |name| format!("{prefix}::{name}"));
            if let Some(module) = found.resolve_module(id, &import.path) {
                self.module(module, &path);
            }
            for (module, defined) in found.resolve(id, &import.path) {
                let is_it = |item: &&Item| name(item).is_some_and(|(_, name)| name == defined);
                found.items(module).iter().filter(is_it).for_each(|item| self.item(item, &path, module));
            }
        }
    }

    fn item(&mut self, item: &Item, path: &str, module: ModuleId) {
        self.lines.insert(format!("{path}: {}", declaration(item)));
        self.lines.extend(members(item).iter().map(|member| format!("{path}{member}")));
        self.lines.extend(derives(tokens::attributes(item)).iter().map(|derived| format!("{path}: impl {derived}")));
        let key = name(item).map(|(_, name)| (module, name.to_string()));
        for block in key.and_then(|key| self.impls.get(&key).cloned()).unwrap_or_default() {
            self.implementation(block, path);
        }
    }

    fn implementation(&mut self, block: &syn::ItemImpl, path: &str) {
        if let Some((implemented, _)) = &block.trait_ {
            self.lines.insert(format!("{path}: impl {}", text(implemented)));
            return;
        }
        for item in &block.items {
            match item {
                ImplItem::Fn(method) if is_public(&method.vis) => {
                    self.lines.insert(format!("{path}::{}: {}", method.sig.ident, text(&method.sig)));
                }
                ImplItem::Const(constant) if is_public(&constant.vis) => {
                    self.lines.insert(format!("{path}::{}: const {}", constant.ident, text(&constant.ty)));
                }
                _ => {}
            }
        }
    }
}

/// The `impl` blocks of a crate, by the module and name of their type.
fn impls(found: &Crate) -> HashMap<(ModuleId, String), Vec<&syn::ItemImpl>> {
    let mut impls: HashMap<_, Vec<_>> = HashMap::new();
    for id in found.modules() {
        for item in found.items(id) {
            if let Item::Impl(block) = item
                && let syn::Type::Path(of) = &*block.self_ty
            {
                let path: Vec<_> = of.path.segments.iter().map(|segment| segment.ident.to_string()).collect();
                for (module, name) in found.resolve(id, &path) {
                    impls.entry((module, name.to_owned())).or_default().push(block);
                }
            }
        }
    }
    impls
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn public_names_are_listed_where_they_are_seen() {
        let root = crate::paths::build_dir("tests/api").unwrap().canonicalize().unwrap();
        let lib = "mod a; pub mod b { pub const C: u8 = 1; fn hidden() {} } pub use a::{S, go as start};";
        fs::write(root.join("lib.rs"), lib).unwrap();
        let a = "/// Doc.\n#[derive(Clone)] #[non_exhaustive] pub struct S { pub x: u8, y: u8 }\n\
                 impl S { pub fn new(\n    x: u8,\n) -> Self { S { x, y: 0 } } fn inner(&self) {} }\n\
                 impl From<u8> for S { fn from(x: u8) -> Self { S::new(x) } }\n\
                 pub fn go<T: Copy>(t: T) -> T { t }\npub fn unseen() {}\n";
        fs::write(root.join("a.rs"), a).unwrap();
        let expected = "k::S.x: u8\n\
                        k::S: #[non_exhaustive] struct, private fields\n\
                        k::S: impl Clone\n\
                        k::S: impl From<u8>\n\
                        k::S::new: fn new(x: u8) -> Self\n\
                        k::b::C: const u8\n\
                        k::start: fn go<T: Copy>(t: T) -> T\n";
        assert_eq!(listing(&root, "k", &root.join("lib.rs")).unwrap(), expected);
    }
}
