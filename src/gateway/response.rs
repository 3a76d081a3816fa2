//! The response to the sender: ready-made for every failure.

use serde_json::json;

use crate::error::codes;
use crate::error::{Error, HeaderFault, JwtFault};
use crate::json::printed;

/// One member of the row of a refusal's code, by member for the reason that `error.rs` gives.
macro_rules! of_row {
    ($refusal:expr, $member:ident) => {
        match $refusal {
            // Their callers ask the error.
            Refusal::Check(_) | Refusal::ConfigInvalid => codes::CONFIG_INVALID.$member,
            Refusal::AlreadyAnswered => codes::ALREADY_ANSWERED.$member,
            Refusal::BodiesHidden => codes::BODIES_HIDDEN.$member,
            Refusal::BodyGone => codes::BODY_GONE.$member,
            Refusal::BodyIncomplete => codes::BODY_INCOMPLETE.$member,
            Refusal::BodyTimeout => codes::BODY_TIMEOUT.$member,
            Refusal::BodyTooLarge => codes::BODY_TOO_LARGE.$member,
            Refusal::DestinationFailed => codes::DESTINATION_FAILED.$member,
            Refusal::DestinationTimeout => codes::DESTINATION_TIMEOUT.$member,
            Refusal::Forbidden => codes::FORBIDDEN.$member,
            Refusal::HandshakeRefused => codes::HANDSHAKE_REFUSED.$member,
            Refusal::InFlight => codes::IN_FLIGHT.$member,
            Refusal::InvalidQuery => codes::INVALID_QUERY.$member,
            Refusal::JobRunning => codes::JOB_RUNNING.$member,
            Refusal::KeysUnavailable => codes::KEYS_UNAVAILABLE.$member,
            Refusal::MethodNotAllowed
            | Refusal::MethodNotAllowedCapture
            | Refusal::MethodNotAllowedEvent
            | Refusal::MethodNotAllowedHealth
            | Refusal::MethodNotAllowedJob
            | Refusal::MethodNotAllowedSession => codes::METHOD_NOT_ALLOWED.$member,
            Refusal::NotFound => codes::NOT_FOUND.$member,
            Refusal::NotPending => codes::NOT_PENDING.$member,
            Refusal::NotReplayable => codes::NOT_REPLAYABLE.$member,
            Refusal::StorageUnavailable => codes::STORAGE_UNAVAILABLE.$member,
            Refusal::TestUnavailable => codes::TEST_UNAVAILABLE.$member,
            Refusal::Unauthorized => codes::UNAUTHORIZED.$member,
        }
    };
}

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
    /// The body: `application/problem+json`.
    pub fn body(&self) -> String {
        printed(&json!({ "title": self.title, "status": self.status, "code": self.code }))
    }

    const fn of(refusal: Refusal) -> Self {
        let title = match refusal {
            Refusal::MethodNotAllowedHealth => "use GET",
            Refusal::MethodNotAllowedCapture => "use POST to begin, or DELETE to stop",
            Refusal::MethodNotAllowedJob => "use DELETE",
            Refusal::MethodNotAllowedSession => "use GET, POST or DELETE",
            Refusal::MethodNotAllowedEvent => "use GET to read the event, or DELETE to forget it",
            Refusal::Check(error) => error.title(),
            _ => of_row!(refusal, title),
        };
        let status = match refusal {
            Refusal::Check(error) => error.status(),
            _ => of_row!(refusal, status),
        };
        Self { code: refusal.code(), status, title, header: refusal.header() }
    }
}

/// Why a request was not accepted.
///
/// ```
/// use countersign::Error;
/// use countersign::gateway::response::{RESPONSES, Refusal};
///
/// let refusal = Refusal::Check(Error::NoMatchingSignature);
/// let response = refusal.response();
/// assert_eq!((response.status, response.code), (401, "no_matching_signature"));
/// assert_eq!(RESPONSES.get(refusal.index()), Some(response));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// The delivery does not verify: steps 4, 5 and 7.
    Check(Error),
    /// The destination has answered the event before, and its answer is not kept.
    AlreadyAnswered,
    /// The configuration does not allow `/admin` to show bodies.
    BodiesHidden,
    /// The event's body is not kept any more.
    BodyGone,
    /// The body ended before its announced length.
    BodyIncomplete,
    /// The body did not arrive in time.
    BodyTimeout,
    /// The body is larger than the source allows.
    BodyTooLarge,
    /// The source's configuration has a fault.
    ConfigInvalid,
    /// The destination responded with something other than 2xx, or not at all.
    DestinationFailed,
    /// The destination did not respond in time.
    DestinationTimeout,
    /// The role of whoever asks does not include the operation.
    Forbidden,
    /// The GET of a handshake has another verify token, or none, or no challenge.
    HandshakeRefused,
    /// A copy of the event is being delivered.
    InFlight,
    /// A replay of the source's events is under way.
    JobRunning,
    /// The source has no key set to verify with.
    KeysUnavailable,
    /// The query of an admin request is invalid.
    InvalidQuery,
    /// A request to a source, or to replay, is not a POST.
    MethodNotAllowed,
    /// A request about captures is neither a POST nor a DELETE.
    MethodNotAllowedCapture,
    /// A request about a job is not a DELETE.
    MethodNotAllowedJob,
    /// A request about a session is none of GET, POST and DELETE.
    MethodNotAllowedSession,
    /// A request for the health page, or to read the inbox, is not a GET.
    MethodNotAllowedHealth,
    /// A request for one event is neither a GET nor a DELETE.
    MethodNotAllowedEvent,
    /// There is no such source, or its token is wrong.
    NotFound,
    /// The event to discard is not pending.
    NotPending,
    /// The event to replay has no body any more.
    NotReplayable,
    /// The inbox could not store the event.
    StorageUnavailable,
    /// Only the sender has the key with which a test event would have to be signed.
    TestUnavailable,
    /// Nothing shows who asks at `/admin`, or it is wrong.
    Unauthorized,
}

impl Refusal {
    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Check(error) => error.code(),
            _ => of_row!(self, code),
        }
    }

    /// What whoever runs the receiver can do about it, in one sentence.
    pub const fn remedy(self) -> &'static str {
        match self {
            Self::Check(error) => error.remedy(),
            _ => of_row!(self, remedy),
        }
    }

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
        }
    }

    const fn header(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::InFlight => Some(("retry-after", "5")),
            Self::KeysUnavailable | Self::StorageUnavailable => Some(("retry-after", "30")),
            Self::MethodNotAllowed => Some(("allow", "POST")),
            Self::MethodNotAllowedHealth => Some(("allow", "GET, HEAD")),
            Self::MethodNotAllowedEvent => Some(("allow", "GET, HEAD, DELETE")),
            Self::MethodNotAllowedCapture => Some(("allow", "POST, DELETE")),
            Self::MethodNotAllowedJob => Some(("allow", "DELETE")),
            Self::MethodNotAllowedSession => Some(("allow", "GET, HEAD, POST, DELETE")),
            Self::Unauthorized => Some(("www-authenticate", "Bearer")),
            _ => None,
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
const REFUSALS: [Refusal; 45] = [
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
