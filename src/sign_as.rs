//! Signs a delivery as the sender of a scheme would, for tests and for tools.

use crate::calendar;
use crate::crypto::{Crypto, Ed25519SigningKey, HmacKey};
use crate::delivery::{Headers, Target};
use crate::error::{Error, SecretFault};
use crate::scheme::{Field, Form, HeaderNames, Layout, Scheme, Signing, Template, Time, Unit};
use crate::sign::{sign, sign_v1a};
use crate::timestamp::Timestamp;
use crate::verify::{Claim, encoded, read_described, signature_of};

/// A key that signs.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum SigningKey {
    /// A shared secret.
    Hmac(HmacKey),
    /// A private key.
    Ed25519(Ed25519SigningKey),
}

/// A header of a signed delivery: its name in lower case, and its value.
pub type SignedHeader = (&'static str, String);

/// A delivery before it is signed.
#[derive(Clone, Copy, Debug)]
pub struct Unsigned<'a, B: ?Sized> {
    /// The event's id, for schemes that have a header for it.
    pub id: &'a str,
    /// The time of the attempt, for schemes that have a header for it.
    pub timestamp: Timestamp,
    /// The method and the URL that the delivery is sent to, for schemes that sign them.
    pub target: Option<Target<'a>>,
    /// The body, signed as it is. Where a scheme reads an id or a time from the body, the body has to hold it.
    pub body: &'a B,
}

/// Signs a delivery as the sender of a scheme would: returns the headers that the sender would add, signatures among them.
///
/// Each key signs once, so that a receiver can rotate: the signatures stand in one list, or in a header for each key. A sender that has
/// place for fewer signatures signs with the first keys. A shared token is a key whose text is the signature.
///
/// Nothing here signs with P-256 or RSA, or inside a body, so `sendgrid`, `google-pubsub` and `adyen-standard` take no key.
///
/// ```
/// use countersign::crypto::Portable;
/// use countersign::{
///     Delivery, Headers, HmacKey, Keys, Policy, SecretKey, SigningKey, Timestamp, Unsigned, scheme, sign_as,
/// };
///
/// let stripe = scheme::find("stripe").ok_or("no such scheme")?;
/// let key = HmacKey::from_bytes(b"whsec_a_text_of_stripe")?;
/// let (now, body) = (Timestamp::from_unix(1_614_265_330), "{\"id\":\"evt_1\"}");
/// let unsigned = Unsigned { id: "", timestamp: now, target: None, body };
/// let headers = sign_as(stripe, &[SigningKey::Hmac(key.clone())], &unsigned, &Portable)?;
/// assert!(matches!(&headers[..], [("stripe-signature", value)] if value.starts_with("t=1614265330,v1=")));
///
/// let lines = headers.iter().map(|(name, value)| (*name, value.as_bytes()));
/// let delivery = Delivery::new(Headers::from_iter(lines), body);
/// let secrets = [SecretKey::Hmac(key)];
/// let verified = Policy::of(stripe).verify(Keys { secrets: &secrets, ..Keys::default() }, &delivery, now, &Portable)?;
/// assert_eq!(verified.id(), b"evt_1");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// - `empty_secret` without a key.
/// - `invalid_secret` if a key is not of a kind that the scheme signs with by default.
/// - `no_matching_signature` if the scheme signs the URL and `target` is missing.
/// - What [`Policy::read`](crate::Policy::read) says of the headers, such as `missing_header` for an empty id: nothing is signed that a
///   receiver here would not read.
pub fn sign_as<B: AsRef<[u8]> + ?Sized, C: Crypto<B>>(
    scheme: &'static Scheme,
    keys: &[SigningKey],
    unsigned: &Unsigned<'_, B>,
    crypto: &C,
) -> Result<Vec<SignedHeader>, Error> {
    if keys.is_empty() {
        return Err(Error::EmptySecret);
    }
    match &scheme.signing {
        Signing::Standard(sets) => standard(scheme, sets.first().ok_or(WRONG_KIND)?, keys, unsigned, crypto),
        Signing::Template(template) if template.fields().is_some() => Err(WRONG_KIND),
        Signing::Template(template) => described(scheme, template, keys, unsigned, crypto),
        Signing::Identity(_) => Err(WRONG_KIND),
    }
}

/// Signs with each key by itself, so that their order is kept.
fn standard<B: AsRef<[u8]> + ?Sized, C: Crypto<B>>(
    scheme: &'static Scheme,
    names: &'static HeaderNames,
    keys: &[SigningKey],
    unsigned: &Unsigned<'_, B>,
    crypto: &C,
) -> Result<Vec<SignedHeader>, Error> {
    let Unsigned { id, timestamp, body, .. } = *unsigned;
    let accepts = |form: Form| scheme.default_forms.contains(&form);
    let signed = keys.iter().map(|key| match key {
        SigningKey::Hmac(key) if accepts(Form::V1) => {
            sign(std::slice::from_ref(key), id.as_bytes(), timestamp, body, crypto)
        }
        SigningKey::Ed25519(key) if accepts(Form::V1a) => {
            sign_v1a(std::slice::from_ref(key), id.as_bytes(), timestamp, body)
        }
        _ => Err(WRONG_KIND),
    });
    let signatures = signed.collect::<Result<Vec<_>, _>>()?.join(" ");
    let timestamp = timestamp.as_unix().to_string();
    Ok(vec![(names.id, id.to_owned()), (names.timestamp, timestamp), (names.signature, signatures)])
}

fn described<B: ?Sized, C: Crypto<B>>(
    scheme: &'static Scheme,
    template: &'static Template,
    keys: &[SigningKey],
    unsigned: &Unsigned<'_, B>,
    crypto: &C,
) -> Result<Vec<SignedHeader>, Error> {
    if scheme.signs_target() && unsigned.target.is_none() {
        return Err(Error::NoMatchingSignature);
    }
    let layout = &template.layout;
    let mut headers = before_signing(scheme, template, unsigned.id, unsigned.timestamp);
    let lines = headers.iter().map(|(name, value)| (*name, value.as_bytes()));
    // Read as a receiver reads it, so that the two agree about what is signed.
    let lines: Headers<'_> = lines.chain(placeholder(layout, &headers)).collect();
    let claim = Claim { target: unsigned.target, ..read_described(scheme, template, &lines)? };
    let signature = |key: &SigningKey, form: Form| match (key, form) {
        (SigningKey::Hmac(key), Form::Token) => String::from_utf8(key.as_bytes().to_vec()).ok(),
        (SigningKey::Hmac(key), _) => signature_of(&claim, form, key, unsigned.body, crypto),
        (SigningKey::Ed25519(key), Form::Ed25519) => {
            let message = claim.message(unsigned.body, crypto)?;
            Some(encoded(template.encoding, &key.sign(&message)))
        }
        (SigningKey::Ed25519(_), _) => None,
    };
    let signed = |key| scheme.default_forms.iter().find_map(|form| signature(key, *form)).ok_or(WRONG_KIND);
    let signatures = keys.iter().map(signed).collect::<Result<Vec<_>, _>>()?;
    add(&mut headers, layout, &signatures);
    Ok(headers)
}

/// The headers before the signatures are added.
fn before_signing(
    scheme: &'static Scheme,
    template: &'static Template,
    id: &str,
    timestamp: Timestamp,
) -> Vec<SignedHeader> {
    let layout = &template.layout;
    let mut headers: Vec<_> = scheme.constants.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    headers.extend(layout.id.map(|name| (name, id.to_owned())));
    headers.extend(template.signed_headers().map(|name| (*name, OTHER.to_owned())));
    if let (Some(field), Time::Header(unit)) = (&layout.timestamp, template.time) {
        let text = written(timestamp, unit);
        headers.push(match field {
            Field::Header(name) => (name, text),
            Field::Item { header, prefix, .. } => (header, [prefix, text.as_str()].concat()),
        });
    }
    headers
}

/// A signature header that is not there yet, so that the others can be read.
fn placeholder(layout: &'static Layout, headers: &[SignedHeader]) -> Option<(&'static str, &'static [u8])> {
    let name = layout.signatures.headers.first()?;
    let is_there = headers.iter().any(|(known, _)| known == name);
    (!is_there).then_some((*name, b"-"))
}

/// Adds the signatures: as one list, or each in a header of its own, as long as there are any.
fn add(headers: &mut Vec<SignedHeader>, layout: &'static Layout, signatures: &[String]) {
    let prefix = layout.signatures.prefix;
    let mut names = layout.signatures.headers.iter().copied();
    let Some(separator) = layout.signatures.separator else {
        headers.extend(names.zip(signatures).map(|(name, text)| (name, [prefix, text].concat())));
        return;
    };
    let Some(name) = names.next() else { return };
    let separator = char::from(separator).to_string();
    let list = signatures.iter().map(|text| [prefix, text].concat()).collect::<Vec<_>>().join(&separator);
    match headers.iter_mut().find(|(known, _)| *known == name) {
        Some((_, value)) => *value = [value.as_str(), &list].join(&separator),
        None => headers.push((name, list)),
    }
}

/// A time as a sender writes it.
fn written(timestamp: Timestamp, unit: Unit) -> String {
    match unit {
        Unit::Seconds => timestamp.as_unix().to_string(),
        Unit::Milliseconds => timestamp.as_unix().saturating_mul(1000).to_string(),
        Unit::Rfc3339 => calendar::written(timestamp.as_unix()),
    }
}

/// The value of a header that is signed and that a caller does not choose, such as fal's user id.
const OTHER: &str = "countersign";

const WRONG_KIND: Error =
    Error::InvalidSecret(SecretFault::Foreign("a key of another kind than the scheme signs with"));
