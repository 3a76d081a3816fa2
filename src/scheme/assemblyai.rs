//! AssemblyAI: <https://www.assemblyai.com/docs/deployment/webhooks-for-pre-recorded-audio>, read in November 2026.
//!
//! The customer chooses the header and its value with each request (`webhook_auth_header_name`, `webhook_auth_header_value`). The default here
//! is the name in AssemblyAI's example, `X-Webhook-Secret`. For another one, set `header` to it. The secret is the whole value, also if it begins
//! with `Bearer`.
//!
//! The value proves the sender and nothing about the body, and whoever reads one delivery can make others. AssemblyAI tries ten times, ten
//! seconds apart, and waits ten seconds for each answer. A 4xx ends it.

use super::bases::token;
use super::types::{EventType, Scheme};
use crate::key::KeyFormat;

pub(super) const SCHEME: Scheme = Scheme {
    event_type: EventType::Pointer("/status"),
    secrets: KeyFormat::HeaderValue,
    header_is_chosen: true,
    retries: Some(200),
    ends_at_4xx: true,
    ..token("assemblyai", &["x-webhook-secret"])
};
