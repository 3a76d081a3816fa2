//! `cargo xtask package`: builds the npm package from its crates and scripts, and packs the tarball in `build/npm`.

mod node;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::build::{self, Effort, Module};
use crate::reach::reached;
use crate::size::{Size, kilobytes};
use crate::term::bold;
use crate::{create, paths, process, tools};

/// Each Wasm, its budget in gzipped bytes, and its crate.
const BUDGETS: [(&str, usize, &str); 4] = [
    ("dist/describe.wasm", 33_000, DESCRIBE.package),
    ("dist/core.wasm", 96_000, MODULE.package),
    ("dist/hmac.wasm", 54_000, HMAC.package),
    ("dist/full.wasm", 228_000, FULL.package),
];

const MODULE: Module = Module { name: "npm", package: "countersign-npm-core", abort_handler: false };

/// The Wasm with reports, RS256 and ECDSA.
const FULL: Module = Module { name: "npm-full", package: "countersign-npm-full", abort_handler: false };

/// The Wasm for shared secrets only. Its size is its point.
const HMAC: Module = Module { name: "npm-hmac", package: "countersign-npm-hmac", abort_handler: false };

/// The Wasm that checks descriptions of senders.
const DESCRIBE: Module = Module { name: "npm-describe", package: "countersign-npm-describe", abort_handler: false };

/// The default Wasm with a trap that tests can spring.
const TEST: Module = Module { name: "npm-test", package: "countersign-npm-test", abort_handler: false };

/// The command line.
pub fn command(mut args: lexopt::Parser) -> Result<()> {
    if let Some(arg) = args.next()? {
        return Err(arg.unexpected().into());
    }
    let tarball = pack()?;
    for (file, budget, _) in BUDGETS {
        let size = Size::of(&folder(&MODULE)?.join(file))?;
        println!(
            "{} {:.1} KB, {} gzipped, of {} KB at most",
            bold(format!("{file}:")),
            kilobytes(size.raw),
            bold(format!("{:.1} KB", kilobytes(size.gzipped))),
            kilobytes(budget)
        );
    }
    println!("{}\n{}", tarball.display(), create::pack()?.display());
    Ok(())
}

/// Builds the package and packs it; returns the tarball.
pub fn pack() -> Result<PathBuf> {
    build::production()?;
    let folder = assemble(&MODULE)?;
    for file in ["index.js", "index.js.map", "index_bg.wasm", "explain_bg.wasm"] {
        copy(&paths::root().join("build/worker").join(file), &folder.join("dist/worker").join(file))?;
    }
    let packed = paths::build_dir("npm")?;
    let mut npm = Command::new("npm");
    npm.args(["pack", "--ignore-scripts", "--pack-destination"]).arg(&packed).current_dir(&folder);
    let name = process::output("npm pack", &mut npm)?;
    Ok(packed.join(name.trim()))
}

/// Builds the package without the Worker in `build/npm/package`, for the page.
pub(crate) fn assemble_for_page() -> Result<()> {
    tools::prepare()?;
    assemble(&MODULE).map(drop)
}

/// Builds the package with a trap, in `build/npm-test/package`; it is not packed.
pub fn for_tests() -> Result<()> {
    tools::prepare()?;
    assemble(&TEST).map(drop)
}

/// Checks each Wasm against its budget.
pub fn within_budget() -> Result<()> {
    for (file, budget, package) in BUDGETS {
        Size::of(&folder(&MODULE)?.join(file))?.within(budget, package)?;
    }
    Ok(())
}

fn folder(module: &Module) -> Result<PathBuf> {
    paths::build_dir(&format!("{}/package", module.name))
}

/// Assembles the package in an empty folder, so that no file of an earlier build gets in.
fn assemble(module: &Module) -> Result<PathBuf> {
    let [core, hmac, describe, full] = Module::build_all([module, &HMAC, &DESCRIBE, &FULL], Effort::Optimised)?;
    let (root, folder) = (paths::root(), folder(module)?);
    fs::remove_dir_all(&folder).with_context(|| format!("{} cannot be emptied", folder.display()))?;
    let dist = folder.join("dist");
    fs::create_dir_all(dist.join("worker"))?;
    for file in ["package.json", "README.md"] {
        copy(&root.join("crates/npm").join(file), &folder.join(file))?;
    }
    copy(&root.join("LICENSE"), &folder.join("LICENSE"))?;
    scripts(&root.join("crates/npm/js"), &dist)?;
    samples(&root.join("www/src"), &dist.join("samples"))?;
    let wasms = [("core", core), ("hmac", hmac), ("describe", describe), ("full", full)];
    for (name, stage) in &wasms {
        let wasm = dist.join(format!("{name}.wasm"));
        copy(&stage.join("glue.js"), &dist.join(format!("{name}-glue.js")))?;
        copy(&stage.join("glue_bg.wasm"), &wasm)?;
        fs::write(dist.join(format!("{name}-bytes.js")), inlined(&wasm)?)?;
    }
    node::bundle(&folder, &wasms.map(|(name, _)| name))?;
    Ok(folder)
}

/// Copies the page's samples, of which `countersign/testing` makes its requests.
fn samples(page: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    reached(page, &["samples.js"])?.iter().try_for_each(|name| copy(&page.join(name), &to.join(name)))
}

/// Copies the scripts and types of a folder and of the folders in it, with those for `require`.
fn scripts(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for script in fs::read_dir(from)? {
        let (path, target) = script.map(|script| (script.path(), to.join(script.file_name())))?;
        if path.is_dir() {
            scripts(&path, &target)?;
        } else {
            copy(&path, &target)?;
        }
    }
    commonjs(to)
}

/// Writes each entry of a folder for `require`, and its types. Node can require modules since 20.19, but a compiler refuses to let CommonJS load the
/// types of a module.
fn commonjs(dist: &Path) -> Result<()> {
    let files: Vec<_> = fs::read_dir(dist)?.collect::<std::io::Result<_>>()?;
    for path in files.iter().map(fs::DirEntry::path) {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let Some(stem) = name.strip_suffix(".d.ts").filter(|stem| *stem != "worker") else { continue };
        let types = fs::read_to_string(&path)?;
        fs::write(dist.join(format!("{stem}.d.cts")), types.replace(".js\";\n", ".cjs\";\n"))?;
        if dist.join(format!("{stem}.js")).is_file() {
            fs::write(dist.join(format!("{stem}.cjs")), format!("module.exports = require(\"./{stem}.js\");\n"))?;
        }
    }
    Ok(())
}

/// The Wasm as a script, which every runtime and bundler can load.
fn inlined(wasm: &Path) -> Result<String> {
    let text = STANDARD.encode(fs::read(wasm)?);
    Ok(format!("// Wasm as base64, for runtimes and bundlers that load only scripts.\nexport default \"{text}\";\n"))
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::copy(from, to).map(drop).with_context(|| format!("{} cannot be copied", from.display()))
}
