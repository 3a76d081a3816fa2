//! What tests run of the package in `benches/`.

use anyhow::Result;
use std::ffi::OsString;

use crate::{process, tools};

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
