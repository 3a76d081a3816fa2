//! Reads a scheme from its notation.

use super::names::{DERIVED, ENCODINGS, FIELDS, KEY_FORMATS, UNITS};
use crate::scheme::bases::hmac;
use crate::scheme::configured::{kept, kept_list};
use crate::scheme::form::Form;
use crate::scheme::template::{Field, IdSource, Layout, Part, Signatures, Template, Time, in_header, of_body};
use crate::scheme::types::{EventType, HeaderNames, Scheme, Signing};

/// Reads a scheme, which then lives as long as the program; `None` if a line is not known. Nothing is checked: the text is generated.
pub fn read(text: &str) -> Option<&'static Scheme> {
    let text = kept(text.to_owned());
    let mut lines = text.split('\n');
    let mut notation = Notation {
        scheme: Scheme { event_type: EventType::None, ..hmac(lines.next()?, EMPTY) },
        ..Notation::default()
    };
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
    /// A header and a separator: the list of the next item, if it is not that of the signatures.
    list: Option<(&'static str, &'static str)>,
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
            list: None,
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
            "keys" => self.scheme.secrets = named(&KEY_FORMATS, value)?,
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
            "list" => self.list = Some(value.split_once(' ')?),
            "item" => {
                let (separator, header) = match self.list.take() {
                    Some((header, separator)) => (separator.bytes().next()?, header),
                    None => (layout.signatures.separator?, *headers.first()?),
                };
                layout.timestamp = Some(Field::Item { header, separator, prefix: value });
            }
            "id" => layout.id = Some(value),
            "encoding" => self.template.encoding = named(&ENCODINGS, value)?,
            "time" => self.template.time = Time::Header(named(&UNITS, value)?),
            "time-in-body" => {
                let (unit_name, pointer) = value.split_once(' ')?;
                self.template.time = Time::Body(pointer, named(&UNITS, unit_name)?);
            }
            "tolerance" => self.template.tolerance = value.parse().ok()?,
            "type" => self.scheme.event_type = EventType::Pointer(value),
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
        Scheme { signing, forms, default_forms: forms, constants, ..self.scheme }
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
        "url-any-port" => Part::UrlAnyPort,
        _ => named(&FIELDS, name).map(Part::Fields).or_else(|| named(&DERIVED, name).map(Part::Derived))?,
    })
}

fn named<T: Copy>(known: &[(&str, T)], name: &str) -> Option<T> {
    known.iter().find(|known| known.0 == name).map(|known| known.1)
}

const EMPTY: Template = Template { message: &[], ..of_body(in_header(&[], "")) };
