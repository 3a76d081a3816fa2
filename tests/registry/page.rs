//! The page's list of schemes: what its menu, its recognition of pasted requests and its samples need.

#![allow(unreachable_patterns, reason = "a new variant of a public enum must not stop this file from compiling")]

use std::fmt::Debug;

use countersign::scheme::{
    Derive, Encoding, Field, Handshake, IdSource, KeySource, Part, Scheme, Template, Time, Unit,
};
use countersign::{KeyFormat, Policy, Target};
use serde_json::{Value, json};

use crate::sender::Sender;
use crate::{Content, words};

/// The generated file of the page.
pub(crate) fn files(senders: &[Sender]) -> Vec<(&'static str, Content)> {
    let mut text = "\
// The schemes: their names, headers and, for samples, how they sign. Generated from src/scheme; to update:
// UPDATE=1 cargo test --test senders
export const SCHEMES = [
"
    .to_owned();
    for sender in senders {
        text += &format!("  {},\n", entry(sender));
    }
    vec![("www/src/scheme-list.js", Content::Whole(text + "];\n"))]
}

fn entry(sender: &Sender) -> Value {
    let scheme = sender.scheme;
    let signatures = words::signature_headers(scheme);
    let others: Vec<_> = scheme.header_names().filter(|name| !signatures.contains(name)).collect();
    let keys = match scheme.keys {
        KeySource::SharedJwks(url) | KeySource::IssuerJwks(url) => json!(url),
        _ => Value::Null,
    };
    json!({
        "name": scheme.name,
        "title": sender.title,
        "make": sender.function,
        "entry": sender.entry(),
        "form": scheme.default_forms.first().map(|form| form.as_str()),
        "secret": secret(scheme.secrets),
        "isText": scheme.secrets.takes_text(),
        "hasKeySet": sender.has_key_set(),
        "jwks": keys,
        "takesTokens": sender.takes_tokens() || sender.has_identity(),
        "identity": scheme.identity().map(|of| json!({ "header": of.header, "method": of.method, "issuer": of.issuer })),
        "choosesHeader": scheme.header_is_chosen,
        "asks": method_of_handshake(scheme),
        "asksForToken": scheme.handshake == Some(Handshake::HubChallenge),
        "signsUrl": scheme.signs_target(),
        "signatures": signatures,
        "others": others,
        "tolerance": scheme.signs_time().then(|| Policy::of(scheme).tolerance.as_seconds()),
        "template": scheme.template().map(|template| described(scheme, template)),
    })
}

/// The method of a handshake that is not sent by POST.
fn method_of_handshake(scheme: &Scheme) -> Option<&'static str> {
    match scheme.handshake? {
        Handshake::HubChallenge | Handshake::HeaderChallenge(_) => Some("GET"),
        Handshake::Probe(method) => Some(method),
        _ => None,
    }
}

/// How a sample is signed.
fn described(scheme: &Scheme, template: &Template) -> Value {
    let (layout, signatures) = (&template.layout, &template.layout.signatures);
    let timestamp = match (&layout.timestamp, template.time) {
        (Some(Field::Header(header)), Time::Header(unit)) => json!({ "header": header, "unit": name(unit) }),
        (Some(Field::Item { header, prefix, .. }), Time::Header(unit)) => {
            json!({ "header": header, "prefix": prefix, "unit": name(unit) })
        }
        (_, Time::Body(pointer, unit)) => json!({ "pointer": pointer, "unit": name(unit) }),
        _ => Value::Null,
    };
    let id = match template.id {
        IdSource::Body(pointer) => json!({ "pointer": pointer }),
        _ => json!({ "header": layout.id }),
    };
    json!({
        "encoding": encoding(template.encoding), "header": signatures.headers.first(), "prefix": signatures.prefix,
        "separator": signatures.separator.map(|byte| char::from(byte).to_string()),
        "timestamp": timestamp, "id": id, "message": template.message.iter().map(part).collect::<Vec<_>>(),
        "constants": scheme.constants,
    })
}

/// The page's name of a format of secrets, in which a sample's secret is made.
fn secret(format: KeyFormat) -> String {
    match format {
        KeyFormat::Hex => "hex",
        KeyFormat::Ed25519Hex => "ed25519-hex",
        KeyFormat::Ed25519Base64 => "ed25519-base64",
        KeyFormat::P256Spki => "p256-spki",
        KeyFormat::TextOrDecoded => "text-or-whsec",
        KeyFormat::Text => "text",
        KeyFormat::HeaderValue => "header",
        KeyFormat::Standard | KeyFormat::Joined | KeyFormat::Pem | KeyFormat::PrefixedOrText => "whsec",
        other => return unknown(other),
    }
    .to_owned()
}

/// A part of what is signed: a text, the value of a header, or the name of anything else.
fn part(part: &Part) -> Value {
    match part {
        Part::Text(text) => json!({ "text": text }),
        Part::Header(name) => json!({ "part": "header", "header": name }),
        Part::Id => json!({ "part": "id" }),
        Part::Timestamp => json!({ "part": "timestamp" }),
        Part::Body => json!({ "part": "body" }),
        Part::BodySha256 => json!({ "part": "body_sha256" }),
        Part::Method => json!({ "part": "method" }),
        Part::Url | Part::UrlAnyPort => json!({ "part": "url" }),
        Part::Derived(derive) => json!({ "part": "derived", "of": source(*derive) }),
        Part::Fields(of) => json!({
            "part": "fields", "list": of.list, "item": of.item, "signature": of.signature, "signed": of.signed,
            "separator": of.separator,
        }),
        other => json!({ "part": unknown(other) }),
    }
}

/// What a sender makes a part of, found by trying: the URL, or the pairs of a form, sorted.
fn source(derive: Derive) -> &'static str {
    let target = Target { method: "POST", url: "https://a.example/b?c=d" };
    match derive(target, &|| b"y=2&x=1".to_vec()) {
        Some(bytes) if bytes == target.url.as_bytes() => "url",
        Some(bytes) if bytes == b"x1y2" => "form",
        _ => "unknown",
    }
}

fn encoding(encoding: Encoding) -> String {
    match encoding {
        Encoding::Hex => "hex".to_owned(),
        Encoding::Base64 => "base64".to_owned(),
        Encoding::Base64Url => "base64url".to_owned(),
        other => unknown(other),
    }
}

fn name(unit: Unit) -> String {
    match unit {
        Unit::Seconds => "seconds".to_owned(),
        Unit::Milliseconds => "milliseconds".to_owned(),
        Unit::Rfc3339 => "rfc3339".to_owned(),
        other => unknown(other),
    }
}

/// A variant that this file does not know. The page's tests fail for it, as it has no sample.
fn unknown(variant: impl Debug) -> String {
    format!("{variant:?}")
}
