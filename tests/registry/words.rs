//! What a scheme does, in words. A variant that this file does not know is written as Rust prints it.

#![allow(unreachable_patterns, reason = "a new variant of a public enum must not stop this file from compiling")]

use std::fmt::Debug;

use countersign::Policy;
use countersign::scheme::{
    Encoding, EventType, Field, Form, IdSource, KeySource, Layout, Part, Scheme, Signing, Template, Time, Unit,
};

/// The algorithm and the header: "HMAC-SHA256 in `stripe-signature`".
pub(crate) fn signature_in_brief(scheme: &'static Scheme) -> String {
    match signature_headers(scheme).as_slice() {
        [] => format!("{} in the body", algorithms(scheme)),
        headers => format!("{} in {}", algorithms(scheme), either(headers)),
    }
}

/// The headers that signatures may stand in.
pub(crate) fn signature_headers(scheme: &'static Scheme) -> Vec<&'static str> {
    match &scheme.signing {
        Signing::Standard(sets) => sets.iter().map(|set| set.signature).collect(),
        Signing::Template(template) => {
            let layouts = [&template.layout].into_iter().chain(template.others);
            layouts.flat_map(|layout| layout.signatures.headers).copied().collect()
        }
        Signing::Identity(identity) => vec![identity.header],
    }
}

/// The algorithms of all forms.
pub(crate) fn algorithms(scheme: &Scheme) -> String {
    list(scheme.forms.iter().map(|form| algorithm(*form)), "or")
}

fn algorithm(form: Form) -> String {
    match form {
        Form::V1 => "HMAC-SHA256 (`v1`)".to_owned(),
        Form::V1a => "Ed25519 (`v1a`)".to_owned(),
        Form::Jwt => "an RS256 token (`jwt`)".to_owned(),
        Form::EcdsaP256 => "ECDSA on P-256".to_owned(),
        Form::Token => "a shared token".to_owned(),
        Form::IdToken => "an OpenID Connect token (RS256)".to_owned(),
        Form::HmacSha256Fields => "HMAC-SHA256 of fields (`hmac-sha256-fields`)".to_owned(),
        other => other.as_str().replace("hmac", "HMAC").replace("sha", "SHA").replace("ed25519", "Ed25519"),
    }
}

/// How a template's signatures are written.
pub(crate) fn writing(template: &Template) -> String {
    let text = match template.encoding {
        Encoding::Hex => "lower-case hexadecimal digits".to_owned(),
        Encoding::Base64 => "base64".to_owned(),
        Encoding::Base64Url => "base64url without padding".to_owned(),
        other => debug(other),
    };
    let signatures = &template.layout.signatures;
    let after = match signatures.prefix {
        "" => String::new(),
        prefix => format!(", after {}", code(prefix)),
    };
    let list = match signatures.separator {
        Some(separator) => format!(", in a list separated by {}", code(&char::from(separator).to_string())),
        None => String::new(),
    };
    text + &after + &list
}

/// The headers of each layout: those of the signatures, of the timestamp and of the id.
pub(crate) fn headers(scheme: &Scheme) -> String {
    match &scheme.signing {
        Signing::Standard(sets) => {
            list(sets.iter().map(|set| codes(&[set.id, set.timestamp, set.signature], "and")), "or")
        }
        Signing::Template(template) => {
            let layouts = [&template.layout].into_iter().chain(template.others);
            match list(layouts.map(layout), "or") {
                none if none.is_empty() => "none".to_owned(),
                headers => headers,
            }
        }
        Signing::Identity(identity) => format!("{}, after {}", code(identity.header), code(identity.method.trim())),
    }
}

fn layout(layout: &Layout) -> String {
    let signatures = either(layout.signatures.headers);
    let timestamp = layout.timestamp.as_ref().map(|field| match field {
        Field::Header(header) => code(header),
        Field::Item { prefix, .. } => format!("{} in it for the timestamp", code(prefix)),
        other => debug(other),
    });
    list([Some(signatures), timestamp, layout.id.map(code)].into_iter().flatten(), "and")
}

/// The bytes that are signed: "`{timestamp}.{body}`".
pub(crate) fn message(scheme: &Scheme) -> String {
    let template = match &scheme.signing {
        Signing::Standard(_) => return code("{id}.{timestamp}.{body}"),
        Signing::Identity(_) => return "the token's own claims".to_owned(),
        Signing::Template(template) => template,
    };
    let parts = template.message.iter().map(|part| match part {
        Part::Id => "{id}".to_owned(),
        Part::Timestamp => "{timestamp}".to_owned(),
        Part::Body => "{body}".to_owned(),
        Part::Text(text) => text.replace('\n', "\\n"),
        // A function's address is another one in each build: one is of the form behind the URL, one is of the URL.
        Part::Derived(_) if template.message.iter().any(|part| matches!(part, Part::UrlAnyPort)) => {
            "{names and values of the form}".to_owned()
        }
        Part::Derived(_) => "{decoded URL}".to_owned(),
        Part::Header(name) => format!("{{{name}}}"),
        Part::BodySha256 => "{SHA-256 of the body}".to_owned(),
        Part::Fields(fields) => {
            let names: Vec<_> =
                fields.signed.iter().map(|pointer| format!("{{{}}}", pointer.trim_start_matches('/'))).collect();
            names.join(&fields.separator.to_string())
        }
        Part::UrlAnyPort => "{url}".to_owned(),
        other => format!("{{{}}}", debug(other).to_ascii_lowercase()),
    });
    match parts.collect::<String>() {
        none if none.is_empty() => "nothing".to_owned(),
        parts => code(&parts),
    }
}

/// What the signature covers.
pub(crate) fn covered(scheme: &Scheme) -> String {
    if matches!(scheme.signing, Signing::Standard(_)) {
        let token = if scheme.forms.contains(&Form::Jwt) { "; a token covers only its claims" } else { "" };
        return format!("id, time and body{token}");
    }
    match scheme.forms.first().and_then(|form| form.covers().as_note()) {
        Some("fields") => return "some fields of the body, and no others".to_owned(),
        Some(note) => return format!("the {note} alone, and nothing of the body"),
        None => {}
    }
    let Signing::Template(template) = &scheme.signing else { return debug(&scheme.signing) };
    let has = |wanted: &str| template.message.iter().any(|part| debug(part).starts_with(wanted));
    // What is derived stands for the URL or the body, whichever is not signed as it is.
    let derived = has("Derived");
    let names = [
        (has("Id"), "id"),
        (template.time != Time::None, "time"),
        (has("Method"), "method"),
        (has("Url") || derived, "URL"),
        (has("Body"), "body"),
        (derived && !has("Body"), "fields of the form, or the body's hash in the URL"),
    ];
    list(names.into_iter().filter(|(holds, _)| *holds).map(|(_, name)| name.to_owned()), "and")
}

/// Where the time of an attempt is.
pub(crate) fn time(scheme: &'static Scheme) -> String {
    let (place, unit) = match &scheme.signing {
        Signing::Standard(sets) => {
            (codes(&sets.iter().map(|set| set.timestamp).collect::<Vec<_>>(), "or"), Unit::Seconds)
        }
        Signing::Template(template) => match (template.time, &template.layout.timestamp) {
            (Time::None, _) => return "none".to_owned(),
            (Time::Header(unit), Some(field)) => (code(field.header()), unit),
            (Time::Body(pointer, unit), _) => (format!("{} in the body", code(pointer)), unit),
            (other, _) => return debug(other),
        },
        Signing::Identity(_) => return "the token's `exp`, and `nbf` if it has one".to_owned(),
    };
    let unit = match unit {
        Unit::Seconds => "Unix seconds".to_owned(),
        Unit::Milliseconds => "Unix milliseconds".to_owned(),
        Unit::Rfc3339 => "a date and time (RFC 3339)".to_owned(),
        other => debug(other),
    };
    format!("{place}, {unit}. At most {} from now, past or future", duration(Policy::of(scheme).tolerance.as_seconds()))
}

/// What an event is known by.
pub(crate) fn event_id(scheme: &Scheme) -> String {
    match &scheme.signing {
        Signing::Standard(sets) => codes(&sets.iter().map(|set| set.id).collect::<Vec<_>>(), "or"),
        Signing::Template(template) => match template.id {
            IdSource::Header => template.layout.id.map(code).unwrap_or_default(),
            IdSource::Body(pointer) => format!("{} in the body", code(pointer)),
            IdSource::Signed => match template.message {
                [Part::Body] => "the hash of the body".to_owned(),
                _ => "the hash of the signed bytes without the timestamp".to_owned(),
            },
            IdSource::SignedWithout(name) => match template.message {
                [Part::Body] => format!("the hash of the body without {}", code(name)),
                _ => format!("the hash of the signed bytes without the timestamp and {}", code(name)),
            },
            IdSource::BodyHash => "the hash of the body, which nothing signs".to_owned(),
            other => debug(other),
        },
        Signing::Identity(_) => "the hash of the body, which nothing signs".to_owned(),
    }
}

/// Whether two events can have the same bytes, and what happens then.
pub(crate) fn same_bytes(scheme: &Scheme) -> &'static str {
    match &scheme.signing {
        Signing::Standard(_) => "Each event has an id, so two events are never taken for one",
        Signing::Template(template) => match template.id {
            IdSource::Header => "Each event has an id, so two events are never taken for one",
            IdSource::Body(_) => {
                "Each body has an id, so two events have different bytes. A body without an id is known by its hash"
            }
            _ => ONE_EVENT,
        },
        Signing::Identity(_) => ONE_EVENT,
    }
}

const ONE_EVENT: &str = "Two events with the same bytes count as one while `dedupe` remembers the first";

/// Where an event says of what type it is.
pub(crate) fn event_type(scheme: &Scheme) -> String {
    match scheme.event_type {
        EventType::Pointer(pointer) => format!("{} in the body", code(pointer)),
        EventType::Header(headers) => {
            format!("{}, which is not signed", list(headers.iter().map(|header| code(header)), "or"))
        }
        EventType::None => "none".to_owned(),
        other => debug(other),
    }
}

/// Where the keys come from.
pub(crate) fn keys(scheme: &Scheme) -> String {
    match &scheme.keys {
        KeySource::Either => "secrets, a key set, or both".to_owned(),
        KeySource::Secrets if scheme.forms.iter().all(|form| matches!(form, Form::Ed25519 | Form::EcdsaP256)) => {
            "the sender's public key, named in `secrets`".to_owned()
        }
        KeySource::Secrets => "secrets".to_owned(),
        KeySource::SharedJwks(url) => format!("the key set at <{url}>, which signs for every customer of the sender"),
        KeySource::IssuerJwks(url) => {
            format!("the key set at <{url}>. It signs for everybody, so `audience` and `email` are required")
        }
        other => debug(other),
    }
}

/// Seconds in their largest unit: "5 minutes".
pub(crate) fn duration(seconds: u64) -> String {
    let units = [(86_400, "day"), (3600, "hour"), (60, "minute"), (1, "second")];
    let (size, unit) = units.into_iter().find(|(size, _)| seconds.is_multiple_of(*size)).unwrap_or((1, "second"));
    let count = seconds / size;
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

/// Names as code: "`a`, `b` and `c`".
pub(crate) fn codes(names: &[&str], last: &str) -> String {
    list(names.iter().map(|name| code(name)), last)
}

/// Names of which one is enough; of many that are numbered, the first and the last.
fn either(names: &[&str]) -> String {
    match names {
        [first, .., last] if names.len() > 4 => format!("{} to {}", code(first), code(last)),
        _ => codes(names, "or"),
    }
}

/// A list with a word before its last item.
pub(crate) fn list(items: impl Iterator<Item = String>, last: &str) -> String {
    let items: Vec<_> = items.collect();
    match items.split_last() {
        Some((one, [])) => one.clone(),
        Some((end, rest)) => format!("{} {last} {end}", rest.join(", ")),
        None => String::new(),
    }
}

pub(crate) fn code(text: &str) -> String {
    format!("`{text}`")
}

pub(crate) fn debug(value: impl Debug) -> String {
    format!("{value:?}")
}
