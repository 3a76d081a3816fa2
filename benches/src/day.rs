//! `cargo xtask bench day`: a day of Gemini's deliveries in less than a minute. Jobs end on the emulator, the Worker under `wrangler dev`
//! passes their events through, and the origin fails many of them. The emulator retries for 24 hours of a compressed clock.

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use lexopt::ValueExt;
use serde_json::{Value, json};

use xtask::demo::Secret;
use xtask::emulator::Emulator;
use xtask::harness::{self, Build, Harness, Ports, free_port};
use xtask::process;
use xtask::term::{Progress, bold};
use xtask::{build, paths};

/// An hour passes in a second.
const TIME_SCALE: &str = "3600";
/// Deliveries against a receiver that does nothing.
const NULL_DELIVERIES: &str = "20000";
/// How long all events may take to arrive: the compressed day, and as much again for machines that are busy.
const LIMIT: Duration = Duration::from_secs(240);

/// The command line.
pub(crate) fn command(mut args: lexopt::Parser) -> Result<()> {
    let (mut events, mut fail) = (10_000_u64, "30%".to_owned());
    while let Some(arg) = args.next()? {
        match arg {
            lexopt::Arg::Long("events") => events = args.value()?.parse()?,
            lexopt::Arg::Long("fail") => fail = args.value()?.string()?,
            other => return Err(other.unexpected().into()),
        }
    }
    build::production()?;
    let emulator = Emulator::optimised()?;
    let dir = paths::build_dir("bench-day")?;
    null_receiver(&emulator, &dir)?;
    day(&emulator, &dir, events, &fail)
}

/// What the sender is capable of by itself.
fn null_receiver(emulator: &Emulator, dir: &Path) -> Result<()> {
    let port = free_port()?;
    let secret = Secret::random()?.text();
    let mut receiver = emulator.quiet_origin(port, &secret, &[], dir)?;
    harness::wait_until_listening(port, &mut receiver)?;
    let to = format!("http://127.0.0.1:{port}/");
    let send = ["send", "--count", NULL_DELIVERIES, "--concurrency", "64", "--to", &to];
    println!("\n{}", bold("The emulator, signing and sending to a receiver that does nothing (aim: 2,000 a second)"));
    let mut send = emulator.command(&send);
    process::stream(send.env("COUNTERSIGN_SEND_SECRET", secret))
}

fn day(emulator: &Emulator, dir: &Path, events: u64, fail: &str) -> Result<()> {
    let ports = Ports { worker: free_port()?, gemini: free_port()?, origin: free_port()? };
    let secrets = harness::prepare(dir)?;
    let mut origin = emulator.quiet_origin(ports.origin, &secrets.origin.text(), &["--fail", fail], dir)?;
    harness::wait_until_listening(ports.origin, &mut origin)?;
    let options = ["--time-scale", TIME_SCALE, "--job-time", "1ms", "--disable-after", "0"];
    let harness = Harness::start(ports, secrets, emulator, &options, Build::Deployed, false, dir)?;

    let agent = ureq::Agent::new_with_defaults();
    let webhook =
        json!({ "name": "bench", "uri": harness.gemini_source(), "subscribed_events": ["interaction.completed"] });
    post(&agent, &format!("{}/v1/webhooks", harness.gemini), &webhook)?;
    println!("\n{}", bold(format!("{events} events through Gemini, Worker and an origin that fails {fail} of them")));
    let progress = Progress::start("a day", None);
    let started = Instant::now();
    let job = json!({ "model": "bench", "input": "x", "background": true });
    for _ in 0..events {
        post(&agent, &format!("{}/v1/interactions", harness.gemini), &job)?;
    }
    let done = wait_for(&agent, &harness.gemini, events, started)?;
    let elapsed = started.elapsed().as_secs_f64();
    progress.done();
    let arrived = get(&agent, &format!("http://127.0.0.1:{}/_origin/arrivals?limit=0", ports.origin))?;
    let number = |value: &Value, name: &str| value[name].as_u64().unwrap_or_default();
    ensure!(number(&arrived, "accepted") == events, "{} of {events} events arrived", number(&arrived, "accepted"));
    println!(
        "all {events} arrived; {} requests to the origin, {} of them for events it had taken before",
        number(&arrived, "count"),
        number(&arrived, "duplicates")
    );
    #[expect(clippy::cast_precision_loss, reason = "for people to read")]
    let rate = |count: u64| count as f64 / elapsed;
    let attempts = number(&done, "attempts");
    println!("{elapsed:.1} s: {:.0} events and {:.0} deliveries a second", rate(events), rate(attempts));
    println!("longest chain of retries: {} attempts of one event", number(&done, "most_attempts"));
    Ok(())
}

/// Asks from time to time: with that many, being told of each change would be work that disturbs what is measured.
fn wait_for(agent: &ureq::Agent, gemini: &str, events: u64, started: Instant) -> Result<Value> {
    loop {
        let done = get(agent, &format!("{gemini}/_emulator/deliveries?state=delivered&limit=0"))?;
        if done["count"].as_u64() >= Some(events) {
            return Ok(done);
        }
        ensure!(started.elapsed() < LIMIT, "after {LIMIT:?} {} of {events} events were delivered", done["count"]);
        thread::sleep(Duration::from_millis(250));
    }
}

fn post(agent: &ureq::Agent, url: &str, body: &Value) -> Result<()> {
    let request = agent.post(url).header("x-goog-api-key", "any").header("content-type", "application/json");
    let mut answer = request.send(body.to_string()).with_context(|| format!("{url} did not take {body}"))?;
    answer.body_mut().read_to_string().map(drop).context("an answer broke off")
}

fn get(agent: &ureq::Agent, url: &str) -> Result<Value> {
    let text = agent.get(url).call().with_context(|| format!("{url} does not answer"))?.body_mut().read_to_string()?;
    Ok(serde_json::from_str(&text)?)
}
