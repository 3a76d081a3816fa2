//! `cargo xtask circles`: no import circle between files, in Rust and in JavaScript.

mod graph;
mod javascript;
mod rust;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use self::graph::Graph;
use crate::{paths, tools};

/// The workspace, and the package that is not in it.
const MANIFESTS: [&str; 2] = ["Cargo.toml", "fuzz/Cargo.toml"];

/// The step of `cargo xtask test`, and the command: fails with the files of each circle, and the names that tie them.
///
/// # Errors
/// If there is a circle, or a file that cannot be read or parsed.
pub(crate) fn check() -> Result<()> {
    let mut graph = Graph::default();
    let root = paths::root().canonicalize().context("the work tree cannot be found")?;
    for file in crate_roots(&root)? {
        rust::add(&mut graph, &root, &file)?;
    }
    add_javascript(&mut graph, &root)?;
    let circles = graph.circles();
    if circles.is_empty() {
        println!("no circle among {} files that use others", graph.len());
        return Ok(());
    }
    for (circle, number) in circles.iter().zip(1_usize..) {
        println!("circle {number}, {} files:\n{}", circle.len(), graph.describe(circle));
    }
    bail!("{} import circles between files; to fix: move what two files share into a file below both", circles.len())
}

/// The first file of every library, program, test and build script.
fn crate_roots(root: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for manifest in MANIFESTS {
        let mut cargo = tools::cargo();
        cargo.args(["metadata", "--no-deps", "--format-version=1", "--manifest-path"]).arg(root.join(manifest));
        let output = cargo.output().context("cargo metadata cannot be started")?;
        ensure!(output.status.success(), "cargo metadata: {}", String::from_utf8_lossy(&output.stderr));
        let metadata: Value = serde_json::from_slice(&output.stdout)?;
        let packages = metadata["packages"].as_array().into_iter().flatten();
        let targets = packages.flat_map(|package| package["targets"].as_array().into_iter().flatten());
        files.extend(targets.filter_map(|target| target["src_path"].as_str()).map(PathBuf::from));
    }
    Ok(files)
}

/// Every file of JavaScript and TypeScript that git does not ignore.
fn add_javascript(graph: &mut Graph, root: &Path) -> Result<()> {
    let listing = ["ls-files", "--cached", "--others", "--exclude-standard", "*.js", "*.mjs", "*.ts", "*.tsx"];
    let output = Command::new("git").args(listing).current_dir(root).output().context("`git` cannot be started")?;
    ensure!(output.status.success(), "git ls-files: {}", String::from_utf8_lossy(&output.stderr));
    let files = String::from_utf8(output.stdout).context("a file's name is not text")?;
    for file in files.lines().filter(|file| root.join(file).is_file()) {
        let text = fs::read_to_string(root.join(file)).with_context(|| format!("{file} cannot be read"))?;
        for (import, names) in javascript::imports(&text) {
            let imported = javascript::resolve(Path::new(file), &import);
            if root.join(&imported).is_file() {
                graph.add(file, &imported.display().to_string(), &names);
            }
        }
    }
    Ok(())
}
