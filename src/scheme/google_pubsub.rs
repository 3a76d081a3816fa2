//! Google Pub/Sub: <https://docs.cloud.google.com/pubsub/docs/authenticate-push-subscriptions>, read in November 2026.
//!
//! A push subscription with authentication sends `Authorization: Bearer` and an OpenID Connect token, signed by RS256 with Google's keys and
//! valid for an hour. Google signs such tokens for everybody on Google Cloud and for any audience, so a source requires `audience` and `email`:
//! the audience of the subscription (the push endpoint's URL, if none is set there) and its service account. `email_verified` must be true.
//!
//! The token does not cover the push message: it is the same for every message, and whoever reads one can send others until it expires. The
//! event is the body as it came. `messageId` is not signed, so it is not the event's id.
//!
//! Leave payload unwrapping off: messages with the same data would have the same body. A dead-letter topic adds `deliveryAttempt` to the body,
//! so a retry then is another event. Pub/Sub retries until the message's retention ends, by default for 7 days.
//! <https://docs.cloud.google.com/pubsub/docs/push>

use super::bases::STANDARD;
use super::form::Form;
use super::types::{EventType, Identity, KeySource, Scheme, Signing};

pub(super) const SCHEME: Scheme = Scheme {
    name: "google-pubsub",
    signing: Signing::Identity(Identity {
        header: "authorization",
        method: "Bearer ",
        issuer: "https://accounts.google.com",
    }),
    forms: &[Form::IdToken],
    default_forms: &[Form::IdToken],
    keys: KeySource::IssuerJwks("https://www.googleapis.com/oauth2/v3/certs"),
    event_type: EventType::None,
    retries: Some(7 * 24 * 3600),
    ..STANDARD
};
