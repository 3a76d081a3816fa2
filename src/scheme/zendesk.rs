//! Zendesk: <https://developer.zendesk.com/documentation/webhooks/verifying/>, read in November 2026.
//!
//! The body follows the text of the timestamp without a separator: a date and time cannot be split another way. A webhook whose method
//! has no body signs the timestamp alone. The webhook's id and the invocation's are not signed, so they are passed on; an event is known
//! by the hash of its body, and two triggers that send the same bytes are one event here.

use super::bases::hmac;
use super::template::{Encoding, Field, Layout, Part, Template, Unit, in_header, stamped};
use super::types::Scheme;

pub(super) const SCHEME: Scheme = Scheme {
    forward: &["x-zendesk-webhook-id", "x-zendesk-webhook-invocation-id", "x-zendesk-account-id"],
    ..hmac(
        "zendesk",
        Template {
            encoding: Encoding::Base64,
            message: &[Part::Timestamp, Part::Body],
            ..stamped(
                Unit::Rfc3339,
                Layout {
                    timestamp: Some(Field::Header("x-zendesk-webhook-signature-timestamp")),
                    ..in_header(&["x-zendesk-webhook-signature"], "")
                },
            )
        },
    )
};
