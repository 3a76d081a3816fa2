//! What many senders have in common: the schemes that a sender's own file starts from.

use super::acknowledgement::Acknowledgement;
use super::form::Form;
use super::template::{IdSource, Template, in_header, of_body};
use super::types::{EventType, HeaderNames, KeySource, Scheme, Signing};
use crate::key::KeyFormat;

/// Standard Webhooks as the specification has it. The other schemes of that family say what they do differently.
pub(crate) const STANDARD: Scheme = Scheme {
    name: "standard-webhooks",
    signing: Signing::Standard(&[WEBHOOK]),
    forms: &[Form::V1, Form::V1a],
    default_forms: &[Form::V1, Form::V1a],
    keys: KeySource::Either,
    secrets: KeyFormat::Standard,
    event_type: EventType::Pointer("/type"),
    forward: &[],
    constants: &[],
    header_is_chosen: false,
    handshake: None,
    acknowledgement: Acknowledgement::Success,
    retries: None,
    ends_at_4xx: false,
};

/// A sender of that family that signs by `v1` alone, with a secret of the receiver's.
pub(super) const fn with_secret(name: &'static str) -> Scheme {
    Scheme { name, forms: &[Form::V1], default_forms: &[Form::V1], keys: KeySource::Secrets, ..STANDARD }
}

/// The headers of Standard Webhooks.
pub(super) const WEBHOOK: HeaderNames =
    HeaderNames { id: "webhook-id", timestamp: "webhook-timestamp", signature: "webhook-signature" };

/// HMAC-SHA256 of the body alone, in one header, with a secret that is text: what most senders do. They say where they differ.
pub(super) const fn hmac(name: &'static str, template: Template) -> Scheme {
    Scheme {
        name,
        signing: Signing::Template(template),
        forms: &[Form::HmacSha256],
        default_forms: &[Form::HmacSha256],
        keys: KeySource::Secrets,
        secrets: KeyFormat::Text,
        event_type: EventType::Pointer("/type"),
        forward: &[],
        constants: &[],
        header_is_chosen: false,
        handshake: None,
        acknowledgement: Acknowledgement::Success,
        retries: None,
        ends_at_4xx: false,
    }
}

/// A signature by a public key that the configuration names.
pub(super) const fn public_key(
    form: &'static [Form; 1],
    key: KeyFormat,
    name: &'static str,
    template: Template,
) -> Scheme {
    Scheme { forms: form, default_forms: form, secrets: key, ..hmac(name, template) }
}

/// A shared secret as the whole value of one header. It proves the sender and nothing about the body.
pub(super) const fn token(name: &'static str, header: &'static [&'static str; 1]) -> Scheme {
    Scheme { forms: &[Form::Token], default_forms: &[Form::Token], ..hmac(name, token_in(header)) }
}

/// The template of a shared secret in a header.
pub(super) const fn token_in(header: &'static [&'static str; 1]) -> Template {
    Template { message: &[], id: IdSource::BodyHash, ..of_body(in_header(header, "")) }
}
