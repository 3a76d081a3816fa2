//! Reads a crate from its files.

use std::fs;
use std::path::{Path, PathBuf};
use syn::ext::IdentExt as _;

use anyhow::{Context, Result};
use syn::visit::{self, Visit};

use super::modules::{Crate, Meaning, ModuleId};
use super::tokens::{self, Import};

/// Reads a crate from its root file, without what is there for tests alone. Files are named by their paths from `root`.
///
/// # Errors
/// If a file cannot be read or parsed.
pub(crate) fn read(root: &Path, file: &Path) -> Result<Crate> {
    let mut found = Crate::default();
    let folder = file.parent().unwrap_or(root).to_owned();
    Reader { root, found: &mut found }.file(None, &Place { path: file.to_owned(), folder })?;
    Ok(found)
}

struct Reader<'r> {
    root: &'r Path,
    found: &'r mut Crate,
}

/// A file, with the folder in which its `mod` lines look.
struct Place {
    path: PathBuf,
    folder: PathBuf,
}

impl Reader<'_> {
    fn file(&mut self, parent: Option<ModuleId>, place: &Place) -> Result<ModuleId> {
        let path = place.path.canonicalize().with_context(|| format!("{} cannot be found", place.path.display()))?;
        let text = fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;
        let parsed = syn::parse_file(&text).with_context(|| format!("{} cannot be parsed", path.display()))?;
        let name = path.strip_prefix(self.root).unwrap_or(&path).display().to_string();
        self.module(parent, parsed.items, &name, place)
    }

    fn module(
        &mut self,
        parent: Option<ModuleId>,
        items: Vec<syn::Item>,
        file: &str,
        place: &Place,
    ) -> Result<ModuleId> {
        let id = self.found.add(file, parent);
        let mut names = Names { found: self.found, module: id };
        items.iter().for_each(|item| names.visit_item(item));
        for item in &items {
            if let syn::Item::Mod(module) = item
                && !tokens::is_test(&module.attrs)
            {
                let child = self.child(id, module, file, place)?;
                self.found.define(id, module.ident.to_string(), Meaning::Module(child));
            }
        }
        self.found.set_items(id, items);
        Ok(id)
    }

    fn child(&mut self, parent: ModuleId, module: &syn::ItemMod, file: &str, place: &Place) -> Result<ModuleId> {
        // The file of `mod r#box` is `box.rs`.
        let name = module.ident.unraw().to_string();
        let folder = place.folder.join(&name);
        if let Some((_, items)) = &module.content {
            return self.module(Some(parent), items.clone(), file, &Place { path: place.path.clone(), folder });
        }
        if let Some(path) = tokens::path_attribute(&module.attrs) {
            // A file that an attribute names is like a `mod.rs`: its modules are beside it.
            let path = place.path.parent().unwrap_or(self.root).join(path);
            let folder = path.parent().unwrap_or(self.root).to_owned();
            return self.file(Some(parent), &Place { path, folder });
        }
        let beside = place.folder.join(format!("{name}.rs"));
        let path = if beside.is_file() { beside } else { folder.join("mod.rs") };
        self.file(Some(parent), &Place { path, folder })
    }
}

/// Collects the names that a module defines or imports, also inside its functions.
struct Names<'c> {
    found: &'c mut Crate,
    module: ModuleId,
}

impl<'ast> Visit<'ast> for Names<'_> {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        if tokens::is_test(tokens::attributes(item)) || matches!(item, syn::Item::Mod(_)) {
            return;
        }
        if let Some((name, meaning)) = defined(item) {
            self.found.define(self.module, name, meaning);
        }
        if let syn::Item::Macro(syn::ItemMacro { ident: Some(name), .. }) = item {
            self.found.add_macro(self.module, name.to_string());
        }
        visit::visit_item(self, item);
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        for Import { name, path } in tokens::imports(&item.tree) {
            match name {
                Some(name) => self.found.define(self.module, name, Meaning::Import(path)),
                None => self.found.add_glob(self.module, path),
            }
        }
    }
}

/// The name that an item defines, and what it stands for.
fn defined(item: &syn::Item) -> Option<(String, Meaning)> {
    let (name, meaning) = match item {
        syn::Item::Const(item) => (&item.ident, Meaning::Value),
        syn::Item::Enum(item) => (&item.ident, Meaning::Type),
        syn::Item::Fn(item) => (&item.sig.ident, Meaning::Value),
        syn::Item::Static(item) => (&item.ident, Meaning::Value),
        syn::Item::Struct(item) => (&item.ident, Meaning::Type),
        syn::Item::Trait(item) => (&item.ident, Meaning::Type),
        syn::Item::Type(item) => (&item.ident, Meaning::Type),
        syn::Item::Union(item) => (&item.ident, Meaning::Type),
        _ => return None,
    };
    Some((name.to_string(), meaning))
}
