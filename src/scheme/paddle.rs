//! Paddle: <https://developer.paddle.com/webhooks/about/signature-verification>, read in November 2026.
//!
//! While a secret is rotated, the header has an `h1` for each. Paddle's own libraries refuse a timestamp after five seconds, which
//! loses deliveries on a slow path; here it is five minutes, in both directions. Paddle retries for three days.
//! <https://developer.paddle.com/webhooks/about/respond-to-webhooks>
//!
//! Paddle expects 200 within five seconds. <https://developer.paddle.com/webhooks/about/respond-to-webhooks>

use super::acknowledgement::Acknowledgement;
use super::bases::hmac;
use super::template::{IdSource, Part, Template, Unit, in_list, stamped};
use super::types::{EventType, Scheme};

pub(super) const SCHEME: Scheme = Scheme {
    event_type: EventType::Pointer("/event_type"),
    retries: Some(3 * 24 * 3600),
    acknowledgement: Acknowledgement::Ok,
    ..hmac(
        "paddle",
        Template {
            message: &[Part::Timestamp, Part::Text(":"), Part::Body],
            id: IdSource::Body("/event_id"),
            ..stamped(Unit::Seconds, in_list(&["paddle-signature"], b';', "ts=", "h1="))
        },
    )
};
