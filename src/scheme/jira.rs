//! Jira: <https://developer.atlassian.com/cloud/jira/platform/webhooks/#secure-admin-webhooks>, read in November 2026.
//!
//! The header names the method of its signature, SHA-256 today; another is refused. Webhooks that an administrator registers are
//! signed. Nothing says when a delivery was made, so a copy never expires.
//!
//! `X-Atlassian-Webhook-Identifier` is the same across retries, and is not signed. To tell two events with the same body apart, make it
//! the `dedupe_header`.
//!
//! Jira retries five times, each time after 5 to 15 minutes: <https://developer.atlassian.com/cloud/jira/platform/webhooks/#retry-policy>.
//! Atlassian counts any status but 200 and 204 as a failure:
//! <https://developer.atlassian.com/platform/marketplace/cloud-fortified-apps-program-webhook-delivery-success-rate>.

use super::acknowledgement::Acknowledgement;
use super::bases::hmac;
use super::template::{in_header, of_body};
use super::types::{EventType, Scheme};

pub(super) const SCHEME: Scheme = Scheme {
    event_type: EventType::Pointer("/webhookEvent"),
    acknowledgement: Acknowledgement::Ok,
    retries: Some(75 * 60),
    forward: &["x-atlassian-webhook-identifier", "x-atlassian-webhook-retry", "x-atlassian-webhook-flow"],
    ..hmac("jira", of_body(in_header(&["x-hub-signature"], "sha256=")))
};
