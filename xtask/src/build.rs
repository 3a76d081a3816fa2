//! `cargo xtask build`: Rust to Wasm, its glue, wasm-opt, and one module that `wrangler deploy` takes as it is.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::Value;
use sha2::{Digest, Sha256};
use wasm_bindgen_cli_support::Bindgen;

use crate::size::{Size, kilobytes};
use crate::term::{Progress, bold};
use crate::{console, order, panics, paths, process, replace, tools, unused};

/// The most that the deployed Wasm may weigh, gzipped.
const BUDGET: usize = 380_000;

/// Each option is here for the gzipped size; the figures are of the Worker's Wasm, 334 KB before.
///
/// - `-Oz` is smaller than `-Os` and no slower here.
/// - Whatever is called from one place would be inlined, up to any size. Large functions have many locals, which compress badly, and
///   the engine compiles a function when it first runs, so a delivery's first response would wait for cold code: 12 KB.
/// - Offsets below 1024 are folded into loads and stores. That is wrong only for data in the first kilobyte, which here is the far end
///   of the stack: 2 KB.
const WASM_OPT: &[&str] =
    &["-Oz", "--one-caller-inline-max-function-size=20", "--low-memory-unused", "--strip-producers"];

/// Puts the functions where `order` names them to.
const REORDER: &[&str] = &["--reorder-functions-by-name", "--strip-producers"];

/// What rustc and wasm-bindgen use of Wasm. The last one because the abort handler, which makes a Worker recover after a trap, is
/// written with exceptions.
const WASM_FEATURES: &[&str] = &[
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
    "--enable-simd",
    "--enable-exception-handling",
];

/// A crate compiled to Wasm, with the glue that JavaScript calls it by.
pub struct Module {
    /// The folder under `build/stage/`.
    pub name: &'static str,
    /// The cargo package.
    pub package: &'static str,
    /// The profile in Cargo.toml.
    pub profile: &'static str,
    /// Whether the glue starts anew by itself after a trap. It is written with exceptions, which a Worker's runtime has; the
    /// package's own script does the same for every runtime.
    pub abort_handler: bool,
}

/// A Worker: the crate it is compiled from, and the scripts beside it.
struct Worker {
    /// Its name is also the folder under `build/`.
    module: Module,
    /// The scripts of this Worker alone, from the root, and the name by which `entry.js` imports each.
    scripts: &'static [(&'static str, &'static str)],
}

const PRODUCTION: Worker = Worker {
    module: Module { name: "worker", package: "countersign-worker", profile: "release", abort_handler: true },
    scripts: &[("crates/worker/js/entry.js", "entry.js")],
};

/// The production entry, inside routes that only tests may have.
const TEST: Worker = Worker {
    module: Module { name: "worker-test", package: "countersign-worker-test", profile: "release", abort_handler: true },
    scripts: &[
        ("crates/worker-test/entry.js", "entry.js"),
        ("crates/worker-test/counts.js", "counts.js"),
        ("crates/worker-test/invocations.js", "invocations.js"),
        ("crates/worker/js/entry.js", "worker.js"),
    ],
};

/// The scripts of both Workers.
const SHARED: &[(&str, &str)] = &[
    ("crates/worker/js/instance.js", "instance.js"),
    ("crates/worker/js/inbox.js", "inbox.js"),
    ("crates/worker/js/attachment.js", "attachment.js"),
    ("crates/worker/js/ledger.js", "ledger.js"),
    ("crates/worker/js/captures.js", "captures.js"),
    ("crates/worker/js/explain.js", "explain.js"),
    ("crates/worker/js/openapi.js", "openapi.js"),
    ("docs/openapi.json", "openapi.txt"),
    ("crates/worker/js/counting.js", "counting.js"),
    ("crates/worker/js/limits.js", "limits.js"),
    ("crates/worker/js/reading.js", "reading.js"),
    ("crates/worker/js/outbound.js", "outbound.js"),
    ("crates/worker/js/queue.js", "queue.js"),
    ("crates/worker/js/console.js", "console.js"),
    ("crates/worker/js/crypto.js", "crypto.js"),
];

/// The Wasm that both Workers instantiate when somebody first asks for a report.
const EXPLAIN: Module =
    Module { name: "worker-explain", package: "countersign-worker-explain", profile: "release", abort_handler: false };

/// The command line.
pub fn command(mut args: lexopt::Parser) -> Result<()> {
    let mut test = false;
    while let Some(arg) = args.next()? {
        match arg {
            lexopt::Arg::Long("test") => test = true,
            other => return Err(other.unexpected().into()),
        }
    }
    production()?;
    if test { for_tests() } else { Ok(()) }
}

/// Builds `build/worker`, what is deployed, and says what it weighs.
pub fn production() -> Result<()> {
    tools::prepare()?;
    PRODUCTION.build()?;
    let size = Size::of(&PRODUCTION.wasm())?;
    println!(
        "{} {:.1} KB, {} gzipped, of {} KB at most",
        bold("build/worker: Wasm of"),
        kilobytes(size.raw),
        bold(format!("{:.1} KB", kilobytes(size.gzipped))),
        kilobytes(BUDGET)
    );
    Ok(())
}

/// Builds `build/worker-test`, what the end-to-end tests drive besides.
pub fn for_tests() -> Result<()> {
    tools::prepare()?;
    TEST.build()
}

/// Fails if the deployed Wasm has outgrown its budget.
pub fn within_budget() -> Result<()> {
    Size::of(&PRODUCTION.wasm())?.within(BUDGET, PRODUCTION.module.package)
}

impl Worker {
    fn build(&self) -> Result<()> {
        // Two commands may build at once.
        let lock =
            File::create(paths::build_dir("stage")?.join("lock")).context("build/stage/lock cannot be written")?;
        lock.lock().context("build/stage/lock cannot be locked")?;
        let (explain, stage) = (EXPLAIN.build()?, self.module.build()?);
        for (from, to) in [
            (explain.join("glue.js"), "explain-glue.js"),
            (explain.join("glue_bg.wasm"), "explain_bg.wasm"),
            (stage.join("glue_bg.wasm"), "index_bg.wasm"),
        ] {
            fs::copy(&from, stage.join(to)).with_context(|| format!("{} cannot be copied", from.display()))?;
        }
        for (from, to) in SHARED.iter().chain(self.scripts) {
            fs::copy(paths::root().join(from), stage.join(to)).with_context(|| format!("{from} cannot be copied"))?;
        }
        console::write(&stage.join("console-files.js"))?;
        self.bundle(&stage)
    }

    fn wasm(&self) -> PathBuf {
        paths::root().join("build").join(self.module.name).join("index_bg.wasm")
    }

    /// Makes `index.js`, `index_bg.wasm` and `explain_bg.wasm` of the stage. Names stay as they are: they are what a stack trace shows.
    fn bundle(&self, stage: &Path) -> Result<()> {
        let (name, bundled) = (self.module.name, stage.join("bundled"));
        process::run(
            &format!("bundle {name}"),
            tools::npm_bin("esbuild")?
                .arg(stage.join("entry.js"))
                .args(["--bundle", "--format=esm", "--target=es2024", "--minify", "--sourcemap", "--log-level=warning"])
                // Whoever deploys would be warned of it, each time.
                .arg("--log-override:duplicate-object-key=error")
                .args(["--external:cloudflare:*", "--external:node:*", "--loader:.wasm=copy", "--asset-names=[name]"])
                .arg(format!("--outfile={}", bundled.join("index.js").display())),
        )?;
        // A Worker may be starting from what is there.
        replace::contents(&bundled, &paths::build_dir(name)?)
    }
}

impl Module {
    /// Makes `glue.js` and `glue_bg.wasm`, and returns the folder that they are in.
    pub fn build(&self) -> Result<PathBuf> {
        let compiled = self.compile()?;
        let stage = paths::build_dir(&format!("stage/{}", self.name))?;
        self.bind(&compiled, &stage)?;
        Ok(stage)
    }

    /// Compiles alone what is deployed, never the workspace: no other crate's features may get in.
    fn compile(&self) -> Result<PathBuf> {
        let messages = process::output(
            &format!("compile {}", self.package),
            tools::cargo()
                .args(["build", "--profile", self.profile, "--target", tools::WASM, "--package", self.package])
                .env("CARGO_ENCODED_RUSTFLAGS", tools::wasm_rustflags())
                .arg("--message-format=json-render-diagnostics"),
        )?;
        let crate_name = self.package.replace('-', "_");
        messages
            .lines()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok())
            .filter(|message| {
                message["reason"] == "compiler-artifact" && message["target"]["name"] == crate_name.as_str()
            })
            .find_map(|message| {
                let files = message["filenames"].as_array()?.iter().filter_map(Value::as_str);
                files.map(PathBuf::from).find(|file| file.extension().is_some_and(|ext| ext == "wasm"))
            })
            .with_context(|| format!("cargo made no .wasm of {}; is its crate-type cdylib?", self.package))
    }

    /// Writes `glue.js` and `glue_bg.wasm`, unless they were made from the same input before.
    fn bind(&self, compiled: &Path, stage: &Path) -> Result<()> {
        let (key, noted) = (glue_key(compiled)?, stage.join("glue.key"));
        if fs::read_to_string(&noted).is_ok_and(|noted| noted == key) {
            return Ok(());
        }
        fs::write(&noted, "unfinished")?;
        let progress = Progress::start(&format!("bind {}", self.name), None);
        Bindgen::new()
            .input_path(compiled)
            .out_name("glue")
            .web(true)?
            .omit_default_module_path(true)
            .typescript(false)
            .reset_state_function(true)
            .force_enable_abort_handler(self.abort_handler)
            // `worker` has one, see `unused`.
            .emit_start(false)
            .generate(stage)
            .context("wasm-bindgen failed")?;
        progress.done();
        let wasm = stage.join("glue_bg.wasm");
        panics::silence(&wasm)?;
        unused::remove(stage, WASM_FEATURES)?;
        let label = format!("optimise {}", self.name);
        process::run(&label, &mut optimiser(WASM_OPT, &wasm)?)?;
        order::name_by_place(&wasm)?;
        process::output(&label, &mut optimiser(REORDER, &wasm)?)?;
        Ok(fs::write(&noted, key)?)
    }
}

/// wasm-opt, from a file to itself.
fn optimiser(options: &[&str], wasm: &Path) -> Result<Command> {
    let mut optimiser = tools::npm_bin("wasm-opt")?;
    optimiser.args(options).args(WASM_FEATURES).arg(wasm).arg("--output").arg(wasm);
    Ok(optimiser)
}

/// What the glue is made from: the compiled Wasm, the versions of the tools, and this file, with their options in it.
fn glue_key(compiled: &Path) -> Result<String> {
    let read = |path: &Path| fs::read(path).with_context(|| format!("{} cannot be read", path.display()));
    let mut hash = Sha256::new();
    hash.update(read(compiled)?);
    hash.update(read(&paths::root().join("Cargo.lock"))?);
    hash.update(read(&paths::root().join("package-lock.json"))?);
    hash.update(include_str!("build.rs"));
    hash.update(include_str!("order.rs"));
    hash.update(include_str!("panics.rs"));
    hash.update(include_str!("unused.rs"));
    Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}
