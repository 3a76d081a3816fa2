//! Tests in JavaScript: the `*.test.mjs` of a folder, under Node's runner.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::{paths, tools};

/// A command that runs every `*.test.mjs` of a folder, two files at a time: each may have a workerd and a browser, and more are slower on
/// two cores.
///
/// # Errors
/// If the folder cannot be read or has no test.
pub(crate) fn folder(folder: &str) -> Result<Command> {
    folder_at_once(folder, 2)
}

/// The same with so many files at a time: more than cores where they mostly wait.
///
/// # Errors
/// If the folder cannot be read or has no test.
pub(crate) fn folder_at_once(folder: &str, files_at_once: u8) -> Result<Command> {
    let files = fs::read_dir(paths::root().join(folder)).with_context(|| format!("{folder} cannot be read"))?;
    let mut tests: Vec<_> = files.filter_map(|file| Some(file.ok()?.path())).collect();
    tests.retain(|file| file.to_string_lossy().ends_with(".test.mjs"));
    tests.sort();
    ensure!(!tests.is_empty(), "{folder} has no *.test.mjs");
    let mut node = tools::npm_bin("node")?;
    let at_once = format!("--test-concurrency={files_at_once}");
    node.args(["--test", &at_once, "--test-reporter=spec"]).args(tests);
    Ok(node)
}

/// A command that runs one file.
pub(crate) fn file(file: &str) -> Result<Command> {
    let mut node = tools::npm_bin("node")?;
    node.args(["--test", "--test-reporter=spec", file]);
    Ok(node)
}
