//! Resend: <https://resend.com/docs/webhooks/verify-webhooks-requests>, read in November 2026. Svix delivers for it.
//!
//! It retries for 27 hours, 35 minutes and 5 seconds: <https://resend.com/docs/webhooks/retries-and-replays>.

use super::bases::{WEBHOOK, with_secret};
use super::svix::SVIX;
use super::types::{Scheme, Signing};

pub(super) const SCHEME: Scheme = Scheme {
    signing: Signing::Standard(&[SVIX, WEBHOOK]),
    retries: Some(27 * 3600 + 35 * 60 + 5),
    ..with_secret("resend")
};
