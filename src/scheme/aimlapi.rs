//! AI/ML API: <https://docs.aimlapi.com>, read in November 2026.
//!
//! It names OpenAI's `unwrap()` as the way to verify, so secrets are read by OpenAI's rule.

use super::types::{Scheme, with_secret};
use crate::key::KeyFormat;

pub(super) const SCHEME: Scheme =
    Scheme { secrets: KeyFormat::PrefixedOrText, ..with_secret("aimlapi", "https://docs.aimlapi.com") };
