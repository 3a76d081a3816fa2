//! Notion: <https://developers.notion.com/reference/webhooks#step-3-validating-event-payloads-recommended>, read in November 2026.
//!
//! The key is the verification token, which Notion's first request brings; that request has no signature. Nothing says when a delivery
//! was made, so a copy never expires.

use super::bases::hmac;
use super::template::{IdSource, Template, in_header, of_body};
use super::types::Scheme;

pub(super) const SCHEME: Scheme =
    hmac("notion", Template { id: IdSource::Body("/id"), ..of_body(in_header(&["x-notion-signature"], "sha256=")) });
