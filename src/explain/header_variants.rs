//! Other values of the headers that a template reads: without quotes, signatures in another spelling, and the time in another unit.

use super::described;
use super::inputs::Inputs;
use super::report::{Instead, NearMiss};
use super::signature_variants;
use crate::crypto::Portable;
use crate::delivery::Headers;
use crate::scheme::{Encoding, Field, Layout, Signatures, Template};
use crate::verify::{encoded, layout};

/// Headers that may have been sent.
pub(super) struct HeaderVariant<'h> {
    pub(super) code: &'static str,
    /// Continues "matches if".
    pub(super) matches_if: String,
    pub(super) fix: &'static str,
    pub(super) headers: Headers<'h>,
}

/// The headers that differ from those that were sent.
pub(super) fn changed(inputs: &Inputs<'_>, headers: &Headers<'_>) -> Instead {
    let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
    let names = inputs.policy.scheme.header_names().filter(|name| headers.get(name) != inputs.headers.get(name));
    Instead::Headers(names.filter_map(|name| Some((name, text(headers.get(name)?)))).collect())
}

/// Every set of other headers of a template, those with fewer changes first; quotes around values are no change.
pub(super) fn of<'h>(inputs: &Inputs<'h>, template: &'static Template) -> Vec<HeaderVariant<'h>> {
    let layout = layout(template, inputs.headers);
    let bare = bare(inputs);
    let base = bare.as_ref().unwrap_or(inputs.headers);
    let mut found = Vec::new();
    times(layout, base, &mut found);
    found.extend(respelled(inputs, template, layout, base));
    found
}

/// What to say if a delivery matches without the quotes and white space around its headers' values.
pub(super) fn unquoted(inputs: &Inputs<'_>) -> Option<NearMiss> {
    let bare = bare(inputs)?;
    let presented = inputs.policy.read(&bare).ok()?.with_target(inputs.target);
    let matches = inputs.policy.matches_apart_from_age(&presented, &inputs.body, inputs.keys(), inputs.now, &Portable);
    matches.then(|| NearMiss {
        code: "header_unquoted",
        matches_if: "white space and quotes around the headers' values are removed".to_owned(),
        fix: QUOTES,
        instead: Some(changed(inputs, &bare)),
    })
}

/// The headers without quotes and white space around their values; `None` if there are none.
fn bare<'h>(inputs: &Inputs<'h>) -> Option<Headers<'h>> {
    let mut changed = None::<Headers<'h>>;
    for name in inputs.policy.scheme.header_names() {
        let text = inputs.headers.get(name).and_then(|value| std::str::from_utf8(value).ok()).unwrap_or_default();
        let bare = text.trim_matches(|c: char| c.is_ascii_whitespace() || ['"', '\'', '`'].contains(&c));
        if bare != text {
            changed = Some(changed.as_ref().unwrap_or(inputs.headers).with(name, bare.as_bytes()));
        }
    }
    changed
}

/// The time as the sender may have signed it, if that is in another unit.
fn times<'h>(layout: &'static Layout, base: &Headers<'h>, found: &mut Vec<HeaderVariant<'h>>) {
    let Some(field) = &layout.timestamp else { return };
    let value = base.get(field.header()).and_then(|value| std::str::from_utf8(value).ok()).unwrap_or_default();
    let Some(at) = time(field, value) else { return };
    let less = at.get(..at.len().saturating_sub(3)).unwrap_or_default().to_owned();
    for text in [less, [at, "000"].concat()] {
        found.push(HeaderVariant {
            code: "timestamp_spelling",
            matches_if: ["the timestamp is `", &text, "`"].concat(),
            fix: TIME,
            headers: base.with(field.header(), value.replacen(at, &text, 1).as_bytes()),
        });
    }
}

/// The text of a time in the value of its header, if it is a number.
fn time<'v>(field: &Field, value: &'v str) -> Option<&'v str> {
    let text = match field {
        Field::Header(_) => value,
        Field::Item { separator, prefix, .. } => {
            value.split(char::from(*separator)).find_map(|item| item.trim_ascii().strip_prefix(prefix))?
        }
    };
    text.bytes().all(|byte| byte.is_ascii_digit()).then_some(text)
}

/// The signatures as this sender writes them, if they are written otherwise.
fn respelled<'h>(
    inputs: &Inputs<'_>,
    template: &'static Template,
    layout: &'static Layout,
    base: &Headers<'h>,
) -> Option<HeaderVariant<'h>> {
    let Signatures { headers: names, separator, prefix } = &layout.signatures;
    let stamp = match &layout.timestamp {
        Some(Field::Item { prefix, .. }) => Some(*prefix),
        _ => None,
    };
    let mut headers = None::<Headers<'h>>;
    for name in names.iter().copied() {
        let Some(value) = base.get(name).map(String::from_utf8_lossy) else { continue };
        let mut list = Vec::new();
        for item in value.split([',', ';']).map(str::trim_ascii) {
            if stamp.is_some_and(|stamp| item.starts_with(stamp)) {
                list.push(item.to_owned());
            }
        }
        for bytes in signature_variants::decoded(&value) {
            let text = encoded(template.encoding, &bytes);
            if described::fault(inputs, template.encoding, text.as_bytes()).is_none() {
                list.push([prefix, text.as_str()].concat());
            }
        }
        // A header that came twice is no other spelling.
        let is_repeated = separator.is_none() && list.len() > 1;
        let text = list.join(if *separator == Some(b';') { ";" } else { "," });
        if !is_repeated && !text.is_empty() && text != value {
            headers = Some(headers.as_ref().unwrap_or(base).with(name, text.as_bytes()));
        }
    }
    let written = match template.encoding {
        Encoding::Hex => "lower-case hexadecimal digits",
        Encoding::Base64 => "base64 with padding",
        Encoding::Base64Url => "URL-safe base64 without padding",
    };
    let after = if prefix.is_empty() { String::new() } else { ["`", prefix, "` and "].concat() };
    Some(HeaderVariant {
        code: "signature_spelling",
        matches_if: ["the signature is written as ", &after, written].concat(),
        fix: signature_variants::FIX,
        headers: headers?,
    })
}

const QUOTES: &str = "the quotes or the white space came with the copy: pass the headers as they came";
const TIME: &str = "the header must hold the text that is signed: it was changed on its way, or the sender signs another unit than it sends";
