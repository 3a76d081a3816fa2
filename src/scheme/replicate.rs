//! Replicate: <https://replicate.com/docs/topics/webhooks/verify-webhook>, read in November 2026.
//!
//! One secret per account signs for every prediction. Replicate's library checks no age; here the 300 seconds of Standard Webhooks hold.
//! An event is the prediction itself, which has a `status` and no type.
//!
//! Replicate retries the last webhook of a prediction for about a minute. <https://replicate.com/docs/topics/webhooks/receive-webhook>

use super::bases::with_secret;
use super::types::{EventType, Scheme};

pub(super) const SCHEME: Scheme = Scheme { event_type: EventType::None, retries: Some(60), ..with_secret("replicate") };
