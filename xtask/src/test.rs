//! `cargo xtask test`: everything that has to hold, in the order in which it fails fastest.

use std::fs;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};
use lexopt::ValueExt;

use crate::term::{bold, dim, green, red, seconds};
use crate::{benches, build, devtest, example, npmtest, page, paths, process, tools};

struct Step {
    name: &'static str,
    what: &'static str,
    /// Whether `build` has to come first.
    on_build: bool,
    run: fn() -> Result<()>,
}

const STEPS: &[Step] = &[
    Step { name: "system", what: "system packages", on_build: false, run: system },
    Step { name: "fmt", what: "formatting", on_build: false, run: fmt },
    Step { name: "clippy", what: "lints, native and Wasm", on_build: false, run: clippy },
    Step { name: "unit", what: "unit tests, properties and vectors, native", on_build: false, run: unit },
    Step { name: "doc", what: "documentation of every crate", on_build: false, run: doc },
    Step { name: "msrv", what: "the oldest Rust that Cargo.toml promises", on_build: false, run: msrv },
    Step { name: "deny", what: "dependencies: bans, licences, sources", on_build: false, run: deny },
    Step { name: "build", what: "both Workers", on_build: false, run: build_both },
    Step { name: "size", what: "the Wasm's size", on_build: true, run: build::within_budget },
    Step { name: "deploy", what: "what wrangler would deploy", on_build: true, run: deploy },
    Step { name: "e2e", what: "end to end, in workerd", on_build: true, run: e2e },
    Step { name: "peers", what: "the bench's contenders do the same", on_build: true, run: benches::check },
    Step { name: "sdk", what: "Gemini's SDKs, the emulator, wrangler dev, an origin", on_build: true, run: sdk },
    Step { name: "examples", what: "the applications of examples/", on_build: true, run: example::test },
    Step { name: "npm", what: "the package, in every runtime", on_build: true, run: npmtest::run },
    // After the package, which it serves the page with: to compile that takes longer than a start may.
    Step { name: "dev", what: "cargo xtask dev, from start to Ctrl-C", on_build: true, run: devtest::run },
    Step { name: "page", what: "the page, in headless Chromium", on_build: false, run: page::test },
];

/// The crates that are compiled to Wasm.
const WASM_CRATES: [&str; 6] = [
    "countersign-worker",
    "countersign-worker-test",
    "countersign-npm-core",
    "countersign-npm-full",
    "countersign-npm-hmac",
    "countersign-npm-test",
];

/// The kill test in full, which is in `e2e` in a shorter form. The seed of a run is in its name; it can be given in the environment.
const SOAK: Step = Step { name: "soak", what: "20 kills while 2,000 events are sent", on_build: true, run: soak };

fn soak() -> Result<()> {
    let mut node = tools::npm_bin("node")?;
    node.args(["--test", "--test-reporter=spec", "tests/e2e/kill.test.mjs"]).current_dir(paths::root());
    process::stream(node.env("COUNTERSIGN_KILLS", "20").env("COUNTERSIGN_EVENTS", "2000"))
}

/// The command line.
pub(crate) fn command(mut args: lexopt::Parser) -> Result<()> {
    let (mut chosen, mut soaking) = (Vec::new(), false);
    while let Some(arg) = args.next()? {
        match arg {
            lexopt::Arg::Value(name) => chosen.push(name.string()?),
            lexopt::Arg::Long("soak") => soaking = true,
            lexopt::Arg::Long("list") => {
                STEPS.iter().for_each(|step| println!("{:<8} {}", step.name, step.what));
                return Ok(());
            }
            other => return Err(other.unexpected().into()),
        }
    }
    let steps = select(&chosen, soaking)?;
    let started = Instant::now();
    for step in &steps {
        run(step)?;
    }
    if soaking {
        run(&SOAK)?;
    }
    println!("\n{} {} of {} steps, {}", green("passed"), steps.len(), STEPS.len(), seconds(started.elapsed()));
    Ok(())
}

/// The chosen steps, in their order, with the build that they or the soak rest on; all where none is chosen.
fn select(chosen: &[String], soaking: bool) -> Result<Vec<&'static Step>> {
    if let Some(unknown) = chosen.iter().find(|name| STEPS.iter().all(|step| step.name != name.as_str())) {
        let names = STEPS.iter().map(|step| step.name).collect::<Vec<_>>().join(", ");
        bail!("no step `{unknown}`; there are: {names}");
    }
    let is_chosen = |step: &Step| chosen.is_empty() || chosen.iter().any(|name| name == step.name);
    let on_build = (soaking && SOAK.on_build) || STEPS.iter().any(|step| step.on_build && is_chosen(step));
    Ok(STEPS.iter().filter(|step| is_chosen(step) || (step.name == "build" && on_build)).collect())
}

fn run(step: &Step) -> Result<()> {
    println!("\n{} {}", bold(step.name), dim(format!("· {}", step.what)));
    let started = Instant::now();
    if let Err(error) = (step.run)() {
        eprintln!("\n{} {} {}", red("✗"), bold(step.name), dim(seconds(started.elapsed())));
        return Err(
            error.context(format!("step `{0}` failed; only this step again: cargo xtask test {0}\n  cause", step.name))
        );
    }
    println!("{} {} {}", green("✓"), bold(step.name), dim(seconds(started.elapsed())));
    Ok(())
}

/// What any step needs, before the first one runs: nobody should wait six minutes to be told that a browser is missing.
fn system() -> Result<()> {
    tools::need(&[
        ("bash", "bash"), // the command that `dev` prints is run as a user would
        ("curl", "curl"),
        ("git", "git"),
        ("openssl", "openssl"),
        ("ps", "procps"),
        ("chromium", "chromium"),
        ("firefox-esr", "firefox-esr"),
        ("surf", "surf"), // WebKit
        ("Xvfb", "xvfb"),
    ])?;
    tools::need_python()?;
    tools::prepare()
}

fn fmt() -> Result<()> {
    process::run("cargo fmt", tools::cargo().args(["fmt", "--all", "--check"])).context("put right by: cargo fmt --all")
}

fn clippy() -> Result<()> {
    let workspace = ["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"];
    process::run("cargo clippy, native", tools::cargo().args(workspace))?;
    let mut wasm = tools::cargo();
    wasm.args(["clippy", "--target", tools::WASM]);
    wasm.args(WASM_CRATES.iter().flat_map(|name| ["-p", name])).args(["--", "-D", "warnings"]);
    process::run("cargo clippy, Wasm", &mut wasm)
}

fn unit() -> Result<()> {
    process::stream(tools::cargo().args(["test", "--workspace"]))
}

fn doc() -> Result<()> {
    let doc = ["doc", "--no-deps", "--workspace"];
    process::run("cargo doc", tools::cargo().args(doc).env("RUSTDOCFLAGS", "-D warnings"))
}

/// With that toolchain if rustup has it. Otherwise the lint `incompatible_msrv`, which `clippy` has run, is all that there is.
fn msrv() -> Result<()> {
    let oldest = tools::rust_version()?;
    if !tools::has_toolchain(&oldest) {
        println!(
            "Rust {oldest} is not installed (`rustup toolchain install {oldest}`): only clippy looked at what is newer"
        );
        return Ok(());
    }
    let mut cargo = Command::new("cargo");
    cargo.arg(format!("+{oldest}")).args(["check", "--workspace", "--target-dir", "target/msrv"]);
    process::run(&format!("cargo check, Rust {oldest}"), cargo.current_dir(paths::root()))
}

fn deny() -> Result<()> {
    tools::cargo_deny()?;
    println!(
        "advisories are not checked here: they need a database that is fetched; .github/workflows/scheduled.yml does"
    );
    process::run("cargo deny", tools::cargo().args(["deny", "--workspace", "check", "bans", "licenses", "sources"]))
}

fn build_both() -> Result<()> {
    build::production()?;
    build::for_tests()
}

/// With the wrangler.toml that is deployed, its `[build]` included.
fn deploy() -> Result<()> {
    let dry_run = ["deploy", "--dry-run", "--outdir", "build/dry-run"];
    process::run("wrangler deploy --dry-run", tools::npm_bin("wrangler")?.args(dry_run))?;
    ensure!(paths::root().join("build/dry-run/index.js").is_file(), "wrangler left no build/dry-run/index.js");
    Ok(())
}

fn e2e() -> Result<()> {
    const FOLDER: &str = "tests/e2e";
    let files = fs::read_dir(paths::root().join(FOLDER)).with_context(|| format!("{FOLDER} cannot be read"))?;
    let mut tests: Vec<_> = files.filter_map(|file| Some(file.ok()?.path())).collect();
    tests.retain(|file| file.to_string_lossy().ends_with(".test.mjs"));
    tests.sort();
    ensure!(!tests.is_empty(), "{FOLDER} has no *.test.mjs");
    // Each file has a workerd and a node; more than two at a time are slower on two cores, and their time limits less fair.
    process::stream(
        tools::npm_bin("node")?.args(["--test", "--test-concurrency=2", "--test-reporter=spec"]).args(tests),
    )
}

/// The SDKs as they come from PyPI and npm, against the emulator: what they start has to arrive at the origin.
fn sdk() -> Result<()> {
    process::run("build the emulator", tools::cargo().args(["build", "--package", "countersign-emulator"]))?;
    let mut node = tools::npm_bin("node")?;
    process::stream(node.args(["--test", "--test-reporter=spec", "tests/e2e/sdk/*.test.mjs"]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(chosen: &str, soaking: bool) -> Vec<&'static str> {
        let chosen: Vec<_> = chosen.split_whitespace().map(str::to_owned).collect();
        select(&chosen, soaking).unwrap().iter().map(|step| step.name).collect()
    }

    #[test]
    fn a_build_comes_before_whatever_rests_on_it() {
        assert_eq!(names("unit fmt", false), ["fmt", "unit"]);
        assert_eq!(names("e2e", false), ["build", "e2e"]);
        assert_eq!(names("fmt", true), ["fmt", "build"]);
        assert_eq!(names("", true).len(), STEPS.len());
    }

    #[test]
    fn an_unknown_step_is_named() {
        assert!(select(&["e3e".to_owned()], false).is_err_and(|error| error.to_string().contains("e3e")));
    }
}
