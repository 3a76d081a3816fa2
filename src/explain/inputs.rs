//! What a report is made from: the receiver, and the delivery with every key read.

use crate::crypto::HmacKey;
use crate::delivery::{Delivery, Headers, Target};
use crate::error::Error;
use crate::jose::Jwks;
use crate::key::{KeyFormat, SecretKey};
use crate::timestamp::Timestamp;
use crate::verify::{Keys, Policy};

/// A secret as the receiver was given it, unparsed: the way it was read may be the fault.
#[derive(Clone, Copy)]
pub enum Secret<'s> {
    /// Text, as the scheme's [`KeyFormat`] reads it.
    Text(&'s str),
    /// The bytes of an HMAC key, for [`HmacKey::from_bytes`].
    Raw(&'s [u8]),
}

/// Everything a receiver knows when a delivery arrives.
#[derive(Clone, Copy)]
pub struct Receiver<'r> {
    /// What it accepts.
    pub policy: &'r Policy,
    /// Its secrets, in order.
    pub secrets: &'r [Secret<'r>],
    /// The key set document, if there is one.
    pub jwks: Option<&'r [u8]>,
    /// The time of the check.
    pub now: Timestamp,
}

/// A receiver and a delivery, with every key parsed once.
pub(super) struct Inputs<'i> {
    pub(super) policy: &'i Policy,
    pub(super) texts: &'i [Secret<'i>],
    /// The keys of each secret.
    pub(super) secrets: Vec<Result<Vec<SecretKey>, Error>>,
    /// The keys of the secrets that parse.
    pub(super) usable: Vec<SecretKey>,
    pub(super) document: Option<&'i [u8]>,
    pub(super) jwks: Option<Result<Jwks, Error>>,
    pub(super) headers: &'i Headers<'i>,
    pub(super) body: &'i [u8],
    pub(super) target: Option<Target<'i>>,
    pub(super) now: Timestamp,
}

impl<'i> Inputs<'i> {
    pub(super) fn read<B: AsRef<[u8]>>(receiver: &Receiver<'i>, delivery: &'i Delivery<'i, B>) -> Self {
        let format = receiver.policy.scheme.secrets;
        let read: Vec<_> = receiver.secrets.iter().map(|secret| secret.read(format)).collect();
        Self {
            policy: receiver.policy,
            texts: receiver.secrets,
            usable: read.iter().flatten().flatten().cloned().collect(),
            secrets: read,
            document: receiver.jwks,
            jwks: receiver.jwks.map(Jwks::parse),
            headers: delivery.headers(),
            body: delivery.body().as_ref(),
            target: delivery.target(),
            now: receiver.now,
        }
    }

    /// The usable keys, as the verifier takes them.
    pub(super) fn keys(&self) -> Keys<'_> {
        Keys { secrets: &self.usable, jwks: self.jwks.as_ref().and_then(|set| set.as_ref().ok()), recent: None }
    }

    pub(super) fn has_keys(&self) -> bool {
        let keys = self.keys();
        !keys.secrets.is_empty() || keys.jwks.is_some()
    }

    /// Every key of the secrets, with the place of its secret.
    pub(super) fn keys_of_secrets(&self) -> impl Iterator<Item = (usize, &SecretKey)> {
        self.secrets.iter().enumerate().flat_map(|(at, keys)| keys.iter().flatten().map(move |key| (at, key)))
    }

    /// The error of the first secret that does not parse.
    pub(super) fn secret_error(&self) -> Option<Error> {
        self.secrets.iter().find_map(|secret| secret.as_ref().err().copied())
    }

    /// Whether the body must be JSON: the `content-type` says so, or the sender sends nothing else.
    pub(super) fn expects_json(&self) -> bool {
        let declared = self.headers.get("content-type").map(<[u8]>::to_ascii_lowercase);
        let json = declared.is_some_and(|value| value.windows(4).any(|window| window == b"json"));
        json || self.policy.scheme.name.starts_with("gemini")
    }
}

impl Secret<'_> {
    fn read(&self, format: KeyFormat) -> Result<Vec<SecretKey>, Error> {
        match self {
            Self::Text(text) => format.parse(text),
            Self::Raw(bytes) => HmacKey::from_bytes(bytes).map(|key| vec![SecretKey::Hmac(key)]),
        }
    }
}
