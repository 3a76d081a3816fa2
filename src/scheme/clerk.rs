//! Clerk: <https://clerk.com/docs/guides/development/webhooks/syncing>, read in November 2026. Svix delivers for it.

use super::bases::{WEBHOOK, with_secret};
use super::svix::SVIX;
use super::types::{Scheme, Signing};

pub(super) const SCHEME: Scheme = Scheme { signing: Signing::Standard(&[SVIX, WEBHOOK]), ..with_secret("clerk") };
