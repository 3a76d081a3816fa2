//! WorkOS: <https://workos.com/docs/events/data-syncing/webhooks>, read in November 2026, and `src/webhooks/webhooks.ts` of
//! workos/workos-node.
//!
//! The timestamp is in milliseconds. WorkOS' own libraries refuse it after three minutes; here it is five, in both directions.
//!
//! WorkOS expects 200, and retries six times within three days. <https://workos.com/docs/events/data-syncing/webhooks>

use super::acknowledgement::Acknowledgement;
use super::bases::hmac;
use super::template::{IdSource, Template, Unit, in_list, stamped};
use super::types::{EventType, Scheme};

pub(super) const SCHEME: Scheme = Scheme {
    event_type: EventType::Pointer("/event"),
    acknowledgement: Acknowledgement::Ok,
    retries: Some(3 * 24 * 3600),
    ..hmac(
        "workos",
        Template {
            id: IdSource::Body("/id"),
            ..stamped(Unit::Milliseconds, in_list(&["workos-signature"], b',', "t=", "v1="))
        },
    )
};
