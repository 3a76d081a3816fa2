//! Render: <https://render.com/docs/webhooks>, read in November 2026.

use super::bases::with_secret;
use super::types::Scheme;

pub(super) const SCHEME: Scheme = with_secret("render");
