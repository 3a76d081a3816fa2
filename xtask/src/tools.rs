//! The tools that commands need: finds them, installs them if possible, or tells how to install them.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::{paths, process, term};

/// The Worker's compilation target.
pub const WASM: &str = "wasm32-unknown-unknown";
/// The oldest Node that runs npm. Tests run under npm's `node` package, which is newer.
const OLDEST_NODE: u32 = 20;
/// The version of cargo-deny that `deny.toml` is written for.
const CARGO_DENY: &str = "0.20.2";
/// The version of mdbook that `book.toml` is written for.
const MDBOOK: &str = "0.5.4";
/// The version of cargo-fuzz that the step `fuzz` is written for.
const CARGO_FUZZ: &str = "0.13.2";

/// The cargo that runs this program, at the root.
pub fn cargo() -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(paths::root()).env("CARGO_TERM_COLOR", if term::colours() { "always" } else { "never" });
    command
}

/// `CARGO_ENCODED_RUSTFLAGS` for Wasm. `simd128` makes SHA-256 a sixth faster and the code smaller; every runtime that has the
/// reference types of the glue has it. Remapped paths make the build the same on every machine.
pub fn wasm_rustflags() -> OsString {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| Some(env::home_dir()?.join(".cargo")));
    let mut flags = OsString::from("-Ctarget-feature=+simd128\u{1f}--remap-path-prefix=");
    flags.push(home.unwrap_or_default().join("registry/src"));
    flags.push("=crates");
    flags
}

/// A program of an npm package, run by the `node` of the npm package `node`, without telemetry.
pub fn npm_bin(name: &str) -> Result<Command> {
    let bin = paths::root().join("node_modules/.bin");
    let mut command = Command::new(bin.join(name));
    command.current_dir(paths::root()).env("PATH", path_with(&bin)?);
    // Otherwise wrangler asks questions, reports usage, looks for updates and writes to the home folder.
    let logs = paths::build_dir("logs")?;
    command
        .env("WRANGLER_SEND_METRICS", "false")
        .env("WRANGLER_SEND_ERROR_REPORTS", "false")
        .env("WRANGLER_HIDE_BANNER", "true")
        .env("WRANGLER_LOG_PATH", logs.join("wrangler"))
        .env("WRANGLER_REGISTRY_PATH", logs.join("wrangler-registry"))
        .env("FORCE_COLOR", if term::colours() { "1" } else { "0" });
    Ok(command)
}

fn path_with(first: &Path) -> Result<OsString> {
    let path = env::var_os("PATH").unwrap_or_default();
    env::join_paths(std::iter::once(first.to_owned()).chain(env::split_paths(&path))).context("PATH cannot be extended")
}

/// Installs what a build needs. Quick and silent if nothing is missing.
pub fn prepare() -> Result<()> {
    wasm_target()?;
    npm_packages()
}

/// The workspace's `rust-version`.
pub(crate) fn rust_version() -> Result<String> {
    let manifest = fs::read_to_string(paths::root().join("Cargo.toml")).context("Cargo.toml cannot be read")?;
    let table: toml::Table = manifest.parse()?;
    let version = table.get("workspace").and_then(|workspace| workspace.get("package")?.get("rust-version")?.as_str());
    version.map(str::to_owned).context("Cargo.toml has no workspace.package.rust-version")
}

/// Whether rustup has a toolchain whose name begins so.
pub(crate) fn has_toolchain(version: &str) -> bool {
    let list = Command::new("rustup").args(["toolchain", "list"]).output();
    list.is_ok_and(|list| String::from_utf8_lossy(&list.stdout).lines().any(|line| line.starts_with(version)))
}

/// Installs cargo-deny from cargo's registry if it is missing, which takes a minute.
pub(crate) fn cargo_deny() -> Result<()> {
    subcommand("deny", CARGO_DENY)
}

/// The same for cargo-fuzz.
pub(crate) fn cargo_fuzz() -> Result<()> {
    subcommand("fuzz", CARGO_FUZZ)
}

/// Installs mdbook from cargo's registry if it is missing, which takes minutes.
pub(crate) fn mdbook() -> Result<()> {
    if Command::new("mdbook").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok() {
        return Ok(());
    }
    process::run("install mdbook", cargo().args(["install", "mdbook", "--locked", "--version", MDBOOK]))
}

fn subcommand(name: &str, version: &str) -> Result<()> {
    if cargo().args([name, "--version"]).stdout(Stdio::null()).stderr(Stdio::null()).status()?.success() {
        return Ok(());
    }
    let package = format!("cargo-{name}");
    // Optimised, they would run for seconds less, and compile for minutes more.
    let install = ["install", &package, "--locked", "--version", version, "--debug"];
    process::run(&format!("install {package}"), cargo().args(install).env("CARGO_PROFILE_DEV_DEBUG", "0"))
}

/// Nightly cargo, at the root.
pub(crate) fn nightly_cargo() -> Command {
    let mut command = Command::new("cargo");
    command.arg("+nightly").current_dir(paths::root());
    command
}

pub(crate) fn wasm_target() -> Result<()> {
    let libdir = Command::new(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()))
        .args(["--print", "target-libdir", "--target", WASM])
        .current_dir(paths::root())
        .stderr(Stdio::inherit())
        .output()
        .context("`rustc` cannot be started; install Rust from https://rustup.rs")?;
    if Path::new(String::from_utf8_lossy(&libdir.stdout).trim()).is_dir() {
        return Ok(());
    }
    process::run(
        "add the Wasm target to Rust",
        Command::new("rustup").args(["target", "add", WASM]).current_dir(paths::root()),
    )
    .with_context(|| {
        format!("Rust's target {WASM} is missing; with rustup (https://rustup.rs) it is installed automatically")
    })
}

/// Installs the project's npm packages if they are missing.
pub(crate) fn npm_packages() -> Result<()> {
    // npm's `node` gets its binary from an install script, which may have been forbidden.
    let node =
        || npm_bin("node").is_ok_and(|mut node| node.arg("--version").output().is_ok_and(|it| it.status.success()));
    if is_installed(&paths::root()) && node() { Ok(()) } else { npm(&paths::root(), "install the npm packages") }
}

/// Installs the locked packages of `folder`, unless they are current.
pub fn npm_install(folder: &Path, label: &str) -> Result<()> {
    if is_installed(folder) { Ok(()) } else { npm(folder, label) }
}

/// Installs the locked versions without changing the lock. `npm ci` refuses a lock that was written without access to the binaries of
/// other platforms, although it names their exact versions.
fn npm(folder: &Path, label: &str) -> Result<()> {
    check_node()?;
    let mut npm = Command::new("npm");
    npm.args(["install", "--no-save", "--no-audit", "--no-fund"]).current_dir(folder);
    process::run(label, &mut npm).context("the npm packages cannot be installed; is there a network?")
}

fn is_installed(folder: &Path) -> bool {
    npm_is_current(folder).unwrap_or(false)
}

/// Compares each locked package with npm's record of the installed ones.
fn npm_is_current(folder: &Path) -> Result<bool> {
    let read = |path: &str| -> Result<Value> { Ok(serde_json::from_slice(&fs::read(folder.join(path))?)?) };
    let (locked, installed) = (read("package-lock.json")?, read("node_modules/.package-lock.json")?);
    let packages = locked["packages"].as_object().context("package-lock.json has no packages")?;
    Ok(packages.iter().filter(|(path, _)| !path.is_empty()).all(|(path, package)| {
        let there = &installed["packages"][path];
        // Packages for other platforms are locked, but not installed.
        (there.is_null() && package["optional"] == true) || there["integrity"] == package["integrity"]
    }))
}

fn check_node() -> Result<()> {
    const HOW: &str = "install Node 20 or newer with npm, from https://nodejs.org or your system's packages";
    let node = Command::new("node").arg("--version").output().with_context(|| format!("`node` is missing: {HOW}"))?;
    let version = String::from_utf8_lossy(&node.stdout).trim().to_owned();
    let major = version.trim_start_matches('v').split('.').next().and_then(|major| major.parse::<u32>().ok());
    if major.is_none_or(|major| major < OLDEST_NODE) {
        bail!("`node` is {version}: {HOW}");
    }
    if !on_path("npm") {
        bail!("`npm` is missing: {HOW}");
    }
    Ok(())
}

/// Installs missing programs, each from its Debian package, if run as root on Debian or Ubuntu. Elsewhere the error has the command.
pub fn need(programs: &[(&str, &'static str)]) -> Result<()> {
    let missing = || programs.iter().filter(|(program, _)| !on_path(program)).map(|(_, package)| *package).collect();
    install(&missing)
}

/// Installs a Python that can create virtual environments, for which Debian has a separate package.
pub fn need_python() -> Result<()> {
    let works = || {
        let mut python = Command::new("python3");
        python.args(["-c", "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))"]).stderr(Stdio::null());
        python.status().is_ok_and(|status| status.success())
    };
    install(&|| if works() { Vec::new() } else { vec!["python3", "python3-venv"] })
        .context("Python 3.11 or newer with venv")
}

/// Installs the Debian packages that are missing, or says how to.
fn install(missing: &dyn Fn() -> Vec<&'static str>) -> Result<()> {
    let packages = missing();
    if packages.is_empty() {
        return Ok(());
    }
    let names = packages.join(" ");
    if !nix::unistd::geteuid().is_root() || !on_path("apt-get") {
        bail!("missing system packages; on Debian and Ubuntu: sudo apt-get install --yes {names}");
    }
    let mut update = Command::new("apt-get");
    process::run("apt-get update", update.args(["update", "-q"]))?;
    let mut install = Command::new("apt-get");
    install
        .args(["install", "-qy", "--no-install-recommends"])
        .args(&packages)
        .env("DEBIAN_FRONTEND", "noninteractive");
    process::run(&format!("apt-get install {names}"), &mut install)?;
    let still = missing();
    if still.is_empty() { Ok(()) } else { bail!("still missing after the installation: {}", still.join(" ")) }
}

fn on_path(program: &str) -> bool {
    env::var_os("PATH").is_some_and(|path| env::split_paths(&path).any(|dir| dir.join(program).is_file()))
}
