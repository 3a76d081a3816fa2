//! Shopify: <https://shopify.dev/docs/apps/build/webhooks/verify-deliveries>, read in November 2026.
//!
//! The key is the app's client secret. The headers of Shopify's Events have names without `X-`, and either signature is enough:
//! <https://shopify.dev/docs/apps/build/events/delivery-structure>. The headers with the topic, the shop and the ids are not signed. Nothing says
//! when a delivery was made, so a copy never expires. Shopify retries for four hours, with the same body.
//! <https://shopify.dev/changelog/updates-to-webhook-retry-mechanism>
//!
//! `X-Shopify-Webhook-Id` is the same across retries. To tell two events with the same body apart, make it the `dedupe_header`.

use super::bases::hmac;
use super::template::{Encoding, Template, in_header, of_body};
use super::types::{EventType, Scheme};

pub(super) const SCHEME: Scheme = Scheme {
    event_type: EventType::Header(&["x-shopify-topic", "shopify-topic"]),
    forward: &[
        "x-shopify-topic",
        "x-shopify-webhook-id",
        "x-shopify-event-id",
        "x-shopify-shop-domain",
        "x-shopify-api-version",
        "x-shopify-triggered-at",
        "shopify-topic",
        "shopify-action",
        "shopify-handle",
        "shopify-webhook-id",
        "shopify-shop-domain",
        "shopify-api-version",
        "shopify-triggered-at",
    ],
    retries: Some(4 * 3600),
    ..hmac(
        "shopify",
        Template {
            encoding: Encoding::Base64,
            ..of_body(in_header(&["x-shopify-hmac-sha256", "shopify-hmac-sha256"], ""))
        },
    )
};
