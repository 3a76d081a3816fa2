//! Webflow: <https://developers.webflow.com/data/docs/working-with-webhooks>, read in November 2026, and
//! `src/wrapper/WebhooksClient.ts` of webflow/js-webflow-api.
//!
//! The timestamp is in milliseconds. The key is the webhook's `secretKey`, or the client secret of the OAuth app that made it. Webhooks
//! made in the dashboard before April 2025 are not signed, so they are refused. An event has no id, so it is known by the hash of its
//! body. Webflow retries three times, ten minutes apart. <https://developers.webflow.com/data/v1.0.0/docs/limits-and-retries>

use super::bases::hmac;
use super::template::{Field, Layout, Part, Template, Unit, in_header, stamped};
use super::types::{EventType, Scheme};

pub(super) const SCHEME: Scheme = Scheme {
    event_type: EventType::Pointer("/triggerType"),
    retries: Some(30 * 60),
    ..hmac(
        "webflow",
        Template {
            message: &[Part::Timestamp, Part::Text(":"), Part::Body],
            ..stamped(
                Unit::Milliseconds,
                Layout {
                    timestamp: Some(Field::Header("x-webflow-timestamp")),
                    ..in_header(&["x-webflow-signature"], "")
                },
            )
        },
    )
};
