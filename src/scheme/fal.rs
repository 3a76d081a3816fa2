//! fal: <https://docs.fal.ai/model-apis/model-endpoints/webhooks>, read in November 2026.
//!
//! Its keys are a set without `kid`, so each is tried. They sign for every customer, and no URL is signed: a valid signature proves that fal
//! sent the delivery to somebody. The id of the user is signed too, and passed on, but which one is yours is not known here. So a source
//! needs `url_token`, like `gemini-dynamic`.
//!
//! The body is signed through its hash. fal retries ten times within two hours.

use super::bases::public_key;
use super::form::Form;
use super::template::{Field, IdSource, Layout, Part, Template, Time, Unit, in_header, of_body};
use super::types::{EventType, KeySource, Scheme};
use crate::key::KeyFormat;

pub(super) const SCHEME: Scheme = Scheme {
    keys: KeySource::SharedJwks("https://rest.fal.ai/.well-known/jwks.json"),
    event_type: EventType::None,
    retries: Some(2 * 3600),
    ..public_key(
        &[Form::Ed25519],
        KeyFormat::Ed25519Base64,
        "fal",
        Template {
            message: &[
                Part::Id,
                Part::Text("\n"),
                Part::Header("x-fal-webhook-user-id"),
                Part::Text("\n"),
                Part::Timestamp,
                Part::Text("\n"),
                Part::BodySha256,
            ],
            time: Time::Header(Unit::Seconds),
            id: IdSource::Header,
            ..of_body(Layout {
                timestamp: Some(Field::Header("x-fal-webhook-timestamp")),
                id: Some("x-fal-webhook-request-id"),
                ..in_header(&["x-fal-webhook-signature"], "")
            })
        },
    )
};
