//! One source, read from its table.

use zeroize::Zeroizing;

use super::durable::{Durable, milliseconds, read_dedupe, read_storage, remembered};
use super::forward::{ForwardTo, read_forward};
use super::policy::{is_shared, read_jwks, read_policy, read_scheme};
use super::reader::Reader;
use super::{Entry, Environment};
use crate::crypto::constant_time_eq;
use crate::error::Error;
use crate::inbox;
use crate::key::SecretKey;
use crate::timestamp::Tolerance;
use crate::verify::Policy;

/// One configured sender.
#[derive(Debug)]
pub struct Source {
    /// Its name, which is its path.
    pub name: String,
    /// What it accepts.
    pub policy: Policy,
    /// Its own keys.
    pub secrets: Vec<SecretKey>,
    /// Where its sender publishes keys.
    pub jwks: Option<String>,
    /// The largest body, in bytes.
    pub max_body: u64,
    /// For how many seconds a delivered event is remembered, at least as long as a copy can still be accepted; `None`: not at all.
    pub dedupe: Option<u64>,
    /// Set where events are stored before they are acknowledged.
    pub durable: Option<Durable>,
    /// Where events go.
    pub forward: ForwardTo,
    /// Whether shared keys under 16 bytes pass.
    pub allows_short_keys: bool,
    url_token: Option<Zeroizing<String>>,
}

impl Source {
    pub(super) fn parse(name: &str, text: &str, environment: &impl Environment) -> Entry {
        let mut reader = Reader::new(text, "");
        if !is_name(name) {
            reader.fault("name", "is not a source's name", "use a-z, 0-9 and -, at most 64, not `admin` or `healthz`");
        }
        let source = Self::read(name, &mut reader, environment);
        match (source, reader.finish()) {
            (Some(source), faults) if faults.is_empty() => Entry::Ready(Box::new(source)),
            (_, faults) => Entry::Faulty(faults),
        }
    }

    fn read(name: &str, reader: &mut Reader<'_>, environment: &impl Environment) -> Option<Self> {
        let scheme = read_scheme(reader);
        let short = reader.flag("allow_short_keys") == Some(true);
        reader.allow_short = short;
        let secrets = reader.keys("secrets", environment);
        let jwks = read_jwks(reader, scheme);
        let mut policy = read_policy(reader, scheme, &secrets, jwks.as_deref());
        let url_token = reader.token("url_token", environment);
        if is_shared(scheme, jwks.as_deref()) && !reader.had("url_token") {
            reader.fault(
                "url_token",
                "is required: the keys sign for all customers of their sender",
                "name a secret that holds a long random token, and end the webhook's URL with it",
            );
        }
        let max_body = reader.size("max_body").unwrap_or(1024 * 1024);
        let is_durable = reader.flag("durable") == Some(true);
        let tolerance = policy.as_ref().map_or(Tolerance::from_seconds(0), |policy| policy.tolerance);
        let dedupe = read_dedupe(reader, environment, is_durable, tolerance);
        if let Some(jwt) = policy.as_mut().and_then(|policy| policy.jwt.as_mut()) {
            jwt.longest = dedupe;
        }
        let storage = read_storage(reader, environment, is_durable, max_body);
        let (forward, retries) = read_forward(name, reader, environment, is_durable, &secrets)?;
        let policy = policy?;
        let dedupe = dedupe.map(|seconds| remembered(seconds, &policy));
        let durable = is_durable.then_some(Durable {
            shards: storage.shards,
            concurrency: retries.concurrency,
            lifecycle: inbox::Lifecycle {
                timeout: forward.timeout_ms,
                give_up_after: milliseconds(retries.give_up_after),
                // A body that is kept is there to be replayed, so its id is remembered as long.
                remember: milliseconds(dedupe.unwrap_or_default().max(storage.keep_bodies)),
                keep_body: milliseconds(storage.keep_bodies),
            },
        });
        Some(Self {
            name: name.to_owned(),
            policy,
            secrets,
            jwks,
            max_body,
            dedupe,
            durable,
            forward,
            allows_short_keys: short,
            url_token,
        })
    }

    /// How stored events are treated: also those of a source that is not durable any more.
    pub fn storage(&self) -> Durable {
        self.durable.unwrap_or(Durable::DEFAULT)
    }

    /// What `allow_short_keys` lets pass.
    pub(super) fn short_keys(&self) -> &'static str {
        let is_short = |fault: Result<(), Error>| fault == Err(Error::ShortSecret);
        let own = self.secrets.iter().any(|key| is_short(key.check_floor()));
        if own || self.forward.sign_with.iter().any(|key| is_short(key.check_floor())) {
            "`allow_short_keys` lets a shared key of under 16 bytes pass, which can be guessed; ask the sender for a longer one"
        } else {
            "`allow_short_keys` is set, and no key needs it; remove it"
        }
    }

    /// Whether the last segment of the path is what this source wants: its token, or nothing. If not, what is wrong, for the log.
    pub(crate) fn check_token(&self, given: Option<&[u8]>) -> Result<(), &'static str> {
        match (&self.url_token, given) {
            (Some(token), Some(given)) if constant_time_eq(given, token.trim_ascii().as_bytes()) => Ok(()),
            (Some(_), Some(_)) => Err("token_wrong"),
            (Some(_), None) => Err("token_missing"),
            (None, Some(_)) => Err("token_unexpected"),
            (None, None) => Ok(()),
        }
    }
}

pub(super) fn is_name(name: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=64).contains(&name.len())
        && !name.starts_with('-')
        && name.bytes().all(inner)
        && !["admin", "healthz"].contains(&name)
}
