//! The page's list of schemes: what its menu, its recognition of pasted requests and its samples need.

use countersign::KeyFormat;
use countersign::scheme::{Encoding, Field, Form, IdSource, Part, Scheme, Template, Time, Unit};
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
    json!({
        "name": scheme.name,
        "title": sender.title,
        "make": sender.function,
        "hasKeySet": sender.has_key_set(),
        "isText": is_text(scheme.secrets),
        "signatures": signatures,
        "others": others,
        "tolerance": words::tolerance(scheme),
        "template": scheme.template().and_then(|template| described(scheme, template)),
    })
}

/// How a sample is signed; `None` if the page cannot.
fn described(scheme: &Scheme, template: &Template) -> Option<Value> {
    let (layout, signatures) = (&template.layout, &template.layout.signatures);
    let message = template.message.iter().map(part).collect::<Option<Vec<_>>>()?;
    let hash = match scheme.default_forms {
        [Form::HmacSha256] => "SHA-256",
        [Form::HmacSha1] => "SHA-1",
        _ => return None,
    };
    let encoding = match template.encoding {
        Encoding::Hex => "hex",
        Encoding::Base64 => "base64",
        Encoding::Base64Url => "base64url",
        #[allow(unreachable_patterns, reason = "a new variant must not stop other tests from compiling")]
        _ => return None,
    };
    let timestamp = match (&layout.timestamp, template.time) {
        (Some(Field::Header(header)), Time::Header(unit)) => json!({ "header": header, "unit": name(unit)? }),
        (Some(Field::Item { header, prefix, .. }), Time::Header(unit)) => {
            json!({ "header": header, "prefix": prefix, "unit": name(unit)? })
        }
        (_, Time::Body(pointer, unit)) => json!({ "pointer": pointer, "unit": name(unit)? }),
        _ => Value::Null,
    };
    let id = match template.id {
        IdSource::Body(pointer) => json!({ "pointer": pointer }),
        _ => json!({ "header": layout.id }),
    };
    is_text(scheme.secrets).then(|| {
        json!({
            "hash": hash, "encoding": encoding, "header": signatures.headers.first(), "prefix": signatures.prefix,
            "separator": signatures.separator.map(|byte| char::from(byte).to_string()),
            "timestamp": timestamp, "id": id, "message": message, "constants": scheme.constants,
        })
    })
}

/// Whether any text can be a secret, as it is.
fn is_text(format: KeyFormat) -> bool {
    matches!(format, KeyFormat::Text | KeyFormat::PrefixedOrText | KeyFormat::TextOrDecoded)
}

/// A part of what is signed: a text, or a pair of a name and nothing.
fn part(part: &Part) -> Option<Value> {
    Some(match part {
        Part::Id => json!({ "part": "id" }),
        Part::Timestamp => json!({ "part": "timestamp" }),
        Part::Body => json!({ "part": "body" }),
        Part::Text(text) => json!({ "text": text }),
        _ => return None,
    })
}

fn name(unit: Unit) -> Option<&'static str> {
    Some(match unit {
        Unit::Seconds => "seconds",
        Unit::Milliseconds => "milliseconds",
        Unit::Rfc3339 => "rfc3339",
        #[allow(unreachable_patterns, reason = "a new variant must not stop other tests from compiling")]
        _ => return None,
    })
}
