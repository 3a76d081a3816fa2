//! Brex: <https://developer.brex.com/docs/webhooks>, read in November 2026.
//!
//! Its secrets are base64 without a prefix, from `GET /v1/webhooks/secrets`: two of them while one is rotated.
//!
//! Its documentation has `webhook-*`. Headers called `svix-*`, an older spelling of the same scheme, count too.

use super::bases::{WEBHOOK, with_secret};
use super::svix::SVIX;
use super::types::{EventType, Scheme, Signing};

pub(super) const SCHEME: Scheme = Scheme {
    signing: Signing::Standard(&[WEBHOOK, SVIX]),
    event_type: EventType::Pointer("/event_type"),
    ..with_secret("brex")
};
