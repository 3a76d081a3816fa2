//! The tables of a report: the body, the secrets, the key set, the signatures, the comparisons, the token.

use serde::Serialize;
use serde_json::Value;

use crate::error::Error;
use crate::jose::{Aside, Material, entries};
use crate::key::SecretKey;

/// Details of a body that are easy to overlook.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct BodyMarks {
    /// The length in bytes.
    pub bytes: usize,
    /// Whether the body is UTF-8.
    pub utf8: bool,
    /// Whether it begins with a byte order mark.
    pub bom: bool,
    /// Lines that end in CR LF.
    pub crlf: usize,
    /// Lines that end in LF alone.
    pub lf: usize,
    /// Whether it ends in a line break.
    pub final_newline: bool,
}

/// A secret, as it was parsed.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct SecretRow {
    /// The position in the list of secrets.
    pub index: usize,
    /// `hmac`, `ed25519` or `p256`; `None` if it does not parse.
    pub kind: Option<&'static str>,
    /// The length of the key in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes: Option<usize>,
    /// The code of the parse error.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<&'static str>,
    /// The parse error in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fix: Option<&'static str>,
}

/// A key of the key set.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct JwkRow {
    /// The position in the set.
    pub index: usize,
    /// `kid`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kid: Option<String>,
    /// `kty`: `OKP`, `RSA`, …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kty: Option<String>,
    /// `crv`: `Ed25519`, …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub crv: Option<String>,
    /// `alg`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alg: Option<String>,
    /// `use`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub r#use: Option<String>,
    /// Whether the key can verify any form of signature.
    pub usable: bool,
    /// Why the key is set aside.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'static str>,
    /// Whether a signature was checked against the key.
    pub tried: bool,
    /// Whether a signature matched.
    pub matches: bool,
}

/// One entry of the signature header.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct SignatureRow {
    /// The position in the header.
    pub index: usize,
    /// The version: the text before the first comma.
    pub version: String,
    /// The signature: the text after it.
    pub text: String,
    /// Whether the signature counts: its version is accepted, and it is well-formed.
    pub accepted: bool,
    /// Why it does not count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<&'static str>,
}

/// One key against one signature.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Comparison {
    /// The index of the secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<usize>,
    /// The index in the key set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<usize>,
    /// The index of the signature.
    pub signature: usize,
    /// The expected signature, in base64. A public key cannot compute it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// The signature that arrived.
    pub received: String,
    /// Whether the signature is valid under the key.
    pub matches: bool,
}

/// The header and claims of a token, unverified.
#[derive(Clone, Debug, Default, Serialize)]
#[non_exhaustive]
pub struct TokenParts {
    /// The header.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header: Option<Value>,
    /// The claims.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub claims: Option<Value>,
}

impl BodyMarks {
    pub(super) fn of(body: &[u8]) -> Self {
        let crlf = body.windows(2).filter(|pair| pair == b"\r\n").count();
        let breaks = body.iter().filter(|byte| **byte == b'\n').count();
        Self {
            bytes: body.len(),
            utf8: std::str::from_utf8(body).is_ok(),
            bom: body.starts_with(b"\xef\xbb\xbf"),
            crlf,
            lf: breaks.saturating_sub(crlf),
            final_newline: body.ends_with(b"\n"),
        }
    }
}

impl SecretRow {
    pub(super) fn new((index, secret): (usize, &Result<Vec<SecretKey>, Error>)) -> Self {
        let (kind, bytes) = match secret.as_deref() {
            Ok([SecretKey::Hmac(key), ..]) => (Some("hmac"), Some(key.as_bytes().len())),
            Ok([SecretKey::Ed25519(key), ..]) => (Some("ed25519"), Some(key.as_bytes().len())),
            Ok([SecretKey::P256(_), ..]) => (Some("p256"), None),
            Ok([]) | Err(_) => (None, None),
        };
        let error = secret.as_ref().err();
        Self {
            index,
            kind,
            bytes,
            code: error.map(Error::code),
            detail: error.map(Error::to_string),
            fix: error.map(Error::remedy),
        }
    }
}

impl JwkRow {
    /// The keys of a document, each with the members that say what it is for. Key material is left out.
    pub(super) fn of_document(document: &[u8]) -> Vec<Self> {
        let keys = entries(document).unwrap_or_default();
        keys.iter().take(MAX_KEY_ROWS).enumerate().map(Self::new).collect()
    }

    fn new((index, key): (usize, &Value)) -> Self {
        let text = |name: &str| key.get(name).and_then(Value::as_str).map(str::to_owned);
        let aside = Material::read(key).err();
        Self {
            index,
            kid: text("kid"),
            kty: text("kty"),
            crv: text("crv"),
            alg: text("alg"),
            r#use: text("use"),
            usable: aside.is_none(),
            reason: aside.map(Aside::as_str),
            tried: false,
            matches: false,
        }
    }
}

/// Key set rows in a report.
const MAX_KEY_ROWS: usize = 256;
