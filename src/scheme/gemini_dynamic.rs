//! Gemini's dynamic webhooks, one per request.
//! <https://ai.google.dev/gemini-api/docs/webhooks>, as of 2026-09-24, and googleapis/python-genai issue 2927.
//!
//! The documentation describes an RS256 token. What is seen on the wire is `v1a` with three Ed25519 keys that have no `kid`, so
//! that is the default and the token has to be asked for.

use super::types::{Form, KeySource, STANDARD, Scheme};

pub(super) const SCHEME: Scheme = Scheme {
    name: "gemini-dynamic",
    source: "https://github.com/googleapis/python-genai/issues/2927",
    forms: &[Form::V1a, Form::Jwt],
    default_forms: &[Form::V1a],
    keys: KeySource::SharedJwks("https://generativelanguage.googleapis.com/.well-known/jwks.json"),
    retries: Some(24 * 3600),
    ..STANDARD
};
