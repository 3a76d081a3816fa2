//! `cargo xtask reference`: the npm package's reference, which typedoc makes of its declarations, in `build/reference`.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::term::bold;
use crate::{paths, process, tools};

/// The folder of typedoc and its options. It has npm packages of its own, which no build needs.
const FOLDER: &str = "crates/npm/typedoc";

/// Writes the reference; returns its folder.
///
/// # Errors
/// If an export or a member of one has no documentation, a link in one leads nowhere, or typedoc cannot be installed.
pub(crate) fn build() -> Result<PathBuf> {
    let (root, to) = (paths::root(), paths::build_dir("reference")?);
    let manifest = fs::read_to_string(root.join("crates/npm/package.json")).context("package.json cannot be read")?;
    let entries = declarations(&serde_json::from_str(&manifest)?);
    ensure!(!entries.is_empty(), "crates/npm/package.json exports no types");
    tools::npm_install(&root.join(FOLDER), "install typedoc")?;
    let mut typedoc = tools::npm_bin("node")?;
    typedoc.arg(root.join(FOLDER).join("node_modules/typedoc/bin/typedoc")).args([
        "--options",
        "typedoc.json",
        "--out",
    ]);
    typedoc.arg(&to).current_dir(root.join(FOLDER));
    for entry in &entries {
        typedoc.args(["--entryPoints", &format!("../js/{entry}")]);
    }
    process::run("write the npm package's reference", &mut typedoc)?;
    Ok(to)
}

/// The command line, and the step `reference`.
pub(crate) fn command() -> Result<()> {
    println!("{} {}", bold("written:"), build()?.join("index.html").display());
    Ok(())
}

/// The files with the types of each export, in `crates/npm/js`.
fn declarations(manifest: &Value) -> Vec<String> {
    let exports = manifest.get("exports").and_then(Value::as_object).into_iter().flat_map(|exports| exports.values());
    let types = exports.filter_map(|export| export.pointer("/default/types").or_else(|| export.get("types"))?.as_str());
    types.filter_map(|file| file.strip_prefix("./dist/")).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_export_with_types_is_in_the_reference() {
        let manifest = serde_json::json!({ "exports": {
            ".": { "default": { "types": "./dist/index.d.ts", "default": "./dist/index.js" } },
            "./worker": { "types": "./dist/worker.d.ts", "default": "./dist/worker/index.js" },
            "./core.wasm": "./dist/core.wasm",
        } });
        assert_eq!(declarations(&manifest), ["index.d.ts", "worker.d.ts"]);
    }
}
