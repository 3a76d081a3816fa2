//! Loops: <https://loops.so/docs/webhooks>, read in November 2026.

use super::bases::with_secret;
use super::types::{EventType, Scheme};

pub(super) const SCHEME: Scheme = Scheme { event_type: EventType::Pointer("/eventName"), ..with_secret("loops") };
