//! Render: <https://render.com/docs/webhooks>, read in November 2026.

use super::types::{Scheme, with_secret};

pub(super) const SCHEME: Scheme = with_secret("render", "https://render.com/docs/webhooks");
