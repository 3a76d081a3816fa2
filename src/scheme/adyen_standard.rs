//! Adyen (standard webhooks): <https://docs.adyen.com/development-resources/webhooks/secure-webhooks/verify-hmac-signatures>, read in
//! November 2026, and `src/utils/hmacValidator.ts` of Adyen/adyen-node-api-library.
//!
//! The signature is inside the body, in `additionalData.hmacSignature`. It covers eight fields: `pspReference`, `originalReference`,
//! `merchantAccountCode`, `merchantReference`, `amount.value`, `amount.currency`, `eventCode` and `success`. Whoever reads one delivery can change
//! all other fields, such as `eventDate`, `paymentMethod` and `reason`, so your origin must not rely on them. The key is the secret's bytes, which
//! Adyen shows as hexadecimal digits.
//!
//! The fields are joined by colons without escapes. Text cannot be moved between them: a colon is accepted in `merchantReference` alone. Two
//! members of one name are refused, also if the names differ only in case.
//!
//! Adyen sends one notification item in each webhook. A webhook with several is refused: each item has a signature of its own, and the response
//! to Adyen accepts or refuses all of them.
//!
//! Nothing says when a delivery was made, so a copy never expires. Adyen retries for up to 30 days.
//! <https://docs.adyen.com/development-resources/webhooks/troubleshoot>

use super::acknowledgement::Acknowledgement;
use super::bases::hmac;
use super::form::Form;
use super::handshake::Media;
use super::template::{Encoding, Fields, Part, Template, in_header, of_body};
use super::types::{EventType, Scheme};
use crate::key::KeyFormat;

pub(super) const SCHEME: Scheme = Scheme {
    forms: &[Form::HmacSha256Fields],
    default_forms: &[Form::HmacSha256Fields],
    secrets: KeyFormat::Hex,
    event_type: EventType::Pointer("/notificationItems/0/NotificationRequestItem/eventCode"),
    acknowledgement: Acknowledgement::Exactly { status: 200, media: Media::Text, text: "[accepted]" },
    retries: Some(30 * 24 * 3600),
    ..hmac(
        "adyen-standard",
        Template { encoding: Encoding::Base64, message: &[Part::Fields(FIELDS)], ..of_body(in_header(&[], "")) },
    )
};

pub(super) const FIELDS: &Fields = &Fields {
    list: "notificationItems",
    item: "NotificationRequestItem",
    signature: "/additionalData/hmacSignature",
    signed: &[
        "/pspReference",
        "/originalReference",
        "/merchantAccountCode",
        "/merchantReference",
        "/amount/value",
        "/amount/currency",
        "/eventCode",
        "/success",
    ],
    separator: ':',
    free: "/merchantReference",
};
