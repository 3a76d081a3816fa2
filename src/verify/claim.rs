//! What the headers of a delivery claim, read without any key.

use crate::delivery::Headers;
use crate::error::{Error, HeaderFault};
use crate::jwt::Token;
use crate::scheme::HeaderNames;
use crate::timestamp::Timestamp;

/// What the headers claim, before any signature was looked at.
#[derive(Clone, Copy, Debug)]
pub enum Claim<'h> {
    /// A list of signatures over id, timestamp and body.
    Signed {
        /// The set of headers that was complete.
        names: &'static HeaderNames,
        /// `webhook-id`, unverified.
        id: &'h [u8],
        /// `webhook-timestamp`, unverified.
        timestamp: Timestamp,
        /// The header's value.
        signatures: &'h [u8],
    },
    /// A compact JWS, well-formed.
    Token {
        /// The set of headers that it came in.
        names: &'static HeaderNames,
        /// The header's value.
        token: &'h [u8],
    },
}

/// The headers of a delivery, read. [`Policy::read`](crate::Policy::read) alone makes them, so their syntax holds.
#[derive(Debug)]
pub struct Presented<'h>(pub(super) Read<'h>);

/// What [`Presented`] is about.
#[derive(Debug)]
pub(super) enum Read<'h> {
    /// [`Claim::Signed`].
    Signed(Signed<'h>),
    /// [`Claim::Token`], and the token taken apart, which is done once, however many key sets it is checked against.
    Token { names: &'static HeaderNames, text: &'h [u8], token: Token<'h> },
}

impl<'h> Presented<'h> {
    /// What they claim.
    pub fn claim(&self) -> Claim<'h> {
        match self.0 {
            Read::Signed(signed) => signed.into(),
            Read::Token { names, text, .. } => Claim::Token { names, token: text },
        }
    }
}

/// What [`Claim::Signed`] holds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Signed<'h> {
    pub(super) names: &'static HeaderNames,
    pub(super) id: &'h [u8],
    pub(super) timestamp: Timestamp,
    pub(super) signatures: &'h [u8],
}

impl Signed<'_> {
    /// What is signed in front of the body.
    pub(super) fn prefix(&self) -> Vec<u8> {
        signed_prefix(self.id, self.timestamp)
    }
}

impl<'h> From<Signed<'h>> for Claim<'h> {
    fn from(signed: Signed<'h>) -> Self {
        let Signed { names, id, timestamp, signatures } = signed;
        Self::Signed { names, id, timestamp, signatures }
    }
}

/// Reads the first set of headers that is complete, as a list of signatures.
pub(super) fn read_list<'h>(
    sets: &'static [HeaderNames],
    headers: &'h Headers<'_>,
    strict: bool,
) -> Result<Signed<'h>, Error> {
    let complete = sets.iter().find_map(|names| {
        Some((names, headers.get(names.id)?, headers.get(names.timestamp)?, headers.get(names.signature)?))
    });
    let (names, id, timestamp, signatures) = complete.ok_or_else(|| missing(sets, headers))?;
    check_id(id, strict).map_err(|fault| Error::InvalidHeader(names.id, fault))?;
    Ok(Signed { names, id, timestamp: Timestamp::parse(timestamp)?, signatures })
}

/// Names the header to add: of the set that was begun, else of the first.
fn missing(sets: &[HeaderNames], headers: &Headers<'_>) -> Error {
    let begun = |names: &&HeaderNames| names.all().into_iter().any(|name| headers.get(name).is_some());
    let names = sets.iter().find(begun).or_else(|| sets.first());
    let absent = names.and_then(|names| names.all().into_iter().find(|name| headers.get(name).is_none()));
    Error::MissingHeader(absent.unwrap_or("webhook-signature"))
}

/// `id.timestamp.`: what is signed in front of the body.
pub(crate) fn signed_prefix(id: &[u8], timestamp: Timestamp) -> Vec<u8> {
    [id, b".", itoa::Buffer::new().format(timestamp.as_unix()).as_bytes(), b"."].concat()
}

pub(crate) fn check_id(id: &[u8], strict: bool) -> Result<(), HeaderFault> {
    let text = std::str::from_utf8(id).map_err(|_| HeaderFault::NotText)?;
    let digits_after_dot = |tail: &str| tail.len() >= SHIFTED_DIGITS && tail.bytes().all(|byte| byte.is_ascii_digit());
    if id.windows(2).any(|pair| matches!(pair, b", ")) {
        Err(HeaderFault::Repeated)
    } else if text.rsplit_once('.').is_some_and(|(_, tail)| digits_after_dot(tail)) {
        Err(HeaderFault::ShiftedBoundary)
    } else if strict && (id.len() > 256 || !text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'.')) {
        Err(HeaderFault::NotStrict)
    } else {
        Ok(())
    }
}

/// A tail of `.` and this many digits in an id could be the timestamp of an older message, moved over (see
/// `id/resplit-id-absorbs-timestamp` in the vectors).
const SHIFTED_DIGITS: usize = 9;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_that_may_have_swallowed_a_timestamp_is_refused() {
        assert_eq!(check_id(b"msg_1.161426533", false), Err(HeaderFault::ShiftedBoundary));
        assert_eq!(check_id(b"msg_1.16142653", false), Ok(()));
        assert_eq!(check_id(b"v1.2", true), Err(HeaderFault::NotStrict));
        assert_eq!(check_id(b"a, a", false), Err(HeaderFault::Repeated));
        assert_eq!(check_id(b"a\xff", false), Err(HeaderFault::NotText));
        assert_eq!(check_id(&[b'a'; 257], true), Err(HeaderFault::NotStrict));
    }
}
