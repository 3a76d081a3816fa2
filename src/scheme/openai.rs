//! OpenAI: <https://developers.openai.com/api/docs/guides/webhooks>, read in November 2026, and its libraries
//! (openai-python 3.57.0, `lib/_webhooks.py`).
//!
//! A secret that does not begin with `whsec_` is the key as text.
//!
//! OpenAI retries for up to 72 hours.

use super::bases::with_secret;
use super::types::Scheme;
use crate::key::KeyFormat;

pub(super) const SCHEME: Scheme =
    Scheme { secrets: KeyFormat::PrefixedOrText, retries: Some(72 * 3600), ..with_secret("openai") };
