//! Workers with an inbox on disk, in one workerd.

use std::fmt::Write as _;
use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::bundle::bundle;
use crate::clock::{Clock, waited};
use crate::config::DATE;
use xtask::demo::Secret;
use xtask::harness::wait_until_listening;
use xtask::process::Group;
use xtask::{paths, tools};

/// `ADMIN_TOKEN`.
const TOKEN: &str = "the-token-of-the-benchmarks";

/// A Worker to serve: its name, its files (the main module first), and its variables.
pub(crate) struct Worker {
    pub(crate) name: &'static str,
    pub(crate) files: &'static [&'static str],
    pub(crate) variables: Vec<(&'static str, String)>,
}

/// A running workerd, which ends when this is dropped.
pub(crate) struct Served {
    group: Group,
    ports: Vec<(&'static str, u16)>,
}

/// What the Workers here are made of.
const SCRIPTS: [&str; 4] = ["inbox", "countersign-inbox", "peers/standardwebhooks", "services/never"];

/// Bundles all of it, beside the Worker as it was built, into `dir`.
pub(crate) fn prepare(dir: &Path) -> Result<()> {
    let benches = paths::root().join("benches");
    bundle(&SCRIPTS.map(|script| benches.join(script)), dir)?;
    for file in ["index.js", "index_bg.wasm", "explain_bg.wasm"] {
        fs::copy(paths::root().join("build/worker").join(file), dir.join(file))?;
    }
    Ok(())
}

impl Served {
    /// Serves Workers from `dir`, with empty inboxes, and waits until they listen. The log is `{name}.log`.
    pub(crate) fn start(dir: &Path, name: &str, secret: &Secret, workers: &[Worker]) -> Result<Self> {
        let listeners = workers.iter().map(|worker| Ok((worker.name, TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?)));
        let listeners = listeners.collect::<Result<Vec<_>>>()?;
        let port = |(name, listener): &(&'static str, TcpListener)| Ok((*name, listener.local_addr()?.port()));
        let ports = listeners.iter().map(port).collect::<Result<Vec<_>>>()?;
        drop(listeners);
        // An earlier run's events would be duplicates, and make databases of unknown size.
        let data = dir.join("data").join(name);
        if data.exists() {
            fs::remove_dir_all(&data)?;
        }
        for worker in workers {
            fs::create_dir_all(data.join(worker.name))?;
        }
        let file = dir.join(format!("{name}.capnp"));
        fs::write(&file, capnp(&data, workers, &ports, &secret.text())?)?;
        let mut workerd = tools::npm_bin("workerd")?;
        workerd.args(["serve", "--experimental"]).arg(file);
        workerd.stdout(std::process::Stdio::null()).stderr(fs::File::create(dir.join(format!("{name}.log")))?);
        let mut group = Group::spawn(&mut workerd)?;
        for (_, port) in &ports {
            wait_until_listening(*port, &mut group)?;
        }
        Ok(Self { group, ports })
    }

    /// Where a Worker listens.
    pub(crate) fn address(&self, worker: &str) -> Result<String> {
        let port = self.ports.iter().find(|(name, _)| *name == worker);
        port.map(|(_, port)| format!("127.0.0.1:{port}")).with_context(|| format!("`{worker}` is not served"))
    }

    /// The processor time of the process.
    pub(crate) fn cpu(&self) -> Clock {
        Clock::Cpu(self.group.id())
    }

    /// How long the process has run on a processor, and waited for one.
    pub(crate) fn usage(&self) -> Result<(Duration, Duration)> {
        Ok((self.cpu().now()?, waited(self.group.id())?))
    }

    /// Asks an operator's question: `POST` or `GET /admin/{source}/{what}`.
    pub(crate) fn admin(&self, worker: &str, method: &str, source: &str, what: &str) -> Result<Value> {
        let url = format!("http://{}/admin/{source}/{what}", self.address(worker)?);
        let token = format!("Bearer {TOKEN}");
        let answer = match method {
            "POST" => ureq::post(&url).header("authorization", &token).send_empty(),
            _ => ureq::get(&url).header("authorization", &token).call(),
        };
        let mut answer = answer.with_context(|| format!("{method} {url} failed; see the logs in build/bench-inbox"))?;
        Ok(serde_json::from_str(&answer.body_mut().read_to_string()?)?)
    }
}

fn capnp(data: &Path, workers: &[Worker], ports: &[(&str, u16)], secret: &str) -> Result<String> {
    let (mut services, mut sockets) = (String::new(), String::new());
    for (Worker { name, files, variables }, (_, port)) in workers.iter().zip(ports) {
        let module = |file: &&str| match file.strip_suffix(".wasm") {
            // The name is that by which `index.js` imports it.
            Some(_) => format!(r#"(name = "./{file}", wasm = embed "{file}")"#),
            None => format!(r#"(name = "{file}", esModule = embed "{file}")"#),
        };
        let modules: Vec<_> = files.iter().map(module).collect();
        let fixed = [("GEMINI_WEBHOOK_SECRET", secret), ("ORIGIN_SECRET", secret), ("ADMIN_TOKEN", TOKEN)];
        let variables = variables.iter().map(|(name, value)| (*name, value.as_str()));
        let text = |(name, value): (&str, &str)| format!(r#"(name = "{name}", text = {value:?}), "#);
        let bindings: String = fixed.into_iter().chain(variables).map(text).collect();
        write!(
            services,
            r#"
    (name = "{name}-disk", disk = (path = {:?}, writable = true)),
    (name = "{name}", worker = (modules = [{}], compatibilityDate = "{DATE}", bindings = [{bindings}
      (name = "NEVER", service = "never"), (name = "INBOX", durableObjectNamespace = "Inbox")], globalOutbound = "loopback",
      durableObjectNamespaces = [(className = "Inbox", uniqueKey = "{name}", enableSql = true)],
      durableObjectStorage = (localDisk = "{name}-disk"))),"#,
            data.join(name),
            modules.join(", ")
        )?;
        write!(sockets, r#"(name = "{name}", address = "127.0.0.1:{port}", http = (), service = "{name}"), "#)?;
    }
    Ok(format!(
        "using Workerd = import \"/workerd/workerd.capnp\";\n\nconst config :Workerd.Config = (\n  services = [{services}\n    \
         (name = \"never\", worker = (modules = [(name = \"never.js\", esModule = embed \"never.js\")], \
         compatibilityDate = \"{DATE}\")),\n    (name = \"loopback\", network = (allow = [\"private\"]))],\n  \
         sockets = [{sockets}]);\n"
    ))
}
