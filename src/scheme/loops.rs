//! Loops: <https://loops.so/docs/webhooks>, read in November 2026.
//!
//! Some programs expect `svix-*` headers of Loops, in place of the `webhook-*` in its documentation. Both count.

use super::bases::{WEBHOOK, with_secret};
use super::svix::SVIX;
use super::types::{EventType, Scheme, Signing};

pub(super) const SCHEME: Scheme = Scheme {
    signing: Signing::Standard(&[WEBHOOK, SVIX]),
    event_type: EventType::Pointer("/eventName"),
    ..with_secret("loops")
};
