//! Discord: <https://docs.discord.com/developers/interactions/overview>, read in November 2026.
//!
//! Timestamp and body are signed without a separator. The tolerance fixes the number of digits of the timestamp, so no digit can move from
//! one to the other. Discord documents no tolerance: five minutes are ours. It probes an endpoint with bad signatures and expects 401 for
//! them. The key is the application's public key, as hexadecimal digits.
//!
//! An interaction is known by its id. A webhook event has none, and is known by its hash.
//!
//! Discord acknowledges a webhook event by 204. An interaction needs a response of the application's: set `reply = "origin"`.
//! <https://docs.discord.com/developers/events/webhook-events>
//!
//! Discord retries a webhook event for up to 10 minutes.

use super::acknowledgement::Acknowledgement;
use super::bases::public_key;
use super::form::Form;
use super::handshake::{Handshake, Media};
use super::template::{Field, IdSource, Layout, Part, Template, Time, Unit, in_header, of_body};
use super::types::{EventType, Scheme};
use crate::key::KeyFormat;

pub(super) const SCHEME: Scheme = Scheme {
    event_type: EventType::Pointer("/event/type"),
    handshake: Some(Handshake::Ping),
    acknowledgement: Acknowledgement::Exactly { status: 204, media: Media::Json, text: "" },
    retries: Some(10 * 60),
    ..public_key(
        &[Form::Ed25519],
        KeyFormat::Ed25519Hex,
        "discord",
        Template {
            message: &[Part::Timestamp, Part::Body],
            time: Time::Header(Unit::Seconds),
            id: IdSource::Body("/id"),
            ..of_body(Layout {
                timestamp: Some(Field::Header("x-signature-timestamp")),
                ..in_header(&["x-signature-ed25519"], "")
            })
        },
    )
};
