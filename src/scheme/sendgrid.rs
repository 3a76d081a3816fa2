//! SendGrid:
//! <https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features>, read in November 2026.
//!
//! This is its event webhook. Timestamp and body are signed without a separator. The tolerance fixes the number of digits of the timestamp, so no digit can move from
//! one to the other. The body ends with CRLF, which is signed. ECDSA has two valid signatures for each message, so a signature never
//! identifies an event.
//!
//! One delivery holds several events, so it is known by its hash. Events of a delivery that is sent again in another batch are not
//! recognised: `sg_event_id` is for the origin to compare. SendGrid retries for 24 hours after an event.

use super::bases::public_key;
use super::form::Form;
use super::template::{Encoding, Field, Layout, Part, Template, Time, Unit, in_header, of_body};
use super::types::{EventType, Scheme};
use crate::key::KeyFormat;

pub(super) const SCHEME: Scheme = Scheme {
    event_type: EventType::None,
    retries: Some(24 * 3600),
    ..public_key(
        &[Form::EcdsaP256],
        KeyFormat::P256Spki,
        "sendgrid",
        Template {
            encoding: Encoding::Base64,
            message: &[Part::Timestamp, Part::Body],
            time: Time::Header(Unit::Seconds),
            ..of_body(Layout {
                timestamp: Some(Field::Header("x-twilio-email-event-webhook-timestamp")),
                ..in_header(&["x-twilio-email-event-webhook-signature"], "")
            })
        },
    )
};
