//! Bitbucket Cloud: <https://support.atlassian.com/bitbucket-cloud/docs/manage-webhooks/#Secure-webhooks>, read in November 2026.
//!
//! The header's name is that of SHA-1 signatures elsewhere; here it holds SHA-256. The headers with event, request id and attempt are
//! not signed. Nothing says when a delivery was made, so a copy never expires.

use super::bases::hmac;
use super::template::{in_header, of_body};
use super::types::{EventType, Scheme};

pub(super) const SCHEME: Scheme = Scheme {
    event_type: EventType::Header(&["x-event-key"]),
    forward: &["x-event-key", "x-request-uuid", "x-hook-uuid", "x-attempt-number"],
    ..hmac("bitbucket", of_body(in_header(&["x-hub-signature"], "sha256=")))
};
