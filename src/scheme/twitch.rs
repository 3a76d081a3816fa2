//! Twitch EventSub: <https://dev.twitch.tv/docs/eventsub/handling-webhook-events/#verifying-the-event-message>, read in November 2026.
//!
//! The id is signed and stays the same at each attempt. Id, timestamp and body follow each other without separators, so an id that
//! contains a date and time is refused: it would be an old message with its boundaries moved. Twitch says to refuse a message after ten
//! minutes. `Twitch-Eventsub-Message-Type` is not signed, so a challenge is known by its body.

use super::bases::hmac;
use super::handshake::Handshake;
use super::template::{Field, IdSource, Layout, Part, Template, Unit, in_header, stamped};
use super::types::{EventType, Scheme};

pub(super) const SCHEME: Scheme = Scheme {
    event_type: EventType::Pointer("/subscription/type"),
    forward: &["twitch-eventsub-message-type", "twitch-eventsub-message-retry"],
    handshake: Some(Handshake::Echo {
        marker: "/subscription/status",
        equals: "webhook_callback_verification_pending",
        challenge: "/challenge",
    }),
    ..hmac(
        "twitch",
        Template {
            message: &[Part::Id, Part::Timestamp, Part::Body],
            tolerance: 600,
            id: IdSource::Header,
            ..stamped(
                Unit::Rfc3339,
                Layout {
                    timestamp: Some(Field::Header("twitch-eventsub-message-timestamp")),
                    id: Some("twitch-eventsub-message-id"),
                    ..in_header(&["twitch-eventsub-message-signature"], "sha256=")
                },
            )
        },
    )
};
