//! The steps `npm` and `frameworks` of `cargo xtask test`: they test the packed package in a new folder, in every runtime and bundler of `tests/npm`,
//! in the frameworks' previous major versions, and in servers of Next and SvelteKit.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::{create, node_test, package, paths, process, tools};

/// The folder of the package's tests, which have npm packages of their own.
pub const FOLDER: &str = "tests/npm";

/// The previous major versions of the frameworks.
const EARLIER: &str = "tests/npm/earlier";

/// Applications that frameworks build and serve.
const SERVERS: &str = "tests/npm/servers";

/// Packs the package and tests the tarball in every runtime.
pub fn run() -> Result<()> {
    tools::need(&[("chromium", "chromium"), ("firefox-esr", "firefox-esr"), ("surf", "surf"), ("Xvfb", "xvfb")])?;
    tools::need(&[("redis-server", "redis-server"), ("pg_ctlcluster", "postgresql")])?;
    let tarball = install()?;
    package::within_budget()?;
    let create = create::pack()?;
    process::stream(
        node_test::folder(FOLDER)?.env("COUNTERSIGN_TARBALL", tarball).env("COUNTERSIGN_CREATE_TARBALL", create),
    )
}

/// Tests the adapters in earlier frameworks, and in applications that Next and SvelteKit serve, whose packages take 700 MB; and every entry in
/// every bundler and compiler, where the step `npm` takes some.
pub(crate) fn frameworks() -> Result<()> {
    let tarball = install()?;
    for file in ["tests/npm/sizes.test.mjs", "tests/npm/package.test.mjs"] {
        process::stream(node_test::file(file)?.env("COUNTERSIGN_TARBALL", &tarball).env("CASES", "all"))?;
    }
    tools::npm_install(&paths::root().join(EARLIER), "install the frameworks' previous major versions")?;
    process::stream(&mut node_test::folder(EARLIER)?)?;
    install_servers(&tarball)?;
    process::stream(&mut node_test::folder(SERVERS)?)
}

/// Packs the package and installs the tarball, and the tools of its tests; returns the tarball.
pub fn install() -> Result<PathBuf> {
    package::for_tests()?;
    install_tools()?;
    install_package()
}

/// Packs the package and installs the tarball; returns the tarball.
pub fn install_package() -> Result<PathBuf> {
    let tarball = package::pack()?;
    install_fresh(&tarball)?;
    Ok(tarball)
}

/// Installs runtimes, bundlers and checkers: 700 MB that no build needs.
pub fn install_tools() -> Result<()> {
    let dir = paths::root().join(FOLDER);
    let (lock, noted) = (fs::read(dir.join("package-lock.json"))?, dir.join("node_modules/.countersign-lock"));
    if fs::read(&noted).is_ok_and(|noted| noted == lock) {
        return Ok(());
    }
    npm("install the runtimes for npm tests", &dir, ["install", "--no-save"].map(OsString::from))?;
    fs::write(noted, lock).context("what was installed cannot be noted")
}

/// Installs the tarball in an empty folder, as a user does.
fn install_fresh(tarball: &Path) -> Result<()> {
    let dir = paths::build_dir("npm-app")?;
    fs::remove_dir_all(&dir)?;
    fs::create_dir_all(&dir)?;
    fs::write(dir.join("package.json"), "{ \"private\": true, \"type\": \"module\" }\n")?;
    npm("install the tarball", &dir, ["install".into(), "--offline".into(), tarball.into()])
}

/// Installs Next and SvelteKit outside the sources, because they write beside what they build, with the tarball beside them.
fn install_servers(tarball: &Path) -> Result<()> {
    let (from, dir) = (paths::root().join(SERVERS), paths::build_dir("npm-servers")?);
    for file in ["package.json", "package-lock.json"] {
        fs::copy(from.join(file), dir.join(file)).with_context(|| format!("{SERVERS}/{file} cannot be copied"))?;
    }
    tools::npm_install(&dir, "install Next and SvelteKit")?;
    npm(
        "install the tarball beside them",
        &dir,
        ["install".into(), "--no-save".into(), "--offline".into(), tarball.into()],
    )
}

fn npm(label: &str, dir: &Path, args: impl IntoIterator<Item = OsString>) -> Result<()> {
    let mut npm = Command::new("npm");
    process::run(label, npm.args(args).args(["--no-audit", "--no-fund"]).current_dir(dir))
        .context("npm cannot install; is there a network?")
}
