//! GitHub: <https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries>, read in November 2026.
//!
//! Its older `X-Hub-Signature` (SHA-1) is never read. `X-GitHub-Delivery` is not signed, so it is passed on and is not the event's id:
//! two events with the same bytes are one here, unless it is the source's `dedupe_header`.
//!
//! A redelivery has the bytes and the `X-GitHub-Delivery` of the original, so it is the same event with `dedupe_header` and without. To
//! have an event forwarded again that was delivered, forget it first.
//! <https://docs.github.com/en/webhooks/using-webhooks/best-practices-for-using-webhooks#use-the-x-github-delivery-header>
//!
//! GitHub does not retry. <https://docs.github.com/en/webhooks/using-webhooks/handling-failed-webhook-deliveries>

use super::bases::hmac;
use super::template::{in_header, of_body};
use super::types::{EventType, Scheme};

pub(super) const SCHEME: Scheme = Scheme {
    event_type: EventType::Header(&["x-github-event"]),
    forward: &["x-github-event", "x-github-delivery", "x-github-hook-id"],
    retries: Some(0),
    ..hmac("github", of_body(in_header(&["x-hub-signature-256"], "sha256=")))
};
