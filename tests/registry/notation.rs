//! The schemes of `countersign/hmac` as text, which `countersign::scheme::notation` reads.

use countersign::KeyFormat;
use countersign::scheme::{Encoding, Field, Form, IdSource, Layout, Part, Scheme, Template, Time, Unit, notation};

/// The lines of a scheme.
pub(crate) fn written(scheme: &'static Scheme) -> Vec<String> {
    let mut lines = vec![scheme.name.to_owned()];
    lines.extend(forms(scheme).map(|form| format!("form {}", form.as_str())));
    lines.extend(key_format(scheme.secrets).map(|name| format!("keys {name}")));
    lines.extend(scheme.sets().iter().map(|set| format!("set {} {} {}", set.id, set.timestamp, set.signature)));
    lines.extend(scheme.constants.iter().map(|(name, value)| format!("constant {name} {value}")));
    if let Some(template) = scheme.template() {
        write_template(scheme.name, template, &mut lines);
    }
    assert!(lines.iter().all(|line| !line.contains('\n')), "{lines:?}");
    check(scheme, &lines);
    lines
}

/// The forms that a shared secret proves.
fn forms(scheme: &Scheme) -> impl Iterator<Item = Form> {
    scheme.default_forms.iter().copied().filter(|form| matches!(form, Form::V1 | Form::HmacSha256 | Form::HmacSha1))
}

fn write_template(name: &str, template: &'static Template, lines: &mut Vec<String>) {
    for (at, layout) in [&template.layout].into_iter().chain(template.others).enumerate() {
        if at > 0 {
            lines.push("other ".to_owned());
        }
        write_layout(layout, lines);
    }
    match template.encoding {
        Encoding::Hex => {}
        Encoding::Base64 => lines.push("encoding base64".to_owned()),
        Encoding::Base64Url => lines.push("encoding base64url".to_owned()),
    }
    match template.time {
        Time::None => {}
        Time::Header(unit) => lines.push(format!("time {}", unit_name(unit))),
        Time::Body(pointer, unit) => lines.push(format!("time-in-body {} {pointer}", unit_name(unit))),
    }
    if template.tolerance != 300 {
        lines.push(format!("tolerance {}", template.tolerance));
    }
    lines.extend(template.message.iter().map(|one| part(name, one)));
    match template.id {
        IdSource::Signed => {}
        IdSource::Header => lines.push("event header".to_owned()),
        IdSource::Body(pointer) => lines.push(format!("event {pointer}")),
        IdSource::SignedWithout(name) => lines.push(format!("event-without {name}")),
        other => panic!("{other:?} is no source of an id for what a secret signs"),
    }
}

fn write_layout(layout: &'static Layout, lines: &mut Vec<String>) {
    let signatures = &layout.signatures;
    lines.extend(signatures.headers.iter().map(|header| format!("header {header}")));
    lines.extend(signatures.separator.map(|separator| format!("separator {}", char::from(separator))));
    if !signatures.prefix.is_empty() {
        lines.push(format!("prefix {}", signatures.prefix));
    }
    match &layout.timestamp {
        None => {}
        Some(Field::Header(header)) => lines.push(format!("timestamp {header}")),
        Some(Field::Item { prefix, .. }) => lines.push(format!("item {prefix}")),
    }
    lines.extend(layout.id.map(|header| format!("id {header}")));
}

fn part(scheme: &str, part: &Part) -> String {
    match part {
        Part::Text(text) => format!("sign-text {text}"),
        Part::Header(name) => format!("sign-header {name}"),
        Part::Id => "sign id".to_owned(),
        Part::Timestamp => "sign timestamp".to_owned(),
        Part::Body => "sign body".to_owned(),
        Part::BodySha256 => "sign body-sha256".to_owned(),
        Part::Method => "sign method".to_owned(),
        Part::Url => "sign url".to_owned(),
        Part::Fields(_) => "sign adyen-fields".to_owned(),
        Part::Derived(_) => {
            let derived = [("hubspot", "decoded-url"), ("twilio", "form")];
            let (_, name) = derived.iter().find(|(known, _)| *known == scheme).unwrap_or_else(|| {
                panic!("{scheme} derives a part that src/scheme/notation.rs does not know: name it there, and here")
            });
            format!("sign {name}")
        }
    }
}

const fn unit_name(unit: Unit) -> &'static str {
    match unit {
        Unit::Seconds => "s",
        Unit::Milliseconds => "ms",
        Unit::Rfc3339 => "rfc3339",
    }
}

/// The name of a format; `None` for the one that needs no line.
fn key_format(format: KeyFormat) -> Option<&'static str> {
    Some(match format {
        KeyFormat::Text => return None,
        KeyFormat::Standard => "standard",
        KeyFormat::Joined => "joined",
        KeyFormat::Pem => "pem",
        KeyFormat::PrefixedOrText => "prefixed-or-text",
        KeyFormat::TextOrDecoded => "text-or-decoded",
        KeyFormat::HeaderValue => "header-value",
        KeyFormat::Hex => "hex",
        other => panic!("{other:?} is no format of a shared secret"),
    })
}

/// Reads the lines back: the scheme has to verify as the one that was written.
fn check(scheme: &'static Scheme, lines: &[String]) {
    let read = notation::read(&lines.join("\n")).unwrap_or_else(|| panic!("{lines:?} cannot be read"));
    let verifying = |scheme: &'static Scheme| {
        let Scheme { name, signing, secrets, constants, .. } = scheme;
        let forms: Vec<_> = forms(scheme).collect();
        format!("{name} {signing:?} {forms:?} {secrets:?} {constants:?}")
    };
    assert_eq!(verifying(read), verifying(scheme));
}
