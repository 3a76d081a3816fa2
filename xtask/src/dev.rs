//! `cargo xtask dev`: the Worker under `wrangler dev`, an origin beside it, and two events to look at.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use lexopt::ValueExt;
use toml::{Table, toml};

use crate::demo::{self, Secret};
use crate::origin::{self, Arrival};
use crate::process::{self, Group, Log};
use crate::term::{Progress, bold, dim, green, red, yellow};
use crate::{build, tools, wrangler};

const PORT: u16 = 8787;
const SECRET: &str = "GEMINI_WEBHOOK_SECRET";
/// How long workerd may take to answer for the first time.
const READY_LIMIT: Duration = Duration::from_secs(60);
/// How often a Worker that should be running is looked at.
const WATCH: Duration = Duration::from_millis(500);
/// The line before the command to paste, which is the last that is printed before something arrives.
pub(crate) const READY: &str =
    "Now you: paste this into another terminal, as often as you like. Ctrl-C here ends everything.";

/// The command line.
pub(crate) fn command(mut args: lexopt::Parser) -> Result<()> {
    let (mut port, mut dir) = (PORT, tools::root().join("build/dev"));
    while let Some(arg) = args.next()? {
        match arg {
            lexopt::Arg::Long("port") => port = args.value()?.parse()?,
            // For a second one beside the first; the test of this command uses it.
            lexopt::Arg::Long("dir") => dir = args.value()?.into(),
            other => return Err(other.unexpected().into()),
        }
    }
    ensure_free(port)?;
    build::production()?;
    run(port, &dir)
}

/// Whether nothing listens on the port.
pub(crate) fn is_free(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
}

fn ensure_free(port: u16) -> Result<()> {
    let next = port.checked_add(1).unwrap_or(PORT);
    ensure!(
        is_free(port),
        "port {port} is taken. End what listens there (perhaps another `cargo xtask dev`), or take another port: \
         cargo xtask dev --port {next}"
    );
    Ok(())
}

fn run(port: u16, dir: &Path) -> Result<()> {
    fs::create_dir_all(dir).with_context(|| format!("{} cannot be made", dir.display()))?;
    let secret = secret(dir)?;
    let (origin, arrivals) = origin::start()?;
    let origin = format!("http://127.0.0.1:{origin}/hooks/gemini");
    let config = wrangler::derive(dir, sources(&origin))?;
    let worker = format!("http://127.0.0.1:{port}");

    let log = Log::at(&dir.join("wrangler.log"))?;
    let mut wrangler = Group::spawn(&mut wrangler_dev(port, dir, &config, &log)?)?;
    wait_until_healthy(&worker, &mut wrangler, &log)?;
    process::say_on_interrupt(format!(
        "Ended: the Worker, the origin, and everything they started. Port {port} is free."
    ));

    println!("\n{} {worker}\n{} {origin}", bold("Worker"), bold("Origin"));
    let url = format!("{worker}/gemini");
    show_signed(&url, &secret, &arrivals)?;
    show_forged(&url, &arrivals)?;
    println!("\n{}\n\n{}", bold(READY), demo::curl(&url, &secret));
    show_further(&arrivals, &mut wrangler, &log)
}

/// The same secret at every start, so that a pasted command goes on working.
fn secret(dir: &Path) -> Result<Secret> {
    let file = dir.join(".dev.vars");
    let known =
        fs::read_to_string(&file).ok().and_then(|vars| Secret::parse(vars.strip_prefix(SECRET)?.strip_prefix('=')?));
    let secret = known.map_or_else(Secret::random, Ok)?;
    fs::write(&file, format!("{SECRET}={}\n", secret.text()))
        .with_context(|| format!("{} cannot be written", file.display()))?;
    Ok(secret)
}

fn sources(origin: &str) -> Table {
    toml! {
        [gemini]
        scheme = "gemini"
        secrets = [SECRET]
        forward = { origin = origin }
    }
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

fn show_signed(url: &str, secret: &Secret, arrivals: &Receiver<Arrival>) -> Result<()> {
    println!("\n{}", bold("A Gemini event, signed with the source's secret"));
    let (id, answer) = demo::send(url, secret)?;
    ensure!(answer.status == 200, "the signed event was refused: {} {}", answer.status, answer.word);
    println!("  {} {} {}  {}", green("accepted"), answer.status, answer.word, dim(id));
    // The Worker answers when the origin has answered, so the event is there already.
    show_arrival(&arrivals.try_recv().context("the event was accepted, but did not arrive at the origin")?);
    Ok(())
}

fn show_forged(url: &str, arrivals: &Receiver<Arrival>) -> Result<()> {
    println!("\n{}", bold("The same event, signed by somebody who does not know the secret"));
    let (id, answer) = demo::send(url, &Secret::random()?)?;
    ensure!(answer.status == 401, "the forged event was not refused: {} {}", answer.status, answer.word);
    println!("  {}  {} {}  {}", red("refused"), answer.status, answer.word, dim(id));
    if let Some(reason) = answer.reason {
        println!("           {reason}");
    }
    ensure!(arrivals.try_recv().is_err(), "a forged event arrived at the origin");
    println!("           nothing arrived at the origin");
    Ok(())
}

fn show_arrival(arrival: &Arrival) {
    println!("  {} at the origin", yellow("arrived"));
    for (name, value) in &arrival.headers {
        println!("    {} {value}", dim(format!("{name}:")));
    }
    println!("\n    {}", String::from_utf8_lossy(&arrival.body));
}

fn show_further(arrivals: &Receiver<Arrival>, wrangler: &mut Group, log: &Log) -> Result<()> {
    loop {
        match arrivals.recv_timeout(WATCH) {
            Ok(arrival) => {
                println!();
                show_arrival(&arrival);
            }
            Err(RecvTimeoutError::Disconnected) => bail!("the origin ended"),
            Err(RecvTimeoutError::Timeout) => {
                if let Some(status) = wrangler.ended()? {
                    bail!("wrangler ended ({status}):\n{}", log.text().trim_end());
                }
            }
        }
    }
}

/// Where a second `dev`, beside a developer's own, keeps its state.
pub(crate) fn dir_for_tests() -> PathBuf {
    tools::root().join("build/dev-test")
}
