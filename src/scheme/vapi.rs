//! Vapi: <https://docs.vapi.ai/server-url/server-authentication>, read in November 2026.
//!
//! Vapi signs with a custom credential of the kind HMAC, whose parts are configured. This preset takes SHA-256, the header
//! `x-vapi-signature`, no timestamp, and the body alone as payload, as <https://trigger.dev/docs/webhooks/providers/vapi> asks for too.
//! A credential of the kind Bearer Token is of the scheme `vapi-token`. Nothing says when a delivery was made, so a copy never expires.

use super::bases::hmac;
use super::template::{in_header, of_body};
use super::types::{EventType, Scheme};

pub(super) const SCHEME: Scheme = Scheme {
    event_type: EventType::Pointer("/message/type"),
    ..hmac("vapi", of_body(in_header(&["x-vapi-signature"], "")))
};
