//! Standard Webhooks: <https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>, commit
//! b2fa7b8, read in November 2026.

use super::types::{Form, KeySource, Scheme, WEBHOOK};

pub(super) const SCHEME: Scheme = Scheme {
    name: "standard-webhooks",
    source: "https://www.standardwebhooks.com",
    headers: &[WEBHOOK],
    forms: &[Form::V1, Form::V1a],
    default_forms: &[Form::V1, Form::V1a],
    keys: KeySource::Either,
};
