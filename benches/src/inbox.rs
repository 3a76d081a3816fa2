//! `cargo xtask bench inbox`: events accepted per second, compared with the same insert in a handwritten Durable Object in JavaScript, and
//! in a full shard compared with an empty one.
//!
//! The destination never responds, so one delivery is in progress and none slows accepting down.

use std::fmt::Write as _;
use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use lexopt::ValueExt;

use crate::bundle::bundle;
use crate::sign::now;
use crate::stats::{ratios, spread};
use crate::table::CONNECTIONS;
use crate::wrk::wrk;
use xtask::demo::Secret;
use xtask::process::Group;
use xtask::term::{Progress, bold};
use xtask::{build, paths, process, tools};

const CONTENDERS: [&str; 3] = ["by-hand", "countersign", "countersign-full"];
const SOURCES: &str = r#"{"gemini":{"scheme":"gemini","secrets":["GEMINI_WEBHOOK_SECRET"],"durable":true,"forward":{"service":"NEVER","timeout":"1h","concurrency":1}}}"#;

/// Events of one round, more than are accepted in it.
const EVENTS: usize = 12_000;

/// The command line.
pub(crate) fn command(mut args: lexopt::Parser) -> Result<()> {
    let (mut rounds, mut stored) = (15_usize, 1_000_000_u32);
    while let Some(arg) = args.next()? {
        match arg {
            lexopt::Arg::Long("rounds") => rounds = args.value()?.parse()?,
            lexopt::Arg::Long("stored") => stored = args.value()?.parse()?,
            other => return Err(other.unexpected().into()),
        }
    }
    ensure!(rounds > 0, "at least one round");
    tools::need(&[("wrk", "wrk")])?;
    build::production()?;
    let dir = paths::build_dir("bench-inbox")?;
    let secret = Secret::random()?;
    let ports = prepare(&dir, &secret)?;
    let mut workerd = tools::npm_bin("workerd")?;
    workerd.args(["serve", "--experimental"]).arg(dir.join("config.capnp"));
    let log = fs::File::create(dir.join("workerd.log"))?;
    let _workerd = Group::spawn(workerd.stdout(log.try_clone()?).stderr(log))?;
    fill(&ports, &secret, stored)?;
    measure(&dir, &ports, &secret, rounds, stored)
}

fn prepare(dir: &Path, secret: &Secret) -> Result<Vec<u16>> {
    let benches = paths::root().join("benches");
    bundle(&["inbox", "countersign-inbox", "services/never"].map(|script| benches.join(script)), dir)?;
    for file in ["index.js", "index_bg.wasm"] {
        fs::copy(paths::root().join("build/worker").join(file), dir.join(file))?;
    }
    // An earlier run's events would be duplicates of nothing, and make a database of unknown size.
    for name in CONTENDERS {
        let data = dir.join("data").join(name);
        if data.exists() {
            fs::remove_dir_all(&data)?;
        }
        fs::create_dir_all(&data)?;
    }
    let listeners: Vec<_> = CONTENDERS.iter().map(|_| TcpListener::bind("127.0.0.1:0")).collect::<Result<_, _>>()?;
    let ports: Vec<u16> = listeners.iter().map(|one| Ok(one.local_addr()?.port())).collect::<Result<_>>()?;
    fs::write(dir.join("config.capnp"), capnp(dir, &ports, &secret.text())?)?;
    Ok(ports)
}

fn capnp(dir: &Path, ports: &[u16], secret: &str) -> Result<String> {
    let (mut services, mut sockets) = (String::new(), String::new());
    for (name, port) in CONTENDERS.iter().zip(ports) {
        let modules = if *name == "by-hand" {
            r#"(name = "inbox.js", esModule = embed "inbox.js")"#
        } else {
            r#"(name = "countersign-inbox.js", esModule = embed "countersign-inbox.js"),
      (name = "index.js", esModule = embed "index.js"), (name = "index_bg.wasm", wasm = embed "index_bg.wasm")"#
        };
        let path = dir.join("data").join(name);
        write!(
            services,
            r#"
    (name = "{name}-disk", disk = (path = {path:?}, writable = true)),
    (name = "{name}", worker = (modules = [{modules}], compatibilityDate = "2026-08-04", bindings = [
      (name = "GEMINI_WEBHOOK_SECRET", text = "{secret}"), (name = "SOURCES", text = {SOURCES:?}),
      (name = "NEVER", service = "never"), (name = "INBOX", durableObjectNamespace = "Inbox")],
      durableObjectNamespaces = [(className = "Inbox", uniqueKey = "{name}", enableSql = true)],
      durableObjectStorage = (localDisk = "{name}-disk"))),"#
        )?;
        write!(sockets, r#"(name = "{name}", address = "127.0.0.1:{port}", http = (), service = "{name}"), "#)?;
    }
    Ok(format!(
        "using Workerd = import \"/workerd/workerd.capnp\";\n\nconst config :Workerd.Config = (\n  services = [{services}\n    \
         (name = \"never\", worker = (modules = [(name = \"never.js\", esModule = embed \"never.js\")], \
         compatibilityDate = \"2026-08-04\"))],\n  sockets = [{sockets}]);\n"
    ))
}

/// Waits for workerd, sends the last one an event, which opens its tables, and fills them.
fn fill(ports: &[u16], secret: &Secret, stored: u32) -> Result<()> {
    let progress = Progress::start(&format!("store {stored} ids"), None);
    let port = ports.last().context("no port")?;
    let deadline = Instant::now() + Duration::from_secs(120);
    let fill = |ids: u32| ureq::get(&format!("http://127.0.0.1:{port}/__fill?ids={ids}")).call();
    while let Err(error) = fill(0) {
        ensure!(Instant::now() < deadline, "workerd does not answer: {error}; see build/bench-inbox/workerd.log");
        std::thread::sleep(process::POLL);
    }
    let (at, body) = (now()?, "{}");
    let signature = secret.sign("msg_first", at, body)?;
    let first = ureq::post(&format!("http://127.0.0.1:{port}/gemini"))
        .header("webhook-id", "msg_first")
        .header("webhook-timestamp", at.to_string())
        .header("webhook-signature", &signature);
    first.send(body)?;
    fill(stored)?;
    progress.done();
    Ok(())
}

fn measure(dir: &Path, ports: &[u16], secret: &Secret, rounds: usize, stored: u32) -> Result<()> {
    let mut rates = vec![Vec::new(); CONTENDERS.len()];
    let script = dir.join("events.lua");
    let progress = Progress::start(&format!("{rounds} rounds"), None);
    for round in 0..=rounds {
        for (port, rates) in ports.iter().zip(&mut rates) {
            fs::write(&script, lua(secret, round)?)?;
            let seen = wrk(&script, &format!("http://127.0.0.1:{port}/gemini"), CONNECTIONS)?;
            if round > 0 {
                rates.push(seen.rate);
            }
        }
    }
    progress.done();
    let [by_hand, empty, full] = rates.as_slice() else { anyhow::bail!("three contenders") };
    println!(
        "{} {} times what the same insert costs by hand (aim: at most 1.0)",
        bold("accepting costs"),
        spread(&ratios(by_hand, empty), 2)
    );
    println!(
        "{} {} times as much with {stored} stored ids (aim: at most 1.2)\n",
        bold("and"),
        spread(&ratios(empty, full), 2)
    );
    for (name, rates) in CONTENDERS.iter().zip(&rates) {
        println!("{name:<18} {} events/s", spread(rates, 0));
    }
    Ok(())
}

/// Events of their own for each round, signed before it begins.
fn lua(secret: &Secret, round: usize) -> Result<String> {
    let body = format!("{{\"x\":\"{}\"}}", "a".repeat(392));
    let at = now()?;
    let mut events = String::new();
    for n in 0..EVENTS {
        let id = format!("msg_{at}_{round}_{n}");
        writeln!(events, "{{\"{id}\",\"{}\"}},", secret.sign(&id, at, &body)?)?;
    }
    Ok(format!(
        "local events = {{\n{events}}}\nlocal n = 0\nlocal body = '{body}'\nrequest = function()\n  n = n % #events + 1\n  \
         return wrk.format('POST', nil, {{ ['content-type'] = 'application/json', ['webhook-id'] = events[n][1],\n    \
         ['webhook-timestamp'] = '{at}', ['webhook-signature'] = events[n][2] }}, body)\nend\n"
    ))
}
