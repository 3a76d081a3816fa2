//! Gemini's dynamic webhooks: <https://ai.google.dev/gemini-api/docs/webhooks>, as of 2026-09-24, and googleapis/python-genai issue 2927.
//!
//! A request for a job names the webhook, and Google signs with its own keys. The documentation describes an RS256 token, but Google
//! sends `v1a` with three Ed25519 keys that have no `kid`. So `v1a` is the default, and a source takes tokens only if `accept` lists
//! `jwt`.

use super::bases::STANDARD;
use super::form::Form;
use super::types::{KeySource, Scheme};

pub(super) const SCHEME: Scheme = Scheme {
    name: "gemini-dynamic",
    forms: &[Form::V1a, Form::Jwt],
    default_forms: &[Form::V1a],
    keys: KeySource::SharedJwks("https://generativelanguage.googleapis.com/.well-known/jwks.json"),
    retries: Some(24 * 3600),
    ..STANDARD
};
