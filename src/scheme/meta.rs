//! Meta, for Facebook, Instagram and WhatsApp:
//! <https://developers.facebook.com/docs/graph-api/webhooks/getting-started#validate-payloads>, read in November 2026.
//!
//! The key is the app secret. One body may hold several events, so a delivery is known by the hash of its body. Nothing says when a
//! delivery was made, so a copy never expires.
//!
//! Meta expects 200. It retries for 36 hours, and for WhatsApp for up to seven days.
//! <https://developers.facebook.com/docs/graph-api/webhooks/getting-started#event-notifications>,
//! <https://developers.facebook.com/docs/whatsapp/cloud-api/guides/set-up-webhooks>

use super::acknowledgement::Acknowledgement;
use super::bases::hmac;
use super::handshake::Handshake;
use super::template::{in_header, of_body};
use super::types::{EventType, Scheme};

pub(super) const SCHEME: Scheme = Scheme {
    event_type: EventType::Pointer("/object"),
    handshake: Some(Handshake::HubChallenge),
    retries: Some(7 * 24 * 3600),
    acknowledgement: Acknowledgement::Ok,
    ..hmac("meta", of_body(in_header(&["x-hub-signature-256"], "sha256=")))
};
