//! The contenders in workerd: their modules, the configuration, and the running process.
//!
//! One process serves all contenders that are compared. They share its thread and its heap, so whatever the machine or the runtime does
//! affects all of them; each has its own isolate.

use std::collections::BTreeMap;
use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

use crate::config;
use crate::worker::Worker;
use xtask::harness::wait_until_listening;
use xtask::process::{self, Group};
use xtask::{build, paths, tools};

/// What the services around the contenders are made of.
const SERVICES: [&str; 8] = ["collected", "fill", "held", "kv", "mirror", "never", "noop", "reader"];

/// All that is needed for the Workers to be served, in one folder.
pub(crate) struct Bundle {
    pub(crate) dir: PathBuf,
    secret: String,
    /// For how many rounds there are sources.
    rounds: usize,
}

impl Bundle {
    /// Builds Countersign, and puts it beside the others into `dir`.
    pub(crate) fn make(dir: PathBuf, secret: String, rounds: usize) -> Result<Self> {
        build::production()?;
        for file in ["index.js", "index_bg.wasm", "explain_bg.wasm"] {
            fs::copy(paths::root().join("build/worker").join(file), dir.join(file))?;
        }
        let benches = paths::root().join("benches");
        let peers = [
            "empty",
            "jose",
            "least",
            "standardwebhooks",
            "webcrypto",
            "webcrypto-github",
            "webcrypto-stripe",
            "webcrypto-v1a",
        ];
        let mut scripts: Vec<_> = peers.map(|name| benches.join("peers").join(name)).into();
        scripts.extend(SERVICES.map(|name| benches.join("services").join(name)));
        scripts.push(benches.join("countersign-inbox"));
        bundle(&scripts, &dir)?;
        Ok(Self { dir, secret, rounds })
    }

    /// The configuration of Workers, and the application `app` behind them, on ports of their own; `collected` says whether they can be
    /// told to collect their garbage.
    fn configure(&self, name: &str, workers: &[Worker], app: &str, collected: bool) -> Result<(PathBuf, Ports)> {
        let dir = self.dir.join(name);
        // An earlier run's events would be duplicates, and make databases of unknown size.
        if dir.exists() {
            fs::remove_dir_all(&dir)?;
        }
        let names: Vec<String> = workers.iter().map(|worker| worker.name()).collect();
        names.iter().try_for_each(|name| fs::create_dir_all(dir.join(name)))?;
        let behind = workers.iter().copied().filter_map(config::kv).chain([app.to_owned()]);
        let collectors: Vec<_> = names.iter().cloned().chain(behind).map(|name| config::collector(&name)).collect();
        let others = [config::KEYS, config::FILL, app].map(str::to_owned);
        let ports = free_ports(names.into_iter().chain(collectors).chain(others))?;
        let keys = ports.get(config::KEYS).copied().context("no port for keys")?;
        let variables = |worker: &Worker| (*worker, worker.variables(self.rounds, &self.secret, keys));
        let workers: Vec<_> = workers.iter().map(variables).collect();
        let file = self.dir.join(format!("{name}.capnp"));
        fs::write(&file, config::capnp(&self.dir, &dir, &workers, app, &ports, collected))?;
        Ok((file, ports))
    }

    /// The command that serves what a file configures.
    fn command(&self, name: &str, file: &Path) -> Result<Command> {
        let mut workerd = tools::npm_bin("workerd")?;
        workerd.args(["serve", "--experimental"]).arg(file);
        workerd.stderr(fs::File::create(self.dir.join(format!("{name}.log")))?);
        Ok(workerd)
    }

    /// The command that serves a Worker that collects its garbage unasked, from a compiled configuration: workerd copies a module that a text
    /// embeds several times, which takes as long as a third of the Worker's start, and a deployed Worker has no such text.
    pub(crate) fn compiled(&self, name: &str, worker: Worker, app: &str) -> Result<(Command, Ports)> {
        let (file, ports) = self.configure(name, &[worker], app, false)?;
        let compiled = file.with_extension("bin");
        let mut workerd = tools::npm_bin("workerd")?;
        workerd.args(["compile", "--config-only"]).arg(file);
        let status = workerd.stdout(fs::File::create(&compiled)?).status()?;
        ensure!(status.success(), "workerd does not compile its configuration: {status}");
        let mut command = self.command(name, &compiled)?;
        command.arg("--binary");
        Ok((command, ports))
    }

    /// Serves them, with what they log going to `log`.
    pub(crate) fn serve(&self, name: &str, workers: &[Worker], app: &str, log: Stdio) -> Result<Served> {
        let (file, ports) = self.configure(name, workers, app, true)?;
        let mut group = Group::spawn(self.command(name, &file)?.stdout(log))?;
        for port in ports.values() {
            wait_until_listening(*port, &mut group)?;
        }
        Ok(Served { group, ports })
    }
}

/// Bundles scripts, given without their `.js`, into a folder.
pub(crate) fn bundle(scripts: &[PathBuf], dir: &Path) -> Result<()> {
    let mut esbuild = tools::npm_bin("esbuild")?;
    esbuild.args(scripts.iter().map(|script| script.with_added_extension("js")));
    esbuild.args([
        "--bundle",
        "--format=esm",
        "--entry-names=[name]",
        "--external:cloudflare:workers",
        "--external:node:*",
    ]);
    esbuild.args(["--external:./index.js", &format!("--external:./{}", config::SERVED)]);
    esbuild.arg(format!("--outdir={}", dir.display()));
    process::run("bundle the contenders", &mut esbuild)
}

/// Where each socket listens.
pub(crate) type Ports = BTreeMap<String, u16>;

/// A port for each name. All are held until each has its own, so that no two get the same.
fn free_ports(names: impl Iterator<Item = String>) -> Result<Ports> {
    let listen = |name| Ok((name, TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?));
    let listeners: Vec<_> = names.map(listen).collect::<Result<_>>()?;
    listeners.into_iter().map(|(name, listener)| Ok((name, listener.local_addr()?.port()))).collect()
}

/// A running workerd, which ends when this is dropped.
pub(crate) struct Served {
    pub(crate) group: Group,
    ports: Ports,
}

impl Served {
    /// Where a Worker listens.
    pub(crate) fn url(&self, worker: Worker) -> Result<String> {
        self.url_of(&worker.name())
    }

    /// Where a service listens.
    pub(crate) fn url_of(&self, name: &str) -> Result<String> {
        let port = self.ports.get(name).with_context(|| format!("`{name}` is not served"))?;
        Ok(format!("http://127.0.0.1:{port}"))
    }

    /// Has a Worker collect its garbage now.
    pub(crate) fn collect(&self, worker: Worker) -> Result<()> {
        self.collect_by(&worker.name())
    }

    /// Has those behind a Worker, its KV and an application `app`, collect theirs, so that it is nobody's whose deliveries they take.
    pub(crate) fn collect_behind(&self, worker: Worker, app: &str) -> Result<()> {
        config::kv(worker).iter().map(String::as_str).chain([app]).try_for_each(|service| self.collect_by(service))
    }

    fn collect_by(&self, service: &str) -> Result<()> {
        let url = self.url_of(&config::collector(service))?;
        ureq::get(&url).call().with_context(|| format!("{url} failed; see the logs in build/bench"))?;
        Ok(())
    }
}
