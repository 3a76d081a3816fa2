//! The steps of `cargo xtask test --all`: each does for minutes what an ordinary step does for seconds.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};
use std::{env, fs};

use anyhow::{Context, Result};

use super::checks;
use crate::emulator::Emulator;
use crate::{benches, node_test, npmtest, paths, process, tools};

/// Seconds for which libFuzzer works on each target.
const FUZZ_SECONDS: u32 = 120;

/// Known vulnerabilities. Without the database, which is on GitHub, nothing can be said about them.
pub(super) fn advisories() -> Result<()> {
    tools::cargo_deny()?;
    if process::run("fetch the advisory database", tools::cargo().args(["deny", "fetch", "db"])).is_err() {
        println!("not run: the advisory database cannot be fetched from github.com");
        return Ok(());
    }
    process::run("cargo deny check advisories", tools::cargo().args(["deny", "--workspace", "check", "advisories"]))
}

/// The properties with input that nobody has seen.
pub(super) fn properties() -> Result<()> {
    checks::unit_from(seed())
}

/// libFuzzer where rustup has a nightly toolchain. Elsewhere mutations of the corpus, without a view of what they cover.
pub(super) fn fuzz() -> Result<()> {
    if tools::has_toolchain("nightly") {
        tools::cargo_fuzz()?;
        return targets()?.iter().try_for_each(|target| libfuzzer(target));
    }
    println!(
        "libFuzzer not run: it needs nightly Rust (`rustup toolchain install nightly`); mutating the corpus instead"
    );
    let test = ["test", "--package", "countersign", "--test", "corpus"];
    process::stream(tools::cargo().args(test).env("COUNTERSIGN_MUTATIONS", "2000"))
}

/// The model of the inbox, which `unit` explores in seconds, and the whole of an outage.
pub(super) fn model() -> Result<()> {
    // One question after another: two of the large ones together do not fit into 24 GB.
    let test = ["--nocapture", "--test-threads=1"];
    let test = [&["test", "--release", "--package", "countersign", "--test", "inbox", "--"][..], &test].concat();
    process::stream(tools::cargo().args(test).env("COUNTERSIGN_MODEL", "large"))
}

/// The names of the fuzz targets.
fn targets() -> Result<Vec<String>> {
    let files = fs::read_dir(paths::root().join("fuzz/targets")).context("fuzz/targets cannot be read")?;
    let names = files.filter_map(|file| Some(file.ok()?.path().file_stem()?.to_string_lossy().into_owned()));
    let mut names: Vec<_> = names.collect();
    names.sort();
    Ok(names)
}

/// What covers something new is kept in `build/fuzz`; the committed corpus is read, and never written.
fn libfuzzer(target: &str) -> Result<()> {
    let (kept, corpus) = (paths::build_dir(&format!("fuzz/{target}"))?, paths::root().join("fuzz/corpus").join(target));
    let mut fuzz = tools::nightly_cargo();
    fuzz.args(["fuzz", "run", target]).arg(kept).arg(corpus);
    fuzz.args(["--", "-dict=fuzz/dictionary.txt"]).arg(format!("-max_total_time={FUZZ_SECONDS}"));
    process::run(&format!("fuzz {target} for {FUZZ_SECONDS} s"), &mut fuzz)
}

/// Ten times the mutated requests of `e2e`.
pub(super) fn mutations() -> Result<()> {
    process::stream(node_test::file("tests/e2e/robustness.test.mjs")?.env("REQUESTS", "30000"))
}

/// The vectors that `make.py` writes, against the files. It shares no code with the core, and needs Python's `cryptography`.
pub(super) fn made_vectors() -> Result<()> {
    // The step `senders` installs it, for an SDK that needs it.
    let installed = paths::root().join("build/senders/python-all/bin/python");
    let has_it = |python: &Path| {
        let mut import = Command::new(python);
        import.args(["-c", "import cryptography"]).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
    };
    let Some(python) = [installed, "python3".into()].into_iter().find(|python| has_it(python)) else {
        println!(
            "not run: Python has no `cryptography`; to install it: cargo xtask test senders, or pip install cryptography"
        );
        return Ok(());
    };
    let mut check = Command::new(python);
    process::run("make the vectors again", check.args(["tests/vectors/make.py", "--check"]).current_dir(paths::root()))
}

/// Every vector of every sender over HTTP, of which `e2e` sends a tenth.
pub(super) fn senders() -> Result<()> {
    process::stream(node_test::file("tests/e2e/senders.test.mjs")?.env("CASES", "all"))
}

/// Every breakage of every sender, every hostile text, and each theme at each width, of which `page` tries a part.
pub(super) fn breakages() -> Result<()> {
    ["senders", "copied", "pasted", "people"].iter().try_for_each(|subject| {
        process::stream(node_test::file(&format!("tests/page/{subject}.test.mjs"))?.env("CASES", "all"))
    })
}

/// Ten times the kills and events of `e2e`: the seed of a run is in the names of its tests, and can be given in the environment.
pub(super) fn soak() -> Result<()> {
    for subject in ["", "-fan", "-couriers", "-tables", "-migration", "-schema", "-operator", "-order", "-alerts"] {
        let mut node = node_test::file(&format!("tests/e2e/kill{subject}.test.mjs"))?;
        node.env("COUNTERSIGN_KILLS", "30").env("COUNTERSIGN_EVENTS", "10000").env("COUNTERSIGN_ROUNDS", "30");
        node.env("COUNTERSIGN_SEED", seed());
        process::stream(&mut node)?;
    }
    Ok(())
}

/// The outages of `e2e` with a hundred times as many events, and the whole of eight hours with three destinations and kills.
pub(super) fn outages() -> Result<()> {
    let mut kills = node_test::file("tests/e2e/kill-outage.test.mjs")?;
    process::stream(kills.env("COUNTERSIGN_OUTAGE", "480").env("COUNTERSIGN_SEED", seed()))?;
    process::stream(node_test::file("tests/e2e/outages.test.mjs")?.env("COUNTERSIGN_OUTAGE", "30000"))
}

/// Events through Gemini and Worker to an origin that refuses three in five: every one has to arrive within the day of retries.
pub(super) fn outage() -> Result<()> {
    benches::day("2000", "60%")
}

/// Ten times the random deliveries and tokens of `npm`, and mutations of the fuzz corpus.
pub(super) fn differential() -> Result<()> {
    npmtest::install()?;
    for test in ["tests/npm/differential.test.mjs", "tests/npm/corpus.test.mjs"] {
        process::stream(node_test::file(test)?.env("COUNTERSIGN_CASES", "20000").env("COUNTERSIGN_SEED", seed()))?;
    }
    Ok(())
}

/// Earlier major versions of Gemini's SDKs.
pub(super) fn earlier_sdks() -> Result<()> {
    Emulator::build()?;
    process::stream(&mut node_test::folder("tests/e2e/sdk/earlier")?)
}

/// The seed of a long run: another one each time, unless the environment names it. Short runs have one that is always the same.
fn seed() -> String {
    let drawn = || SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.subsec_nanos()).to_string();
    env::var("COUNTERSIGN_SEED").unwrap_or_else(|_| drawn())
}
