//! Brex: <https://developer.brex.com/docs/webhooks>, read in November 2026.
//!
//! Its secrets are base64 without a prefix, from `GET /v1/webhooks/secrets`: two of them while one is rotated.

use super::bases::with_secret;
use super::types::{EventType, Scheme};

pub(super) const SCHEME: Scheme = Scheme { event_type: EventType::Pointer("/event_type"), ..with_secret("brex") };
