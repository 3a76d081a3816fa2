//! Okta: <https://developer.okta.com/docs/concepts/event-hooks/>, read in November 2026.
//!
//! An event hook expects 200 or 204 without a body within three seconds, and Okta retries once at most. An inline hook waits for the application's commands: set `reply = "origin"`.
//!
//! The authentication secret is the whole value of `Authorization`, also if it begins with `Basic` or `Bearer`. If the hook has another header
//! as its authentication field, set `header` to that name. The secret proves the sender and nothing about the body, and whoever reads one
//! delivery can make others. `eventId` in the body is not signed, so it is not the event's id.
//!
//! Okta verifies an endpoint with a GET that has the same secret: <https://support.okta.com/help/s/article/Unable-to-verify-event-hook-Hook-hook-name-execution-failed>.

use super::acknowledgement::Acknowledgement;
use super::bases::token;
use super::handshake::{Handshake, Media};
use super::types::{EventType, Scheme};
use crate::key::KeyFormat;

pub(super) const SCHEME: Scheme = Scheme {
    event_type: EventType::Pointer("/eventType"),
    secrets: KeyFormat::HeaderValue,
    header_is_chosen: true,
    handshake: Some(Handshake::HeaderChallenge("x-okta-verification-challenge")),
    acknowledgement: Acknowledgement::Exactly { status: 204, media: Media::Json, text: "" },
    ..token("okta", &["authorization"])
};
