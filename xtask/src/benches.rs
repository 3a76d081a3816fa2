//! `cargo xtask bench` and `cargo xtask costs`: runs the package in `benches/`, which other commands do not compile.

use anyhow::Result;
use std::ffi::OsString;

use crate::{process, tools};

/// Runs a command of the package with the remaining arguments.
pub(crate) fn command(name: &str, mut args: lexopt::Parser) -> Result<()> {
    let rest: Vec<OsString> = args.raw_args()?.collect();
    run(name, &rest)
}

/// Checks that all contenders do the same, without measuring.
pub(crate) fn check() -> Result<()> {
    run("bench", &["--check".into()])
}

/// A day of Gemini's deliveries and retries in a minute, to an origin that refuses a share of them.
pub(crate) fn day(events: &str, fail: &str) -> Result<()> {
    run("bench", &["day", "--events", events, "--fail", fail].map(OsString::from))
}

fn run(name: &str, args: &[OsString]) -> Result<()> {
    let mut cargo = tools::cargo();
    cargo.args(["run", "--quiet", "--package", "countersign-benches", "--", name]).args(args);
    process::stream(&mut cargo)
}
