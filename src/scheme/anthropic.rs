//! Anthropic: <https://platform.claude.com/docs/en/managed-agents/webhooks>, read in November 2026, and its library
//! (anthropic-sdk-python 2.14.0, `resources/beta/webhooks.py`).
//!
//! `type` is always `event`; the type of the event is in `data`. Guides that name a single `X-Webhook-Signature` header are wrong: the
//! library reads the three headers of Standard Webhooks.

use super::bases::with_secret;
use super::types::{EventType, Scheme};

pub(super) const SCHEME: Scheme = Scheme { event_type: EventType::Pointer("/data/type"), ..with_secret("anthropic") };
