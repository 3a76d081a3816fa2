//! One configured source: what it accepts, how it is stored, and where it goes.

use std::borrow::Cow;

use zeroize::Zeroizing;

use super::destination::Destination;
use crate::crypto::constant_time_eq;
use crate::error::Error;
use crate::handshake::{Reply, hub_challenge};
use crate::inbox::{Plan, Retention};
use crate::key::SecretKey;
use crate::scheme::Handshake;
use crate::url::query;
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
    /// The URL of its sender's key set.
    pub jwks: Option<String>,
    /// The largest body, in bytes.
    pub max_body: u64,
    /// How many seconds a delivered event is remembered, at least as long as a copy can still be accepted; `None`: not at all.
    pub dedupe: Option<u64>,
    /// A header that is part of an event's id, although nothing signs it.
    pub dedupe_header: Option<&'static str>,
    /// How events are stored before they are acknowledged, if they are.
    pub durable: Option<Durable>,
    /// The template of what stored events have in common that are delivered one after the other; see
    /// [`order_key`](crate::gateway::order::order_key).
    pub order: Option<String>,
    /// Where events go: one destination, or several if the source is durable. Of these, each event is stored once.
    pub destinations: Vec<Destination>,
    /// Whether the destination's answer goes to the sender.
    pub origin_replies: bool,
    /// Whether shared keys under 16 bytes pass.
    pub allows_short_keys: bool,
    /// Whether its events are Countersign's own, so that no request reaches it.
    pub is_internal: bool,
    pub(super) url_token: Option<Zeroizing<String>>,
    pub(super) verify_token: Option<Zeroizing<String>>,
    pub(super) public_url: Option<String>,
}

/// How events of a source are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Durable {
    /// Inbox objects, 1 to 1,024.
    pub shards: u32,
    /// Bytes of one of their databases from which on nothing is accepted.
    pub max_stored: u64,
    /// Where Cloudflare should place them: a location hint, which counts when an object is first used.
    pub location: Option<&'static str>,
    /// How long what is finished is kept.
    pub retention: Retention,
}

impl Source {
    /// Whether its URL ends with a token.
    pub const fn has_url_token(&self) -> bool {
        self.url_token.is_some()
    }

    /// How its stored events are treated, even if the source is no longer durable.
    pub fn storage(&self) -> Durable {
        self.durable.unwrap_or(Durable::DEFAULT)
    }

    /// The same, for the state machine of an inbox. `is_patient` says that the clock may be wrong.
    pub fn plan(&self, is_patient: bool) -> Plan {
        let destinations = self.destinations.iter().map(|one| (one.name.clone(), one.rules));
        Plan {
            retention: self.storage().retention,
            destinations: destinations.collect(),
            is_ordered: self.order.is_some(),
            is_patient,
        }
    }

    /// The destination of that name.
    pub fn destination(&self, name: &str) -> Option<&Destination> {
        self.destinations.iter().find(|destination| destination.name == name)
    }

    /// The URL that the sender of a request signed: `public_url` if it is set, else the request's own. A `public_url` without a query
    /// takes the request's.
    pub fn signed_url<'u>(&'u self, request: &'u str) -> Cow<'u, str> {
        match &self.public_url {
            None => Cow::Borrowed(request),
            Some(url) if url.contains('?') => Cow::Borrowed(url),
            Some(url) => match query(request) {
                "" => Cow::Borrowed(url),
                query => Cow::Owned([url, "?", query].concat()),
            },
        }
    }

    /// What `allow_short_keys` permits.
    pub(super) fn short_keys(&self) -> &'static str {
        let is_short = |fault: Result<(), Error>| fault == Err(Error::ShortSecret);
        let own = self.secrets.iter().any(|key| is_short(key.check_floor()));
        let mut ours = self.destinations.iter().flat_map(|destination| &destination.sign_with);
        if own || ours.any(|key| is_short(key.check_floor())) {
            "`allow_short_keys` permits a shared key under 16 bytes, which can be guessed; ask the sender for a longer one"
        } else {
            "`allow_short_keys` is set, and no key needs it; remove it"
        }
    }

    /// Whether its sender asks with a request of this method before it sends events. A GET is answered if there is a secret that it must have.
    pub(crate) fn answers(&self, method: &str) -> bool {
        match self.policy.scheme.handshake {
            Some(Handshake::HubChallenge) => method == "GET" && self.verify_token.is_some(),
            Some(Handshake::HeaderChallenge(_)) => method == "GET",
            Some(Handshake::Probe(known)) => method == known,
            _ => false,
        }
    }

    /// Answers a GET whose query holds this source's verify token and a challenge; `None` if it does not, or the source has no token.
    pub fn hub_challenge(&self, url: &str) -> Option<Reply> {
        hub_challenge(url, self.verify_token.as_ref()?.trim_ascii())
    }

    /// Whether the last segment of the path is what this source requires: its token, or nothing. If not, what is wrong, for the log.
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

impl Durable {
    /// The defaults.
    pub const DEFAULT: Self = Self {
        shards: 1,
        max_stored: crate::inbox::MAX_STORED,
        location: None,
        retention: Retention { remember: milliseconds(72 * 3600), keep: milliseconds(24 * 3600) },
    };
}

pub(super) const fn milliseconds(seconds: u64) -> u64 {
    seconds.saturating_mul(1000)
}

pub(super) fn is_name(name: &str) -> bool {
    is_label(name) && !["admin", "console", "healthz"].contains(&name)
}

/// Whether something can be named so.
pub(super) fn is_label(name: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=64).contains(&name.len()) && !name.starts_with('-') && name.bytes().all(inner)
}
