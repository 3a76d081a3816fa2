//! What the sender is told, and what the log says: one outcome, one ready-made answer, one line.

use serde_json::json;

use super::dedupe::EventKey;
use crate::error::Error;
use crate::jose::Unusable;
use crate::json::{printed, quoted};
use crate::scheme::Form;

/// An answer that depends on nothing but its outcome, so that it can be made once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The stable code.
    pub code: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// The `title` of the problem (RFC 9457).
    pub title: &'static str,
    /// One more header.
    pub header: Option<(&'static str, &'static str)>,
}

/// What became of a delivery that was not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// Steps 4, 5 and 7.
    Check(Error),
    /// The body could not be read to its end.
    BodyIncomplete,
    /// The body did not arrive in time.
    BodyTimeout,
    /// The body is larger than the source allows.
    BodyTooLarge,
    /// The source's configuration has a fault.
    ConfigInvalid,
    /// The destination answered with something other than 2xx, or not at all.
    DestinationFailed,
    /// The destination did not answer in time.
    DestinationTimeout,
    /// A copy of the event is on its way.
    InFlight,
    /// No readable key set could be had.
    KeysUnavailable,
    /// A query of the admin pages cannot be read.
    InvalidQuery,
    /// Not a POST to a source.
    MethodNotAllowed,
    /// Not a GET of the health page, or of a page of the inbox.
    MethodNotAllowedHealth,
    /// Neither a GET nor a DELETE of one event.
    MethodNotAllowedEvent,
    /// No such source, or not with that token.
    NotFound,
    /// The body of the event to replay is gone.
    NotReplayable,
    /// The inbox could not store the event.
    StorageUnavailable,
    /// The admin token is missing or wrong.
    Unauthorized,
}

impl Refusal {
    /// The place of the answer in [`ANSWERS`].
    pub fn index(self) -> usize {
        let (code, header) = (self.code(), self.header());
        ANSWERS.iter().position(|answer| answer.code == code && answer.header == header).unwrap_or(0)
    }

    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Check(error) => error.code(),
            Self::BodyIncomplete => "body_incomplete",
            Self::BodyTimeout => "body_timeout",
            Self::BodyTooLarge => "body_too_large",
            Self::ConfigInvalid => "config_invalid",
            Self::DestinationFailed => "destination_failed",
            Self::DestinationTimeout => "destination_timeout",
            Self::InFlight => "in_flight",
            Self::InvalidQuery => "invalid_query",
            Self::KeysUnavailable => "keys_unavailable",
            Self::MethodNotAllowed | Self::MethodNotAllowedHealth | Self::MethodNotAllowedEvent => "method_not_allowed",
            Self::NotFound => "not_found",
            Self::NotReplayable => "not_replayable",
            Self::StorageUnavailable => "storage_unavailable",
            Self::Unauthorized => "unauthorized",
        }
    }

    const fn header(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::InFlight => Some(("retry-after", "5")),
            Self::KeysUnavailable | Self::StorageUnavailable => Some(("retry-after", "30")),
            Self::MethodNotAllowed => Some(("allow", "POST")),
            Self::MethodNotAllowedHealth => Some(("allow", "GET, HEAD")),
            Self::MethodNotAllowedEvent => Some(("allow", "GET, HEAD, DELETE")),
            Self::Unauthorized => Some(("www-authenticate", "Bearer")),
            _ => None,
        }
    }
}

impl Answer {
    /// The body: `application/problem+json`.
    pub fn body(&self) -> String {
        printed(&json!({ "title": self.title, "status": self.status, "code": self.code }))
    }
}

/// The body of a success, with the event's id.
pub fn success(status: &str, id: &[u8]) -> String {
    let id = quoted(&String::from_utf8_lossy(id));
    ["{\"id\":", &id, ",\"status\":\"", status, "\"}"].concat()
}

/// Every answer that is no success.
pub static ANSWERS: &[Answer] = &[
    plain("config_invalid", 500, "this source is not configured correctly; see the log or /healthz"),
    plain("body_incomplete", 400, "the body ended before its time"),
    plain("body_timeout", 408, "the body did not arrive within 30 seconds"),
    plain("body_too_large", 413, "the body is larger than this source accepts"),
    plain("destination_failed", 502, "the destination did not accept the event"),
    plain("destination_timeout", 504, "the destination did not answer in time"),
    with("in_flight", 409, "a copy of this event is being delivered", ("retry-after", "5")),
    plain("invalid_header", 400, "a header cannot be what the sender meant"),
    plain("invalid_query", 400, "the query takes `state` (pending, delivered, dead), `limit` (1 to 200) and `cursor`"),
    plain("invalid_timestamp", 400, "the timestamp is not whole Unix seconds in decimal digits"),
    plain("jwk_unknown_kid", 401, "the token names no known key"),
    plain("jwk_unusable", 401, "the key that the token names cannot be used"),
    plain("jwt_alg", 401, "the token's algorithm is not accepted"),
    plain("jwt_audience", 401, "the token is for another audience"),
    plain("jwt_claims", 401, "a claim is missing or of the wrong type"),
    plain("jwt_expired", 401, "the token has expired"),
    plain("jwt_issuer", 401, "the token is from another issuer"),
    plain("jwt_malformed", 400, "the token cannot be read"),
    plain("jwt_not_yet_valid", 401, "the token is not valid yet"),
    plain("jwt_signature", 401, "the token's signature does not match"),
    plain("jwt_too_long", 401, "the token is good for longer than its id is remembered"),
    with("keys_unavailable", 503, "the keys to check against could not be had", ("retry-after", "30")),
    with("method_not_allowed", 405, "this is done by POST", ("allow", "POST")),
    with("method_not_allowed", 405, "this page is read by GET", ("allow", "GET, HEAD")),
    with("method_not_allowed", 405, "an event is read by GET and forgotten by DELETE", ("allow", "GET, HEAD, DELETE")),
    plain("missing_header", 400, "a required header is missing or empty"),
    plain("no_matching_signature", 401, "no signature matches"),
    plain("not_found", 404, "there is nothing here"),
    plain("not_replayable", 409, "the event was delivered and its body is gone; see `keep_bodies`"),
    with("storage_unavailable", 503, "the event could not be stored", ("retry-after", "30")),
    plain("timestamp_too_new", 401, "the timestamp is too far in the future"),
    plain("timestamp_too_old", 401, "the timestamp is too old"),
    plain("too_many_signatures", 400, "there are more signatures than one delivery may carry"),
    with("unauthorized", 401, "the admin token is missing or wrong", ("www-authenticate", "Bearer")),
];

/// Why a destination gave no answer of its own, as the log and the admin pages name it.
static CAUSES: &[&str] = &[
    "connection_lost",
    "connection_refused",
    "connect_timeout",
    "dns",
    "exception",
    "network",
    "no_binding",
    "response_timeout",
    "tls",
    "unreachable",
];

/// A cause by its name; `None` for a text that is no such name.
pub fn known_cause(name: &str) -> Option<&'static str> {
    CAUSES.iter().copied().find(|known| *known == name)
}

/// What a status of 520 to 530 says about an origin: Cloudflare answers with these where it got no answer from the origin.
pub const fn cause_of_status(status: u16) -> Option<&'static str> {
    Some(match status {
        520 => "connection_lost",
        521 => "connection_refused",
        522 => "connect_timeout",
        523 => "unreachable",
        524 => "response_timeout",
        525 | 526 => "tls",
        530 => "dns",
        _ => return None,
    })
}

/// One line of the log: flat JSON about one delivery. It has no field for a secret, a token, an id or a body.
#[derive(Clone, Copy, Debug, Default)]
pub struct LogLine<'a> {
    /// The outcome: `delivered`, `duplicate`, or the code of a refusal.
    pub code: &'a str,
    /// The status answered.
    pub status: u16,
    /// The source's name.
    pub source: Option<&'a str>,
    /// What was verified, if anything was.
    pub scheme: Option<Form>,
    /// Which key matched.
    pub key: Option<usize>,
    /// Which event, where its id was readable.
    pub event: Option<EventKey>,
    /// Seconds since the timestamp.
    pub age: Option<i64>,
    /// Which attempt of the inbox this was; without it, the line is about a delivery by the sender.
    pub attempt: Option<u32>,
    /// Size of the body.
    pub bytes: Option<u32>,
    /// Whether the event was delivered before.
    pub duplicate: bool,
    /// What the destination answered (0: nothing), and after how many milliseconds.
    pub destination: Option<(u16, u64)>,
    /// Why the destination gave no answer: a [`known_cause`].
    pub cause: Option<&'a str>,
    /// For a delivery refused for its age: `match`, `no_match`, `unknown`.
    pub signature: Option<&'a str>,
    /// What kept the marks from working: `read_failed`, `write_failed`.
    pub marks: Option<&'a str>,
    /// What is wrong, in words of our own.
    pub detail: Option<&'a str>,
    /// Why no key of the key set could be used, which is the detail where there is no other.
    pub unusable: Option<Unusable>,
}

impl LogLine<'_> {
    /// The line. All text in it is ours or a checked name, but for `detail`, which is escaped.
    ///
    /// Put together by hand, as it is written once per delivery: formatting took as long as hashing a small body.
    pub fn to_json(&self) -> String {
        let mut line = Line::new(if self.attempt.is_some() { "attempt" } else { "delivery" });
        line.text("code", Some(self.code));
        line.number("status", Some(self.status));
        line.text("source", self.source);
        line.text("scheme", self.scheme.map(Form::as_str));
        line.number("key", self.key);
        line.text("id_hash", self.event.map(EventKey::to_hex).as_deref());
        line.number("age_s", self.age);
        line.number("attempt", self.attempt);
        line.number("bytes", self.bytes);
        if self.source.is_some() && self.attempt.is_none() {
            line.raw("dup", if self.duplicate { "true" } else { "false" });
        }
        line.number("dest_status", self.destination.map(|(status, _)| status));
        line.number("dest_ms", self.destination.map(|(_, ms)| ms));
        line.text("dest_error", self.cause);
        line.text("signature", self.signature);
        line.text("marks", self.marks);
        let unusable = self.unusable.map(Unusable::to_text);
        if let Some(detail) = self.detail.or(unusable.as_deref()) {
            line.raw("detail", &quoted(detail));
        }
        line.end()
    }
}

/// A flat JSON object as it grows.
struct Line(String);

impl Line {
    fn new(ev: &str) -> Self {
        let mut line = Self(String::with_capacity(256));
        line.0.push_str("{\"ev\":\"");
        line.0.push_str(ev);
        line.0.push('"');
        line
    }

    /// Text in which nothing has to be escaped.
    fn text(&mut self, name: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.raw(name, "\"");
            self.0.push_str(value);
            self.0.push('"');
        }
    }

    fn number(&mut self, name: &str, value: Option<impl itoa::Integer>) {
        if let Some(value) = value {
            self.raw(name, itoa::Buffer::new().format(value));
        }
    }

    fn raw(&mut self, name: &str, value: &str) {
        for part in [",\"", name, "\":", value] {
            self.0.push_str(part);
        }
    }

    fn end(mut self) -> String {
        self.0.push('}');
        self.0
    }
}

const fn plain(code: &'static str, status: u16, title: &'static str) -> Answer {
    Answer { code, status, title, header: None }
}

const fn with(code: &'static str, status: u16, title: &'static str, header: (&'static str, &'static str)) -> Answer {
    Answer { code, status, title, header: Some(header) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{HeaderFault, JwtFault};

    /// Every refusal finds its own answer, and a check's answer has the check's status.
    #[test]
    fn every_refusal_has_its_answer() {
        let checks = [
            Error::MissingHeader(""),
            Error::InvalidHeader("", HeaderFault::Repeated),
            Error::InvalidTimestamp,
            Error::TimestampTooOld { age: 1 },
            Error::TimestampTooNew { ahead: 1 },
            Error::NoMatchingSignature,
            Error::TooManySignatures,
            Error::JwtAlg,
            Error::JwkUnknownKid,
            Error::JwkUnusable,
            Error::JwtSignature,
            Error::JwtExpired,
            Error::JwtNotYetValid,
            Error::JwtAudience,
            Error::JwtIssuer,
            Error::JwtClaims(""),
            Error::JwtMalformed(JwtFault::Header),
            Error::JwtTooLong,
        ];
        for error in checks {
            let answer = ANSWERS[Refusal::Check(error).index()];
            assert_eq!((answer.code, answer.status), (error.code(), error.status()));
        }
        for refusal in [
            Refusal::BodyIncomplete,
            Refusal::BodyTimeout,
            Refusal::BodyTooLarge,
            Refusal::ConfigInvalid,
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
        ] {
            let answer = ANSWERS[refusal.index()];
            assert_eq!((answer.code, answer.header), (refusal.code(), refusal.header()));
        }
    }

    /// Senders disable an endpoint over these.
    #[test]
    fn no_answer_is_a_redirect_or_gone() {
        assert!(ANSWERS.iter().all(|answer| answer.status >= 400 && answer.status != 410));
    }

    #[test]
    fn every_cause_of_a_status_is_known() {
        let causes: Vec<_> = (0..=u16::MAX).filter_map(cause_of_status).collect();
        assert_eq!(causes.len(), 8);
        assert!(causes.iter().all(|cause| known_cause(cause) == Some(cause)));
        assert_eq!(known_cause("127.0.0.1 refused"), None);
    }

    #[test]
    fn a_line_is_flat_json() {
        let line =
            LogLine { code: "delivered", status: 200, source: Some("a"), detail: Some("\"\n"), ..LogLine::default() };
        let parsed: serde_json::Value = serde_json::from_str(&line.to_json()).unwrap();
        assert_eq!(
            parsed,
            json!({"ev":"delivery","code":"delivered","status":200,"source":"a","dup":false,"detail":"\"\n"})
        );
    }
}
