//! AI/ML API: <https://docs.aimlapi.com>, read in November 2026.
//!
//! It names OpenAI's `unwrap()` as the way to verify, so secrets are read by OpenAI's rule.

use super::bases::with_secret;
use super::types::Scheme;
use crate::key::KeyFormat;

pub(super) const SCHEME: Scheme = Scheme { secrets: KeyFormat::PrefixedOrText, ..with_secret("aimlapi") };
