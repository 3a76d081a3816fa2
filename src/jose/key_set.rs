//! JSON Web Key sets (RFC 7517): which keys of a document can be used, and for what.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;

use super::jwk::{Jwk, Material};
use super::unusable::{Aside, Unusable};
use crate::error::{Error, JwksFault};
use crate::json;
use crate::scheme::Form;

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

    /// The name (`kid`) of the key at a place, as [`Verified::key`](crate::Verified::key) gives it for a set without secrets.
    pub fn kid(&self, place: usize) -> Option<&str> {
        self.keys.get(place)?.kid.as_deref()
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

/// The entries of a document that is a key set. `null` is what Go writes for an empty list.
pub(crate) fn entries(document: &[u8]) -> Option<Vec<Value>> {
    let document = document.strip_prefix(b"\xef\xbb\xbf").unwrap_or(document);
    match std::str::from_utf8(document).ok().and_then(json::value)?.get_mut("keys")?.take() {
        Value::Array(keys) => Some(keys),
        Value::Null => Some(Vec::new()),
        _ => None,
    }
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
    fn only_an_object_with_an_array_is_a_set() {
        for document in ["", "[]", "{}", r#"{"keys":{}}"#, "nope", "\u{feff}{}"] {
            assert_eq!(Jwks::parse(document.as_bytes()).err(), Some(Error::JwksInvalid(JwksFault::NotASet)));
        }
        assert!(Jwks::parse(br#"{"keys":[]}"#).unwrap().is_empty());
        let many = format!(r#"{{"keys":[{}]}}"#, ["{}"; MAX_KEYS + 1].join(","));
        assert_eq!(Jwks::parse(many.as_bytes()).err(), Some(Error::JwksInvalid(JwksFault::TooManyKeys)));
    }
}
