//! Made Up: <https://made-up.example/webhooks>, a sender that does not exist. `cargo xtask test new-sender` adds it to a copy of the
//! repository.
//!
//! A text and the timestamp are signed with the body. The timestamp is in milliseconds, and a delivery is one event, known by its `id`.

use super::bases::hmac;
use super::template::{Encoding, Field, IdSource, Layout, Part, Template, Unit, in_header, stamped};
use super::types::{EventType, Scheme};

pub(super) const SCHEME: Scheme = Scheme {
    event_type: EventType::Pointer("/kind"),
    ..hmac(
        "made-up",
        Template {
            encoding: Encoding::Base64Url,
            message: &[Part::Text("made up|"), Part::Timestamp, Part::Text("|"), Part::Body],
            id: IdSource::Body("/id"),
            ..stamped(
                Unit::Milliseconds,
                Layout {
                    timestamp: Some(Field::Header("made-up-time")),
                    ..in_header(&["made-up-signature"], "one=")
                },
            )
        },
    )
};
