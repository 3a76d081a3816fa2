//! JSON Web Key sets (RFC 7517): which keys of a document can be used, and for what.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::DecodingKey;
use serde_json::Value;

use crate::error::{Error, JwksFault};
use crate::json;
use crate::key::Ed25519Key;
use crate::scheme::Form;
use crate::signature::MAX_RSA_BITS;

/// The most usable keys that a set may hold.
pub(crate) const MAX_KEYS: usize = 32;

/// The keys of a set, in its order. An empty set is a set: nothing matches it.
#[derive(Clone, Debug, Default)]
pub struct Jwks {
    keys: Vec<Jwk>,
    recent: Recent,
}

/// The place of the key that matched last. A sender signs with one key at a time, and its signatures do not say with which; the
/// others are there for a change of keys.
#[derive(Debug, Default)]
struct Recent(AtomicUsize);

/// One key of a set.
#[derive(Clone)]
pub(crate) struct Jwk {
    pub(crate) kid: Option<String>,
    pub(crate) material: Material,
}

/// What a key of a set is good for.
#[derive(Clone)]
pub(crate) enum Material {
    /// `v1a`.
    Ed25519(Ed25519Key),
    /// The `jwt` form.
    Rsa(DecodingKey),
    /// Nothing here. Kept, so that a token that names it can be told so, and the log can say why no key matched.
    SetAside(Aside),
}

impl Jwks {
    /// Reads a document of the form `{"keys":[…]}`.
    ///
    /// A key that cannot be used is set aside alone (RFC 7517, section 5): not Ed25519 or RSA; `use`, `key_ops` or `alg` of
    /// another purpose; published together with its private half; Ed25519 of small order; RSA under 2048 bits, above 8192, or with an
    /// exponent under 3.
    ///
    /// Members that say nothing (`null`, `""`, `[]`) count as absent, and base64 may have padding, line breaks or the standard alphabet,
    /// as serialisers write them. A byte order mark is passed over.
    ///
    /// # Errors
    /// `jwks_invalid` where the document is no set, or holds more than 32 keys that can be used, or more than 32 of which none can.
    pub fn parse(document: &[u8]) -> Result<Self, Error> {
        let entries = entries(document).ok_or(Error::JwksInvalid(JwksFault::NotASet))?;
        let set = Self { keys: entries.iter().map(Jwk::read).collect(), recent: Recent::default() };
        match set.usable() {
            1..=MAX_KEYS => Ok(set),
            0 if set.len() <= MAX_KEYS => Ok(set),
            _ => Err(Error::JwksInvalid(JwksFault::TooManyKeys)),
        }
    }

    /// How many keys can be used for something.
    pub fn usable(&self) -> usize {
        self.keys.iter().filter(|key| !matches!(key.material, Material::SetAside(_))).count()
    }

    /// Why no key of the set can be used for a signature in one of these forms; `None` if one can.
    pub fn unusable_for(&self, forms: &[Form]) -> Option<Unusable> {
        let mut unusable = Unusable::default();
        for key in &self.keys {
            let why = match key.material {
                Material::Ed25519(_) if forms.contains(&Form::V1a) => return None,
                Material::Rsa(_) if forms.contains(&Form::Jwt) => return None,
                Material::Ed25519(_) | Material::Rsa(_) => Aside::OtherForm,
                Material::SetAside(why) => why,
            };
            unusable.count(why);
        }
        Some(unusable)
    }

    /// How many keys the document held.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether the document held no key at all.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (usize, &Jwk)> {
        self.keys.iter().enumerate()
    }

    /// The keys, each with its place, from the one that matched last.
    pub(crate) fn likeliest_first(&self) -> impl Iterator<Item = (usize, &Jwk)> {
        let recent = self.recent.0.load(Ordering::Relaxed);
        self.iter().skip(recent).take(1).chain(self.iter().filter(move |(at, _)| *at != recent))
    }

    /// Notes which key matched.
    pub(crate) fn matched(&self, at: usize) {
        self.recent.0.store(at, Ordering::Relaxed);
    }
}

impl Clone for Recent {
    fn clone(&self) -> Self {
        Self(AtomicUsize::new(self.0.load(Ordering::Relaxed)))
    }
}

/// Why a key cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Aside {
    /// Neither Ed25519 nor RSA.
    Kind,
    /// Usable, but not for a form that the receiver accepts.
    OtherForm,
    /// `d` is there: whoever can read the set can sign.
    Private,
    /// `use`, `key_ops` or `alg` say that it is for something else.
    Purpose,
    /// A member is missing or cannot be read.
    Unreadable,
    /// Ed25519 of small order, or RSA of a size or exponent that is not taken.
    Weak,
}

impl Aside {
    const ALL: [Self; 6] = [Self::Kind, Self::OtherForm, Self::Private, Self::Purpose, Self::Unreadable, Self::Weak];

    /// In words, without anything of the key.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Kind => "neither Ed25519 (`OKP`) nor RSA",
            Self::OtherForm => "for a form of signature that is not accepted here",
            Self::Private => "published with its private half (`d`), so anybody can sign under it",
            Self::Purpose => "`use`, `key_ops` or `alg` say that it is not for these signatures",
            Self::Unreadable => "a member is missing, or is not a key in base64url",
            Self::Weak => "too weak: of small order, or RSA outside 2048 to 8192 bits",
        }
    }
}

/// Why no key of a set can be used, for logs and reports: reasons and how often each was found, and nothing of any key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unusable([u16; Aside::ALL.len()]);

impl Unusable {
    /// One sentence.
    pub fn to_text(self) -> String {
        let mut text = "no key of the key set can be used".to_owned();
        let found = Aside::ALL.into_iter().zip(self.0).filter(|(_, count)| *count > 0);
        let mut found = found.peekable();
        if found.peek().is_none() {
            text.push_str(": it is empty");
        }
        for (why, count) in found {
            for part in ["; ", itoa::Buffer::new().format(count), ": ", why.as_str()] {
                text.push_str(part);
            }
        }
        text
    }

    fn count(&mut self, why: Aside) {
        if let Some((_, count)) = Aside::ALL.into_iter().zip(&mut self.0).find(|(known, _)| *known == why) {
            *count = count.saturating_add(1);
        }
    }
}

impl Jwk {
    fn read(key: &Value) -> Self {
        let kid = match said(key, "kid") {
            Some(Value::String(text)) => Some(text.clone()),
            // RFC 7517 wants text; a serialiser that writes a number means its digits.
            Some(Value::Number(number)) => number.as_u64().map(|number| itoa::Buffer::new().format(number).to_owned()),
            _ => None,
        };
        let material = Material::read(key).unwrap_or_else(Material::SetAside);
        Self { kid, material }
    }
}

impl Material {
    pub(crate) fn read(key: &Value) -> Result<Self, Aside> {
        let text = |name| key.get(name).and_then(Value::as_str);
        let bytes = |name| text(name).and_then(decode).ok_or(Aside::Unreadable);
        if said(key, "d").is_some() {
            return Err(Aside::Private);
        }
        let algorithms: &[&str] = match (text("kty"), text("crv")) {
            (Some("OKP"), Some("Ed25519")) => &["EdDSA", "Ed25519"],
            (Some("RSA"), _) => &["RS256"],
            _ => return Err(Aside::Kind),
        };
        if !is_for_signatures(key, algorithms) {
            return Err(Aside::Purpose);
        }
        match text("kty") {
            Some("RSA") => rsa(&bytes("n")?, &bytes("e")?).map(Self::Rsa).ok_or(Aside::Weak),
            _ => Ed25519Key::from_bytes(&bytes("x")?).map(Self::Ed25519).map_err(Aside::from),
        }
    }
}

impl From<Error> for Aside {
    fn from(error: Error) -> Self {
        if error == Error::WeakKey { Self::Weak } else { Self::Unreadable }
    }
}

impl fmt::Debug for Jwk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.material {
            Material::Ed25519(_) => "Ed25519",
            Material::Rsa(_) => "RSA",
            Material::SetAside(_) => "set aside",
        })
    }
}

fn rsa(modulus: &[u8], exponent: &[u8]) -> Option<DecodingKey> {
    let (modulus, exponent) = (without_leading_zeros(modulus), without_leading_zeros(exponent));
    let bits = modulus.len().checked_mul(8)?.checked_sub(modulus.first()?.leading_zeros().try_into().ok()?)?;
    let odd = |number: &[u8]| number.last().is_some_and(|last| last % 2 == 1);
    // Exponents above 32 bits have no use but to make a check slow (the `rsa` crate holds the same bound).
    let exponent_fits = (1..=4).contains(&exponent.len()) && exponent != [1];
    let usable = (2048..=MAX_RSA_BITS).contains(&bits) && odd(modulus) && odd(exponent) && exponent_fits;
    usable.then(|| DecodingKey::from_rsa_raw_components(modulus, exponent))
}

fn without_leading_zeros(number: &[u8]) -> &[u8] {
    match number {
        [0, rest @ ..] => without_leading_zeros(rest),
        _ => number,
    }
}

/// The entries of a document that is a key set. `null` is what Go writes for an empty list.
pub(crate) fn entries(document: &[u8]) -> Option<Vec<Value>> {
    let document = document.strip_prefix(b"\xef\xbb\xbf").unwrap_or(document);
    match std::str::from_utf8(document).ok().and_then(json::value)?.get_mut("keys")?.take() {
        Value::Array(keys) => Some(keys),
        Value::Null => Some(Vec::new()),
        _ => None,
    }
}

/// Whether `use`, `key_ops` and `alg`, those that are there, allow for signatures to be checked.
fn is_for_signatures(key: &Value, algorithms: &[&str]) -> bool {
    let is = |name, wanted: &[&str]| match said(key, name) {
        Some(value) => value.as_str().is_some_and(|value| wanted.contains(&value)),
        None => true,
    };
    let verifies = match said(key, "key_ops") {
        Some(Value::Array(operations)) => operations.iter().any(|one| one == "verify"),
        Some(operation) => operation == "verify",
        None => true,
    };
    verifies && is("use", &["sig"]) && is("alg", algorithms)
}

/// A member that says something. Serialisers write members that were never set as `null`, as `""` or as `[]`.
fn said<'k>(key: &'k Value, name: &str) -> Option<&'k Value> {
    key.get(name).filter(|value| match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        _ => true,
    })
}

/// Base64url; also with padding, in the standard alphabet, or in lines: none of it can mean other bytes.
fn decode(text: &str) -> Option<Vec<u8>> {
    let url_safe = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).map(|byte| match byte {
        b'+' => b'-',
        b'/' => b'_',
        _ => byte,
    });
    let mut text: Vec<u8> = url_safe.collect();
    while text.pop_if(|last| *last == b'=').is_some() {}
    URL_SAFE_NO_PAD.decode(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = r#""kty":"OKP","crv":"Ed25519","x":"byKiyrO-LOS3qecCGu5HZCit_Xxg1sWI3W7mJhPXc6M""#;

    fn usable(keys: &str) -> usize {
        Jwks::parse(format!(r#"{{"keys":[{keys}]}}"#).as_bytes()).unwrap().usable()
    }

    #[test]
    fn keys_are_set_aside_one_by_one() {
        let good = format!("{{{KEY}}}");
        assert_eq!(usable(&good), 1);
        assert_eq!(usable(&format!(r#"null, 7, {{}}, {{"kty":"XYZ"}}, {good}"#)), 1);
        for other in [r#""use":"enc""#, r#""alg":"ES256""#, r#""key_ops":["sign"]"#, r#""use":3"#, r#""d":"AA""#] {
            assert_eq!(usable(&format!("{{{KEY},{other}}}")), 0, "{other}");
        }
        for same in [r#""use":"sig""#, r#""alg":"EdDSA""#, r#""key_ops":["verify"]"#, r#""kid":"a""#] {
            assert_eq!(usable(&format!("{{{KEY},{same}}}")), 1, "{same}");
        }
    }

    #[test]
    fn a_kid_is_text_or_the_digits_of_a_number() {
        let kid = |kid: &str| Jwk::read(&serde_json::from_str(&format!("{{{KEY},\"kid\":{kid}}}")).unwrap()).kid;
        assert_eq!([kid("\"a\""), kid("7")], [Some("a".to_owned()), Some("7".to_owned())]);
        for none in ["null", "\"\"", "1.5", "[1]", "{}", "true"] {
            assert_eq!(kid(none), None, "{none}");
        }
    }

    #[test]
    fn only_an_object_with_an_array_is_a_set() {
        for document in ["", "[]", "{}", r#"{"keys":{}}"#, "nope", "\u{feff}{}"] {
            assert_eq!(Jwks::parse(document.as_bytes()).err(), Some(Error::JwksInvalid(JwksFault::NotASet)));
        }
        assert!(Jwks::parse(br#"{"keys":[]}"#).unwrap().is_empty());
        let many = format!(r#"{{"keys":[{}]}}"#, ["{}"; MAX_KEYS + 1].join(","));
        assert_eq!(Jwks::parse(many.as_bytes()).err(), Some(Error::JwksInvalid(JwksFault::TooManyKeys)));
    }

    #[test]
    fn an_rsa_key_is_measured_without_its_leading_zeros() {
        let key = |first: u8, length: usize, exponent: &[u8]| {
            let mut modulus = vec![0xff; length];
            modulus[0] = first;
            rsa(&modulus, exponent).is_some()
        };
        assert!(key(0x80, 256, &[1, 0, 1]));
        assert!(!key(0x7f, 256, &[1, 0, 1]), "2047 bits");
        assert!(!key(0, 256, &[1, 0, 1]));
        assert!(key(0, 257, &[1, 0, 1]));
        assert!(key(0x80, 1024, &[3]) && !key(0x80, 1025, &[3]));
        assert!(!key(0x80, 256, &[1]) && !key(0x80, 256, &[]) && !key(0x80, 256, &[1, 0, 0, 0, 1]));
    }
}
