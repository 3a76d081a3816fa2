//! Why a request was not accepted, and what each reason is called.

use crate::error::{Error, codes};

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
            Refusal::InFlight | Refusal::InFlightFor5xx => codes::IN_FLIGHT.$member,
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
    /// The same, for a sender that tries again after a 5xx alone.
    InFlightFor5xx,
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

    /// The title of its response.
    pub(super) const fn title(self) -> &'static str {
        match self {
            Self::MethodNotAllowedHealth => "use GET",
            Self::MethodNotAllowedCapture => "use POST to begin, or DELETE to stop",
            Self::MethodNotAllowedJob => "use DELETE",
            Self::MethodNotAllowedSession => "use GET, POST or DELETE",
            Self::MethodNotAllowedEvent => "use GET to read the event, or DELETE to forget it",
            Self::Check(error) => error.title(),
            _ => of_row!(self, title),
        }
    }

    /// The status of its response.
    pub(super) const fn status(self) -> u16 {
        match self {
            Self::Check(error) => error.status(),
            Self::InFlightFor5xx => 503,
            _ => of_row!(self, status),
        }
    }

    /// One more header of its response.
    pub(super) const fn header(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::InFlight | Self::InFlightFor5xx => Some(("retry-after", "5")),
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
