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
use crate::signature::MAX_RSA_BITS;

/// The most keys that a set may hold.
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
    /// Nothing here: weak, broken, or of another kind or use. Kept, so that a token that names it can be told so.
    SetAside,
}

impl Jwks {
    /// Reads a document of the form `{"keys":[…]}`.
    ///
    /// A key that cannot be used is set aside alone (RFC 7517, section 5): not Ed25519 or RSA; `use`, `key_ops` or `alg` of
    /// another purpose; Ed25519 of small order; RSA under 2048 bits, above 8192, or with an exponent under 3.
    ///
    /// # Errors
    /// `jwks_invalid` where the document is no set, or holds more than 32 keys.
    pub fn parse(document: &[u8]) -> Result<Self, Error> {
        let document = std::str::from_utf8(document).ok().and_then(json::value).unwrap_or_default();
        let keys = document.get("keys").and_then(Value::as_array).ok_or(Error::JwksInvalid(JwksFault::NotASet))?;
        if keys.len() > MAX_KEYS {
            return Err(Error::JwksInvalid(JwksFault::TooManyKeys));
        }
        Ok(Self { keys: keys.iter().map(Jwk::read).collect(), recent: Recent::default() })
    }

    /// How many keys can be used for something.
    pub fn usable(&self) -> usize {
        self.keys.iter().filter(|key| !matches!(key.material, Material::SetAside)).count()
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

/// Why a key is set aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Aside {
    /// Neither Ed25519 nor RSA.
    Kind,
    /// `use`, `key_ops` or `alg` say that it is for something else.
    Purpose,
    /// A member is missing or cannot be read.
    Unreadable,
    /// Ed25519 of small order, or RSA of a size or exponent that is not taken.
    Weak,
}

impl Jwk {
    fn read(key: &Value) -> Self {
        let kid = key.get("kid").and_then(Value::as_str).map(str::to_owned);
        let material = Material::read(key).unwrap_or(Material::SetAside);
        Self { kid, material }
    }
}

impl Material {
    pub(crate) fn read(key: &Value) -> Result<Self, Aside> {
        let text = |name| key.get(name).and_then(Value::as_str);
        let is = |name, wanted: &[&str]| match key.get(name) {
            Some(value) => value.as_str().is_some_and(|value| wanted.contains(&value)),
            None => true,
        };
        let verifies = key.get("key_ops").is_none_or(|operations| {
            operations.as_array().is_some_and(|operations| operations.iter().any(|one| one == "verify"))
        });
        if !verifies || !is("use", &["sig"]) {
            return Err(Aside::Purpose);
        }
        if key.get("kid").is_some_and(|kid| !kid.is_string()) {
            return Err(Aside::Unreadable);
        }
        let bytes = |name| text(name).and_then(decode).ok_or(Aside::Unreadable);
        match text("kty") {
            Some("OKP") if text("crv") == Some("Ed25519") => match is("alg", &["EdDSA", "Ed25519"]) {
                true => Ed25519Key::from_bytes(&bytes("x")?).map(Self::Ed25519).map_err(Aside::from),
                false => Err(Aside::Purpose),
            },
            Some("RSA") if is("alg", &["RS256"]) => rsa(&bytes("n")?, &bytes("e")?).map(Self::Rsa).ok_or(Aside::Weak),
            Some("RSA") => Err(Aside::Purpose),
            _ => Err(Aside::Kind),
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
            Material::SetAside => "set aside",
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

fn decode(text: &str) -> Option<Vec<u8>> {
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
        for other in [r#""use":"enc""#, r#""alg":"ES256""#, r#""key_ops":["sign"]"#, r#""kid":1"#, r#""use":3"#] {
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
