//! Retell: <https://docs.retellai.com/features/secure-webhook>, read in November 2026, and `src/lib/webhook_auth.ts` of
//! RetellAI/retell-typescript-sdk.
//!
//! The key is the API key that has the webhook badge. The timestamp, in milliseconds, follows the body without a separator: no other
//! split is a time of today, as a timestamp of 13 digits cannot lose or gain one. An event has no id, so it is known by the hash of its
//! body.

use super::bases::hmac;
use super::template::{Part, Template, Unit, in_list, stamped};
use super::types::{EventType, Scheme};

pub(super) const SCHEME: Scheme = Scheme {
    event_type: EventType::Pointer("/event"),
    ..hmac(
        "retell",
        Template {
            message: &[Part::Body, Part::Timestamp],
            ..stamped(Unit::Milliseconds, in_list(&["x-retell-signature"], b',', "v=", "d="))
        },
    )
};
