//! WooCommerce: <https://developer.woocommerce.com/docs/apis/rest-api/v3/webhooks/>, read in November 2026, and
//! `plugins/woocommerce/includes/class-wc-webhook.php` of woocommerce/woocommerce.
//!
//! The key is the secret after WordPress decoded its HTML entities: one with `&amp;` in it is `&` here. WooCommerce makes secrets of 50
//! characters, spaces among them. White space at both ends of a secret is dropped here, so replace one that begins or ends with a space.
//!
//! The ping that follows the creation of a webhook has no signature, so it is refused with `missing_header`; WooCommerce saves the webhook
//! all the same. The headers with topic and delivery id are not signed. Nothing says when a delivery was made, so a copy never expires.

use super::bases::hmac;
use super::template::{Encoding, Template, in_header, of_body};
use super::types::{EventType, Scheme};

pub(super) const SCHEME: Scheme = Scheme {
    event_type: EventType::Header(&["x-wc-webhook-topic"]),
    forward: &["x-wc-webhook-topic", "x-wc-webhook-delivery-id", "x-wc-webhook-id", "x-wc-webhook-source"],
    ..hmac(
        "woocommerce",
        Template { encoding: Encoding::Base64, ..of_body(in_header(&["x-wc-webhook-signature"], "")) },
    )
};
