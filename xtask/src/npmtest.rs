//! The step `npm` of `cargo xtask test`: the packed package in a fresh folder, in every runtime and bundler of `tests/npm`.

use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::{package, paths, process, tools};

/// The folder of the package's tests, with their own packages.
pub const FOLDER: &str = "tests/npm";

/// Packs the package and tests the tarball in every runtime.
pub fn run() -> Result<()> {
    tools::need(&[("chromium", "chromium"), ("firefox-esr", "firefox-esr"), ("surf", "surf"), ("Xvfb", "xvfb")])?;
    package::for_tests()?;
    let tarball = package::pack()?;
    package::within_budget()?;
    install_tools()?;
    install_fresh(&tarball)?;
    let files = fs::read_dir(paths::root().join(FOLDER)).with_context(|| format!("{FOLDER} cannot be read"))?;
    let mut tests: Vec<_> = files.filter_map(|file| Some(file.ok()?.path())).collect();
    tests.retain(|file| file.to_string_lossy().ends_with(".test.mjs"));
    tests.sort();
    ensure!(!tests.is_empty(), "{FOLDER} has no *.test.mjs");
    let node = ["--test", "--test-concurrency=2", "--test-reporter=spec"];
    process::stream(tools::npm_bin("node")?.args(node).args(tests).env("COUNTERSIGN_TARBALL", tarball))
}

/// Runtimes, bundlers and checkers: 700 MB that nobody needs for a build, so they are installed only here.
pub fn install_tools() -> Result<()> {
    let dir = paths::root().join(FOLDER);
    let (lock, noted) = (fs::read(dir.join("package-lock.json"))?, dir.join("node_modules/.countersign-lock"));
    if fs::read(&noted).is_ok_and(|noted| noted == lock) {
        return Ok(());
    }
    npm("install the runtimes for npm tests", &dir, ["install", "--no-save"].map(OsString::from))?;
    fs::write(noted, lock).context("what was installed cannot be noted")
}

/// What a user does: an empty folder, and the tarball.
fn install_fresh(tarball: &Path) -> Result<()> {
    let dir = paths::build_dir("npm-app")?;
    fs::remove_dir_all(&dir)?;
    fs::create_dir_all(&dir)?;
    fs::write(dir.join("package.json"), "{ \"private\": true, \"type\": \"module\" }\n")?;
    npm("install the tarball", &dir, ["install".into(), "--offline".into(), tarball.into()])
}

fn npm(label: &str, dir: &Path, args: impl IntoIterator<Item = OsString>) -> Result<()> {
    let mut npm = Command::new("npm");
    process::run(label, npm.args(args).args(["--no-audit", "--no-fund"]).current_dir(dir))
        .context("npm cannot install; is there a network?")
}
