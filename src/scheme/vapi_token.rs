//! Vapi (bearer token): <https://docs.vapi.ai/server-url/server-authentication>, read in November 2026.
//!
//! Vapi sends a custom credential of the type Bearer Token. By default that is `Authorization: Bearer <token>`. The secret is the whole value of
//! the header, here `Bearer <token>`. A credential can name another header and leave out `Bearer`, as in `X-Vapi-Secret: <token>`: set `header`
//! to that name.
//!
//! The token proves the sender and nothing about the body, and whoever reads one delivery can make others. A credential of the type HMAC is of
//! the scheme `vapi`, which covers the body.

use super::bases::token;
use super::types::{EventType, Scheme};
use crate::key::KeyFormat;

pub(super) const SCHEME: Scheme = Scheme {
    event_type: EventType::Pointer("/message/type"),
    secrets: KeyFormat::HeaderValue,
    header_is_chosen: true,
    ..token("vapi-token", &["authorization"])
};
