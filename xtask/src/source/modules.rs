//! The modules of a crate, and what a path names among them.

use std::collections::HashMap;

/// The place of a module in its crate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ModuleId(usize);

/// All modules of a crate. The first is its root.
#[derive(Default)]
pub(crate) struct Crate {
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
pub(super) enum Meaning {
    /// A type or trait: paths may go on after it.
    Type,
    /// A function or constant: paths end with it.
    Value,
    Module(ModuleId),
    Import(Vec<String>),
}

/// What defines a name: the module, and the name there.
pub(crate) type Definition<'c> = (ModuleId, &'c str);

impl Crate {
    /// Adds a module without names or items.
    pub(super) fn add(&mut self, file: &str, parent: Option<ModuleId>) -> ModuleId {
        let (names, globs) = (HashMap::new(), Vec::new());
        self.modules.push(Module { file: file.to_owned(), parent, names, globs, items: Vec::new() });
        ModuleId(self.modules.len().saturating_sub(1))
    }

    /// Gives a name of a module a meaning, perhaps besides others.
    pub(super) fn define(&mut self, id: ModuleId, name: String, meaning: Meaning) {
        if let Some(module) = self.modules.get_mut(id.0) {
            module.names.entry(name).or_default().push(meaning);
        }
    }

    /// Adds an import of everything that a path leads to.
    pub(super) fn add_glob(&mut self, id: ModuleId, path: Vec<String>) {
        self.modules.get_mut(id.0).into_iter().for_each(|module| module.globs.push(path.clone()));
    }

    /// Adds a macro by example, which is in scope without a path.
    pub(super) fn add_macro(&mut self, id: ModuleId, name: String) {
        self.macros.insert(name, self.file(id).to_owned());
    }

    pub(super) fn set_items(&mut self, id: ModuleId, items: Vec<syn::Item>) {
        if let Some(module) = self.modules.get_mut(id.0) {
            module.items = items;
        }
    }

    /// The outermost module.
    pub(crate) const fn root() -> ModuleId {
        ModuleId(0)
    }

    /// Every module.
    pub(crate) fn modules(&self) -> impl Iterator<Item = ModuleId> + use<> {
        (0..self.modules.len()).map(ModuleId)
    }

    /// The file that a module is written in.
    pub(crate) fn file(&self, id: ModuleId) -> &str {
        self.modules.get(id.0).map_or("", |module| &module.file)
    }

    /// The items of a module.
    pub(crate) fn items(&self, id: ModuleId) -> &[syn::Item] {
        self.modules.get(id.0).map_or(&[], |module| &module.items)
    }

    /// Whether a path leads into a module below this one, as the path of a parent's re-export does.
    pub(crate) fn is_below(&self, id: ModuleId, path: &[String]) -> bool {
        let first = path.iter().find(|segment| *segment != "self");
        let meanings = first.and_then(|name| self.modules.get(id.0)?.names.get(name));
        meanings.is_some_and(|meanings| meanings.iter().any(|one| matches!(one, Meaning::Module(_))))
    }

    /// What defines the name that a path ends with. Nothing for a module, or for what is not of this crate.
    pub(crate) fn resolve<'c>(&'c self, id: ModuleId, path: &'c [String]) -> Vec<Definition<'c>> {
        self.find(id, path, &mut Vec::new())
    }

    /// The module that a path names, if it names one.
    pub(crate) fn resolve_module(&self, id: ModuleId, path: &[String]) -> Option<ModuleId> {
        self.module(id, path, 0)
    }

    /// The file of a macro that is called without a path.
    pub(crate) fn macro_file(&self, name: &str) -> Option<&str> {
        self.macros.get(name).map(String::as_str)
    }

    fn find<'c>(
        &'c self,
        id: ModuleId,
        path: &'c [String],
        visited: &mut Vec<(ModuleId, &'c [String])>,
    ) -> Vec<Definition<'c>> {
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
                Meaning::Type | Meaning::Value => vec![(id, first.as_str())],
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
    ) -> Vec<Definition<'c>> {
        match self.module(id, import, visited.len()) {
            Some(module) if !rest.is_empty() => self.find(module, rest, visited),
            _ => self.find(id, import, visited),
        }
    }

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
