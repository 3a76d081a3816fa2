//! Render: <https://render.com/docs/webhooks>, read in November 2026.
//!
//! Render makes up to eight attempts. The last one is about 33 hours after the first.
//!
//! Its documentation has `webhook-*`. Headers called `svix-*`, an older spelling of the same scheme, count too.

use super::bases::{WEBHOOK, with_secret};
use super::svix::SVIX;
use super::types::{Scheme, Signing};

pub(super) const SCHEME: Scheme =
    Scheme { signing: Signing::Standard(&[WEBHOOK, SVIX]), retries: Some(33 * 3600), ..with_secret("render") };
