//! Standard Webhooks: <https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>, commit
//! b2fa7b8, read in November 2026.

use super::bases::STANDARD;
use super::types::Scheme;

pub(super) const SCHEME: Scheme = STANDARD;
