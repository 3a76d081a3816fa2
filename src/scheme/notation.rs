//! A scheme as text: what verification needs of it, and nothing else.
//!
//! `countersign/hmac` reads the schemes of its senders from this, one at a time, so that its Wasm does not hold them all. The texts are
//! generated from the registry, by `tests/registry/notation.rs`; that test also reads each of them back.
//!
//! ```text
//! example                              its name
//! constant x-signature-version 1       a header with a fixed value
//! header x-signature-primary           a header that a signature may be in
//! timestamp x-signature-timestamp      the header of the timestamp
//! encoding base64
//! time rfc3339
//! tolerance 600
//! sign body                            the parts of what is signed, in order
//! sign timestamp
//! event /id                            what an event is known by
//! event-without member                 what a retry changes in the body
//! ```
//!
//! A line is a word, a space, and its value to the end. A line that is left out has the value of [`hmac`].

use super::bases::hmac;
use super::configured::{kept, kept_list};
use super::template::{Encoding, Field, IdSource, Layout, Part, Signatures, Template, Time, Unit, in_header, of_body};
use super::types::{EventType, Form, HeaderNames, Scheme, Signing};
use super::{adyen_standard, hubspot, twilio};
use crate::key::KeyFormat;

/// Reads a scheme, which then lives as long as the program; `None` if a line is not known. Nothing is checked: the text is generated.
pub fn read(text: &str) -> Option<&'static Scheme> {
    let text = kept(text.to_owned());
    let mut lines = text.split('\n');
    let mut notation = Notation { scheme: hmac(lines.next()?, EMPTY), ..Notation::default() };
    for line in lines {
        let (word, value) = line.split_once(' ')?;
        notation.take(word, value)?;
    }
    Some(Box::leak(Box::new(notation.finish())))
}

/// What was read so far.
struct Notation {
    scheme: Scheme,
    sets: Vec<HeaderNames>,
    forms: Vec<Form>,
    constants: Vec<(&'static str, &'static str)>,
    /// The layouts, the current one last, and the headers of the signatures of each.
    layouts: Vec<(Layout, Vec<&'static str>)>,
    template: Template,
    message: Vec<Part>,
}

impl Default for Notation {
    fn default() -> Self {
        Self {
            scheme: hmac("", EMPTY),
            sets: Vec::new(),
            forms: Vec::new(),
            constants: Vec::new(),
            layouts: vec![(in_header(&[], ""), Vec::new())],
            template: EMPTY,
            message: Vec::new(),
        }
    }
}

impl Notation {
    /// Takes one line.
    fn take(&mut self, word: &str, value: &'static str) -> Option<()> {
        let (layout, headers) = self.layouts.last_mut()?;
        match word {
            "form" => self.forms.push(Form::parse(value)?),
            "keys" => self.scheme.secrets = key_format(value)?,
            "set" => {
                let mut names = value.split(' ');
                let (id, timestamp, signature) = (names.next()?, names.next()?, names.next()?);
                self.sets.push(HeaderNames { id, timestamp, signature });
            }
            "constant" => self.constants.push(value.split_once(' ')?),
            "other" => self.layouts.push((in_header(&[], ""), Vec::new())),
            "header" => headers.push(value),
            "separator" => layout.signatures.separator = value.bytes().next(),
            "prefix" => layout.signatures.prefix = value,
            "timestamp" => layout.timestamp = Some(Field::Header(value)),
            "item" => {
                let (header, separator) = (headers.first()?, layout.signatures.separator?);
                layout.timestamp = Some(Field::Item { header, separator, prefix: value });
            }
            "id" => layout.id = Some(value),
            "encoding" => self.template.encoding = encoding(value)?,
            "time" => self.template.time = Time::Header(unit(value)?),
            "time-in-body" => {
                let (unit_name, pointer) = value.split_once(' ')?;
                self.template.time = Time::Body(pointer, unit(unit_name)?);
            }
            "tolerance" => self.template.tolerance = value.parse().ok()?,
            "event" => self.template.id = if value == "header" { IdSource::Header } else { IdSource::Body(value) },
            "event-without" => self.template.id = IdSource::SignedWithout(value),
            "sign" => self.message.push(part(value)?),
            "sign-text" => self.message.push(Part::Text(value)),
            "sign-header" => self.message.push(Part::Header(value)),
            _ => return None,
        }
        Some(())
    }

    fn finish(self) -> Scheme {
        let forms = kept_list(self.forms);
        let mut layouts = self.layouts.into_iter().map(|(layout, headers)| {
            let signatures = Signatures { headers: kept_list(headers), ..layout.signatures };
            Layout { signatures, ..layout }
        });
        let layout = layouts.next().unwrap_or(EMPTY.layout);
        let signing = if self.sets.is_empty() {
            let (others, message) = (kept_list(layouts.collect()), kept_list(self.message));
            Signing::Template(Template { layout, others, message, ..self.template })
        } else {
            Signing::Standard(kept_list(self.sets))
        };
        let constants = kept_list(self.constants);
        Scheme { signing, forms, default_forms: forms, event_type: EventType::None, constants, ..self.scheme }
    }
}

fn part(name: &str) -> Option<Part> {
    Some(match name {
        "id" => Part::Id,
        "timestamp" => Part::Timestamp,
        "body" => Part::Body,
        "body-sha256" => Part::BodySha256,
        "method" => Part::Method,
        "url" => Part::Url,
        "decoded-url" => Part::Derived(hubspot::url),
        "form" => Part::Derived(twilio::content),
        "adyen-fields" => Part::Fields(adyen_standard::FIELDS),
        _ => return None,
    })
}

fn key_format(name: &str) -> Option<KeyFormat> {
    Some(match name {
        "standard" => KeyFormat::Standard,
        "joined" => KeyFormat::Joined,
        "pem" => KeyFormat::Pem,
        "prefixed-or-text" => KeyFormat::PrefixedOrText,
        "text-or-decoded" => KeyFormat::TextOrDecoded,
        "header-value" => KeyFormat::HeaderValue,
        "hex" => KeyFormat::Hex,
        _ => return None,
    })
}

fn encoding(name: &str) -> Option<Encoding> {
    [("base64", Encoding::Base64), ("base64url", Encoding::Base64Url)]
        .into_iter()
        .find(|known| known.0 == name)
        .map(|known| known.1)
}

fn unit(name: &str) -> Option<Unit> {
    [("s", Unit::Seconds), ("ms", Unit::Milliseconds), ("rfc3339", Unit::Rfc3339)]
        .into_iter()
        .find(|known| known.0 == name)
        .map(|known| known.1)
}

const EMPTY: Template = Template { message: &[], ..of_body(in_header(&[], "")) };
