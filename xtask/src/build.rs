//! `cargo xtask build`: Rust to Wasm, its glue, wasm-opt, and one module that `wrangler deploy` takes as it is.

mod module;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::thread;

use anyhow::{Context, Result, anyhow};

pub use self::module::{Effort, Module};
use crate::size::{Size, kilobytes};
use crate::term::bold;
use crate::{console, paths, process, replace, tools};

/// The most that the deployed Wasm may weigh, gzipped.
const BUDGET: usize = 393_000;

/// A Worker: the crate it is compiled from, and the scripts beside it.
struct Worker {
    /// Its name is also the folder under `build/`.
    module: Module,
    /// The scripts of this Worker alone, from the root, and the name by which `entry.js` imports each.
    scripts: &'static [(&'static str, &'static str)],
}

const PRODUCTION: Worker = Worker {
    module: Module { name: "worker", package: "countersign-worker", abort_handler: true },
    scripts: &[("crates/worker/js/entry.js", "entry.js")],
};

/// The production entry, inside routes that only tests may have.
const TEST: Worker = Worker {
    module: Module { name: "worker-test", package: "countersign-worker-test", abort_handler: true },
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
const EXPLAIN: Module = Module { name: "worker-explain", package: "countersign-worker-explain", abort_handler: false };

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
    PRODUCTION.build(Effort::Optimised, || Ok(()))?;
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

/// Builds `build/worker-plain` for `cargo xtask dev`, as quickly as can be: npm installs its packages while Rust compiles.
pub(crate) fn for_dev() -> Result<()> {
    tools::wasm_target()?;
    thread::scope(|scope| {
        let packages = scope.spawn(tools::npm_packages);
        PRODUCTION.build(Effort::Plain, || {
            packages.join().map_err(|_| anyhow!("the installation of npm's packages panicked"))?
        })
    })
}

/// Builds `build/worker-test`, what the end-to-end tests drive besides.
pub fn for_tests() -> Result<()> {
    tools::prepare()?;
    TEST.build(Effort::Optimised, || Ok(()))
}

/// Fails if the deployed Wasm has outgrown its budget.
pub fn within_budget() -> Result<()> {
    Size::of(&PRODUCTION.wasm())?.within(BUDGET, PRODUCTION.module.package)
}

impl Worker {
    /// `packages` returns when npm's packages are there. Optimising needs them too.
    fn build(&self, effort: Effort, packages: impl FnOnce() -> Result<()>) -> Result<()> {
        // Two commands may build at once.
        let lock =
            File::create(paths::build_dir("stage")?.join("lock")).context("build/stage/lock cannot be written")?;
        lock.lock().context("build/stage/lock cannot be locked")?;
        let [explain, stage] = Module::build_all([&EXPLAIN, &self.module], effort)?;
        packages()?;
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
        self.bundle(&stage, &paths::build_dir(&effort.output(self.module.name))?)
    }

    fn wasm(&self) -> PathBuf {
        paths::root().join("build").join(self.module.name).join("index_bg.wasm")
    }

    /// Makes `index.js`, `index_bg.wasm` and `explain_bg.wasm` of the stage. Names stay as they are: they are what a stack trace shows.
    fn bundle(&self, stage: &Path, output: &Path) -> Result<()> {
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
        replace::contents(&bundled, output)
    }
}
