//! A crate made into Wasm: compiled, bound to JavaScript by wasm-bindgen, and made small by wasm-opt.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use anyhow::{Context, Result, anyhow};
use serde_json::Value;
use sha2::{Digest, Sha256};
use wasm_bindgen_cli_support::Bindgen;

use crate::term::Progress;
use crate::{order, panics, paths, process, tools, unused};

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
    /// Whether the glue starts anew by itself after a trap. It is written with exceptions, which a Worker's runtime has; the
    /// package's own script does the same for every runtime.
    pub abort_handler: bool,
}

/// What is done for a Wasm's size.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Effort {
    /// All that can be: half a minute for the Worker.
    Optimised,
    /// Nothing, for somebody who waits to try it.
    Plain,
}

impl Effort {
    /// The profile in `Cargo.toml`.
    const fn profile(self) -> &'static str {
        match self {
            Self::Optimised => "release",
            Self::Plain => "plain",
        }
    }

    /// Where the glue is made, under `build/`. Each effort has folders of its own, so that one does not undo the other's work.
    const fn stage(self) -> &'static str {
        match self {
            Self::Optimised => "stage",
            Self::Plain => "stage-plain",
        }
    }

    /// Where a Worker of this name is put, under `build/`.
    pub fn output(self, name: &str) -> String {
        match self {
            Self::Optimised => name.to_owned(),
            Self::Plain => format!("{name}-plain"),
        }
    }
}

impl Module {
    /// Makes `glue.js` and `glue_bg.wasm` of each, and returns the folders that they are in.
    ///
    /// They are compiled in one run, which compiles only once what they share. Other crates of the workspace are never in it, as their features
    /// would get into what is deployed.
    pub fn build_all<const N: usize>(modules: [&Self; N], effort: Effort) -> Result<[PathBuf; N]> {
        let compiled = compile(&modules, effort)?;
        thread::scope(|scope| {
            let binding = modules.iter().zip(&compiled).map(|(module, wasm)| scope.spawn(|| module.bind(wasm, effort)));
            let binding = binding.collect::<Vec<_>>();
            binding.into_iter().try_for_each(|bound| bound.join().map_err(|_| anyhow!("the binding panicked"))?)
        })?;
        Ok(modules.map(|module| paths::root().join("build").join(effort.stage()).join(module.name)))
    }

    /// Writes `glue.js` and `glue_bg.wasm`, unless they were made from the same input before.
    fn bind(&self, compiled: &Path, effort: Effort) -> Result<()> {
        let stage = paths::build_dir(&format!("{}/{}", effort.stage(), self.name))?;
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
            .generate(&stage)
            .context("wasm-bindgen failed")?;
        progress.done();
        if effort == Effort::Optimised {
            self.optimise(&stage)?;
        }
        Ok(fs::write(&noted, key)?)
    }

    fn optimise(&self, stage: &Path) -> Result<()> {
        let wasm = stage.join("glue_bg.wasm");
        panics::silence(&wasm)?;
        unused::remove(stage, WASM_FEATURES)?;
        let label = format!("optimise {}", self.name);
        process::run(&label, &mut optimiser(WASM_OPT, &wasm)?)?;
        order::name_by_place(&wasm)?;
        process::output(&label, &mut optimiser(REORDER, &wasm)?)?;
        Ok(())
    }
}

/// Compiles crates, and returns the Wasm of each.
fn compile(modules: &[&Module], effort: Effort) -> Result<Vec<PathBuf>> {
    let names = modules.iter().map(|module| module.package).collect::<Vec<_>>();
    let messages = process::output(
        &format!("compile {}", names.join(", ")),
        tools::cargo()
            .args(["build", "--profile", effort.profile(), "--target", tools::WASM])
            .args(names.iter().flat_map(|name| ["--package", name]))
            .env("CARGO_ENCODED_RUSTFLAGS", tools::wasm_rustflags())
            .arg("--message-format=json-render-diagnostics"),
    )?;
    let artifacts = messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|message| message["reason"] == "compiler-artifact")
        .collect::<Vec<_>>();
    names.iter().map(|name| wasm_of(name, &artifacts)).collect()
}

/// The Wasm of a package among what cargo says that it made.
fn wasm_of(package: &str, artifacts: &[Value]) -> Result<PathBuf> {
    let crate_name = package.replace('-', "_");
    artifacts
        .iter()
        .filter(|message| message["target"]["name"] == crate_name.as_str())
        .find_map(|message| {
            let files = message["filenames"].as_array()?.iter().filter_map(Value::as_str);
            files.map(PathBuf::from).find(|file| file.extension().is_some_and(|ext| ext == "wasm"))
        })
        .with_context(|| format!("cargo made no .wasm of {package}; is its crate-type cdylib?"))
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
    hash.update(include_str!("module.rs"));
    hash.update(include_str!("../order.rs"));
    hash.update(include_str!("../panics.rs"));
    hash.update(include_str!("../unused.rs"));
    Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}
