//! Slack: <https://docs.slack.dev/authentication/verifying-requests-from-slack>, read in November 2026.

use super::bases::hmac;
use super::handshake::Handshake;
use super::template::{Encoding, Field, IdSource, Layout, Part, Template, Time, Unit, in_header};
use super::types::{EventType, Scheme};

pub(super) const SCHEME: Scheme = Scheme {
    event_type: EventType::Pointer("/event/type"),
    forward: &["x-slack-retry-num", "x-slack-retry-reason"],
    handshake: Some(Handshake::Echo { marker: "/type", equals: "url_verification", challenge: "/challenge" }),
    ..hmac(
        "slack",
        "https://docs.slack.dev/authentication/verifying-requests-from-slack",
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
