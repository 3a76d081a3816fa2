//! HeyGen: <https://developers.heygen.com/docs/webhooks>, read in November 2026.
//!
//! The key is the whole text of the secret, `whsec_` included: it is not base64. Older webhooks have the header `Signature`.
//! `Heygen-Timestamp` and `Heygen-Event-Id` are not signed. Nothing says when a delivery was made, so a copy never expires.
//!
//! HeyGen sends an OPTIONS to the URL before it accepts it: <https://docs.heygen.com/reference/add-a-webhook-endpoint>.

use super::bases::hmac;
use super::handshake::Handshake;
use super::template::{Template, in_header, of_body};
use super::types::{EventType, Scheme};

pub(super) const SCHEME: Scheme = Scheme {
    event_type: EventType::Pointer("/event_type"),
    forward: &["heygen-event-id", "heygen-timestamp"],
    handshake: Some(Handshake::Probe("OPTIONS")),
    ..hmac(
        "heygen",
        Template { others: &[in_header(&["signature"], "")], ..of_body(in_header(&["heygen-signature"], "")) },
    )
};
