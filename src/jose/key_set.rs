//! JSON Web Key sets (RFC 7517).

use serde_json::Value;

use super::jwk::{Jwk, Material};
use super::unusable::{Aside, Unusable};
use crate::error::{Error, JwksFault};
use crate::json;
use crate::scheme::Form;

/// The most usable keys that a set may hold.
pub(crate) const MAX_KEYS: usize = 32;

/// The keys of a set, in its order. An empty set is a set: nothing matches it.
///
/// ```
/// use countersign::Jwks;
/// use countersign::scheme::Form;
///
/// let document = br#"{"keys":[
///     {"kty":"OKP","crv":"Ed25519","x":"6kpsY-KcUgq-9VB7Ey7F-ZVHdq6-vnuSQh7qaRRG0iw"},
///     {"kty":"EC","crv":"P-256","x":"AA","y":"AA"}
/// ]}"#;
/// let set = Jwks::parse(document)?;
/// assert_eq!((set.len(), set.usable()), (2, 1));
/// assert!(set.unusable_for(&[Form::V1a]).is_none(), "one key can verify `v1a`");
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Jwks {
    keys: Vec<Jwk>,
}

impl Jwks {
    /// Reads a document of the form `{"keys":[…]}`.
    ///
    /// A key that cannot be used is set aside, and the rest of the set stays (RFC 7517, section 5). Set aside are keys
    /// - that are neither Ed25519 nor RSA,
    /// - whose `use`, `key_ops` or `alg` name another purpose,
    /// - that are published with their private half,
    /// - that are weak: Ed25519 of small order, RSA under 2048 bits, above 8192, or with an exponent under 3.
    ///
    /// Members without a value (`null`, `""`, `[]`) count as absent. Base64 may have padding, line breaks or the standard alphabet, as
    /// serialisers write it. A byte order mark is ignored.
    ///
    /// # Errors
    /// `jwks_invalid` if the document is no set, holds more than 32 usable keys, or holds more than 32 keys of which none is usable.
    pub fn parse(document: &[u8]) -> Result<Self, Error> {
        let entries = entries(document).ok_or(Error::JwksInvalid(JwksFault::NotASet))?;
        let set = Self { keys: entries.iter().map(Jwk::read).collect() };
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
                Material::Ed25519(_) if forms.iter().any(|form| form.is_ed25519()) => return None,
                Material::Rsa(_) if forms.iter().any(|form| form.is_rs256()) => return None,
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

    /// The name (`kid`) of the key at a place, as [`Verified::key_in_set`](crate::Verified::key_in_set) gives it.
    pub fn kid(&self, place: usize) -> Option<&str> {
        self.keys.get(place)?.kid.as_deref()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (usize, &Jwk)> {
        self.keys.iter().enumerate()
    }

    /// The keys, each with its place: the one at `first`, then the others in their order.
    pub(crate) fn iter_from(&self, first: Option<usize>) -> impl Iterator<Item = (usize, &Jwk)> {
        let one = first.and_then(|at| Some((at, self.keys.get(at)?)));
        one.into_iter().chain(self.iter().filter(move |(at, _)| Some(*at) != first))
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
    }

    #[test]
    fn a_set_has_32_keys_at_most() {
        let good = format!("{{{KEY}}}");
        for key in ["{}", good.as_str()] {
            let parse = |count| Jwks::parse(format!(r#"{{"keys":[{}]}}"#, vec![key; count].join(",")).as_bytes());
            assert_eq!(parse(32).unwrap().len(), 32, "{key}");
            assert_eq!(parse(33).err(), Some(Error::JwksInvalid(JwksFault::TooManyKeys)), "{key}");
        }
    }
}
