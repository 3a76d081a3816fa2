//! Calendly: <https://developer.calendly.com/api-docs/overview/webhooks/webhook-signatures>, read in November 2026.
//!
//! Calendly's sample refuses a timestamp after three minutes; here it is five, in both directions. An event has no id of its own, so it
//! is known by the hash of its body. Calendly retries for 24 hours.
//! <https://developer.calendly.com/api-docs/overview/webhooks/webhook-errors>

use super::bases::hmac;
use super::template::{Unit, in_list, stamped};
use super::types::{EventType, Scheme};

pub(super) const SCHEME: Scheme = Scheme {
    event_type: EventType::Pointer("/event"),
    retries: Some(24 * 3600),
    ..hmac("calendly", stamped(Unit::Seconds, in_list(&["calendly-webhook-signature"], b',', "t=", "v1=")))
};
