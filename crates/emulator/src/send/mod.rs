//! `send`: sends deliveries to any receiver and checks the responses.

mod described;
mod draft;
mod judge;
mod load;
mod options;
mod outcome;
mod report;
mod run;
mod scenario;
mod signer;

use std::fs;
use std::io::Read;
use std::path::Path;

use anyhow::{Context, Result};
use countersign::scheme::HeaderNames;

use self::run::Run;
use self::signer::Signer;
use crate::clock::Clock;
use crate::event::Event;
use crate::outgoing::Outgoing;
use crate::random;

pub use self::judge::Expectation;
pub use self::options::{Chosen, SendOptions};
pub use self::outcome::Outcome;
pub use self::scenario::{SCENARIOS, Scenario};

/// Sends deliveries as the options say, and prints the results.
///
/// # Errors
/// If there is no key for the scheme, or a body cannot be read.
pub async fn run(options: &SendOptions) -> Result<Outcome> {
    if options.list_scenarios {
        report::list();
        return Ok(Outcome::AsExpected);
    }
    let to = options.to.clone().context("--to says where to send")?;
    let body = || match &options.body {
        Some(file) => read_body(file),
        None => made_up(&options.kind),
    };
    if let Some(template) = options.scheme.template() {
        return described::run(options, template, to, body()?).await;
    }
    let signer = Signer::choose(options.scheme, options.secret.as_deref(), options.seed.as_deref())?;
    let (names, body, outgoing) = (names(options)?, body()?, Outgoing::new(options.concurrency.into()));
    let run = Run { to, names, outgoing, options, signer, body };
    match options.count {
        Some(count) => load::run(&run, count).await,
        None => run.scenarios().await,
    }
}

/// The scheme's own header names, the first of the accepted ones.
fn names(options: &SendOptions) -> Result<&'static HeaderNames> {
    options.scheme.sets().first().context("the scheme has no headers")
}

fn read_body(file: &Path) -> Result<Vec<u8>> {
    if file == Path::new("-") {
        let mut body = Vec::new();
        std::io::stdin().read_to_end(&mut body).context("standard input cannot be read")?;
        return Ok(body);
    }
    fs::read(file).with_context(|| format!("--body: {} cannot be read", file.display()))
}

fn made_up(kind: &str) -> Result<Vec<u8>> {
    let (id, now) = (random::message_id()?, Clock::compressed(1.0).now_ms());
    let event = Event::sample(kind, id, random::resource_id::<16>()?, now);
    event.map(|event| event.body).context("an event is JSON")
}
