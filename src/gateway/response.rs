//! The response to the sender: ready-made for every failure.

use serde_json::json;

use crate::error::{Code, Error, HeaderFault, JwtFault};
use crate::json::printed;

pub use super::refusal::Refusal;

/// A response that depends on nothing but its refusal, so that a shell can make it once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadyResponse {
    /// The stable code.
    pub code: &'static str,
    /// The HTTP status: at least 400. No response to a sender is a 410, because senders disable an endpoint over redirects and 410.
    pub status: u16,
    /// The `title` of the problem (RFC 9457).
    pub title: &'static str,
    /// One more header: its name and its value.
    pub header: Option<(&'static str, &'static str)>,
}

impl ReadyResponse {
    /// The body: `application/problem+json`. Its `type` is the address of what `docs/codes.md` says about the code.
    pub fn body(&self) -> String {
        let kind = [Code::TYPE, self.code].concat();
        printed(&json!({ "type": kind, "title": self.title, "status": self.status, "code": self.code }))
    }

    const fn of(refusal: Refusal) -> Self {
        Self { code: refusal.code(), status: refusal.status(), title: refusal.title(), header: refusal.header() }
    }
}

impl Refusal {
    /// The response.
    pub fn response(self) -> &'static ReadyResponse {
        let [first, ..] = &RESPONSES;
        RESPONSES.get(self.index()).unwrap_or(first)
    }

    /// The place of its response in [`RESPONSES`].
    pub const fn index(self) -> usize {
        match self {
            Self::ConfigInvalid => 0,
            Self::BodyIncomplete => 1,
            Self::BodyTimeout => 2,
            Self::BodyTooLarge => 3,
            Self::DestinationFailed => 4,
            Self::DestinationTimeout => 5,
            Self::InFlight => 6,
            Self::InvalidQuery => 7,
            Self::KeysUnavailable => 8,
            Self::MethodNotAllowed => 9,
            Self::MethodNotAllowedHealth => 10,
            Self::MethodNotAllowedEvent => 11,
            Self::NotFound => 12,
            Self::NotReplayable => 13,
            Self::StorageUnavailable => 14,
            Self::Unauthorized => 15,
            Self::Check(error) => index_of(error),
            Self::HandshakeRefused => 34,
            Self::AlreadyAnswered => 35,
            Self::BodiesHidden => 36,
            Self::BodyGone => 37,
            Self::Forbidden => 38,
            Self::JobRunning => 39,
            Self::MethodNotAllowedCapture => 40,
            Self::MethodNotAllowedJob => 41,
            Self::MethodNotAllowedSession => 42,
            Self::TestUnavailable => 43,
            Self::NotPending => 44,
            Self::InFlightFor5xx => 45,
        }
    }
}

/// Every response to a failure, each at the [`Refusal::index`] of its refusal.
pub static RESPONSES: [ReadyResponse; REFUSALS.len()] = {
    let mut ready = [ReadyResponse::of(Refusal::ConfigInvalid); REFUSALS.len()];
    let (mut slots, mut refusals) = (ready.as_mut_slice(), REFUSALS.as_slice());
    while let ([slot, next_slots @ ..], [refusal, next @ ..]) = (slots, refusals) {
        *slot = ReadyResponse::of(*refusal);
        (slots, refusals) = (next_slots, next);
    }
    ready
};

/// One refusal for each response, in the order of [`Refusal::index`].
const REFUSALS: [Refusal; 46] = [
    Refusal::ConfigInvalid,
    Refusal::BodyIncomplete,
    Refusal::BodyTimeout,
    Refusal::BodyTooLarge,
    Refusal::DestinationFailed,
    Refusal::DestinationTimeout,
    Refusal::InFlight,
    Refusal::InvalidQuery,
    Refusal::KeysUnavailable,
    Refusal::MethodNotAllowed,
    Refusal::MethodNotAllowedHealth,
    Refusal::MethodNotAllowedEvent,
    Refusal::NotFound,
    Refusal::NotReplayable,
    Refusal::StorageUnavailable,
    Refusal::Unauthorized,
    Refusal::Check(Error::InvalidHeader("", HeaderFault::Repeated)),
    Refusal::Check(Error::InvalidTimestamp),
    Refusal::Check(Error::JwkUnknownKid),
    Refusal::Check(Error::JwkUnusable),
    Refusal::Check(Error::JwtAlg),
    Refusal::Check(Error::JwtAudience),
    Refusal::Check(Error::JwtClaims("")),
    Refusal::Check(Error::JwtExpired),
    Refusal::Check(Error::JwtIssuer),
    Refusal::Check(Error::JwtMalformed(JwtFault::Segments)),
    Refusal::Check(Error::JwtNotYetValid),
    Refusal::Check(Error::JwtSignature),
    Refusal::Check(Error::JwtTooLong),
    Refusal::Check(Error::MissingHeader("")),
    Refusal::Check(Error::NoMatchingSignature),
    Refusal::Check(Error::TimestampTooNew { ahead: 0 }),
    Refusal::Check(Error::TimestampTooOld { age: 0 }),
    Refusal::Check(Error::TooManySignatures),
    Refusal::HandshakeRefused,
    Refusal::AlreadyAnswered,
    Refusal::BodiesHidden,
    Refusal::BodyGone,
    Refusal::Forbidden,
    Refusal::JobRunning,
    Refusal::MethodNotAllowedCapture,
    Refusal::MethodNotAllowedJob,
    Refusal::MethodNotAllowedSession,
    Refusal::TestUnavailable,
    Refusal::NotPending,
    Refusal::InFlightFor5xx,
];

const fn index_of(error: Error) -> usize {
    match error {
        Error::InvalidHeader(..) => 16,
        Error::InvalidTimestamp => 17,
        Error::JwkUnknownKid => 18,
        Error::JwkUnusable => 19,
        Error::JwtAlg => 20,
        Error::JwtAudience => 21,
        Error::JwtClaims(_) => 22,
        Error::JwtExpired => 23,
        Error::JwtIssuer => 24,
        Error::JwtMalformed(_) => 25,
        Error::JwtNotYetValid => 26,
        Error::JwtSignature => 27,
        Error::JwtTooLong => 28,
        Error::MissingHeader(_) => 29,
        Error::NoMatchingSignature => 30,
        Error::TimestampTooNew { .. } => 31,
        Error::TimestampTooOld { .. } => 32,
        Error::TooManySignatures => 33,
        // No delivery is refused for these: a key of the receiver's own is wrong.
        Error::EmptySecret
        | Error::InvalidSecret(_)
        | Error::JwksInvalid(_)
        | Error::ShortSecret
        | Error::WeakKey
        | Error::WeakSecret => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_has_its_own_response() {
        for (place, refusal) in REFUSALS.into_iter().enumerate() {
            assert_eq!(refusal.index(), place, "{refusal:?}");
            assert_eq!(*refusal.response(), ReadyResponse::of(refusal));
        }
        for (place, response) in RESPONSES.iter().enumerate() {
            assert_eq!(RESPONSES.iter().position(|other| other == response), Some(place), "{response:?}");
        }
    }

    /// Senders disable an endpoint over these. `body_gone` is a response of `/admin` alone.
    #[test]
    fn no_response_to_a_sender_is_a_redirect_or_gone() {
        let mut sent = RESPONSES.iter().filter(|response| response.code != "body_gone");
        assert!(sent.all(|response| response.status >= 400 && response.status != 410));
    }

    #[test]
    fn a_key_of_the_receivers_own_is_a_fault_of_its_configuration() {
        assert_eq!(Refusal::Check(Error::EmptySecret).response().code, "config_invalid");
    }
}
