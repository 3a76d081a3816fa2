//! The package's entries as Node loads them: bundled, because Node takes about a millisecond for each module.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::{process, tools};

/// Where the bundles are in the package. Bundlers for Workers and browsers take the single files: they can leave out more of those.
const FOLDER: &str = "dist/node/";

/// Bundles every entry that has the export condition `node`, and writes its scripts for `require`.
///
/// The entries share the files that several of them need. Otherwise each would have an error class and an instance of the Wasm of its own. Names
/// stay as they are, so that a stack trace can be read. The Wasm stays in the file that all conditions import.
///
/// # Errors
/// If `package.json` names no such entry, or esbuild fails.
pub(super) fn bundle(package: &Path, wasms: &[&str]) -> Result<()> {
    let manifest = fs::read_to_string(package.join("package.json")).context("package.json cannot be read")?;
    let entries = entries(&serde_json::from_str(&manifest)?);
    ensure!(!entries.is_empty(), "package.json has no entry with the condition `node`");
    let mut esbuild = tools::npm_bin("esbuild")?;
    esbuild.args([
        "--bundle",
        "--splitting",
        "--format=esm",
        "--platform=node",
        "--target=node20.19",
        "--charset=utf8",
    ]);
    esbuild.args(["--log-level=warning", "--outbase=dist", "--outdir=dist/node", "--chunk-names=shared-[hash]"]);
    esbuild.args(wasms.iter().map(|wasm| format!("--external:./dist/{wasm}-bytes.js")));
    esbuild.args(entries.iter().map(|entry| format!("dist/{entry}.js")));
    process::run("bundle the entries for Node", esbuild.current_dir(package))?;
    scripts_for_require(package)?;
    wasms.iter().try_for_each(|wasm| {
        let inside = package.join("dist").join(format!("{wasm}-bytes.js"));
        write_for_require(&inside, &inside.with_extension("cjs"), |text| {
            text.replacen("export default ", "module.exports = ", 1)
        })
    })
}

/// Writes what `require` loads where it takes no ES module, as in Jest, which has a `require` of its own. Each script is made of one of the
/// bundles' files, so that the entries share what they share otherwise. Node, Bun and bundlers take the bundles for `require` too, by the
/// conditions `module-sync`, `bun` and `module`: what is imported elsewhere is then the same.
fn scripts_for_require(package: &Path) -> Result<()> {
    let mut bundles = Vec::new();
    for folder in [FOLDER.to_owned(), format!("{FOLDER}adapters")] {
        for entry in fs::read_dir(package.join(folder))? {
            bundles.push(entry?.path());
        }
    }
    bundles.retain(|file| file.extension().is_some_and(|extension| extension == "js"));
    let mut esbuild = tools::npm_bin("esbuild")?;
    esbuild.args(["--format=cjs", "--platform=node", "--target=node20.19", "--charset=utf8", "--log-level=warning"]);
    esbuild.args(["--outbase=dist/node", "--outdir=dist/node", "--out-extension:.js=.cjs"]).args(&bundles);
    process::run("write the entries for require", esbuild.current_dir(package))?;
    bundles
        .iter()
        .map(|bundle| bundle.with_extension("cjs"))
        .try_for_each(|script| write_for_require(&script, &script, |text| text.lines().map(requiring).collect()))
}

fn write_for_require(from: &Path, to: &Path, written: impl Fn(&str) -> String) -> Result<()> {
    let text = fs::read_to_string(from).with_context(|| format!("{} cannot be read", from.display()))?;
    fs::write(to, written(&text)).with_context(|| format!("{} cannot be written", to.display()))
}

/// A line with the extension of what it requires of the package.
fn requiring(line: &str) -> String {
    let line = if line.contains("require(\".") { line.replace(".js\")", ".cjs\")") } else { line.to_owned() };
    line + "\n"
}

/// The entries with the condition `node`, as paths in `dist` without the extension.
fn entries(manifest: &Value) -> Vec<String> {
    let exports = manifest.get("exports").and_then(Value::as_object).into_iter().flat_map(|exports| exports.values());
    let bundles = exports.filter_map(|export| export.pointer("/node/default/default")?.as_str());
    let paths = bundles.filter_map(|file| file.strip_prefix("./")?.strip_prefix(FOLDER)?.strip_suffix(".js"));
    paths.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_entries_for_node_are_those_with_the_condition() {
        let manifest = serde_json::json!({ "exports": {
            ".": { "node": { "default": { "default": "./dist/node/index.js" } }, "default": "./dist/index.js" },
            "./express": { "node": { "default": { "default": "./dist/node/adapters/express.js" } } },
            "./core.wasm": "./dist/core.wasm",
        } });
        assert_eq!(entries(&manifest), ["index", "adapters/express"]);
    }
}
