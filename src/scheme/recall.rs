//! Recall.ai: <https://docs.recall.ai/docs/authenticating-requests-from-recallai>, read in November 2026.
//!
//! Accounts from before 15 December 2025 receive some webhooks under `svix-*`, each endpoint with a secret of its own.

use super::bases::{WEBHOOK, with_secret};
use super::svix::SVIX;
use super::types::{EventType, Scheme, Signing};

pub(super) const SCHEME: Scheme = Scheme {
    signing: Signing::Standard(&[WEBHOOK, SVIX]),
    event_type: EventType::Pointer("/event"),
    ..with_secret("recall")
};
