//! Loops: <https://loops.so/docs/webhooks>, read in November 2026.

use super::types::{EventType, Scheme, with_secret};

pub(super) const SCHEME: Scheme =
    Scheme { event_type: EventType::Pointer("/eventName"), ..with_secret("loops", "https://loops.so/docs/webhooks") };
