//! The headers of a delivery, parsed without any key.

use super::template::Claim;
use super::v1a::Tried;
use crate::delivery::{Headers, Target};
use crate::error::Error;
use crate::event_id::check_id;
use crate::jose::Token;
use crate::scheme::{HeaderNames, Scheme};
use crate::timestamp::Timestamp;

/// What the headers of a delivery say, before any signature is checked.
#[derive(Clone, Copy, Debug)]
pub enum Metadata<'h> {
    /// A list of signatures over id, timestamp and body.
    Signed {
        /// The scheme, which names the sender's other headers.
        scheme: &'static Scheme,
        /// The delivery's headers.
        headers: &'h Headers<'h>,
        /// The first complete set of headers.
        names: &'static HeaderNames,
        /// `webhook-id`, unverified.
        id: &'h [u8],
        /// `webhook-timestamp`, unverified.
        timestamp: Timestamp,
        /// The header's value.
        signatures: &'h [u8],
    },
    /// A well-formed compact JWS.
    Token {
        /// The set of headers whose signature header it is.
        names: &'static HeaderNames,
        /// The header's value.
        token: &'h [u8],
    },
    /// A delivery that a scheme's template describes, or one with an identity token.
    Described {
        /// The scheme, which names the headers.
        scheme: &'static Scheme,
        /// The delivery's headers.
        headers: &'h Headers<'h>,
        /// The time of the attempt, unverified; `None` if no header has one.
        timestamp: Option<Timestamp>,
    },
}

impl<'h> Metadata<'h> {
    /// The time of the attempt, unverified, where a header states it. A token has times of its own.
    pub const fn timestamp(self) -> Option<Timestamp> {
        match self {
            Self::Signed { timestamp, .. } => Some(timestamp),
            Self::Described { timestamp, .. } => timestamp,
            Self::Token { .. } => None,
        }
    }

    /// The event's id, unverified, where a header of Standard Webhooks states it.
    pub const fn claimed_id(self) -> Option<&'h [u8]> {
        match self {
            Self::Signed { id, .. } => Some(id),
            Self::Described { .. } | Self::Token { .. } => None,
        }
    }
}

/// The headers of a delivery, parsed: their syntax holds. [`Policy::read`](crate::Policy::read) is the only way to construct it.
///
/// It belongs to one body, as it keeps which public keys did not match: a second check with more keys does not try those again.
#[derive(Debug)]
pub struct Presented<'h> {
    pub(super) read: Read<'h>,
    pub(super) tried: Tried,
}

/// What [`Presented`] was parsed from.
#[derive(Debug)]
pub(super) enum Read<'h> {
    /// [`Metadata::Signed`].
    Signed(Signed<'h>),
    /// [`Metadata::Described`].
    Described(Claim<'h>),
    /// [`Metadata::Token`], and the parsed token. It is parsed once, however many key sets it is checked against.
    Token { names: &'static HeaderNames, text: &'h [u8], token: Token<'h> },
    /// [`Metadata::Described`], with an identity token, parsed.
    Identity { scheme: &'static Scheme, headers: &'h Headers<'h>, token: Token<'h> },
}

impl<'h> Presented<'h> {
    pub(super) fn new(read: Read<'h>) -> Self {
        Self { read, tried: Tried::default() }
    }

    /// Adds the method and the URL of the request, for a scheme that signs them; another ignores them.
    #[must_use]
    pub fn with_target(mut self, target: Option<Target<'h>>) -> Self {
        if let Read::Described(claim) = &mut self.read {
            claim.target = target;
        }
        self
    }

    /// What the headers say.
    pub fn metadata(&self) -> Metadata<'h> {
        match self.read {
            Read::Signed(signed) => signed.into(),
            Read::Described(claim) => claim.into(),
            Read::Token { names, text, .. } => Metadata::Token { names, token: text },
            Read::Identity { scheme, headers, .. } => Metadata::Described { scheme, headers, timestamp: None },
        }
    }
}

/// The fields of [`Metadata::Signed`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Signed<'h> {
    pub(crate) scheme: &'static Scheme,
    pub(crate) headers: &'h Headers<'h>,
    pub(crate) names: &'static HeaderNames,
    pub(crate) id: &'h [u8],
    pub(crate) timestamp: Timestamp,
    pub(crate) signatures: &'h [u8],
}

impl Signed<'_> {
    /// The signed content before the body.
    pub(crate) fn prefix(&self) -> Vec<u8> {
        signed_prefix(self.id, self.timestamp)
    }
}

impl<'h> From<Signed<'h>> for Metadata<'h> {
    fn from(signed: Signed<'h>) -> Self {
        let Signed { scheme, headers, names, id, timestamp, signatures } = signed;
        Self::Signed { scheme, headers, names, id, timestamp, signatures }
    }
}

impl<'h> From<Claim<'h>> for Metadata<'h> {
    fn from(claim: Claim<'h>) -> Self {
        let Claim { scheme, headers, stamp, .. } = claim;
        Self::Described { scheme, headers, timestamp: stamp.map(|stamp| stamp.at) }
    }
}

/// Reads the first complete set of headers, as a list of signatures.
pub(super) fn read_list<'h>(
    scheme: &'static Scheme,
    headers: &'h Headers<'_>,
    strict: bool,
) -> Result<Signed<'h>, Error> {
    let sets = scheme.sets();
    let complete = sets.iter().find_map(|names| {
        Some((names, headers.get(names.id)?, headers.get(names.timestamp)?, headers.get(names.signature)?))
    });
    let (names, id, timestamp, signatures) = complete.ok_or_else(|| missing(sets, headers))?;
    check_id(id, strict).map_err(|fault| Error::InvalidHeader(names.id, fault))?;
    Ok(Signed { scheme, headers, names, id, timestamp: Timestamp::parse(timestamp)?, signatures })
}

/// Names the header that is missing: in the first set of which a header is present, else in the first set.
fn missing(sets: &[HeaderNames], headers: &Headers<'_>) -> Error {
    let begun = |names: &&HeaderNames| names.all().into_iter().any(|name| headers.get(name).is_some());
    let names = sets.iter().find(begun).or_else(|| sets.first());
    let absent = names.and_then(|names| names.all().into_iter().find(|name| headers.get(name).is_none()));
    Error::MissingHeader(absent.unwrap_or("webhook-signature"))
}

/// `id.timestamp.`: the signed content before the body.
pub(crate) fn signed_prefix(id: &[u8], timestamp: Timestamp) -> Vec<u8> {
    [id, b".", itoa::Buffer::new().format(timestamp.as_unix()).as_bytes(), b"."].concat()
}
