//! A sender is one file, its lines in the registry, and one vector file. Everything else is generated or reads the registry.

use std::fs;
use std::path::{Path, PathBuf};

use countersign::scheme;
use countersign_vectors::FILES;

use crate::root;

/// The schemes that the package and the page treat in their own way, each with a type or a choice by hand.
const BY_HAND: [&str; 4] = ["standard-webhooks", "svix", "gemini", "gemini-dynamic"];

const GENERATED: [&str; 9] = [
    "crates/npm/js/answers.js",
    "crates/npm/js/senders.js",
    "crates/npm/js/hmac-senders.js",
    "crates/npm/js/jwt-senders.js",
    "crates/npm/js/ecdsa-senders.js",
    "crates/npm/js/schemes.d.ts",
    "www/src/event-types.js",
    "www/src/sample-events.js",
    "www/src/scheme-list.js",
];

#[test]
fn every_scheme_has_its_file_and_its_vectors() {
    for scheme in scheme::ALL {
        let file = format!("src/scheme/{}.rs", scheme.name.replace('-', "_"));
        assert!(root().join(&file).is_file(), "{} has no {file}", scheme.name);
        let has_vectors = FILES.iter().any(|(name, _)| *name == scheme.name);
        assert!(has_vectors || BY_HAND.contains(&scheme.name), "tests/vectors has no {}.json", scheme.name);
    }
}

#[test]
fn no_other_file_names_a_scheme() {
    let names: Vec<_> = scheme::ALL.iter().map(|scheme| scheme.name).filter(|name| !BY_HAND.contains(name)).collect();
    let mut found = Vec::new();
    for (path, text) in sources() {
        let stem = path.file_stem().unwrap().to_string_lossy().replace('_', "-");
        let own = path.starts_with("src/scheme").then_some(&*stem);
        for line in text.lines().filter(|line| !line.trim_start().starts_with("//")) {
            let named = names.iter().filter(|name| line.contains(&format!("\"{name}\"")));
            found.extend(named.filter(|name| own != Some(**name)).map(|name| format!("{}: {name}", path.display())));
        }
    }
    assert!(found.is_empty(), "read the registry, or generate it: {found:?}");
}

/// The files of the product that are not generated, without their unit tests.
fn sources() -> Vec<(PathBuf, String)> {
    let mut files = Vec::new();
    let mut folders: Vec<_> = ["src", "crates", "www/src", "xtask/src"].map(PathBuf::from).into();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(root().join(&folder)).unwrap() {
            let path = folder.join(entry.unwrap().file_name());
            let is_test =
                path.file_name().is_some_and(|name| name == "tests" || name == "node_modules" || name == "tests.rs");
            let is_source = path.extension().is_some_and(|end| end == "rs" || end == "js" || end == "ts");
            if root().join(&path).is_dir() && !is_test {
                folders.push(path);
            } else if is_source && !is_test && !GENERATED.iter().any(|generated| path == Path::new(generated)) {
                let text = fs::read_to_string(root().join(&path)).unwrap();
                files.push((path, text.split("#[cfg(test)]").next().unwrap_or_default().to_owned()));
            }
        }
    }
    files
}
