//! The ways in which senders write their secrets.

use super::encoding::decode_hex;
use super::mistake::{in_any_value, in_text};
use super::{SecretKey, public};
use crate::crypto::HmacKey;
use crate::error::{Error, SecretFault};

/// How a sender writes its secrets.
///
/// ```
/// use countersign::{KeyFormat, SecretKey};
///
/// let keys = KeyFormat::Text.parse("It's a Secret to Everybody")?;
/// assert!(matches!(&keys[..], [SecretKey::Hmac(key)] if key.as_bytes() == b"It's a Secret to Everybody"));
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyFormat {
    /// As [`SecretKey::parse`] reads it: `whsec_…`, `whpk_…`, bare base64.
    Standard,
    /// [`KeyFormat::Standard`]; a vertical bar separates several secrets.
    Joined,
    /// [`KeyFormat::Standard`], or an Ed25519 public key in PEM.
    Pem,
    /// The key is the text itself, whatever it looks like.
    Text,
    /// `whsec_…` is base64. Any other text is the key itself.
    PrefixedOrText,
    /// The text is the key, its prefix included; `whsec_…` may also be base64. Then both keys count, as one secret.
    TextOrDecoded,
    /// The text itself, which is the whole value of a header: it may begin with `Basic` or `Bearer`.
    HeaderValue,
    /// The bytes of a shared secret, as hexadecimal digits of either case.
    Hex,
    /// The bytes of a shared secret, in base64.
    Base64,
    /// An Ed25519 public key: 64 hexadecimal digits.
    Ed25519Hex,
    /// An Ed25519 public key: base64 of its 32 bytes.
    Ed25519Base64,
    /// A public key on P-256: base64 of its SubjectPublicKeyInfo.
    P256Spki,
}

impl KeyFormat {
    /// Reads one secret: its keys, mostly one. White space at both ends is dropped.
    ///
    /// # Errors
    /// `empty_secret`, `invalid_secret`, `weak_key`.
    pub fn parse(self, text: &str) -> Result<Vec<SecretKey>, Error> {
        match self {
            Self::Standard => SecretKey::parse(text).map(|key| vec![key]),
            Self::Joined => joined(text, SecretKey::parse),
            Self::Pem if is_pem(text) => public::parse_pem(text).map(|key| vec![SecretKey::Ed25519(key)]),
            Self::Pem => SecretKey::parse(text).map(|key| vec![key]),
            Self::Ed25519Hex => public::parse_hex(text).map(|key| vec![SecretKey::Ed25519(key)]),
            Self::Ed25519Base64 => public::parse(text.trim_ascii()).map(|key| vec![SecretKey::Ed25519(key)]),
            Self::P256Spki => public::parse_p256(text.trim_ascii()).map(|key| vec![SecretKey::P256(key)]),
            Self::Text | Self::PrefixedOrText | Self::TextOrDecoded | Self::HeaderValue | Self::Hex | Self::Base64 => {
                self.parse_hmac(text).map(|keys| keys.into_iter().map(SecretKey::Hmac).collect())
            }
        }
    }

    /// [`KeyFormat::parse`] for a receiver that has only shared secrets.
    ///
    /// # Errors
    /// `empty_secret`, `invalid_secret`, also for a public key.
    pub fn parse_hmac(self, text: &str) -> Result<Vec<HmacKey>, Error> {
        let key = match self {
            Self::Joined => return joined(text, HmacKey::parse),
            Self::Standard | Self::Pem | Self::Base64 => HmacKey::parse(text),
            Self::PrefixedOrText if is_prefixed(text.trim_ascii()) => HmacKey::parse(text),
            Self::TextOrDecoded if text.trim_ascii().starts_with("whsec_") => match HmacKey::parse(text) {
                Ok(decoded) => of_text(text).map(|key| decoded.or(key)),
                // What a merchant chose need not be base64.
                Err(Error::InvalidSecret(_)) => of_text(text),
                Err(error) => Err(error),
            },
            Self::Text | Self::PrefixedOrText | Self::TextOrDecoded => of_text(text),
            Self::HeaderValue => of_header(text),
            Self::Hex => decode_hex(text, SecretFault::NotHex).and_then(|bytes| HmacKey::from_bytes(&bytes)),
            Self::Ed25519Hex | Self::Ed25519Base64 | Self::P256Spki => {
                Err(Error::InvalidSecret(SecretFault::PublicKey))
            }
        };
        key.map(|key| vec![key])
    }

    /// Splits a value that may hold several secrets: at white space, or at line breaks if a secret may contain spaces. Words that begin with
    /// `whsec_`, such as Stripe's secrets, or have 32 bytes or more are each a whole secret. A key in PEM is one secret.
    pub fn split(self, value: &str) -> Vec<&str> {
        let value = value.trim_ascii();
        match self {
            _ if self.takes_text() && !value.split_ascii_whitespace().all(is_whole) => {
                value.lines().filter(|line| !line.trim_ascii().is_empty()).collect()
            }
            Self::Pem if is_pem(value) => vec![value],
            Self::Joined => bars(value).collect(),
            _ => value.split_ascii_whitespace().collect(),
        }
    }

    /// What the sender shows, for a sentence about a key that is missing.
    pub(crate) const fn what(self) -> &'static str {
        match self {
            Self::Standard | Self::Joined | Self::Pem | Self::PrefixedOrText | Self::TextOrDecoded => "`whsec_…` value",
            Self::Text => "signing secret",
            Self::HeaderValue => "token, the whole value of its header",
            Self::Ed25519Hex => "public key, 64 hexadecimal digits",
            Self::Ed25519Base64 => "public key, base64 of 32 bytes",
            Self::Base64 => "HMAC key, base64",
            Self::Hex => "HMAC key, hexadecimal digits",
            Self::P256Spki => "verification key, base64 that begins with `MFkw`",
        }
    }

    /// Whether any text may be a key.
    pub const fn takes_text(self) -> bool {
        matches!(self, Self::Text | Self::PrefixedOrText | Self::TextOrDecoded | Self::HeaderValue)
    }
}

/// Whether text begins like a key of Standard Webhooks.
pub(crate) fn is_prefixed(text: &str) -> bool {
    ["whsec_", "whpk_", "whsk_", "v1,whsec_"].iter().any(|prefix| text.starts_with(prefix))
}

/// Whether a word can only be a whole secret, and no part of one that contains spaces.
fn is_whole(word: &str) -> bool {
    word.starts_with("whsec_") || word.len() >= LEAST_WHOLE
}

/// No word of a text that somebody chose is as long, and 32 hexadecimal digits are.
const LEAST_WHOLE: usize = 32;

fn is_pem(text: &str) -> bool {
    text.trim_ascii().starts_with(public::BEGIN)
}

fn joined<K>(text: &str, parse: impl Fn(&str) -> Result<K, Error>) -> Result<Vec<K>, Error> {
    let keys: Vec<_> = bars(text).map(parse).collect::<Result<_, _>>()?;
    if keys.is_empty() { Err(Error::EmptySecret) } else { Ok(keys) }
}

/// What stands between bars and white space.
fn bars(text: &str) -> impl Iterator<Item = &str> {
    text.split(['|', ' ', '\t', '\r', '\n']).filter(|part| !part.is_empty())
}

fn of_text(text: &str) -> Result<HmacKey, Error> {
    let text = text.trim_ascii();
    in_text(text).map_or_else(|| HmacKey::from_text(text), |fault| Err(Error::InvalidSecret(fault)))
}

/// The key that is the text itself. What begins it may be the method of `Authorization` (RFC 9110, section 11.4), and is then no mistake.
fn of_header(text: &str) -> Result<HmacKey, Error> {
    let text = text.trim_ascii();
    let value = match text.split_once(' ') {
        Some((method, value)) if ["basic", "bearer"].iter().any(|known| method.eq_ignore_ascii_case(known)) => value,
        _ => text,
    };
    in_any_value(value.trim_ascii()).map_or_else(|| HmacKey::from_text(text), |fault| Err(Error::InvalidSecret(fault)))
}
