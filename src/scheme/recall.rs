//! Recall.ai: <https://docs.recall.ai/docs/authenticating-requests-from-recallai>, read in November 2026.
//!
//! Accounts from before 15 December 2025 receive some webhooks under `svix-*`, each endpoint with a secret of its own. Recall.ai retries
//! as Svix does, for 27 hours and 35 minutes: <https://docs.recall.ai/v1.10/docs/faq-webhooks>.

use super::bases::{WEBHOOK, with_secret};
use super::svix::{self, SVIX};
use super::types::{EventType, Scheme, Signing};

pub(super) const SCHEME: Scheme = Scheme {
    signing: Signing::Standard(&[WEBHOOK, SVIX]),
    event_type: EventType::Pointer("/event"),
    retries: svix::SCHEME.retries,
    ..with_secret("recall")
};
