//! Which file of a crate uses names of which other file.
//!
//! A path counts towards the file that defines what it names, whatever re-exports it goes through. A `mod` line and the
//! re-export of a descendant are no use of it, and code under `cfg(test)` is not looked at: a unit test may reach upwards.
//! Names are followed, types are not: a method that is called on a value counts only where its type or trait is named.

use std::path::Path;

use anyhow::Result;
use syn::visit::{self, Visit};

use super::graph::Graph;
use crate::source::{self, Crate, ModuleId, tokens};

/// Adds what the files of one crate use of each other, from its root file on.
pub(super) fn add(graph: &mut Graph, root: &Path, file: &Path) -> Result<()> {
    let found = source::read(root, file)?;
    for id in found.modules() {
        let mut uses = Uses { found: &found, module: id, graph };
        found.items(id).iter().for_each(|item| uses.visit_item(item));
    }
    Ok(())
}

/// Walks the code of one module and records what its paths lead to.
struct Uses<'a> {
    found: &'a Crate,
    module: ModuleId,
    graph: &'a mut Graph,
}

impl Uses<'_> {
    fn record(&mut self, path: &[String]) {
        let from = self.found.file(self.module);
        for (module, name) in self.found.resolve(self.module, path) {
            self.graph.add(from, self.found.file(module), name);
        }
    }

    /// A re-export passes names on and uses none, if they come from below.
    fn is_reexport(&self, item: &syn::ItemUse, path: &[String]) -> bool {
        !matches!(item.vis, syn::Visibility::Inherited) && self.found.is_below(self.module, path)
    }
}

impl<'ast> Visit<'ast> for Uses<'_> {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        // Modules are walked one by one.
        if !tokens::is_test(tokens::attributes(item)) && !matches!(item, syn::Item::Mod(_)) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        for import in tokens::imports(&item.tree) {
            if !self.is_reexport(item, &import.path) {
                self.record(&import.path);
            }
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let segments: Vec<_> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        self.record(&segments);
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        let name = call.path.get_ident().map(ToString::to_string).unwrap_or_default();
        if let Some(file) = self.found.macro_file(&name) {
            self.graph.add(self.found.file(self.module), file, &name);
        }
        for path in tokens::paths(call.tokens.clone()) {
            self.record(&path);
        }
        visit::visit_macro(self, call);
    }

    fn visit_attribute(&mut self, attribute: &'ast syn::Attribute) {
        if let syn::Meta::List(list) = &attribute.meta {
            tokens::paths(list.tokens.clone()).iter().for_each(|path| self.record(path));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    /// The circles of a crate of these files, as text.
    fn circles(name: &str, files: &[(&str, &str)]) -> Vec<String> {
        let root = crate::paths::build_dir("tests/circles").unwrap().join(name);
        let _ = fs::remove_dir_all(&root);
        for (file, text) in files {
            let path = root.join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let root = root.canonicalize().unwrap();
        let mut graph = Graph::default();
        add(&mut graph, &root, &root.join("lib.rs")).unwrap();
        graph.circles().iter().map(|circle| graph.describe(circle)).collect()
    }

    #[test]
    fn two_files_that_use_each_other_are_a_circle_with_names() {
        let files = [
            ("lib.rs", "mod a; mod b;"),
            ("a.rs", "use crate::b::B; pub struct A;"),
            ("b.rs", "pub struct B(super::a::A);"),
        ];
        assert_eq!(circles("two", &files), ["  a.rs uses b.rs: B\n  b.rs uses a.rs: A\n"]);
    }

    #[test]
    fn a_parent_that_uses_a_child_that_uses_it_is_a_circle() {
        let files =
            [("lib.rs", "mod a; fn f() { a::g() } pub struct S;"), ("a.rs", "pub fn g() -> super::S { super::S }")];
        assert_eq!(circles("parent", &files), ["  a.rs uses lib.rs: S\n  lib.rs uses a.rs: g\n"]);
        let apart = [("lib.rs", "pub mod a; pub struct S;"), ("a.rs", "pub fn g() -> super::S { super::S }")];
        assert!(circles("apart", &apart).is_empty());
    }

    #[test]
    fn a_reexport_counts_towards_the_file_that_defines_the_name() {
        let root = "mod a; mod b; pub use a::A; pub use self::b::*;";
        let files = [
            ("lib.rs", root),
            ("a.rs", "pub struct A; use crate::B;"),
            ("b.rs", "pub struct B; use crate::C; pub struct D;"),
        ];
        assert!(circles("reexport", &files).is_empty());
        let files = [("lib.rs", root), ("a.rs", "pub struct A; use crate::B;"), ("b.rs", "pub struct B(crate::A);")];
        assert_eq!(circles("reexported", &files), ["  a.rs uses b.rs: B\n  b.rs uses a.rs: A\n"]);
    }

    #[test]
    fn a_parent_that_only_passes_names_on_uses_nothing() {
        let files = [("lib.rs", "mod a; pub use a::A; pub struct S;"), ("a.rs", "pub struct A(crate::S);")];
        assert!(circles("passes-on", &files).is_empty());
    }

    #[test]
    fn paths_are_found_in_macros_bodies_and_through_imported_modules() {
        let files = [
            ("lib.rs", "mod a; mod b;"),
            ("a.rs", "use crate::b; pub fn f() { println!(\"{}\", b::c::g()); }"),
            ("b.rs", "pub mod c;"),
            ("b/c.rs", "pub fn g() { let _ = [0].map(crate::a::f); }"),
        ];
        assert_eq!(circles("macros", &files), ["  a.rs uses b/c.rs: g\n  b/c.rs uses a.rs: f\n"]);
    }

    #[test]
    fn a_module_and_a_function_of_one_name_are_told_apart() {
        let files = [
            ("lib.rs", "mod run; fn run() { run::below::f() }"),
            ("run.rs", "pub mod below; pub struct S;"),
            ("run/below.rs", "pub fn f() { crate::run::S; }"),
        ];
        assert!(circles("names", &files).is_empty());
    }

    #[test]
    fn code_for_tests_is_no_use() {
        let files = [
            ("lib.rs", "mod a; mod b;"),
            ("a.rs", "use crate::b::B; pub struct A;"),
            ("b.rs", "pub struct B; #[cfg(test)] mod tests { use crate::a::A; } #[test] fn t() { crate::a::A; }"),
        ];
        assert!(circles("tests", &files).is_empty());
    }
}
