//! The contenders in workerd: what each Worker is made of, the configuration, and the running process.
//!
//! A process serves all that are measured side by side. They share its thread and its heap, so what the machine or the runtime does
//! meanwhile meets all alike; each is an isolate of its own.

use std::collections::BTreeMap;
use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result};
use serde_json::{Map, Value, json};

use super::cases::{Case, Contender, Mode};
use super::config;
use super::curves::{STORED, stored};
use super::sign::AUDIENCE;
use crate::process::{self, Group};
use crate::stage::wait_until_listening;
use crate::{build, tools};

/// The last segment of the URLs of sources that need one.
pub(super) const URL_TOKEN: &str = "token-of-the-bench";
/// What the services around the contenders are made of.
const SERVICES: [&str; 8] = ["collected", "fill", "held", "kv", "mirror", "never", "noop", "reader"];

/// A Worker to be served: a contender set up for what it is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Worker {
    pub(super) contender: Contender,
    pub(super) mode: Mode,
    /// What those that are limits answer at once; where the one that checks nothing is to do the others' work, nothing.
    pub(super) answer: &'static str,
}

impl Worker {
    /// The one that serves a contender in a case.
    pub(super) fn of(case: &Case, contender: Contender) -> Self {
        let at_once = matches!(contender, Contender::Empty | Contender::Least) && !case.succeeds();
        let answer = if at_once { case.outcome } else { "" };
        Self { contender, mode: case.mode, answer }
    }

    /// Its name as a service.
    pub(super) fn name(self) -> String {
        let role = if self.answer.is_empty() { self.mode.name() } else { self.answer };
        format!("{}-{role}", self.contender.name())
    }

    /// The modules it consists of, by the names of their files.
    pub(super) fn modules(self) -> Vec<&'static str> {
        match (self.contender, self.mode) {
            (Contender::Countersign, Mode::Inbox) => vec!["countersign-inbox.js", "index.js", "index_bg.wasm"],
            (Contender::Countersign, _) => vec!["index.js", "index_bg.wasm"],
            (Contender::Empty, _) => vec!["empty.js"],
            (Contender::Least, _) => vec!["least.js"],
            (Contender::StandardWebhooks, _) => vec!["standardwebhooks.js"],
            (Contender::Jose, _) => vec!["jose.js"],
            (Contender::WebCrypto, Mode::V1a) => vec!["webcrypto-v1a.js"],
            (Contender::WebCrypto, _) => vec!["webcrypto.js"],
        }
    }

    /// Its variables: Countersign's configuration, or what the others are told instead.
    pub(super) fn variables(self, rounds: usize, secret: &str, keys: u16) -> Vec<(&'static str, String)> {
        let keys = |name| format!("http://127.0.0.1:{keys}/{name}");
        let mut variables = vec![("GEMINI_WEBHOOK_SECRET", secret.to_owned()), ("TOKEN", URL_TOKEN.to_owned())];
        if self.contender == Contender::Countersign {
            variables.push(("SOURCES", sources(self.mode, rounds, &keys)));
            return variables;
        }
        variables.extend([("MODE", self.mode.name().to_owned()), ("AUDIENCE", AUDIENCE.to_owned())]);
        match self.mode {
            Mode::Pass => variables.push(("SOURCE", "gemini".to_owned())),
            Mode::V1a => variables.extend([("SOURCE", "v1a".to_owned()), ("JWKS", keys("ed25519"))]),
            Mode::Jwt => variables.extend([("SOURCE", "jwt".to_owned()), ("JWKS", keys("rsa"))]),
            // In these, the source is read from the path.
            Mode::Kv | Mode::Inbox => {}
        }
        if !self.answer.is_empty() {
            variables.push(("ANSWER", self.answer.to_owned()));
        }
        variables
    }
}

/// What `SOURCES` is in `wrangler.toml`.
fn sources(mode: Mode, rounds: usize, keys: &dyn Fn(&'static str) -> String) -> String {
    let gemini = json!({
        "scheme": "gemini", "secrets": ["GEMINI_WEBHOOK_SECRET"], "dedupe": "off", "max_body": "8MiB", "forward": { "service": "APP" },
    });
    let dynamic =
        json!({ "scheme": "gemini-dynamic", "url_token": "TOKEN", "dedupe": "off", "forward": { "service": "APP" } });
    let with = |mut source: Value, more: &[(&str, Value)]| {
        more.iter().for_each(|(key, value)| source[key] = value.clone());
        source
    };
    let each = |names: Vec<String>, source: Value| names.into_iter().map(|name| (name, source.clone())).collect();
    let by_round = || (0..=rounds).map(|round| format!("{}-{round}", mode.name()));
    let sources: Map<String, Value> = match mode {
        Mode::Pass => each(vec!["gemini".to_owned()], gemini),
        Mode::Kv => each(by_round().collect(), with(gemini, &[("dedupe", json!("24h"))])),
        Mode::Inbox => {
            let forward = json!({ "service": "APP", "timeout": "1h", "concurrency": 1 });
            let durable = [("durable", json!(true)), ("dedupe", json!("24h")), ("max_body", json!("1MiB"))];
            let filled = (1..=rounds).flat_map(|round| STORED.map(|count| stored(count, round)));
            each(by_round().chain(filled).collect(), with(with(gemini, &durable), &[("forward", forward)]))
        }
        Mode::V1a => each(vec!["v1a".to_owned()], with(dynamic, &[("jwks", json!(keys("ed25519")))])),
        Mode::Jwt => {
            let more = [("jwks", json!(keys("rsa"))), ("accept", json!(["jwt"])), ("audience", json!(AUDIENCE))];
            each(vec!["jwt".to_owned()], with(dynamic, &more))
        }
    };
    Value::Object(sources).to_string()
}

/// All that is needed for the Workers to be served, in one folder.
pub(super) struct Bundle {
    pub(super) dir: PathBuf,
    secret: String,
    /// For how many rounds there are sources.
    rounds: usize,
}

impl Bundle {
    /// Builds Countersign, and puts it beside the others into `dir`.
    pub(super) fn make(dir: PathBuf, secret: String, rounds: usize) -> Result<Self> {
        build::production()?;
        for file in ["index.js", "index_bg.wasm"] {
            fs::copy(tools::root().join("build/worker").join(file), dir.join(file))?;
        }
        let benches = tools::root().join("benches");
        let peers = ["empty", "jose", "least", "standardwebhooks", "webcrypto", "webcrypto-v1a"];
        let mut scripts: Vec<_> = peers.map(|name| benches.join("peers").join(name)).into();
        scripts.extend(SERVICES.map(|name| benches.join("services").join(name)));
        scripts.push(benches.join("countersign-inbox"));
        bundle(&scripts, &dir)?;
        Ok(Self { dir, secret, rounds })
    }

    /// The command that serves Workers, and the application `app` behind them, on ports of their own; `collected` says whether they can be
    /// told to collect their garbage.
    pub(super) fn prepare(
        &self,
        name: &str,
        workers: &[Worker],
        app: &str,
        collected: bool,
    ) -> Result<(Command, Ports)> {
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
        let mut workerd = tools::npm_bin("workerd")?;
        workerd.args(["serve", "--experimental"]).arg(file);
        workerd.stderr(fs::File::create(self.dir.join(format!("{name}.log")))?);
        Ok((workerd, ports))
    }

    /// Serves them, with what they log going to `log`.
    pub(super) fn serve(&self, name: &str, workers: &[Worker], app: &str, log: Stdio) -> Result<Served> {
        let (mut workerd, ports) = self.prepare(name, workers, app, true)?;
        let mut group = Group::spawn(workerd.stdout(log))?;
        for port in ports.values() {
            wait_until_listening(*port, &mut group)?;
        }
        Ok(Served { group, ports })
    }
}

/// Bundles scripts, given without their `.js`, into a folder.
pub(super) fn bundle(scripts: &[PathBuf], dir: &Path) -> Result<()> {
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
pub(super) type Ports = BTreeMap<String, u16>;

/// A port for each name. All are held until each has its own, so that no two get the same.
fn free_ports(names: impl Iterator<Item = String>) -> Result<Ports> {
    let listen = |name| Ok((name, TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?));
    let listeners: Vec<_> = names.map(listen).collect::<Result<_>>()?;
    listeners.into_iter().map(|(name, listener)| Ok((name, listener.local_addr()?.port()))).collect()
}

/// A running workerd, which ends when this is dropped.
pub(super) struct Served {
    pub(super) group: Group,
    ports: Ports,
}

impl Served {
    /// Where a Worker listens.
    pub(super) fn url(&self, worker: Worker) -> Result<String> {
        self.url_of(&worker.name())
    }

    /// Where a service listens.
    pub(super) fn url_of(&self, name: &str) -> Result<String> {
        let port = self.ports.get(name).with_context(|| format!("`{name}` is not served"))?;
        Ok(format!("http://127.0.0.1:{port}"))
    }

    /// Has a Worker collect its garbage now.
    pub(super) fn collect(&self, worker: Worker) -> Result<()> {
        self.collect_by(&worker.name())
    }

    /// Has those behind a Worker, its KV and an application `app`, collect theirs, so that it is nobody's whose deliveries they take.
    pub(super) fn collect_behind(&self, worker: Worker, app: &str) -> Result<()> {
        config::kv(worker).iter().map(String::as_str).chain([app]).try_for_each(|service| self.collect_by(service))
    }

    fn collect_by(&self, service: &str) -> Result<()> {
        let url = self.url_of(&config::collector(service))?;
        ureq::get(&url).call().with_context(|| format!("{url} failed; see the logs in build/bench"))?;
        Ok(())
    }
}
