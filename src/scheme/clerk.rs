//! Clerk: <https://clerk.com/docs/guides/development/webhooks/syncing>, read in November 2026. Svix delivers for it.
//!
//! Clerk retries as Svix does, for 27 hours and 35 minutes: <https://clerk.com/docs/guides/development/webhooks/overview#retry>.

use super::bases::{WEBHOOK, with_secret};
use super::svix::{self, SVIX};
use super::types::{Scheme, Signing};

pub(super) const SCHEME: Scheme =
    Scheme { signing: Signing::Standard(&[SVIX, WEBHOOK]), retries: svix::SCHEME.retries, ..with_secret("clerk") };
