//! Every stable code: its status, its title for the sender, and its remedy for whoever runs the receiver.
//!
//! Errors, responses, reports, the page and `docs/codes.md` all read this table, so a code means the same everywhere.

/// What a stable code means.
///
/// ```
/// let row = countersign::error::CODES.iter().find(|row| row.code == "timestamp_too_old").ok_or("no such code")?;
/// assert_eq!((row.status, row.title), (401, "the timestamp is too old"));
/// # Ok::<(), &str>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code {
    /// The code, as in responses, log records, reports and JavaScript errors.
    pub code: &'static str,
    /// The HTTP status of a response with this code; 0 if no response carries it.
    pub status: u16,
    /// What happened, as the `title` of a problem (RFC 9457). The sender sees it, so it tells nothing about the receiver.
    pub title: &'static str,
    /// What whoever runs the receiver can do about it.
    pub remedy: &'static str,
}

impl Code {
    /// Where `docs/codes.md` explains a code, up to the code itself: the `type` of a problem (RFC 9457).
    pub const TYPE: &'static str = "https://github.com/countersign/countersign/blob/main/docs/codes.md#";
}

/// A constant for each row, and [`CODES`] of all of them.
macro_rules! codes {
    ($($name:ident: $code:literal, $status:literal, $title:literal, $remedy:literal;)*) => {
        $(pub(crate) const $name: Code = Code { code: $code, status: $status, title: $title, remedy: $remedy };)*

        /// Every code, in alphabetical order.
        pub const CODES: &[Code] = &[$($name),*];
    };
}

codes! {
    ACCEPTED: "accepted", 202,
        "the event is stored",
        "nothing to do: the inbox delivers it";
    ALERT_DELAYED: "alert_delayed", 0,
        "an alert could not be handed over or delivered",
        "check that the URL of `[vars.ALERTS]` responds with 2xx; alerts wait for it, and are attempted again";
    ALERTED: "alerted", 0,
        "an alert is stored",
        "see to what its `type` names; `/admin/alerts/events` shows the alert";
    ALREADY_ANSWERED: "already_answered", 409,
        "the event was answered before",
        "nothing to do if the sender repeated itself; set `dedupe = \"off\"` if each of its deliveries is to reach the \
         destination";
    BODIES_HIDDEN: "bodies_hidden", 403,
        "the configuration does not allow the admin API to show bodies",
        "set `bodies = true` in `[vars.ADMIN]` if whoever has the admin token may read bodies";
    BODY_GONE: "body_gone", 410,
        "the event's body is no longer kept; see `keep`",
        "have the sender resend the event; `keep` keeps later ones for longer";
    BODY_INCOMPLETE: "body_incomplete", 400,
        "the body is shorter than announced",
        "check the sender, or a proxy before the Worker: the connection broke, or `Content-Length` is wrong";
    BODY_TIMEOUT: "body_timeout", 408,
        "the body did not arrive within 30 seconds",
        "check the sender, or a proxy before the Worker: the body arrived too slowly";
    BODY_TOO_LARGE: "body_too_large", 413,
        "the body is larger than this source accepts",
        "raise `max_body` if the sender's events are that large";
    CONFIG_INVALID: "config_invalid", 500,
        "the configuration of this source has a fault; see the log or /healthz",
        "correct what the message names; the Worker shows it in the log, at `/healthz` with the admin token, and in \
         `cargo xtask check`";
    COURIER_UNAVAILABLE: "courier_unavailable", 0,
        "the platform started no invocation that delivers",
        "read `detail`; the Worker's main module has to export `Courier` as well as `Inbox`. It is tried again in ten minutes";
    DEAD: "dead", 0,
        "the inbox gave up on the event",
        "repair the destination, then replay the event: it is kept with its body for 30 days";
    DELIVERED: "delivered", 200,
        "the destination accepted the event",
        "nothing to do";
    DESTINATION_FAILED: "destination_failed", 502,
        "the destination did not accept the event",
        "check the destination: `dest_status` in the log is its status (0: no response) and `dest_error` the reason; \
         the event is retried";
    DESTINATION_TIMEOUT: "destination_timeout", 504,
        "the destination did not respond in time",
        "have the destination respond sooner, raise `forward.timeout`, or set `durable = true`; the event is retried";
    DUPLICATE: "duplicate", 200,
        "the event was accepted before",
        "nothing to do: this copy was not forwarded";
    EMPTY_SECRET: "empty_secret", 500,
        "the secret is empty",
        "set it to the sender's signing secret; the environment variable is probably not set where this runs";
    FORBIDDEN: "forbidden", 403,
        "you may not do this",
        "use `ADMIN_TOKEN`: whoever has `ADMIN_READ_TOKEN` may look, but changes nothing and sees no bodies. With a cookie, a request that \
         changes something needs `Sec-Fetch-Site: same-origin` and `X-Countersign-Console: 1`";
    FORGOTTEN: "forgotten", 200,
        "the event was forgotten",
        "nothing to do: the sender's next copy is accepted";
    HANDSHAKE: "handshake", 200,
        "the sender's handshake is answered",
        "nothing to do: it is no event, and is not forwarded";
    HANDSHAKE_REFUSED: "handshake_refused", 403,
        "the handshake does not hold",
        "give the sender the verify token that `verify_token` names, or its secret if it has none, and have it ask again";
    IN_FLIGHT: "in_flight", 409,
        "a copy of this event is being delivered",
        "nothing to do: the sender retries";
    INTERNAL_ERROR: "internal_error", 500,
        "an unexpected error",
        "report it if it recurs; nothing was marked as seen, so the sender retries";
    INVALID_BODY: "invalid_body", 500,
        "the receiver is not set up correctly",
        "pass the raw body as bytes or text: no parsed object, no stream";
    INVALID_HEADER: "invalid_header", 400,
        "a header has an invalid value",
        "reject the delivery: no sender sends this, unless a proxy repeated or changed the header";
    INVALID_JSON: "invalid_json", 400,
        "the body is not JSON",
        "pass `jsonParse: false` and read `body`: the signature is right";
    INVALID_QUERY: "invalid_query", 400,
        "the query has a parameter or a value that this route does not take, or one of them twice",
        "look the route up in docs/admin.md";
    INVALID_SECRET: "invalid_secret", 500,
        "the secret cannot be read as a key",
        "copy it again as the sender shows it; the message says what is wrong with it";
    INVALID_TIMESTAMP: "invalid_timestamp", 400,
        "the timestamp cannot be read",
        "have the sender write the time as it documents: digits only, without sign, fraction or leading zero, or a date of RFC 3339";
    JOB_RUNNING: "job_running", 409,
        "another replay of this source is running",
        "wait until the job is done, or cancel it; `/admin/{source}/jobs` shows it";
    JWK_UNKNOWN_KID: "jwk_unknown_kid", 401,
        "the token names an unknown key",
        "fetch the key set again; if it is current, the token is from another issuer";
    JWK_UNUSABLE: "jwk_unusable", 401,
        "the key that the token names cannot be used",
        "have the sender sign with an RSA key of at least 2048 bits that is meant for RS256 signatures";
    JWKS_INVALID: "jwks_invalid", 503,
        "the key set cannot be read",
        "give what the sender's key set URL returns: {\"keys\":[…]}";
    JWT_ALG: "jwt_alg", 401,
        "the token's algorithm is not accepted",
        "have the sender sign with RS256; a token with `none` or HS256 is an attack or a misconfigured sender";
    JWT_AUDIENCE: "jwt_audience", 401,
        "the token is for another audience",
        "set `audience` to exactly the sender's `aud`, if that names you";
    JWT_CLAIMS: "jwt_claims", 401,
        "a claim is missing or has the wrong type or value",
        "have the sender issue tokens with `exp`, and with dates as numbers; set `email` to exactly the account that sends";
    JWT_EXPIRED: "jwt_expired", 401,
        "the token has expired",
        "check this machine's clock; a token that was stored or replayed is rejected rightly";
    JWT_ISSUER: "jwt_issuer", 401,
        "the token is from another issuer",
        "set `issuer` to exactly the sender's `iss`, if you expect that issuer";
    JWT_MALFORMED: "jwt_malformed", 400,
        "the token cannot be read",
        "accept the form that the sender uses: a value that begins with `v1,` or `v1a,` is a signature, not a token";
    JWT_NOT_YET_VALID: "jwt_not_yet_valid", 401,
        "the token is not valid yet",
        "check this machine's clock; the token is valid from `nbf` on";
    JWT_SIGNATURE: "jwt_signature", 401,
        "the token's signature does not match",
        "fetch the key set again; if it is current, this sender did not sign the token";
    JWT_TOO_LONG: "jwt_too_long", 401,
        "the token expires later than its id is remembered",
        "raise `dedupe` above the lifetime of the sender's tokens, or have the sender issue tokens that expire sooner";
    KEYS_UNAVAILABLE: "keys_unavailable", 503,
        "the keys to verify with are not available",
        "check that the key set's URL returns 200 within 5 s, without a redirect, with {\"keys\":[…]} of at most 64 KiB and 32 usable keys; \
         the sender retries";
    METHOD_NOT_ALLOWED: "method_not_allowed", 405,
        "use POST",
        "use the method that `Allow` names: deliveries are sent by POST";
    MISSING_HEADER: "missing_header", 400,
        "a required header is missing or empty",
        "pass the request's headers as they came: a proxy or framework dropped one, or another sender sent this";
    NO_MATCHING_SIGNATURE: "no_matching_signature", 401,
        "no signature matches",
        "compare the secret with this endpoint's, and check the raw bytes of the body: not parsed, not decoded";
    NOT_FOUND: "not_found", 404,
        "there is nothing at this URL",
        "check the URL: it must name a source, and end with the source's token if it has one";
    NOT_PENDING: "not_pending", 409,
        "the event is not pending, so it cannot be discarded",
        "nothing to do: it is delivered, dead or filtered; to forget it, use DELETE";
    NOT_REPLAYABLE: "not_replayable", 409,
        "the event is no longer kept, see `keep`, or filtered at all destinations",
        "have a filtered event replayed for a destination by name; forget another, and have the sender resend it";
    REPLAYED: "replayed", 200,
        "the events will be delivered again",
        "nothing to do: the inbox delivers them";
    STORAGE_UNAVAILABLE: "storage_unavailable", 503,
        "the event could not be stored",
        "read `detail` in the log: the inbox is full, or its database cannot be used; the sender retries";
    TEST_UNAVAILABLE: "test_unavailable", 409,
        "only the sender has the key that would sign a test event",
        "have the sender send a test event; most have a button for it";
    TIMESTAMP_TOO_NEW: "timestamp_too_new", 401,
        "the timestamp is too far in the future",
        "check this machine's clock; a value of 13 digits is in milliseconds, and the sender must send seconds";
    TIMESTAMP_TOO_OLD: "timestamp_too_old", 401,
        "the timestamp is too old",
        "check this machine's clock; the sender must put a new timestamp on every retry; to examine an old delivery, \
         set `now` to its time";
    TOO_MANY_SIGNATURES: "too_many_signatures", 400,
        "the delivery carries too many signatures",
        "reject the delivery: no sender sends this many, unless a proxy joined headers by mistake";
    UNAUTHORIZED: "unauthorized", 401,
        "the admin token is missing or wrong",
        "send `Authorization: Bearer …` with the value of the secret `ADMIN_TOKEN` or `ADMIN_READ_TOKEN`, or sign in again";
    WEAK_KEY: "weak_key", 500,
        "anybody can sign under the public key",
        "use the sender's real public key";
    WEAK_SECRET: "weak_secret", 500,
        "the secret is too weak",
        "copy the sender's whole secret or, where you choose it, make one with `openssl rand -base64 32`";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_sorted_and_explained() {
        assert!(CODES.is_sorted_by(|row, next| row.code < next.code));
        for row in CODES {
            assert!(!row.title.is_empty() && !row.remedy.is_empty(), "{}", row.code);
        }
    }
}
