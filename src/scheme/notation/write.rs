//! Writes a scheme in its notation.

use super::names::{DERIVED, ENCODINGS, FIELDS, KEY_FORMATS, UNITS};
use crate::key::KeyFormat;
use crate::scheme::configured::CONFIGURED;
use crate::scheme::form::Form;
use crate::scheme::template::{Encoding, Field, IdSource, Layout, Part, Template, Time, Unit};
use crate::scheme::types::{EventType, Scheme};

/// Writes what verification with shared secrets needs of a scheme; `None` if the notation cannot say it.
pub fn write(scheme: &'static Scheme) -> Option<String> {
    let mut lines = vec![scheme.name.to_owned()];
    let shared = |form: &&Form| form.is_shared() && **form != Form::Token;
    lines.extend(scheme.default_forms.iter().filter(shared).map(|form| line("form", form.as_str())));
    if scheme.secrets != KeyFormat::Text {
        lines.push(line("keys", name(&KEY_FORMATS, |format| *format == scheme.secrets)?));
    }
    // The functions of presets do not say the type.
    if let (CONFIGURED, EventType::Pointer(pointer)) = (scheme.name, scheme.event_type) {
        lines.push(line("type", pointer));
    }
    lines.extend(scheme.sets().iter().map(|set| line("set", &set.all().join(" "))));
    lines.extend(scheme.constants.iter().map(|(name, value)| line("constant", &line(name, value))));
    if let Some(template) = scheme.template() {
        write_template(template, &mut lines)?;
    }
    Some(lines.join("\n")).filter(|_| lines.iter().all(|line| !line.contains('\n')))
}

fn write_template(template: &'static Template, lines: &mut Vec<String>) -> Option<()> {
    write_layout(&template.layout, lines)?;
    for layout in template.others {
        lines.push(line("other", ""));
        write_layout(layout, lines)?;
    }
    if template.encoding != Encoding::Hex {
        lines.push(line("encoding", name(&ENCODINGS, |encoding| *encoding == template.encoding)?));
    }
    match template.time {
        Time::None => {}
        Time::Header(unit) => lines.push(line("time", unit_name(unit)?)),
        Time::Body(pointer, unit) => lines.push(line("time-in-body", &line(unit_name(unit)?, pointer))),
    }
    if template.tolerance != 300 {
        lines.push(line("tolerance", &template.tolerance.to_string()));
    }
    for part in template.message {
        lines.push(part_line(*part)?);
    }
    match template.id {
        IdSource::Signed => {}
        IdSource::Header => lines.push(line("event", "header")),
        IdSource::Body(pointer) => lines.push(line("event", pointer)),
        IdSource::SignedWithout(member) => lines.push(line("event-without", member)),
        IdSource::BodyHash => return None,
    }
    Some(())
}

fn write_layout(layout: &Layout, lines: &mut Vec<String>) -> Option<()> {
    let signatures = &layout.signatures;
    lines.extend(signatures.headers.iter().map(|header| line("header", header)));
    lines.extend(signatures.separator.map(|separator| line("separator", &char::from(separator).to_string())));
    if !signatures.prefix.is_empty() {
        lines.push(line("prefix", signatures.prefix));
    }
    match &layout.timestamp {
        None => {}
        Some(Field::Header(header)) => lines.push(line("timestamp", header)),
        Some(Field::Item { header, separator, prefix }) => {
            let has_signatures = signatures.headers.first() == Some(header) && signatures.separator == Some(*separator);
            lines.extend((!has_signatures).then(|| line("list", &line(header, &char::from(*separator).to_string()))));
            lines.push(line("item", prefix));
        }
    }
    lines.extend(layout.id.map(|header| line("id", header)));
    Some(())
}

fn part_line(part: Part) -> Option<String> {
    Some(match part {
        Part::Text(text) => line("sign-text", text),
        Part::Header(name) => line("sign-header", name),
        Part::Id => line("sign", "id"),
        Part::Timestamp => line("sign", "timestamp"),
        Part::Body => line("sign", "body"),
        Part::BodySha256 => line("sign", "body-sha256"),
        Part::Method => line("sign", "method"),
        Part::Url => line("sign", "url"),
        Part::UrlAnyPort => line("sign", "url-any-port"),
        Part::Fields(fields) => line("sign", name(&FIELDS, |known| known.signature == fields.signature)?),
        Part::Derived(derive) => line("sign", name(&DERIVED, |known| std::ptr::fn_addr_eq(*known, derive))?),
    })
}

fn unit_name(unit: Unit) -> Option<&'static str> {
    name(&UNITS, |known| *known == unit)
}

fn name<T>(known: &[(&'static str, T)], is_it: impl Fn(&T) -> bool) -> Option<&'static str> {
    known.iter().find(|known| is_it(&known.1)).map(|known| known.0)
}

fn line(word: &str, value: &str) -> String {
    [word, " ", value].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scheme::{ALL, notation};

    /// Every scheme with shared secrets is written, and is read as one that verifies the same.
    #[test]
    fn what_is_written_is_read_back() {
        let verifying = |scheme: &'static Scheme| {
            let Scheme { name, signing, secrets, constants, .. } = scheme;
            format!("{name} {signing:?} {secrets:?} {constants:?}")
        };
        let is_shared = |scheme: &Scheme| scheme.forms.iter().any(|form| form.is_shared() && *form != Form::Token);
        for scheme in ALL.iter().copied().filter(|scheme| is_shared(scheme)) {
            let text = write(scheme).unwrap_or_else(|| panic!("the notation cannot say how {} signs", scheme.name));
            let read = notation::read(&text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(verifying(read), verifying(scheme));
            let shared: Vec<_> = scheme.default_forms.iter().filter(|form| form.is_shared()).collect();
            assert_eq!(read.forms.iter().collect::<Vec<_>>(), shared);
            assert!(read.forms == read.default_forms);
        }
    }

    #[test]
    fn a_described_sender_is_written_too() {
        for hash in ["sha256", "sha1", "sha512"] {
            written_with(hash);
        }
    }

    fn written_with(hash: &str) {
        let at = r#"{"header":"T","member":"at","separator":" ","unit":"rfc3339"}"#;
        let text = format!(
            r#"{{"signature":{{"header":"S","encoding":"base64url"}},"timestamp":{at},"signed":"{{timestamp}}:{{body}}","hash":"{hash}","id":"/a"}}"#
        );
        let scheme = crate::config::describe_hmac(&text).unwrap();
        let read = write(scheme).as_deref().and_then(notation::read).unwrap();
        assert_eq!((format!("{:?}", read.signing), read.forms), (format!("{:?}", scheme.signing), scheme.forms));
        assert_eq!(read.event_type, scheme.event_type);
        let broken = text.replace("}:{", "}\\n{");
        assert_eq!(write(crate::config::describe_hmac(&broken).unwrap()), None, "a line break");
    }
}
