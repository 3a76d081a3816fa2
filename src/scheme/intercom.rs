//! Intercom: <https://developers.intercom.com/docs/webhooks/webhook-notifications>, read in November 2026.
//!
//! Intercom signs with HMAC-SHA1; the key is the app's client secret. A ping has no id, so it is known by the hash of its body. Nothing
//! says when a delivery was made, so a copy never expires.
//!
//! Intercom sends a HEAD to the URL before it accepts it: <https://developers.intercom.com/docs/webhooks/setting-up-webhooks>.

use super::bases::hmac;
use super::form::Form;
use super::handshake::Handshake;
use super::template::{IdSource, Template, in_header, of_body};
use super::types::{EventType, Scheme};

pub(super) const SCHEME: Scheme = Scheme {
    forms: &[Form::HmacSha1],
    default_forms: &[Form::HmacSha1],
    event_type: EventType::Pointer("/topic"),
    handshake: Some(Handshake::Probe("HEAD")),
    ..hmac("intercom", Template { id: IdSource::Body("/id"), ..of_body(in_header(&["x-hub-signature"], "sha1=")) })
};
