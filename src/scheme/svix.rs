//! Svix: Standard Webhooks under `svix-*`, or under `webhook-*` where a customer has it without the brand.
//! <https://docs.svix.com/receiving/verifying-payloads/how-manual>, read in November 2026.

use super::types::{Form, HeaderNames, KeySource, Scheme, WEBHOOK};

pub(super) const SCHEME: Scheme = Scheme {
    name: "svix",
    source: "https://docs.svix.com/receiving/verifying-payloads/how-manual",
    headers: &[SVIX, WEBHOOK],
    forms: &[Form::V1, Form::V1a],
    default_forms: &[Form::V1, Form::V1a],
    keys: KeySource::Either,
};

const SVIX: HeaderNames = HeaderNames { id: "svix-id", timestamp: "svix-timestamp", signature: "svix-signature" };
