//! How senders sign that do not follow Standard Webhooks: where signature, timestamp and id stand, and which bytes are signed.

use crate::delivery::Target;

/// What a delivery carries, and the bytes that its signatures cover.
#[derive(Debug)]
pub struct Template {
    /// Where the parts stand.
    pub layout: Layout,
    /// Where they may stand instead. The first complete layout counts; layouts are never mixed.
    pub others: &'static [Layout],
    /// How a signature is written.
    pub encoding: Encoding,
    /// What is signed, in order. The body occurs once, or in parts that are derived from it. Empty where nothing is signed.
    pub message: &'static [Part],
    /// Where the time of an attempt stands. A time that is not signed does not count as one.
    pub time: Time,
    /// The seconds that a timestamp may be from now: the sender's own tolerance, and at least 300.
    pub tolerance: u64,
    /// What an event is known by.
    pub id: IdSource,
}

/// Where the parts of a delivery stand.
#[derive(Debug)]
pub struct Layout {
    /// The signatures.
    pub signatures: Signatures,
    /// The timestamp of the attempt, where it is in a header.
    pub timestamp: Option<Field>,
    /// The header of the event's id, where it is signed.
    pub id: Option<&'static str>,
}

/// Where signatures stand: in any of some headers, each holding one, or a list.
#[derive(Debug)]
pub struct Signatures {
    /// The headers. One of them is enough.
    pub headers: &'static [&'static str],
    /// What separates the items of a list; `None` if a header holds one signature.
    pub separator: Option<u8>,
    /// What a signature begins with: `sha256=`, `v1=`. An item that begins otherwise is none.
    pub prefix: &'static str,
}

/// Where a timestamp stands.
#[derive(Debug)]
pub enum Field {
    /// A header of its own.
    Header(&'static str),
    /// An item of a list, after its prefix. It may occur once.
    Item {
        /// The header.
        header: &'static str,
        /// What separates the items.
        separator: u8,
        /// What the item begins with: `t=`.
        prefix: &'static str,
    },
}

/// How the bytes of a signature are written. One text is accepted for each signature: what the sender writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// Lower-case hexadecimal digits.
    Hex,
    /// Padded base64 of the standard alphabet.
    Base64,
    /// Base64 of the URL-safe alphabet, without padding.
    Base64Url,
}

/// A part of what is signed.
#[derive(Clone, Copy, Debug)]
pub enum Part {
    /// The event's id, as its header has it.
    Id,
    /// The timestamp, as the sender wrote it.
    Timestamp,
    /// This text.
    Text(&'static str),
    /// The raw body.
    Body,
    /// SHA-256 of the raw body, in lower-case hexadecimal digits.
    BodySha256,
    /// The value of this header, which has to be present.
    Header(&'static str),
    /// The request's method.
    Method,
    /// The URL that the sender called, as [`Target`] has it.
    Url,
    /// [`Part::Url`], with its port or without: what the sender signed does not follow from the URL that it called. A URL without a port may
    /// be signed with the one that its protocol implies. A URL with `%27` may be signed with an apostrophe: parsers of URLs write `%27` for it.
    UrlAnyPort,
    /// What a sender makes of the URL or the body.
    Derived(Derive),
    /// Members of the JSON body, where the signature is one as well.
    Fields(&'static Fields),
}

/// A signature inside a JSON body that covers some of its members. Everybody can change the others.
///
/// The signed text has one reading: no member but `free` may contain the separator. A body with two members of one name, in any case, and a
/// body with more than one item do not match.
#[derive(Debug, PartialEq, Eq)]
pub struct Fields {
    /// The member of the body that is an array of items. It has exactly one.
    pub list: &'static str,
    /// The member of each item that has what follows.
    pub item: &'static str,
    /// Where the signature is in it: a JSON pointer.
    pub signature: &'static str,
    /// The signed members in it, in order: JSON pointers. One that is absent counts as an empty text.
    pub signed: &'static [&'static str],
    /// What separates them.
    pub separator: char,
    /// The one of them that may contain the separator.
    pub free: &'static str,
}

/// Makes a part of what is signed from a request; `None` if nothing can match. The second argument copies the body.
pub type Derive = fn(Target<'_>, &dyn Fn() -> Vec<u8>) -> Option<Vec<u8>>;

/// Where the time of an attempt stands, and how it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Time {
    /// Nothing says when a delivery was made: a copy is as good after a year.
    None,
    /// Where the layout says.
    Header(Unit),
    /// In the body, at a JSON pointer. It is read once the signature holds.
    Body(&'static str, Unit),
}

/// How a time is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Unix seconds.
    Seconds,
    /// Unix milliseconds.
    Milliseconds,
    /// A date and time of RFC 3339.
    Rfc3339,
}

/// What an event is known by. It rests on signed bytes alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdSource {
    /// The header of the layout, which is signed.
    Header,
    /// A text or number in the body, at a JSON pointer: where the sender documents it as unique, and a delivery is one event. Where it
    /// is missing, as [`IdSource::Signed`].
    Body(&'static str),
    /// The hash of what was signed without the timestamp, so that a retry with a new timestamp is the same event.
    Signed,
    /// As [`IdSource::Signed`], and without the values of this member of the body, or of each of its items if it is a list: what a retry
    /// changes.
    SignedWithout(&'static str),
    /// The hash of the body, where nothing of it is signed. Whoever holds the proof chooses it.
    BodyHash,
}

impl Template {
    /// Whether the method or the URL of the request is signed, so that the receiver must pass a [`Target`].
    pub fn signs_target(&self) -> bool {
        self.message.iter().any(|part| matches!(part, Part::Method | Part::Url | Part::UrlAnyPort | Part::Derived(_)))
    }

    /// Whether the URL may be signed in another spelling than it was called: with its port or without, and an apostrophe as it is.
    pub(crate) fn takes_any_port(&self) -> bool {
        self.message.iter().any(|part| matches!(part, Part::UrlAnyPort))
    }

    /// The members that are signed, if the signature is inside the body.
    pub(crate) fn fields(&self) -> Option<&'static Fields> {
        self.message.iter().find_map(|part| if let Part::Fields(fields) = part { Some(*fields) } else { None })
    }

    /// The headers whose values are signed as they are, besides id and timestamp.
    pub(crate) fn signed_headers(&'static self) -> impl Iterator<Item = &'static &'static str> {
        self.message.iter().filter_map(|part| match part {
            Part::Header(name) => Some(name),
            _ => None,
        })
    }

    /// The names of all headers that are read.
    pub(super) fn header_names(&'static self) -> impl Iterator<Item = &'static str> {
        let of_layouts = [&self.layout].into_iter().chain(self.others).flat_map(|layout| {
            let timestamp = layout.timestamp.as_ref().map(Field::header);
            // An item mostly stands in the list of signatures.
            let timestamp = timestamp.filter(|name| !layout.signatures.headers.contains(name));
            layout.signatures.headers.iter().copied().chain(timestamp).chain(layout.id)
        });
        of_layouts.chain(self.signed_headers().copied())
    }
}

impl Field {
    /// The header that it stands in.
    pub const fn header(&self) -> &'static str {
        match self {
            Self::Header(header) | Self::Item { header, .. } => header,
        }
    }
}

/// A signature over the body alone, in lower-case hexadecimal digits, without a timestamp.
pub(super) const fn of_body(layout: Layout) -> Template {
    Template {
        layout,
        others: &[],
        encoding: Encoding::Hex,
        message: &[Part::Body],
        time: Time::None,
        tolerance: 300,
        id: IdSource::Signed,
    }
}

/// Layouts with the signature in one header, after a prefix, and nothing else.
pub(super) const fn in_header(headers: &'static [&'static str], prefix: &'static str) -> Layout {
    Layout { signatures: Signatures { headers, separator: None, prefix }, timestamp: None, id: None }
}

/// A list in one header of the timestamp and the signatures, each after its prefix: `t=…,v1=…`.
pub(super) const fn in_list(
    headers: &'static [&'static str; 1],
    separator: u8,
    timestamp: &'static str,
    prefix: &'static str,
) -> Layout {
    let [header] = *headers;
    Layout {
        signatures: Signatures { headers, separator: Some(separator), prefix },
        timestamp: Some(Field::Item { header, separator, prefix: timestamp }),
        id: None,
    }
}

/// A signature over timestamp, dot and body, in lower-case hexadecimal digits, that holds for five minutes.
pub(super) const fn stamped(unit: Unit, layout: Layout) -> Template {
    Template { message: &[Part::Timestamp, Part::Text("."), Part::Body], time: Time::Header(unit), ..of_body(layout) }
}
