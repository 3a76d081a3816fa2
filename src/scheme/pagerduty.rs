//! PagerDuty: <https://developer.pagerduty.com/docs/28e906a0e4f36-verifying-signatures>, read in November 2026, and `webhookv3` of
//! PagerDuty/go-pagerduty.
//!
//! While a secret is rotated, the header has a `v1` for each. Nothing says when a delivery was made, so a copy never expires.
//!
//! PagerDuty retries four times within about 20 minutes, after 429 and 5xx alone. `docs/webhooks/02-Behavior.md` of PagerDuty/developer-docs

use super::bases::hmac;
use super::template::{IdSource, Layout, Signatures, Template, of_body};
use super::types::{EventType, Scheme};

pub(super) const SCHEME: Scheme = Scheme {
    event_type: EventType::Pointer("/event/event_type"),
    forward: &["x-webhook-subscription"],
    retries: Some(20 * 60),
    ends_at_4xx: true,
    ..hmac(
        "pagerduty",
        Template {
            id: IdSource::Body("/event/id"),
            ..of_body(Layout {
                signatures: Signatures { headers: &["x-pagerduty-signature"], separator: Some(b','), prefix: "v1=" },
                timestamp: None,
                id: None,
            })
        },
    )
};
