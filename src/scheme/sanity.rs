//! Sanity: <https://www.sanity.io/docs/content-lake/webhooks>, read in November 2026, and sanity-io/webhook-toolkit.
//!
//! The timestamp is in milliseconds. Sanity's own library does not check its age; here it may be five minutes from now. What the body is
//! depends on the webhook's projection, so an event has no id or type that can be relied on: it is known by the hash of its body.
//! `idempotency-key` is not signed, so it is passed on and is not the event's id.
//!
//! Sanity retries twice, 30 seconds apart, after 429 and 5xx alone. <https://www.sanity.io/docs/changelog/50ec6abf-fe0c-475b-ae72-314148860132>

use super::bases::hmac;
use super::template::{Encoding, Template, Unit, in_list, stamped};
use super::types::{EventType, Scheme};

pub(super) const SCHEME: Scheme = Scheme {
    event_type: EventType::None,
    forward: &["idempotency-key", "sanity-operation"],
    retries: Some(60),
    ends_at_4xx: true,
    ..hmac(
        "sanity",
        Template {
            encoding: Encoding::Base64Url,
            ..stamped(Unit::Milliseconds, in_list(&["sanity-webhook-signature"], b',', "t=", "v1="))
        },
    )
};
