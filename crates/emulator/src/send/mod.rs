//! `send`: one delivery or several to any receiver, and whether the answer is as it should be.

mod judge;
mod load;
mod options;
mod report;
mod scenario;
mod signer;

use std::fs;
use std::io::Read;
use std::path::Path;

use anyhow::{Context, Result};
use axum::http::{HeaderName, HeaderValue, Uri, header};
use countersign::scheme::HeaderNames;
use hyper::body::Bytes;
use tokio::task::JoinSet;

use self::report::Report;
use self::scenario::{Draft, Field, Sender};
use self::signer::Signer;
use crate::clock::Clock;
use crate::event::Event;
use crate::outgoing::{Outgoing, Post};
use crate::random;

pub use self::judge::Expectation;
pub use self::options::{Chosen, SendOptions};
pub use self::scenario::{SCENARIOS, Scenario};

/// How it went, and so the exit status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// 0: everything as expected.
    AsExpected,
    /// 1: something else was answered.
    Unexpected,
    /// 2: something was not answered.
    Unanswered,
}

/// Sends what the options say, and prints how it went.
///
/// # Errors
/// Where there is no key for the scheme, or a body cannot be read.
pub async fn run(options: &SendOptions) -> Result<Outcome> {
    if options.list_scenarios {
        report::list();
        return Ok(Outcome::AsExpected);
    }
    let to = options.to.clone().context("--to says where to send")?;
    let signer = Signer::of(options)?;
    let body = match &options.body {
        Some(file) => read_body(file)?,
        None => made_up(&options.kind)?,
    };
    let run =
        Run { to, names: names(options)?, outgoing: Outgoing::new(options.concurrency.into()), options, signer, body };
    match options.count {
        Some(count) => load::run(&run, count).await,
        None => run.scenarios().await,
    }
}

/// What all deliveries of one call share.
struct Run<'o> {
    to: Uri,
    names: &'static HeaderNames,
    outgoing: Outgoing,
    options: &'o SendOptions,
    signer: Signer,
    body: Vec<u8>,
}

impl Run<'_> {
    async fn scenarios(&self) -> Result<Outcome> {
        let mut chosen: Vec<&Scenario> = Vec::new();
        for choice in &self.options.scenarios {
            match choice {
                Chosen::All => chosen.extend(SCENARIOS),
                Chosen::One(scenario) => chosen.push(scenario),
            }
        }
        let detailed = self.options.verbose || chosen.len() == 1;
        let mut outcomes = Vec::new();
        for scenario in &chosen {
            let report = self.scenario(scenario).await?;
            report.print(detailed);
            outcomes.push(report.outcome());
        }
        if chosen.len() > 1 {
            report::summary(&outcomes);
        }
        Ok(outcomes.into_iter().max().unwrap_or(Outcome::AsExpected))
    }

    async fn scenario(&self, scenario: &'static Scenario) -> Result<Report> {
        let drafts = (scenario.build)(&self.sender()?)?;
        let mut exchanges = Vec::new();
        if scenario.parallel {
            let mut flying = JoinSet::new();
            for draft in drafts {
                let (outgoing, post, limit) = (self.outgoing.clone(), self.post(&draft)?, self.options.timeout);
                flying.spawn(async move { (draft, outgoing.post(post, limit).await) });
            }
            exchanges.extend(flying.join_all().await);
        } else {
            for draft in drafts {
                let result = self.outgoing.post(self.post(&draft)?, self.options.timeout).await;
                exchanges.push((draft, result));
            }
        }
        Ok(Report { scenario, names: self.names, form: self.signer.form(), exchanges })
    }

    fn sender(&self) -> Result<Sender> {
        Ok(Sender {
            signer: self.signer.clone(),
            stranger: self.signer.stranger()?,
            now: Clock::compressed(1.0).now(),
            tolerance: self.options.tolerance.as_secs(),
            body: self.body.clone(),
        })
    }

    fn post(&self, draft: &Draft) -> Result<Post> {
        let mut headers = vec![(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))];
        for (field, value) in &draft.headers {
            let name = HeaderName::from_static(field.name(self.names));
            headers.push((name, value.parse().context("a header cannot hold this value")?));
        }
        Ok(Post { uri: self.to.clone(), headers, body: Bytes::copy_from_slice(&draft.body) })
    }
}

impl Field {
    const fn name(self, names: &HeaderNames) -> &'static str {
        match self {
            Self::Id => names.id,
            Self::Timestamp => names.timestamp,
            Self::Signature => names.signature,
        }
    }
}

/// The first set of names is the scheme's own.
fn names(options: &SendOptions) -> Result<&'static HeaderNames> {
    options.scheme.headers.first().context("the scheme has no headers")
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
