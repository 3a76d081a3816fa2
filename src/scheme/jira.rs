//! Jira: <https://developer.atlassian.com/cloud/jira/platform/webhooks/#secure-admin-webhooks>, read in November 2026.
//!
//! The header names the method of its signature, SHA-256 today; another is refused. Webhooks that an administrator registers are
//! signed. The identifier that is the same across retries is in a header, not signed. Nothing says when a delivery was made, so a copy
//! never expires.

use super::bases::hmac;
use super::template::{in_header, of_body};
use super::types::{EventType, Scheme};

pub(super) const SCHEME: Scheme = Scheme {
    event_type: EventType::Pointer("/webhookEvent"),
    forward: &["x-atlassian-webhook-identifier", "x-atlassian-webhook-retry", "x-atlassian-webhook-flow"],
    ..hmac("jira", of_body(in_header(&["x-hub-signature"], "sha256=")))
};
