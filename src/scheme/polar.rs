//! Polar: <https://polar.sh/docs/integrate/webhooks/delivery>, read in November 2026, and polarsource/polar pull requests 14102 and
//! 14117.
//!
//! A secret that Polar has generated since 8 September 2026 is `whsec_` and base64. Of older ones, and of those that the merchant chose,
//! the key is the whole text, `whsec_` or `polar_whs_` included. The two cannot be told apart, so each `whsec_…` that
//! is base64 stands for both keys.

use super::bases::with_secret;
use super::types::Scheme;
use crate::key::KeyFormat;

pub(super) const SCHEME: Scheme = Scheme { secrets: KeyFormat::TextOrDecoded, ..with_secret("polar") };
