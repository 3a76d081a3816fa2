//! The Worker under `wrangler dev` and a local Gemini, for `dev` and `example`.

mod secrets;

use std::fs;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use lexopt::ValueExt;

pub use self::secrets::Secrets;
use crate::build::Effort;
use crate::emulator::Emulator;
use crate::process::{self, Group, Log};
use crate::term::Progress;
use crate::{tools, wrangler};

/// The longest time until workerd's first response, and until the others listen.
const READY_LIMIT: Duration = Duration::from_secs(60);

/// The ports of the three, all on loopback.
#[derive(Clone, Copy)]
pub struct Ports {
    /// The Worker.
    pub worker: u16,
    /// The local Gemini.
    pub gemini: u16,
    /// The application.
    pub origin: u16,
}

impl Ports {
    /// The ports that the README names.
    pub const DEFAULT: Self = Self { worker: 8787, gemini: 8099, origin: 8098 };

    /// Parses an option of the command line. `false` if it is not a port.
    pub fn option(&mut self, name: &str, args: &mut lexopt::Parser) -> Result<bool> {
        let port = match name {
            "port" => &mut self.worker,
            "gemini-port" => &mut self.gemini,
            "origin-port" => &mut self.origin,
            _ => return Ok(false),
        };
        *port = args.value()?.parse()?;
        Ok(true)
    }

    /// Fails if a port is in use.
    pub fn ensure_free(self, command: &str) -> Result<()> {
        for (option, port) in [("port", self.worker), ("gemini-port", self.gemini), ("origin-port", self.origin)] {
            let next = port.checked_add(10).unwrap_or(port);
            ensure!(
                is_free(port),
                "port {port} is in use. Stop the process that listens there (perhaps another `cargo xtask dev`), or choose another port: \
                 cargo xtask {command} --{option} {next}"
            );
        }
        Ok(())
    }
}

/// Whether nothing listens on the port.
pub fn is_free(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
}

/// A port that was free a moment ago.
pub fn free_port() -> Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

/// Which Worker is started.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Build {
    /// As it is deployed.
    Deployed,
    /// Compiled in less time, for `dev`.
    Dev,
}

/// The Worker and the local Gemini, running. They end when this is dropped.
pub struct Harness {
    /// Their secrets.
    pub secrets: Secrets,
    /// The URL of the Worker.
    pub worker: String,
    /// The URL of the local Gemini.
    pub gemini: String,
    /// The URL that the Worker forwards to.
    pub origin: String,
    children: [(&'static str, Group); 2],
}

impl Harness {
    /// Starts Gemini with `options`, and the Worker with or without the page. State and logs are in `dir`.
    pub fn start(
        ports: Ports,
        secrets: Secrets,
        emulator: &Emulator,
        options: &[&str],
        build: Build,
        page: bool,
        dir: &Path,
    ) -> Result<Self> {
        let at = |port| format!("http://127.0.0.1:{port}");
        let (worker, gemini, origin) =
            (at(ports.worker), at(ports.gemini), format!("{}/hooks/gemini", at(ports.origin)));
        let sources = secrets::sources(&origin, &format!("{gemini}/.well-known/jwks.json"));
        let effort = if build == Build::Dev { Effort::Plain } else { Effort::Optimised };
        let config = wrangler::derive(dir, sources, &effort.output("worker"))?;
        if page {
            wrangler::turn_on_page(&config)?;
        }
        let mut serving = emulator.serve(ports.gemini, &secrets.gemini.text(), options, dir)?;
        wait_until_listening(ports.gemini, &mut serving)?;
        let log = Log::at(&dir.join("wrangler.log"))?;
        let mut wrangler = Group::spawn(&mut wrangler_dev(ports.worker, dir, &config, &log)?)?;
        wait_until_healthy(&worker, &mut wrangler, &log)?;
        Ok(Self { secrets, worker, gemini, origin, children: [("Gemini", serving), ("wrangler", wrangler)] })
    }

    /// The URL for the project's webhooks.
    pub fn gemini_source(&self) -> String {
        format!("{}/gemini", self.worker)
    }

    /// The URL for webhooks of single jobs.
    pub fn jobs_source(&self) -> String {
        format!("{}/gemini-jobs/{}", self.worker, self.secrets.jobs_token)
    }

    /// Fails if one of them has ended.
    pub fn check(&mut self) -> Result<()> {
        for (name, child) in &mut self.children {
            if let Some(status) = child.ended()? {
                bail!("{name} ended: {status}");
            }
        }
        Ok(())
    }
}

/// Creates the folder for state and logs, and reads or creates the secrets in it.
pub fn prepare(dir: &Path) -> Result<Secrets> {
    fs::create_dir_all(dir).with_context(|| format!("{} cannot be created", dir.display()))?;
    Secrets::kept_in(dir)
}

/// Waits until a child accepts connections.
pub fn wait_until_listening(port: u16, child: &mut Group) -> Result<()> {
    let started = Instant::now();
    while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
        if let Some(status) = child.ended()? {
            bail!("the process for port {port} ended: {status}");
        }
        ensure!(started.elapsed() < READY_LIMIT, "nothing listens on port {port} after {READY_LIMIT:?}");
        thread::sleep(process::POLL);
    }
    Ok(())
}

fn wrangler_dev(port: u16, dir: &Path, config: &Path, log: &Log) -> Result<std::process::Command> {
    let mut command = tools::npm_bin("wrangler")?;
    command.arg("dev").arg("--config").arg(config).arg("--persist-to").arg(dir.join("state"));
    command.args(["--ip", "127.0.0.1", "--port", &port.to_string(), "--inspector-port", "0"]);
    command.args(["--show-interactive-dev-session=false", "--live-reload=false"]);
    command.stdout(log.handle()?).stderr(log.handle()?);
    Ok(command)
}

fn wait_until_healthy(worker: &str, wrangler: &mut Group, log: &Log) -> Result<()> {
    let progress = Progress::start("start the Worker", None);
    let started = Instant::now();
    loop {
        if let Some(status) = wrangler.ended()? {
            bail!("wrangler ended ({status}):\n{}", log.text().trim_end());
        }
        let healthz = ureq::get(format!("{worker}/healthz"))
            .config()
            .http_status_as_error(false)
            .timeout_global(Some(READY_LIMIT))
            .build()
            .call();
        if let Ok(mut answer) = healthz {
            ensure!(
                answer.status() == 200,
                "/healthz says {}: {}",
                answer.status(),
                answer.body_mut().read_to_string()?
            );
            progress.done();
            return Ok(());
        }
        ensure!(
            started.elapsed() < READY_LIMIT,
            "the Worker did not start within {READY_LIMIT:?}:\n{}",
            log.text().trim_end()
        );
        thread::sleep(process::POLL);
    }
}
