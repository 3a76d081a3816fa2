//! Jira: <https://developer.atlassian.com/cloud/jira/platform/webhooks/#secure-admin-webhooks>, read in November 2026.
//!
//! The header names the method of its signature, SHA-256 today; another is refused. Webhooks that an administrator registers are
//! signed. Nothing says when a delivery was made, so a copy never expires.
//!
//! `X-Atlassian-Webhook-Identifier` is the same across retries, and is not signed. To tell two events with the same body apart, make it
//! the `dedupe_header`.

use super::bases::hmac;
use super::template::{in_header, of_body};
use super::types::{EventType, Scheme};

pub(super) const SCHEME: Scheme = Scheme {
    event_type: EventType::Pointer("/webhookEvent"),
    forward: &["x-atlassian-webhook-identifier", "x-atlassian-webhook-retry", "x-atlassian-webhook-flow"],
    ..hmac("jira", of_body(in_header(&["x-hub-signature"], "sha256=")))
};
