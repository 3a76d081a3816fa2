//! Telnyx: <https://developers.telnyx.com/development/api-fundamentals/webhooks/receiving-webhooks>, and `lib/webhook_verification.rb` of
//! the gem telnyx 5.75.0, read in November 2026.
//!
//! The key is the account's public key in base64. Telnyx expects 200, and sends a delivery that fails to the failover URL: give both the same
//! path, so that its copy is recognised. <https://developers.telnyx.com/api-reference/callbacks/fax-failed>

use super::acknowledgement::Acknowledgement;
use super::bases::public_key;
use super::form::Form;
use super::template::{Encoding, Field, IdSource, Layout, Part, Template, Time, Unit, in_header, of_body};
use super::types::{EventType, Scheme};
use crate::key::KeyFormat;

pub(super) const SCHEME: Scheme = Scheme {
    event_type: EventType::Pointer("/data/event_type"),
    acknowledgement: Acknowledgement::Ok,
    ..public_key(
        &[Form::Ed25519],
        KeyFormat::Ed25519Base64,
        "telnyx",
        Template {
            encoding: Encoding::Base64,
            message: &[Part::Timestamp, Part::Text("|"), Part::Body],
            time: Time::Header(Unit::Seconds),
            id: IdSource::Body("/data/id"),
            ..of_body(Layout {
                timestamp: Some(Field::Header("telnyx-timestamp")),
                ..in_header(&["telnyx-signature-ed25519"], "")
            })
        },
    )
};
