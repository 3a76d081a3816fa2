//! Render: <https://render.com/docs/webhooks>, read in November 2026.
//!
//! Render makes up to eight attempts. The last one is about 33 hours after the first.

use super::bases::with_secret;
use super::types::Scheme;

pub(super) const SCHEME: Scheme = Scheme { retries: Some(33 * 3600), ..with_secret("render") };
