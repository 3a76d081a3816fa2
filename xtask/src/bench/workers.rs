//! The contenders in workerd: what each Worker is made of, the configuration, and the running process.
//!
//! One process serves all that are measured side by side. They share its thread and its heap, so what the machine or the runtime does
//! meanwhile meets all alike; each is an isolate of its own.

use std::collections::BTreeMap;
use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, Result};
use serde_json::json;

use super::cases::{Case, Contender, Mode};
use super::config;
use super::sign::AUDIENCE;
use crate::process::{self, Group};
use crate::stage::wait_until_listening;
use crate::{build, tools};

/// The last segment of the URLs of sources that need one.
pub(super) const URL_TOKEN: &str = "token-of-the-bench";
/// What the services behind the contenders are made of.
const SERVICES: [&str; 5] = ["fill", "kv", "mirror", "never", "noop"];

/// A Worker to be served: a contender set up for what it is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Worker {
    pub(super) contender: Contender,
    pub(super) mode: Mode,
    /// What the one that checks nothing answers.
    pub(super) answer: &'static str,
}

impl Worker {
    /// The one that serves a contender in a case.
    pub(super) fn of(case: &Case, contender: Contender) -> Self {
        let answer = if contender == Contender::Empty { case.outcome } else { "" };
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
    let forward = json!({ "service": "APP" });
    let gemini = json!({ "scheme": "gemini", "secrets": ["GEMINI_WEBHOOK_SECRET"], "forward": forward });
    let dynamic = json!({ "scheme": "gemini-dynamic", "url_token": "TOKEN", "dedupe": "off", "forward": forward });
    let with = |mut source: serde_json::Value, more: serde_json::Value| {
        if let (Some(source), serde_json::Value::Object(more)) = (source.as_object_mut(), more) {
            source.extend(more);
        }
        source
    };
    let stored = super::curves::STORED.map(|count| format!("stored-{count}"));
    let by_round = |mode: Mode| (0..=rounds).map(move |round| format!("{}-{round}", mode.name()));
    let sources: serde_json::Map<String, serde_json::Value> = match mode {
        Mode::Pass => {
            [("gemini".to_owned(), with(gemini, json!({ "dedupe": "off", "max_body": "8MiB" })))].into_iter().collect()
        }
        Mode::Kv => by_round(mode).map(|name| (name, with(gemini.clone(), json!({ "dedupe": "24h" })))).collect(),
        Mode::Inbox => {
            let forward = json!({ "service": "APP", "timeout": "1h", "concurrency": 1 });
            let inbox = with(gemini, json!({ "durable": true, "forward": forward }));
            by_round(mode).chain(stored).map(|name| (name, inbox.clone())).collect()
        }
        Mode::V1a => [("v1a".to_owned(), with(dynamic, json!({ "jwks": keys("ed25519") })))].into_iter().collect(),
        Mode::Jwt => {
            let more = json!({ "jwks": keys("rsa"), "accept": ["jwt"], "audience": AUDIENCE });
            [("jwt".to_owned(), with(dynamic, more))].into_iter().collect()
        }
    };
    serde_json::Value::Object(sources).to_string()
}

/// All that is needed for the Workers to be served, in one folder.
pub(super) struct Bundle {
    pub(super) dir: PathBuf,
    secret: String,
    rounds: usize,
}

impl Bundle {
    /// Builds Countersign, and puts it beside the others into `build/bench`.
    pub(super) fn make(secret: String, rounds: usize) -> Result<Self> {
        build::production()?;
        let dir = tools::build_dir("bench")?;
        for file in ["index.js", "index_bg.wasm"] {
            fs::copy(tools::root().join("build/worker").join(file), dir.join(file))?;
        }
        let benches = tools::root().join("benches");
        let peers = ["empty", "jose", "standardwebhooks", "webcrypto", "webcrypto-v1a"];
        let mut scripts: Vec<_> = peers.map(|name| benches.join("peers").join(name)).into();
        scripts.extend(SERVICES.map(|name| benches.join("services").join(name)));
        scripts.push(benches.join("countersign-inbox"));
        bundle(&scripts, &dir)?;
        Ok(Self { dir, secret, rounds })
    }

    /// Serves Workers on ports of their own, before an application `app`, with what they log going to `log`.
    pub(super) fn serve(&self, name: &str, workers: &[Worker], app: &str, log: Stdio) -> Result<Served> {
        let dir = self.dir.join(name);
        // An earlier run's events would be duplicates, and make databases of unknown size.
        if dir.exists() {
            fs::remove_dir_all(&dir)?;
        }
        fs::create_dir_all(&dir)?;
        let names: Vec<String> = workers.iter().map(|worker| worker.name()).collect();
        let sockets = names.iter().map(String::as_str).chain([config::KEYS, config::FILL]);
        let ports = free_ports(sockets)?;
        let keys = ports.get(config::KEYS).copied().context("no port for keys")?;
        let mut parts = Vec::new();
        for worker in workers {
            fs::create_dir_all(dir.join(worker.name()))?;
            parts.push((*worker, worker.variables(self.rounds, &self.secret, keys)));
        }
        let file = self.dir.join(format!("{name}.capnp"));
        fs::write(&file, config::capnp(&self.dir, &dir, &parts, app, &ports)?)?;
        let mut workerd = tools::npm_bin("workerd")?;
        workerd.args(["serve", "--experimental"]).arg(file);
        let errors = fs::File::create(self.dir.join(format!("{name}.log")))?;
        let mut group = Group::spawn(workerd.stdout(log).stderr(errors))?;
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
    esbuild.args(["--bundle", "--format=esm", "--entry-names=[name]", "--external:cloudflare:workers"]);
    esbuild.args(["--external:./index.js", &format!("--outdir={}", dir.display())]);
    process::run("bundle the contenders", &mut esbuild)
}

/// A port for each name. All are held until each has its own, so that no two get the same.
fn free_ports<'a>(names: impl Iterator<Item = &'a str>) -> Result<BTreeMap<String, u16>> {
    let listen = |name: &str| Ok((name.to_owned(), TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?));
    let listeners: Vec<_> = names.map(listen).collect::<Result<_>>()?;
    listeners.into_iter().map(|(name, listener)| Ok((name, listener.local_addr()?.port()))).collect()
}

/// A running workerd, which ends when this is dropped.
pub(super) struct Served {
    pub(super) group: Group,
    ports: BTreeMap<String, u16>,
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
}
