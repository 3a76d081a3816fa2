//! Adyen: <https://docs.adyen.com/development-resources/webhooks/secure-webhooks/verify-hmac-signatures>, read in November 2026, and
//! `src/utils/hmacValidator.ts` of Adyen/adyen-node-api-library.
//!
//! The webhooks of platforms, banking and management have a signature of the body in a header. The key is the secret's bytes, which
//! Adyen shows as hexadecimal digits. Nothing says when a delivery was made, so a copy never expires.
//!
//! Adyen's standard webhooks, whose signature is inside the body, are of the scheme `adyen-standard`.
//!
//! Adyen expects `[accepted]` in response to each webhook. <https://docs.adyen.com/issuing/notification-webhooks>
//!
//! Adyen retries for up to 30 days. <https://docs.adyen.com/development-resources/webhooks/troubleshoot>

use super::acknowledgement::Acknowledgement;
use super::bases::hmac;
use super::handshake::Media;
use super::template::{Encoding, Template, in_header, of_body};
use super::types::Scheme;
use crate::key::KeyFormat;

pub(super) const SCHEME: Scheme = Scheme {
    secrets: KeyFormat::Hex,
    forward: &["protocol"],
    acknowledgement: Acknowledgement::Exactly { status: 200, media: Media::Text, text: "[accepted]" },
    retries: Some(30 * 24 * 3600),
    ..hmac("adyen", Template { encoding: Encoding::Base64, ..of_body(in_header(&["hmacsignature"], "")) })
};
