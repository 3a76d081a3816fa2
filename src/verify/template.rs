//! Deliveries of senders that are described by a [`Template`]: read, and matched.

use super::fields::Item;
use super::layout::{layout, missing};
use super::list::MAX_SIGNATURES;
use super::mac::{encoded, mac, signature_length};
use super::message::{Around, Parts};
use crate::calendar;
use crate::crypto::{Crypto, HmacKey, constant_time_eq};
use crate::delivery::{Headers, Target};
use crate::error::{Error, HeaderFault};
use crate::event_id::check_id;
use crate::scheme::{Field, Form, Layout, Part, Scheme, Signatures, Template, Time, Unit};
use crate::timestamp::Timestamp;

/// What the headers of a delivery say, by a template. Nothing of it is verified.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Claim<'h> {
    pub(crate) scheme: &'static Scheme,
    pub(crate) template: &'static Template,
    pub(crate) layout: &'static Layout,
    pub(crate) headers: &'h Headers<'h>,
    pub(crate) id: Option<&'h [u8]>,
    pub(crate) stamp: Option<Stamp<'h>>,
    /// Where the delivery was sent, where the receiver says so.
    pub(crate) target: Option<Target<'h>>,
}

/// A timestamp: as it was written, which is what is signed, and the second that it says.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stamp<'h> {
    pub(crate) text: &'h [u8],
    pub(crate) at: Timestamp,
}

/// Reads the first complete layout of a template.
pub(crate) fn read<'h>(
    scheme: &'static Scheme,
    template: &'static Template,
    headers: &'h Headers<'_>,
) -> Result<Claim<'h>, Error> {
    let layout = layout(template, headers);
    if let Some(absent) = missing(scheme, template, layout, headers) {
        return Err(Error::MissingHeader(absent));
    }
    let id = layout.id.and_then(|name| Some((name, headers.get(name)?)));
    if let Some((name, id)) = id {
        check_id(id, false).map_err(|fault| Error::InvalidHeader(name, fault))?;
        if end_of_id(template.message).is_some_and(|end| id.contains(&end)) {
            return Err(Error::InvalidHeader(name, HeaderFault::Separator));
        }
        if template.time == Time::Header(Unit::Rfc3339) && calendar::contains_date_time(id) {
            return Err(Error::InvalidHeader(name, HeaderFault::ShiftedBoundary));
        }
    }
    let stamp = match (&layout.timestamp, template.time) {
        (Some(field), Time::Header(unit)) => Some(stamp(field, unit, headers)?),
        _ => None,
    };
    Ok(Claim { scheme, template, layout, headers, id: id.map(|(_, id)| id), stamp, target: None })
}

/// The byte at which an id ends in what is signed: that of the text next to it, on the side of the body. An id that has it could be cut
/// in another place.
fn end_of_id(message: &[Part]) -> Option<u8> {
    let place = |wanted: fn(&Part) -> bool| message.iter().position(wanted);
    let (id, body) = (place(|part| matches!(part, Part::Id))?, place(|part| matches!(part, Part::Body))?);
    match message.get(if id < body { id.checked_add(1) } else { id.checked_sub(1) }?)? {
        Part::Text(text) if id < body => text.bytes().next(),
        Part::Text(text) => text.bytes().next_back(),
        _ => None,
    }
}

impl<'h> Claim<'h> {
    /// The signatures, without what each begins with.
    ///
    /// # Errors
    /// `too_many_signatures`.
    pub(crate) fn signatures(&self) -> Result<Vec<&'h [u8]>, Error> {
        let Signatures { headers, separator, prefix } = &self.layout.signatures;
        let mut found = Vec::new();
        if self.unexpected().is_some() {
            return Ok(found);
        }
        for value in headers.iter().filter_map(|name| self.headers.get(name)) {
            for item in items(value, *separator) {
                found.extend(item.strip_prefix(prefix.as_bytes()));
                if found.len() > MAX_SIGNATURES {
                    return Err(Error::TooManySignatures);
                }
            }
        }
        Ok(found)
    }

    /// The signature inside the body, if that is where the sender puts it.
    pub(crate) fn signature_in_body<B: ?Sized, C: Crypto<B>>(&self, body: &B, crypto: &C) -> Option<String> {
        let fields = self.template.fields()?;
        Item::find(fields, &crypto.message(&[], body))?.signature()
    }

    /// The first header that should have one certain value, and has another. Nothing is signed then as this scheme signs.
    pub(crate) fn unexpected(&self) -> Option<&'static (&'static str, &'static str)> {
        self.scheme.constants.iter().find(|(name, value)| self.headers.get(name) != Some(value.as_bytes()))
    }

    /// The signed bytes around the body; `None` if the scheme signs the URL and the receiver does not say which it is.
    pub(crate) fn around<B: ?Sized, C: Crypto<B>>(&self, body: &B, crypto: &C) -> Option<Around> {
        self.joined(self.stamp.map_or(&[], |stamp| stamp.text), body, crypto)
    }

    /// [`Claim::around`] with this timestamp.
    pub(super) fn joined<B: ?Sized, C: Crypto<B>>(&self, timestamp: &[u8], body: &B, crypto: &C) -> Option<Around> {
        Around::join(self.template.message, self.parts(timestamp), &|| crypto.message(&[], body))
    }

    /// The signed bytes part by part, in order; `None` as for [`Claim::around`].
    pub(crate) fn signed_parts<B: ?Sized, C: Crypto<B>>(&self, body: &B, crypto: &C) -> Option<Vec<(Part, Vec<u8>)>> {
        let parts = self.parts(self.stamp.map_or(&[], |stamp| stamp.text));
        let bytes = |part: &Part| Some((*part, parts.bytes(*part, &|| crypto.message(&[], body))?.into_owned()));
        self.template.message.iter().map(bytes).collect()
    }

    fn parts<'p>(&'p self, timestamp: &'p [u8]) -> Parts<'p> {
        Parts { id: self.id.unwrap_or_default(), timestamp, headers: self.headers, target: self.target }
    }

    /// What is signed, in one piece, for a check by a public key; `None` as for [`Claim::around`].
    pub(crate) fn message<B: ?Sized, C: Crypto<B>>(&self, body: &B, crypto: &C) -> Option<Vec<u8>> {
        let Around { prefix, has_body, suffix } = self.around(body, crypto)?;
        let mut message = if has_body { crypto.message(&prefix, body) } else { prefix };
        message.extend_from_slice(&suffix);
        Some(message)
    }
}

/// Finds the first key under which one of the signatures holds, in one of the forms that are accepted. Their text is compared whole, so
/// that no second spelling is accepted.
///
/// # Errors
/// `no_matching_signature`, `too_many_signatures`.
pub(crate) fn find_hmac_match<'k, B, C: Crypto<B>>(
    claim: &Claim<'_>,
    forms: &[Form],
    keys: impl Iterator<Item = (usize, &'k HmacKey)> + Clone,
    body: &B,
    crypto: &C,
) -> Result<(Form, usize), Error> {
    find_at_urls(claim, &claim.other_urls(), forms, keys, body, crypto)
}

/// [`find_hmac_match`] for the URL as the claim has it.
///
/// # Errors
/// Those of [`find_hmac_match`].
pub(crate) fn find_at_url<'k, B, C: Crypto<B>>(
    claim: &Claim<'_>,
    forms: &[Form],
    keys: impl Iterator<Item = (usize, &'k HmacKey)> + Clone,
    body: &B,
    crypto: &C,
) -> Result<(Form, usize), Error> {
    find_at_urls(claim, &[], forms, keys, body, crypto)
}

/// [`find_hmac_match`] for the URL as the claim has it, and for these others. What is made of the body is the same for each of them, and is
/// made once: a stranger can send a body of which much is made, to a URL with several spellings.
// Not inlined: it is called twice.
#[inline(never)]
fn find_at_urls<'k, B, C: Crypto<B>>(
    claim: &Claim<'_>,
    others: &[Option<String>],
    forms: &[Form],
    keys: impl Iterator<Item = (usize, &'k HmacKey)> + Clone,
    body: &B,
    crypto: &C,
) -> Result<(Form, usize), Error> {
    let inside = claim.signature_in_body(body, crypto);
    let mut signatures = claim.signatures()?;
    signatures.extend(inside.as_deref().map(str::as_bytes));
    let encoding = claim.template.encoding;
    let has_length = |form: &Form| signatures.iter().any(|text| signature_length(*form, encoding) == Some(text.len()));
    let forms = || forms.iter().copied().filter(has_length);
    if forms().next().is_none() {
        return Err(Error::NoMatchingSignature);
    }
    let around = claim.around(body, crypto).ok_or(Error::NoMatchingSignature)?;
    let find = |around: &Around| {
        let matches = |form: Form, key: &HmacKey| {
            let expected = mac(form, around, key, body, crypto).map(|mac| encoded(encoding, mac.as_ref()));
            expected.is_some_and(|expected| signatures.iter().any(|text| constant_time_eq(text, expected.as_bytes())))
        };
        keys.clone().find_map(|(at, key)| Some((forms().find(|form| matches(*form, key))?, at)))
    };
    let called = claim.target.map_or("", |target| target.url);
    let at_other = |url: &String| find(&around.at(called, url)?);
    find(&around).or_else(|| others.iter().flatten().find_map(at_other)).ok_or(Error::NoMatchingSignature)
}

/// The signature of a delivery under a key, as the sender would write it; `None` if the form is not an HMAC.
pub(crate) fn signature_of<B: ?Sized, C: Crypto<B>>(
    claim: &Claim<'_>,
    form: Form,
    key: &HmacKey,
    body: &B,
    crypto: &C,
) -> Option<String> {
    mac(form, &claim.around(body, crypto)?, key, body, crypto).map(|mac| encoded(claim.template.encoding, mac.as_ref()))
}

/// The items of a header's value, without white space round them.
fn items(value: &[u8], separator: Option<u8>) -> impl Iterator<Item = &[u8]> {
    value.split(move |byte| Some(*byte) == separator).map(move |item| match separator {
        Some(_) => item.trim_ascii(),
        None => item,
    })
}

fn stamp<'h>(field: &'static Field, unit: Unit, headers: &'h Headers<'_>) -> Result<Stamp<'h>, Error> {
    let value = headers.get(field.header()).ok_or(Error::MissingHeader(field.header()))?;
    let text = match field {
        Field::Header(_) => value,
        Field::Item { header, separator, prefix } => {
            let mut found = items(value, Some(*separator)).filter_map(|item| item.strip_prefix(prefix.as_bytes()));
            let text = found.next().ok_or(Error::InvalidTimestamp)?;
            if found.next().is_some() {
                return Err(Error::InvalidHeader(header, HeaderFault::Repeated));
            }
            text
        }
    };
    Ok(Stamp { text, at: parse(text, unit)? })
}

pub(super) fn parse(text: &[u8], unit: Unit) -> Result<Timestamp, Error> {
    match unit {
        Unit::Seconds => Timestamp::parse(text),
        Unit::Milliseconds => Ok(Timestamp::from_unix(Timestamp::parse(text)?.as_unix().div_euclid(1000))),
        Unit::Rfc3339 => Timestamp::parse_rfc3339(text),
    }
}
