//! The steps that need no Worker: what is installed, formatting, lints, native tests, documentation, dependencies.

use std::env;
use std::process::Command;

use anyhow::{Context, Result};

use crate::{paths, process, tools};

/// Everything that any step needs, before the first one runs: a missing browser should not be noticed after six minutes.
pub(super) fn system() -> Result<()> {
    tools::need(&[
        ("bash", "bash"), // the command that `dev` prints is run as a user would
        ("curl", "curl"),
        ("git", "git"),
        ("jq", "jq"), // queries of docs/logs.md
        ("openssl", "openssl"),
        ("ps", "procps"),
        ("chromium", "chromium"),
        ("firefox-esr", "firefox-esr"),
        ("surf", "surf"), // WebKit
        ("redis-server", "redis-server"),
        ("pg_ctlcluster", "postgresql"),
        ("Xvfb", "xvfb"),
    ])?;
    tools::need_python()?;
    tools::prepare()
}

/// Formatting, as `rustfmt.toml` has it.
pub(super) fn fmt() -> Result<()> {
    process::run("cargo fmt", tools::cargo().args(["fmt", "--all", "--check"])).context("to fix: `cargo fmt --all`")
}

/// Lints of every crate. No line of those that become Wasm is for Wasm alone, so they are linted as native ones.
pub(super) fn clippy() -> Result<()> {
    let workspace = ["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"];
    process::run("cargo clippy, native", tools::cargo().args(workspace))
}

/// Every native test.
pub(super) fn unit() -> Result<()> {
    unit_from(env::var("PROPTEST_RNG_SEED").unwrap_or_else(|_| SEED.to_owned()))
}

/// The same with that seed of the properties' random input.
pub(super) fn unit_from(seed: String) -> Result<()> {
    println!("PROPTEST_RNG_SEED={seed}");
    process::stream(tools::cargo().args(["test", "--workspace"]).env("PROPTEST_RNG_SEED", seed))
}

/// The seed of short runs, so that they do not depend on chance.
const SEED: &str = "20261129";

/// Documentation, warnings denied.
pub(super) fn doc() -> Result<()> {
    let doc = ["doc", "--no-deps", "--workspace"];
    process::run("cargo doc", tools::cargo().args(doc).env("RUSTDOCFLAGS", "-D warnings"))
}

/// Compiles with that toolchain if rustup has it. Otherwise only the lint `incompatible_msrv`, a part of `clippy`, has looked.
pub(super) fn msrv() -> Result<()> {
    let oldest = tools::rust_version()?;
    if !tools::has_toolchain(&oldest) {
        println!(
            "Rust {oldest} is not installed (`rustup toolchain install {oldest}`): only clippy has looked for newer features"
        );
        return Ok(());
    }
    let mut cargo = Command::new("cargo");
    cargo.arg(format!("+{oldest}")).args(["check", "--workspace", "--target-dir", "target/msrv"]);
    process::run(&format!("cargo check, Rust {oldest}"), cargo.current_dir(paths::root()))
}

/// Packs the crate as crates.io would get it, and compiles it from there.
pub(super) fn package() -> Result<()> {
    let package = ["package", "--package", "countersign", "--allow-dirty", "--offline"];
    process::run("cargo package", tools::cargo().args(package))
}

/// Licences, sources, banned and duplicate crates.
pub(super) fn deny() -> Result<()> {
    tools::cargo_deny()?;
    println!(
        "known vulnerabilities are looked for with `cargo xtask test --all`: that takes a database from github.com"
    );
    process::run("cargo deny", tools::cargo().args(["deny", "--workspace", "check", "bans", "licenses", "sources"]))
}
