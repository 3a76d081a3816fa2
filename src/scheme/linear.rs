//! Linear: <https://linear.app/developers/webhooks#securing-webhooks>, read in November 2026, and `packages/sdk/src/webhooks/client.ts`
//! of linear/linear.
//!
//! The time is a member of the body, in milliseconds. Linear's SDK allows it a minute, in both directions; here it is five. The headers
//! `Linear-Delivery` and `Linear-Timestamp` are not signed. A body has no id of its own, so an event is known by the hash of its body without
//! `webhookTimestamp`, which each attempt sets.
//!
//! Linear expects 200 within five seconds, and retries after a minute, an hour and six hours. <https://linear.app/developers/webhooks>

use super::acknowledgement::Acknowledgement;
use super::bases::hmac;
use super::template::{IdSource, Template, Time, Unit, in_header, of_body};
use super::types::Scheme;

pub(super) const SCHEME: Scheme = Scheme {
    forward: &["linear-delivery", "linear-event"],
    retries: Some(60 + 3600 + 6 * 3600),
    acknowledgement: Acknowledgement::Ok,
    ..hmac(
        "linear",
        Template {
            id: IdSource::SignedWithout("webhookTimestamp"),
            time: Time::Body("/webhookTimestamp", Unit::Milliseconds),
            ..of_body(in_header(&["linear-signature"], ""))
        },
    )
};
