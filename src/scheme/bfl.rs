//! Black Forest Labs (FLUX):
//! <https://github.com/black-forest-labs/skills/blob/main/skills/bfl-api/references/webhook-integration.md>, read in November 2026.
//!
//! The key is the `webhook_secret` of the request. The body's `id` is the task's, which several deliveries may share, so an event is
//! known by the hash of its body. Nothing says when a delivery was made, so a copy never expires.

use super::bases::hmac;
use super::template::{in_header, of_body};
use super::types::{EventType, Scheme};

pub(super) const SCHEME: Scheme = Scheme {
    event_type: EventType::Pointer("/status"),
    ..hmac("bfl", of_body(in_header(&["x-bfl-signature"], "sha256=")))
};
