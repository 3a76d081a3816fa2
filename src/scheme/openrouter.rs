//! OpenRouter: <https://openrouter.ai/docs/cookbook/video-generation/video-generation-webhooks>, read in November 2026.
//!
//! A comma joins timestamp and body. `X-OpenRouter-Idempotency-Key` is not signed, so it is passed on and is not the event's id: an
//! event is known by the hash of its body.

use super::bases::hmac;
use super::template::{Part, Template, Unit, in_list, stamped};
use super::types::Scheme;

pub(super) const SCHEME: Scheme = Scheme {
    forward: &["x-openrouter-idempotency-key"],
    ..hmac(
        "openrouter",
        Template {
            message: &[Part::Timestamp, Part::Text(","), Part::Body],
            ..stamped(Unit::Seconds, in_list(&["x-openrouter-signature"], b',', "t=", "v1="))
        },
    )
};
