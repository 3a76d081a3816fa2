//! Typeform: <https://www.typeform.com/developers/webhooks/secure-your-webhooks/>, read in November 2026.
//!
//! The prefix is that of hexadecimal signatures elsewhere; what follows is base64. Nothing says when a delivery was made, so a copy
//! never expires.
//!
//! Typeform retries for up to ten hours. It disables a webhook at once whose URL responds with 404 or 410.
//! <https://www.typeform.com/developers/webhooks/>

use super::bases::hmac;
use super::template::{Encoding, IdSource, Template, in_header, of_body};
use super::types::{EventType, Scheme};

pub(super) const SCHEME: Scheme = Scheme {
    event_type: EventType::Pointer("/event_type"),
    retries: Some(10 * 3600),
    ..hmac(
        "typeform",
        Template {
            encoding: Encoding::Base64,
            id: IdSource::Body("/event_id"),
            ..of_body(in_header(&["typeform-signature"], "sha256="))
        },
    )
};
