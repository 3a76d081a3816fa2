//! Loops: <https://loops.so/docs/webhooks>, read in November 2026.
//!
//! Its documentation has `webhook-*`. Headers called `svix-*`, an older spelling of the same scheme, count too.

use super::bases::{WEBHOOK, with_secret};
use super::svix::SVIX;
use super::types::{EventType, Scheme, Signing};

pub(super) const SCHEME: Scheme = Scheme {
    signing: Signing::Standard(&[WEBHOOK, SVIX]),
    event_type: EventType::Pointer("/eventName"),
    ..with_secret("loops")
};
