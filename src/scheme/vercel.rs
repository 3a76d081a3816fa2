//! Vercel: <https://vercel.com/docs/webhooks/webhooks-api#securing-webhooks>, read in November 2026.
//!
//! Vercel signs the body alone, with HMAC-SHA1. Nothing says when it did, so a copy of a delivery never expires.

use super::bases::hmac;
use super::form::Form;
use super::template::{IdSource, Template, in_header, of_body};
use super::types::Scheme;

pub(super) const SCHEME: Scheme = Scheme {
    forms: &[Form::HmacSha1],
    default_forms: &[Form::HmacSha1],
    ..hmac("vercel", Template { id: IdSource::Body("/id"), ..of_body(in_header(&["x-vercel-signature"], "")) })
};
