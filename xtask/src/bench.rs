//! `cargo xtask bench`: forged deliveries refused per second, beside an empty JS Worker and one on npm `standardwebhooks`.
//!
//! One process of workerd serves all three, and rounds are interleaved, so that what the machine does meanwhile meets all alike.

mod cpu;
mod day;
mod inbox;
mod npm;

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail, ensure};
use lexopt::ValueExt;

use crate::process::Group;
use crate::term::{Progress, bold};
use crate::{build, process, tools};

const CONTENDERS: [&str; 3] = ["empty", "standardwebhooks", "countersign"];
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const SOURCES: &str = r#"{"gemini":{"scheme":"gemini","secrets":["GEMINI_WEBHOOK_SECRET"],"dedupe":"off","forward":{"origin":"http://127.0.0.1:9/"}}}"#;

/// The command line.
pub(crate) fn command(mut args: lexopt::Parser) -> Result<()> {
    let (mut body, mut rounds) = (400_usize, 25_usize);
    while let Some(arg) = args.next()? {
        match arg {
            lexopt::Arg::Value(name) if name == "cpu" => return cpu::command(args),
            lexopt::Arg::Value(name) if name == "day" => return day::command(args),
            lexopt::Arg::Value(name) if name == "inbox" => return inbox::command(args),
            lexopt::Arg::Value(name) if name == "npm" => return npm::command(args),
            lexopt::Arg::Long("body") => body = args.value()?.parse()?,
            lexopt::Arg::Long("rounds") => rounds = args.value()?.parse()?,
            other => return Err(other.unexpected().into()),
        }
    }
    ensure!(rounds > 0 && body >= 2, "at least one round, and two bytes");
    tools::need(&[("wrk", "wrk")])?;
    build::production()?;
    let dir = tools::build_dir("bench")?;
    let ports = prepare(&dir)?;
    let mut workerd = tools::npm_bin("workerd")?;
    workerd.args(["serve", "--experimental"]).arg(dir.join("config.capnp"));
    let log = fs::File::create(dir.join("workerd.log"))?;
    let _workerd = Group::spawn(workerd.stdout(log.try_clone()?).stderr(log))?;
    let script = dir.join("forged.lua");
    wait_until_all_refuse(&ports)?;
    measure(&script, &ports, body, rounds)
}

/// Bundles the contenders and writes workerd's configuration; returns a port for each.
fn prepare(dir: &Path) -> Result<Vec<u16>> {
    for name in ["empty", "standardwebhooks"] {
        let mut esbuild = tools::npm_bin("esbuild")?;
        esbuild.arg(tools::root().join(format!("benches/{name}.js"))).args(["--bundle", "--format=esm"]);
        process::run(
            &format!("bundle {name}"),
            esbuild.arg(format!("--outfile={}", dir.join(format!("{name}.js")).display())),
        )?;
    }
    for file in ["index.js", "index_bg.wasm"] {
        fs::copy(tools::root().join("build/worker").join(file), dir.join(file))?;
    }
    // All are held until each has its port, so that no two get the same.
    let listeners: Vec<_> = CONTENDERS.iter().map(|_| TcpListener::bind("127.0.0.1:0")).collect::<Result<_, _>>()?;
    let ports: Vec<u16> = listeners.iter().map(|one| Ok(one.local_addr()?.port())).collect::<Result<_>>()?;
    fs::write(dir.join("config.capnp"), capnp(&ports))?;
    Ok(ports)
}

fn capnp(ports: &[u16]) -> String {
    let worker = |name: &str| {
        let modules = match name {
            "countersign" => {
                r#"(name = "index.js", esModule = embed "index.js"), (name = "./index_bg.wasm", wasm = embed "index_bg.wasm")"#
                    .to_owned()
            }
            _ => format!(r#"(name = "{name}.js", esModule = embed "{name}.js")"#),
        };
        format!(
            r#"(name = "{name}", worker = (modules = [{modules}], compatibilityDate = "2026-08-04", bindings = [
      (name = "GEMINI_WEBHOOK_SECRET", text = "{SECRET}"), (name = "SOURCES", text = {SOURCES:?})]))"#
        )
    };
    let services: Vec<_> = CONTENDERS.iter().map(|name| worker(name)).collect();
    let sockets = CONTENDERS.iter().zip(ports);
    let sockets: Vec<_> = sockets
        .map(|(name, port)| {
            format!(r#"(name = "{name}", address = "127.0.0.1:{port}", http = (), service = "{name}")"#)
        })
        .collect();
    format!(
        "using Workerd = import \"/workerd/workerd.capnp\";\n\nconst config :Workerd.Config = (\n  services = [\n    {}],\n  sockets = [\n    {}]);\n",
        services.join(",\n    "),
        sockets.join(",\n    ")
    )
}

/// Waits for workerd, and makes sure that all three do the same before anything is measured.
fn wait_until_all_refuse(ports: &[u16]) -> Result<()> {
    let deadline = Instant::now() + Duration::from_secs(20);
    for (name, port) in CONTENDERS.iter().zip(ports) {
        let answer = loop {
            match forged(*port) {
                Ok(answer) => break answer,
                Err(_) if Instant::now() < deadline => std::thread::sleep(process::POLL),
                Err(error) => {
                    return Err(error.context(format!("`{name}` does not answer; see build/bench/workerd.log")));
                }
            }
        };
        let expected =
            (401, r#"{"code":"no_matching_signature","status":401,"title":"no signature matches"}"#.to_owned());
        ensure!(answer == expected, "`{name}` answers {} {}, not as the others", answer.0, answer.1);
    }
    Ok(())
}

fn forged(port: u16) -> Result<(u16, String)> {
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let mut answer = agent
        .post(format!("http://127.0.0.1:{port}/gemini"))
        .header("webhook-id", "msg_forged")
        .header("webhook-timestamp", now()?.to_string())
        .header("webhook-signature", FORGED)
        .send("{}")?;
    Ok((answer.status().as_u16(), answer.body_mut().read_to_string()?))
}

fn measure(script: &Path, ports: &[u16], body: usize, rounds: usize) -> Result<()> {
    let mut rates = vec![Vec::new(); CONTENDERS.len()];
    let progress = Progress::start(&format!("{rounds} rounds of {body} bytes"), None);
    for round in 0..=rounds {
        for (port, rates) in ports.iter().zip(&mut rates) {
            // Signed now: a stale timestamp would be refused before the signature is looked at.
            fs::write(script, lua(body, now()?))?;
            let rate = wrk(script, *port, 2)?;
            // The first round warms up.
            if round > 0 {
                rates.push(rate);
            }
        }
    }
    progress.done();
    let [empty, library, ours] = rates.as_slice() else { bail!("three contenders") };
    println!("{} {} of an empty JS Worker (aim: 0.85)", bold("countersign:"), spread(&ratios(ours, empty), 2));
    println!(
        "{} {} of a JS Worker on standardwebhooks (aim: 1.20)\n",
        bold("countersign:"),
        spread(&ratios(ours, library), 2)
    );
    for (name, rates) in CONTENDERS.iter().zip(&rates) {
        println!("{name:<18} {} requests/s", spread(rates, 0));
    }
    Ok(())
}

/// Round by round: what a round met, it met for both.
fn ratios(ours: &[f64], other: &[f64]) -> Vec<f64> {
    ours.iter().zip(other).map(|(ours, other)| ours / other).collect()
}

/// The median, and between which values half of all lie.
fn spread(values: &[f64], digits: usize) -> String {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    let at = |quarter: usize| values.get(values.len().saturating_sub(1) * quarter / 4).copied().unwrap_or_default();
    format!("{:.digits$} ({:.digits$} to {:.digits$})", at(2), at(1), at(3))
}

/// Requests per second over one second: short, so that the contenders meet the same weather.
fn wrk(script: &Path, port: u16, threads: u8) -> Result<f64> {
    let mut wrk = Command::new("wrk");
    wrk.args(["--threads", &threads.to_string(), "--connections", "16", "--duration", "1s", "--script"]).arg(script);
    let output = wrk.arg(format!("http://127.0.0.1:{port}/gemini")).output().context("wrk cannot be run")?;
    let text = String::from_utf8_lossy(&output.stdout);
    let rate = text.lines().find_map(|line| line.trim().strip_prefix("Requests/sec:"));
    rate.and_then(|rate| rate.trim().parse().ok()).with_context(|| format!("wrk printed no rate:\n{text}"))
}

fn lua(body: usize, now: u64) -> String {
    format!(
        "wrk.method = \"POST\"\nwrk.body = '{{\"x\":\"' .. string.rep(\"a\", {}) .. '\"}}'\n\
         wrk.headers[\"content-type\"] = \"application/json\"\nwrk.headers[\"webhook-id\"] = \"msg_forged\"\n\
         wrk.headers[\"webhook-timestamp\"] = \"{now}\"\nwrk.headers[\"webhook-signature\"] = \"{FORGED}\"\n",
        body.saturating_sub(8)
    )
}

fn now() -> Result<u64> {
    Ok(SystemTime::now().duration_since(UNIX_EPOCH).context("the clock is before 1970")?.as_secs())
}

/// Well-formed, and over nothing.
const FORGED: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
