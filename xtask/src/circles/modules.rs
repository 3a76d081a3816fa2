//! The modules of a crate, and what a path names among them.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use syn::visit::{self, Visit};

use super::tokens::{self, Import};

/// The place of a module in its crate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct ModuleId(usize);

/// All modules of a crate. The first is its root.
#[derive(Default)]
pub(super) struct Crate {
    modules: Vec<Module>,
    /// Macros by example, which are found without a path. The file of each.
    macros: HashMap<String, String>,
}

struct Module {
    file: String,
    parent: Option<ModuleId>,
    names: HashMap<String, Vec<Meaning>>,
    globs: Vec<Vec<String>>,
    items: Vec<syn::Item>,
}

/// What a name stands for in a module. One name may have several meanings, such as a module and a function.
#[derive(Clone, Debug)]
enum Meaning {
    /// A type or trait: paths may go on after it.
    Type,
    /// A function or constant: paths end with it.
    Value,
    Module(ModuleId),
    Import(Vec<String>),
}

/// A file, with the folder in which its `mod` lines look.
struct Source {
    path: PathBuf,
    folder: PathBuf,
}

impl Crate {
    /// Reads a crate from its root file. Files are named by their paths from `root`.
    pub(super) fn read(root: &Path, file: &Path) -> Result<Self> {
        let mut found = Self::default();
        let folder = file.parent().unwrap_or(root).to_owned();
        found.read_file(root, None, &Source { path: file.to_owned(), folder })?;
        Ok(found)
    }

    fn read_file(&mut self, root: &Path, parent: Option<ModuleId>, source: &Source) -> Result<ModuleId> {
        let path = source.path.canonicalize().with_context(|| format!("{} cannot be found", source.path.display()))?;
        let text = fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;
        let parsed = syn::parse_file(&text).with_context(|| format!("{} cannot be parsed", path.display()))?;
        let name = path.strip_prefix(root).unwrap_or(&path).display().to_string();
        self.read_module(root, parent, parsed.items, &name, source)
    }

    fn read_module(
        &mut self,
        root: &Path,
        parent: Option<ModuleId>,
        items: Vec<syn::Item>,
        file: &str,
        source: &Source,
    ) -> Result<ModuleId> {
        let id = ModuleId(self.modules.len());
        let (names, globs) = (HashMap::new(), Vec::new());
        self.modules.push(Module { file: file.to_owned(), parent, names, globs, items: Vec::new() });
        let mut scope = Scope { found: self, module: id };
        items.iter().for_each(|item| scope.visit_item(item));
        for item in &items {
            if let syn::Item::Mod(module) = item
                && !tokens::is_test(&module.attrs)
            {
                let child = self.read_child(root, id, module, file, source)?;
                self.define(id, module.ident.to_string(), Meaning::Module(child));
            }
        }
        if let Some(module) = self.modules.get_mut(id.0) {
            module.items = items;
        }
        Ok(id)
    }

    fn read_child(
        &mut self,
        root: &Path,
        parent: ModuleId,
        module: &syn::ItemMod,
        file: &str,
        source: &Source,
    ) -> Result<ModuleId> {
        let name = module.ident.to_string();
        let folder = source.folder.join(&name);
        if let Some((_, items)) = &module.content {
            return self.read_module(
                root,
                Some(parent),
                items.clone(),
                file,
                &Source { path: source.path.clone(), folder },
            );
        }
        let path = match tokens::path_attribute(&module.attrs) {
            Some(path) => source.path.parent().unwrap_or(root).join(path),
            None => Some(source.folder.join(format!("{name}.rs")))
                .filter(|path| path.is_file())
                .unwrap_or(folder.join("mod.rs")),
        };
        // A file that an attribute names is like a `mod.rs`: its modules are beside it.
        let folder = match tokens::path_attribute(&module.attrs) {
            Some(_) => path.parent().unwrap_or(root).to_owned(),
            None => folder,
        };
        self.read_file(root, Some(parent), &Source { path, folder })
    }

    /// Every module.
    pub(super) fn modules(&self) -> impl Iterator<Item = ModuleId> + use<> {
        (0..self.modules.len()).map(ModuleId)
    }

    /// The file that a module is written in.
    pub(super) fn file(&self, id: ModuleId) -> &str {
        self.modules.get(id.0).map_or("", |module| &module.file)
    }

    /// The items of a module.
    pub(super) fn items(&self, id: ModuleId) -> &[syn::Item] {
        self.modules.get(id.0).map_or(&[], |module| &module.items)
    }

    /// Whether a path leads into a module below this one, as the path of a parent's re-export does.
    pub(super) fn is_below(&self, id: ModuleId, path: &[String]) -> bool {
        let first = path.iter().find(|segment| *segment != "self");
        let meanings = first.and_then(|name| self.modules.get(id.0)?.names.get(name));
        meanings.is_some_and(|meanings| meanings.iter().any(|one| matches!(one, Meaning::Module(_))))
    }

    fn define(&mut self, id: ModuleId, name: String, meaning: Meaning) {
        if let Some(module) = self.modules.get_mut(id.0) {
            module.names.entry(name).or_default().push(meaning);
        }
    }

    /// The files that define what a path names, each with the name there. Nothing for a module, or for what is not of this crate.
    pub(super) fn resolve<'c>(&'c self, id: ModuleId, path: &'c [String]) -> Vec<(&'c str, &'c str)> {
        self.find(id, path, &mut Vec::new())
    }

    /// The file of a macro that is called without a path.
    pub(super) fn macro_file(&self, name: &str) -> Option<&str> {
        self.macros.get(name).map(String::as_str)
    }

    fn find<'c>(
        &'c self,
        id: ModuleId,
        path: &'c [String],
        visited: &mut Vec<(ModuleId, &'c [String])>,
    ) -> Vec<(&'c str, &'c str)> {
        let [first, rest @ ..] = path else { return Vec::new() };
        if visited.iter().any(|(module, seen)| *module == id && std::ptr::eq(*seen, path)) {
            return Vec::new();
        }
        visited.push((id, path));
        let Some(module) = self.modules.get(id.0) else { return Vec::new() };
        match first.as_str() {
            "crate" => return self.find(ModuleId(0), rest, visited),
            "self" => return self.find(id, rest, visited),
            "super" => return module.parent.map_or_else(Vec::new, |parent| self.find(parent, rest, visited)),
            _ => {}
        }
        let mut found = Vec::new();
        for meaning in module.names.get(first).into_iter().flatten() {
            found.extend(match meaning {
                Meaning::Module(child) => self.find(*child, rest, visited),
                Meaning::Value if !rest.is_empty() => Vec::new(),
                Meaning::Type | Meaning::Value => vec![(module.file.as_str(), first.as_str())],
                Meaning::Import(import) => self.find_imported(id, import, rest, visited),
            });
        }
        if !module.names.contains_key(first) {
            found.extend(module.globs.iter().flat_map(|glob| self.find_imported(id, glob, path, visited)));
        }
        found
    }

    /// What `rest` names in what an import brought in.
    fn find_imported<'c>(
        &'c self,
        id: ModuleId,
        import: &'c [String],
        rest: &'c [String],
        visited: &mut Vec<(ModuleId, &'c [String])>,
    ) -> Vec<(&'c str, &'c str)> {
        match self.module(id, import, visited.len()) {
            Some(module) if !rest.is_empty() => self.find(module, rest, visited),
            _ => self.find(id, import, visited),
        }
    }

    /// The module that a path names, if it names one.
    fn module(&self, id: ModuleId, path: &[String], depth: usize) -> Option<ModuleId> {
        let [first, rest @ ..] = path else { return Some(id) };
        let module = self.modules.get(id.0)?;
        match first.as_str() {
            "crate" => return self.module(ModuleId(0), rest, depth),
            "self" => return self.module(id, rest, depth),
            "super" => return self.module(module.parent?, rest, depth),
            _ => {}
        }
        module.names.get(first)?.iter().find_map(|meaning| match meaning {
            Meaning::Module(child) => self.module(*child, rest, depth),
            Meaning::Import(import) if depth < DEEPEST => {
                let imported = self.module(id, import, depth.saturating_add(1))?;
                self.module(imported, rest, depth)
            }
            _ => None,
        })
    }
}

/// Imports of imports that are followed: more than anybody writes, and an end for those that lead to themselves.
const DEEPEST: usize = 16;

/// Collects the names that a module defines or imports, also inside its functions.
struct Scope<'c> {
    found: &'c mut Crate,
    module: ModuleId,
}

impl<'ast> Visit<'ast> for Scope<'_> {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        if tokens::is_test(tokens::attributes(item)) || matches!(item, syn::Item::Mod(_)) {
            return;
        }
        if let Some((name, meaning)) = defined(item) {
            self.found.define(self.module, name, meaning);
        }
        if let syn::Item::Macro(syn::ItemMacro { ident: Some(name), .. }) = item {
            let file = self.found.file(self.module).to_owned();
            self.found.macros.insert(name.to_string(), file);
        }
        visit::visit_item(self, item);
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        for Import { name, path } in tokens::imports(&item.tree) {
            match name {
                Some(name) => self.found.define(self.module, name, Meaning::Import(path)),
                None => self
                    .found
                    .modules
                    .get_mut(self.module.0)
                    .into_iter()
                    .for_each(|module| module.globs.push(path.clone())),
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
