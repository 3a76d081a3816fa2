//! The steps that run the built Worker: in workerd, under wrangler, behind Gemini's SDKs.

use anyhow::{Result, ensure};

use crate::emulator::Emulator;
use crate::{build, node_test, npmtest, paths, process, tools};

/// What the senders' own SDKs are compared by.
const SENDERS: &str = "tests/senders";

/// The Worker that is deployed, and the one that tests use.
pub(super) fn build_both() -> Result<()> {
    build::production()?;
    build::for_tests()
}

/// `wrangler deploy` up to the upload, with the `wrangler.toml` that is deployed and its `[build]`.
pub(super) fn deploy() -> Result<()> {
    let dry_run = ["deploy", "--dry-run", "--outdir", "build/dry-run"];
    process::run("wrangler deploy --dry-run", tools::npm_bin("wrangler")?.args(dry_run))?;
    ensure!(paths::root().join("build/dry-run/index.js").is_file(), "wrangler left no build/dry-run/index.js");
    Ok(())
}

/// The built Worker in workerd.
pub(super) fn e2e() -> Result<()> {
    process::stream(&mut node_test::folder_at_once("tests/e2e", 3)?)
}

/// The newest SDKs from PyPI and npm against the emulator: what they start must arrive at the origin.
pub(super) fn sdk() -> Result<()> {
    Emulator::build()?;
    process::stream(&mut node_test::folder("tests/e2e/sdk")?)
}

/// The senders' own SDKs from npm and PyPI, and the packed package beside them: all must accept what is signed as documented, and refuse the
/// rest.
pub(super) fn senders() -> Result<()> {
    tools::need_python()?;
    npmtest::install_package()?;
    tools::npm_install(&paths::root().join(SENDERS), "install the senders' SDKs")?;
    process::stream(&mut node_test::folder(SENDERS)?)
}

/// A tenth of `senders`: three SDKs from PyPI.
pub(super) fn few_senders() -> Result<()> {
    tools::need_python()?;
    process::stream(node_test::file("tests/senders/python.test.mjs")?.env("SDKS", "few"))
}
