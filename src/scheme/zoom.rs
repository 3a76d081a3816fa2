//! Zoom: <https://developers.zoom.us/docs/api/webhooks/#verify-webhook-events>, read in November 2026.
//!
//! An event has no id that Zoom documents as unique, so it is known by the hash of its body.
//!
//! Zoom counts any status but 200 and 204 as a failure. <https://developers.zoom.us/blog/webhook-delays>
//!
//! Zoom retries 5, 25 and 85 minutes after the first attempt. <https://developers.zoom.us/blog/webhook-delays>

use super::acknowledgement::Acknowledgement;
use super::bases::hmac;
use super::handshake::Handshake;
use super::template::{Field, Layout, Part, Template, Unit, in_header, stamped};
use super::types::{EventType, Scheme};

pub(super) const SCHEME: Scheme = Scheme {
    event_type: EventType::Pointer("/event"),
    handshake: Some(Handshake::EncryptedToken),
    acknowledgement: Acknowledgement::Ok,
    retries: Some(85 * 60),
    ..hmac(
        "zoom",
        Template {
            message: &[Part::Text("v0:"), Part::Timestamp, Part::Text(":"), Part::Body],
            ..stamped(
                Unit::Seconds,
                Layout {
                    timestamp: Some(Field::Header("x-zm-request-timestamp")),
                    ..in_header(&["x-zm-signature"], "v0=")
                },
            )
        },
    )
};
