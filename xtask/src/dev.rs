//! `cargo xtask dev`: a local Gemini, the Worker under `wrangler dev`, an origin behind it, and events to look at.

mod secrets;
mod show;

use std::fs;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use lexopt::ValueExt;

use self::secrets::Secrets;
use crate::emulator::{Arrival, Emulator};
use crate::process::{self, Group, Log};
use crate::term::{Progress, bold};
use crate::{build, tools, wrangler};

/// How long workerd may take to answer for the first time, and the others to listen.
const READY_LIMIT: Duration = Duration::from_secs(60);
/// How often what should be running is looked at.
const WATCH: Duration = Duration::from_millis(500);
/// The line before the command to paste, which is the last that is printed before something arrives.
pub(crate) const READY: &str =
    "Now you: paste this into another terminal, as often as you like. Ctrl-C here ends everything.";

/// The ports of a `dev`.
#[derive(Clone, Copy)]
struct Ports {
    worker: u16,
    gemini: u16,
    origin: u16,
}

impl Ports {
    const DEFAULT: Self = Self { worker: 8787, gemini: 8099, origin: 8098 };

    const fn named(self) -> [(&'static str, u16); 3] {
        [("--port", self.worker), ("--gemini-port", self.gemini), ("--origin-port", self.origin)]
    }
}

/// Where everything is.
struct Places {
    worker: String,
    gemini: String,
    origin: String,
}

impl Places {
    fn at(ports: Ports) -> Self {
        let at = |port| format!("http://127.0.0.1:{port}");
        Self { worker: at(ports.worker), gemini: at(ports.gemini), origin: at(ports.origin) }
    }

    fn gemini_source(&self) -> String {
        format!("{}/gemini", self.worker)
    }

    fn jobs_source(&self, secrets: &Secrets) -> String {
        format!("{}/gemini-jobs/{}", self.worker, secrets.jobs_token)
    }
}

/// The command line.
pub(crate) fn command(mut args: lexopt::Parser) -> Result<()> {
    let (mut ports, mut dir) = (Ports::DEFAULT, tools::root().join("build/dev"));
    while let Some(arg) = args.next()? {
        match arg {
            lexopt::Arg::Long("port") => ports.worker = args.value()?.parse()?,
            lexopt::Arg::Long("gemini-port") => ports.gemini = args.value()?.parse()?,
            lexopt::Arg::Long("origin-port") => ports.origin = args.value()?.parse()?,
            // For a second one beside the first; the test of this command uses it.
            lexopt::Arg::Long("dir") => dir = args.value()?.into(),
            other => return Err(other.unexpected().into()),
        }
    }
    for (option, port) in ports.named() {
        ensure_free(option, port)?;
    }
    build::production()?;
    let emulator = Emulator::build()?;
    run(ports, &emulator, &dir)
}

/// Whether nothing listens on the port.
pub(crate) fn is_free(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
}

fn ensure_free(option: &str, port: u16) -> Result<()> {
    let next = port.checked_add(10).unwrap_or(port);
    ensure!(
        is_free(port),
        "port {port} is taken. End what listens there (perhaps another `cargo xtask dev`), or take another port: \
         cargo xtask dev {option} {next}"
    );
    Ok(())
}

fn run(ports: Ports, emulator: &Emulator, dir: &Path) -> Result<()> {
    fs::create_dir_all(dir).with_context(|| format!("{} cannot be made", dir.display()))?;
    let (places, secrets) = (Places::at(ports), Secrets::kept_in(dir)?);
    let hook = format!("{}/hooks/gemini", places.origin);
    let config = wrangler::derive(dir, secrets::sources(&hook, &format!("{}/.well-known/jwks.json", places.gemini)))?;

    let (mut origin, arrivals) = emulator.origin(ports.origin, &secrets.origin.text(), dir)?;
    let mut gemini = emulator.serve(ports.gemini, &secrets.gemini.text(), dir)?;
    wait_until_listening(ports.origin, &mut origin)?;
    wait_until_listening(ports.gemini, &mut gemini)?;
    let log = Log::at(&dir.join("wrangler.log"))?;
    let mut wrangler = Group::spawn(&mut wrangler_dev(ports.worker, dir, &config, &log)?)?;
    wait_until_healthy(&places.worker, &mut wrangler, &log)?;
    process::say_on_interrupt(format!(
        "Ended: the Worker, Gemini, the origin, and everything they started. Port {} is free.",
        ports.worker
    ));

    println!("\n{} {}   what Google would call", bold("Worker"), places.worker);
    println!("{} {}   what an SDK takes for Google", bold("Gemini"), places.gemini);
    println!("{} {hook}   what stands for your application", bold("Origin"));
    show::signed_and_forged(&places, &secrets, &arrivals)?;
    show::job(&places, &secrets, &arrivals)?;
    show::what_next(&places, &secrets);
    watch(&arrivals, &mut [("wrangler", &mut wrangler), ("Gemini", &mut gemini)])
        .with_context(|| format!("what it wrote is in {}", dir.display()))
}

fn wait_until_listening(port: u16, child: &mut Group) -> Result<()> {
    let started = Instant::now();
    while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
        if let Some(status) = child.ended()? {
            bail!("what should listen on port {port} ended: {status}");
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

/// Shows what arrives, until something ends that should not.
fn watch(arrivals: &Receiver<Arrival>, children: &mut [(&str, &mut Group)]) -> Result<()> {
    loop {
        match arrivals.recv_timeout(WATCH) {
            Ok(arrival) => {
                println!();
                show::arrival(&arrival);
            }
            Err(RecvTimeoutError::Disconnected) => bail!("the origin ended"),
            Err(RecvTimeoutError::Timeout) => {
                for (name, child) in children.iter_mut() {
                    if let Some(status) = child.ended()? {
                        bail!("{name} ended: {status}");
                    }
                }
            }
        }
    }
}

/// Where a second `dev`, beside a developer's own, keeps its state.
pub(crate) fn dir_for_tests() -> PathBuf {
    tools::root().join("build/dev-test")
}
