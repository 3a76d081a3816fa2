//! The output of `cargo xtask dev`: three events, and what to type next.

use std::sync::mpsc::Receiver;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::json;

use crate::demo;
use crate::emulator::Arrival;
use crate::harness::Harness;
use crate::term::{bold, dim, green, red, yellow};

/// The line before the command to paste, the last line before a delivery.
pub(crate) const READY: &str =
    "Now you: paste this into another terminal, as often as you like. Ctrl-C here ends everything.";
/// The longest time from sender to origin. A job runs for a second, and an alarm delivers stored events.
const ARRIVAL_LIMIT: Duration = Duration::from_secs(20);

/// Sends an event with the right secret, which arrives, and one with another, which does not.
pub(super) fn signed_and_forged(harness: &Harness, arrivals: &Receiver<Arrival>) -> Result<()> {
    println!("\n{}", bold("A Gemini event, signed with the source's secret"));
    let (id, answer) = demo::send(&harness.gemini_source(), &harness.secrets.gemini)?;
    ensure!(answer.status == 200, "the signed event was refused: {} {}", answer.status, answer.word);
    println!("  {} {} {}  {}", green("accepted"), answer.status, answer.word, dim(id));
    arrival(&next(arrivals)?);

    println!("\n{}", bold("The same event, signed by somebody who does not know the secret"));
    let (id, answer) = demo::send(&harness.gemini_source(), &demo::Secret::random()?)?;
    ensure!(answer.status == 401, "the forged event was not refused: {} {}", answer.status, answer.word);
    println!("  {}  {} {}  {}", red("refused"), answer.status, answer.word, dim(id));
    if let Some(reason) = answer.reason {
        println!("           {reason}");
    }
    ensure!(arrivals.try_recv().is_err(), "a forged event arrived at the origin");
    println!("           nothing arrived at the origin");
    Ok(())
}

/// Starts a job with its own webhook, as an SDK does.
pub(super) fn job(harness: &Harness, arrivals: &Receiver<Arrival>) -> Result<()> {
    println!(
        "\n{}",
        bold("A job on the local Gemini, with a webhook of its own (v1a, signed with a key of the key set)")
    );
    let job = json!({
        "model": MODEL, "input": "Hello", "background": true,
        "webhook_config": { "uris": [harness.jobs_source()] },
    });
    let mut answer = ureq::post(format!("{}/v1/interactions", harness.gemini))
        .header("x-goog-api-key", "any")
        .header("content-type", "application/json")
        .send(job.to_string())
        .context("the local Gemini took no job")?;
    let job: serde_json::Value = serde_json::from_str(&answer.body_mut().read_to_string()?)?;
    println!("  {}  {}", green("started"), dim(job["id"].as_str().unwrap_or_default()));
    arrival(&next(arrivals)?);
    Ok(())
}

/// Prints an event as the origin received it.
pub(super) fn arrival(arrival: &Arrival) {
    let verdict = if arrival.verified { green("its signature holds") } else { red("its signature does not hold") };
    println!("  {} at the origin, and {verdict}", yellow("arrived"));
    for (name, value) in &arrival.headers {
        println!("    {} {value}", dim(format!("{name}:")));
    }
    println!("\n    {}", arrival.body);
}

/// Prints what to do next: a program with the SDK, and a command without dependencies.
pub(super) fn what_next(harness: &Harness) {
    println!("\n{}\n\n{}", bold("With the SDK (pip install google-genai), in another terminal:"), sdk(harness));
    println!("\n{}", dim("examples/python and examples/typescript are whole applications."));
    println!("\n{}\n\n{}", bold(READY), demo::curl(&harness.gemini_source(), &harness.secrets.gemini));
}

fn sdk(harness: &Harness) -> String {
    let (gemini, url) = (&harness.gemini, harness.jobs_source());
    format!(
        r#"export GOOGLE_GEMINI_BASE_URL={gemini} GEMINI_API_KEY=any
python3 - <<'END'
from google import genai

job = genai.Client().interactions.create(
    model="{MODEL}", input="Hello", background=True,
    webhook_config={{"uris": ["{url}"]}},
)
print(job.id)
END"#
    )
}

fn next(arrivals: &Receiver<Arrival>) -> Result<Arrival> {
    arrivals.recv_timeout(ARRIVAL_LIMIT).context("the event was accepted, but did not arrive at the origin")
}

const MODEL: &str = "gemini-3-flash-preview";
