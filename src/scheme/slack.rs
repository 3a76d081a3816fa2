//! Slack: <https://docs.slack.dev/authentication/verifying-requests-from-slack>, read in November 2026.
//!
//! Slack shows the body of a response to a slash command to the user, and reads instructions in one to a modal, so the acknowledgement
//! has none. For a response of your application's, set `reply = "origin"`.
//! <https://docs.slack.dev/interactivity/implementing-slash-commands>
//!
//! Slack retries an event three times: at once, after a minute and after five. <https://docs.slack.dev/apis/events-api/#retries>

use super::acknowledgement::Acknowledgement;
use super::bases::hmac;
use super::handshake::{Handshake, Media};
use super::template::{Encoding, Field, IdSource, Layout, Part, Template, Time, Unit, in_header};
use super::types::{EventType, Scheme};

pub(super) const SCHEME: Scheme = Scheme {
    event_type: EventType::Pointer("/event/type"),
    forward: &["x-slack-retry-num", "x-slack-retry-reason"],
    handshake: Some(Handshake::Echo { marker: "/type", equals: "url_verification", challenge: "/challenge" }),
    retries: Some(6 * 60),
    acknowledgement: Acknowledgement::Exactly { status: 200, media: Media::Text, text: "" },
    ..hmac(
        "slack",
        Template {
            layout: Layout {
                timestamp: Some(Field::Header("x-slack-request-timestamp")),
                ..in_header(&["x-slack-signature"], "v0=")
            },
            others: &[],
            encoding: Encoding::Hex,
            message: &[Part::Text("v0:"), Part::Timestamp, Part::Text(":"), Part::Body],
            time: Time::Header(Unit::Seconds),
            tolerance: 300,
            id: IdSource::Body("/event_id"),
        },
    )
};
