//! Scenarios of senders that sign as the template of their scheme describes, such as Stripe and GitHub.

use anyhow::{Context, Result, bail};
use axum::http::{HeaderName, Uri};
use countersign::crypto::Portable;
use countersign::scheme::{Covers, IdSource, Scheme, Template, Time, Unit};
use countersign::{HmacKey, SigningKey, Target, Timestamp, Unsigned, sign_as};
use hyper::body::Bytes;
use serde_json::{Value, json};

use super::judge::Verdict;
use super::options::{Chosen, SendOptions};
use super::outcome::Outcome;
use super::report;
use super::sample::{Sample, distinguish, put};
use super::scenario::{BEYOND, Scenario};
use crate::clock::Clock;
use crate::keys::with_remedy;
use crate::outgoing::{Outgoing, Post};
use crate::random;

/// The scenarios of such senders. `stale` and `future` need a time that is signed, and `tampered` a signature that covers the body.
const NAMES: [&str; 7] = ["valid", "duplicate", "replay", "tampered", "wrong-key", "stale", "future"];

/// A sender whose scheme has a template.
struct Sender<'o> {
    options: &'o SendOptions,
    template: &'static Template,
    to: Uri,
    key: HmacKey,
    /// Unix seconds.
    now: u64,
    sample: Sample,
}

/// Sends the chosen scenarios in order, and prints each result.
///
/// # Errors
/// Without a secret of the scheme's kind, for a scenario that the scheme does not have, and for `--count`.
pub(super) async fn run(
    options: &SendOptions,
    template: &'static Template,
    to: Uri,
    sample: Sample,
) -> Result<Outcome> {
    let name = options.scheme.name;
    if options.count.is_some() {
        bail!("--count is for the schemes of Standard Webhooks, not for {name}");
    }
    let secret = options.secret.as_deref();
    let secret = secret.with_context(|| format!("no key to sign with: {name} takes `--secret TEXT`"))?;
    let key = options.scheme.secrets.parse_hmac(secret).map_err(with_remedy).context("--secret cannot be used")?;
    let key = key.into_iter().next().context("--secret holds no key")?;
    let sender = Sender { options, template, to, key, now: Clock::compressed(1.0).now(), sample };
    let chosen = sender.chosen()?;
    let detailed = options.verbose || chosen.len() == 1;
    let (outgoing, mut outcomes) = (Outgoing::new(1), Vec::new());
    for scenario in &chosen {
        let mut exchanges = Vec::new();
        for post in sender.posts(scenario.name)? {
            // One of them is the content type.
            let headers = match post.headers.len().saturating_sub(1) {
                1 => "1 header".to_owned(),
                number => format!("{number} headers"),
            };
            let sent = format!("{headers} of the sender's, a body of {} bytes", post.body.len());
            exchanges.push((sent, outgoing.post(post, options.timeout).await));
        }
        let worst = exchanges.iter().map(|(_, result)| match scenario.expects.judge(result) {
            Verdict::AsExpected => Outcome::AsExpected,
            Verdict::Unexpected(_) => Outcome::Unexpected,
            Verdict::Unanswered => Outcome::Unanswered,
        });
        let outcome = worst.max().unwrap_or(Outcome::AsExpected);
        report::print(scenario, outcome, &exchanges, detailed);
        outcomes.push(outcome);
    }
    if chosen.len() > 1 {
        report::summary(&outcomes);
    }
    Ok(outcomes.into_iter().max().unwrap_or(Outcome::AsExpected))
}

impl Sender<'_> {
    /// The chosen scenarios; `all` are those that the scheme has.
    fn chosen(&self) -> Result<Vec<&'static Scenario>> {
        let is_dated = self.template.time != Time::None;
        let covers_body = self.options.scheme.default_forms.iter().any(|form| form.covers() == Covers::Body);
        let has = |scenario: &Scenario| match scenario.name {
            "stale" | "future" => is_dated,
            "tampered" => covers_body,
            name => NAMES.contains(&name),
        };
        let mut chosen = Vec::new();
        for choice in &self.options.scenarios {
            match choice {
                Chosen::All => chosen.extend(super::SCENARIOS.iter().filter(|scenario| has(scenario))),
                Chosen::One(scenario) if has(scenario) => chosen.push(*scenario),
                Chosen::One(scenario) => {
                    let names: Vec<_> = super::SCENARIOS.iter().filter(|one| has(one)).map(|one| one.name).collect();
                    bail!("{} has no scenario {}; it has {}", self.name(), scenario.name, names.join(", "));
                }
            }
        }
        Ok(chosen)
    }

    fn name(&self) -> &'static str {
        self.options.scheme.name
    }

    /// The deliveries of a scenario.
    fn posts(&self, scenario: &str) -> Result<Vec<Post>> {
        let id = random::message_id()?;
        let sign = |key: &HmacKey, at: u64| self.signed(key, &id, at);
        let own = self.options.tolerance.as_secs().max(self.template.tolerance);
        let beyond = own.saturating_add(BEYOND);
        Ok(match scenario {
            "duplicate" => vec![sign(&self.key, self.now)?, sign(&self.key, self.now.saturating_add(1))?],
            "replay" => vec![sign(&self.key, self.now)?; 2],
            "tampered" => {
                let post = sign(&self.key, self.now)?;
                vec![Post { body: Bytes::from([&post.body[..], b" "].concat()), ..post }]
            }
            "wrong-key" => vec![sign(&stranger()?, self.now)?],
            "stale" => vec![sign(&self.key, self.now.saturating_sub(beyond))?],
            "future" => vec![sign(&self.key, self.now.saturating_add(beyond))?],
            _ => vec![sign(&self.key, self.now)?],
        })
    }

    /// A delivery of the body, with its id and time where the sender has them.
    fn signed(&self, key: &HmacKey, id: &str, at: u64) -> Result<Post> {
        let (scheme, body): (&'static Scheme, _) = (self.options.scheme, self.complete(id, at));
        let url = self.to.to_string();
        let target = Some(Target { method: "POST", url: &url });
        let unsigned = Unsigned { id, timestamp: Timestamp::from_unix(at), target, body: &body[..] };
        let signed = sign_as(scheme, &[SigningKey::Hmac(key.clone())], &unsigned, &Portable).map_err(with_remedy)?;
        let mut headers = self.sample.headers.clone();
        for (name, value) in signed {
            headers.push((HeaderName::from_static(name), value.parse().context("a header cannot hold this value")?));
        }
        Ok(Post { uri: self.to.clone(), headers, body: body.into() })
    }

    /// The sample event with an id and a time in it, if the sender has them in its body, and unlike any other, if it is known by its hash.
    /// A body from a file stays as it is.
    fn complete(&self, id: &str, at: u64) -> Vec<u8> {
        let body = &self.sample.body;
        if self.options.body.is_some() {
            return body.clone();
        }
        let body = match self.template.id {
            IdSource::Body(pointer) => with(body, pointer, json!(id)),
            IdSource::Header => body.clone(),
            _ => distinguish(body, id),
        };
        match self.template.time {
            Time::Body(pointer, Unit::Milliseconds) => with(&body, pointer, json!(at.saturating_mul(1000))),
            Time::Body(pointer, _) => with(&body, pointer, json!(at)),
            _ => body,
        }
    }
}

/// A body with a value at a JSON pointer. One that is not JSON stays as it is.
fn with(body: &[u8], pointer: &str, value: Value) -> Vec<u8> {
    let Ok(mut event) = serde_json::from_slice::<Value>(body) else { return body.to_vec() };
    put(&mut event, pointer, value);
    serde_json::to_vec(&event).unwrap_or_default()
}

/// Another key. It is text, so that it can also be a token in a header.
fn stranger() -> Result<HmacKey> {
    let text: String = random::bytes::<24>()?.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(HmacKey::from_bytes(text.as_bytes())?)
}
