//! One key of a set (RFC 7517), and what it can be used for.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use super::unusable::Aside;
use crate::crypto::{Ed25519Key, RsaKey};

/// One key of a set.
#[derive(Clone)]
pub(crate) struct Jwk {
    pub(crate) kid: Option<String>,
    pub(crate) material: Material,
}

/// What a key of a set can verify.
#[derive(Clone)]
#[allow(clippy::large_enum_variant, reason = "a set has few keys, and nearly all of them are Ed25519")]
pub(crate) enum Material {
    /// `v1a`.
    Ed25519(Ed25519Key),
    /// The `jwt` form.
    Rsa(RsaKey),
    /// Nothing. It is kept so that a token that names it is refused as `jwk_unusable`, and the log can say why no key matched.
    SetAside(Aside),
}

impl Jwk {
    pub(super) fn read(key: &Value) -> Self {
        let kid = match said(key, "kid") {
            Some(Value::String(text)) => Some(text.clone()),
            // RFC 7517 requires a string; a serialiser that writes a number means its digits.
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
            Some("RSA") => RsaKey::from_components(&bytes("n")?, &bytes("e")?).map(Self::Rsa).map_err(Aside::from),
            _ => Ed25519Key::from_bytes(&bytes("x")?).map(Self::Ed25519).map_err(Aside::from),
        }
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

/// Whether `use`, `key_ops` and `alg`, if present, allow the key to verify signatures.
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

/// A member that has a value. Serialisers write members that were never set as `null`, `""` or `[]`.
fn said<'k>(key: &'k Value, name: &str) -> Option<&'k Value> {
    key.get(name).filter(|value| match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        _ => true,
    })
}

/// Decodes base64url, also with padding, in the standard alphabet, or with line breaks: each form means the same bytes.
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

    #[test]
    fn a_kid_is_text_or_the_digits_of_a_number() {
        let kid = |kid: &str| Jwk::read(&serde_json::from_str(&format!("{{\"kid\":{kid}}}")).unwrap()).kid;
        assert_eq!([kid("\"a\""), kid("7")], [Some("a".to_owned()), Some("7".to_owned())]);
        for none in ["null", "\"\"", "1.5", "[1]", "{}", "true"] {
            assert_eq!(kid(none), None, "{none}");
        }
    }
}
