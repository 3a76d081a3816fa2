//! Reads `ALERTS`: where to say that something needs an operator.

use super::destination::{DEFAULT, Destination, Endpoint};
use super::environment::{Binding, Environment};
use super::fault::Fault;
use super::reader::Reader;
use super::source::{Durable, Source, milliseconds};
use super::urls;
use crate::crypto::HmacKey;
use crate::inbox::{Lifecycle, Rules};
use crate::scheme::STANDARD;
use crate::verify::Policy;

/// Where alerts go, and when some of them are due.
#[derive(Debug)]
pub struct Alerts {
    /// An https URL, or an http one on a loopback host.
    pub url: String,
    /// Keys to sign with, at least one.
    pub sign_with: Vec<HmacKey>,
    /// The seconds after which an event that is still pending is one to alert about.
    pub oldest_pending: u64,
}

/// The name of the source that the configuration makes of `ALERTS`: its events are alerts, and nobody else can send it any.
pub const ALERT_SOURCE: &str = "alerts";

/// The variable of alerts.
pub(super) const ALERTS: &str = "ALERTS";

/// Reads the variable, as JSON text.
///
/// # Errors
/// Its faults, at least one.
pub(super) fn read_alerts(text: &str, environment: &impl Environment) -> Result<Alerts, Vec<Fault>> {
    let mut reader = Reader::new(text, "ALERTS.");
    let url = reader.text("url");
    match url.as_deref() {
        Some(url) if !urls::is_jwks_url(url) => {
            reader.fault("url", "is not an https URL without credentials", "use https://host/path");
        }
        None if !reader.had("url") => reader.fault("url", "is required", "say where alerts go, like \"https://…\""),
        _ => {}
    }
    if !environment.has(Binding::DurableObject("INBOX")) {
        reader.fault("", "needs the Durable Object binding `INBOX`, which stores alerts", "add it as in docs/inbox.md");
    }
    let sign_with = reader.hmac_keys("sign_with", environment, &[]);
    if !reader.had("sign_with") {
        reader.fault("sign_with", "is required", "name a secret that holds a `whsec_…` value");
    }
    let oldest_pending = reader.duration("oldest_pending").unwrap_or(15 * 60);
    if oldest_pending < 60 {
        reader.fault("oldest_pending", "is under 60s", "use a duration like \"15m\"");
    }
    match (url, reader.finish()) {
        (Some(url), faults) if faults.is_empty() => Ok(Alerts { url, sign_with, oldest_pending }),
        (_, faults) => Err(faults),
    }
}

impl Alerts {
    /// The source whose events are alerts: durable, with one shard and one destination. Alerts about one subject are delivered in order.
    pub(super) fn to_source(&self) -> Source {
        let durable = Durable::DEFAULT;
        let timeout_ms = milliseconds(10);
        let lifecycle =
            Lifecycle { timeout: timeout_ms, give_up_after: milliseconds(72 * 3600), retention: durable.retention };
        let destination = Destination {
            name: DEFAULT.to_owned(),
            endpoint: Endpoint::Origin(self.url.clone()),
            when: None,
            sign_with: self.sign_with.clone(),
            timeout_ms,
            keep_answers: false,
            rules: Rules { lifecycle, concurrency: 6, interval: 0, from_stored: true, gather: 0 },
        };
        Source {
            name: ALERT_SOURCE.to_owned(),
            policy: Policy::of(&STANDARD),
            secrets: Vec::new(),
            jwks: None,
            max_body: 0,
            dedupe: Some(durable.retention.remember.div_euclid(1000)),
            dedupe_header: None,
            durable: Some(durable),
            // The object that stores alerts knows what each is about, and takes that as its key.
            order: Some(String::new()),
            destinations: vec![destination],
            origin_replies: false,
            allows_short_keys: false,
            is_internal: true,
            url_token: None,
            verify_token: None,
            public_url: None,
        }
    }
}
