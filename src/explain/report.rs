//! The report, as data. What each member means stands at the head of the module above.

use serde::Serialize;
use serde_json::Value;

use super::fixes;
use super::verdict::Verdict;
use crate::error::Error;
use crate::key::SecretKey;
use crate::timestamp::{Timestamp, Tolerance};

/// All that can be said about a delivery. It holds expected signatures: for those who hold the secret.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Report {
    /// Whether the delivery is accepted.
    pub ok: bool,
    /// Why it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<&'static str>,
    /// What it comes to, for a person.
    pub verdict: Verdict,
    /// What was verified.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub form: Option<&'static str>,
    /// Which key matched: its place among the secrets, then the key set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<usize>,
    /// The verified id of the event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The time of the check.
    pub now: u64,
    /// The tolerance, in seconds.
    pub tolerance: u64,
    /// The timestamp, where it can be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<u64>,
    /// Seconds since the timestamp.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub age: Option<i64>,
    /// The steps, in their order.
    pub steps: Vec<Step>,
    /// What is easily overlooked about the body.
    pub body: BodyMarks,
    /// What is signed in front of the body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signed_prefix: Option<String>,
    /// The secrets.
    pub secrets: Vec<SecretRow>,
    /// The key set.
    pub keys: Vec<JwkRow>,
    /// The signatures in the header.
    pub signatures: Vec<SignatureRow>,
    /// Each key against each signature.
    pub comparisons: Vec<Comparison>,
    /// The token, taken apart.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<TokenParts>,
    /// What would match.
    pub near_misses: Vec<NearMiss>,
}

/// One step of the check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Step {
    /// Its name.
    pub name: &'static str,
    /// How it came out.
    pub state: State,
    /// The stable code of a failure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<&'static str>,
    /// What was found, in one sentence.
    pub detail: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fix: Option<String>,
}

/// How a step came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// It holds.
    Pass,
    /// It does not.
    Fail,
    /// There was nothing to judge.
    Skip,
}

/// What is easily overlooked about a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct BodyMarks {
    /// Its length.
    pub bytes: usize,
    /// Whether it is UTF-8.
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

/// A secret, as it was read.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct SecretRow {
    /// Its place.
    pub index: usize,
    /// `hmac` or `ed25519`.
    pub kind: Option<&'static str>,
    /// The length of the key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes: Option<usize>,
    /// Why it cannot be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<&'static str>,
    /// The same in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fix: Option<&'static str>,
}

/// A key of the set.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct JwkRow {
    /// Its place in the set.
    pub index: usize,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kid: Option<String>,
    /// `OKP`, `RSA`, …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kty: Option<String>,
    /// `Ed25519`, …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub crv: Option<String>,
    /// The algorithm it is meant for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alg: Option<String>,
    /// What it is meant for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub r#use: Option<String>,
    /// Whether it can be used for anything here.
    pub usable: bool,
    /// Why it is set aside.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'static str>,
    /// Whether a signature was checked against it.
    pub tried: bool,
    /// Whether one matched.
    pub matches: bool,
}

/// A piece of the signature header.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct SignatureRow {
    /// Its place in the header.
    pub index: usize,
    /// What stands before the first comma.
    pub version: String,
    /// What stands behind it.
    pub text: String,
    /// Whether it is of an accepted version and of the right form, so that it counts.
    pub accepted: bool,
    /// Why it does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<&'static str>,
}

/// One key against one signature.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Comparison {
    /// The place of the secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<usize>,
    /// The place in the key set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<usize>,
    /// The place of the signature.
    pub signature: usize,
    /// What the signature should be, in base64. Public keys cannot tell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// What it is.
    pub received: String,
    /// Whether it is right.
    pub matches: bool,
}

/// Header and claims of a token, unverified.
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

/// A change that makes the signature match.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct NearMiss {
    /// The stable code of the change.
    pub code: &'static str,
    /// The change, to go on after "matches if".
    pub matches_if: String,
    /// What probably happened, and what to do.
    pub fix: &'static str,
}

impl Report {
    pub(super) fn new(now: Timestamp, tolerance: Tolerance, body: &[u8]) -> Self {
        Self {
            ok: false,
            code: None,
            verdict: Verdict::pending(),
            form: None,
            key: None,
            id: None,
            now: now.as_unix(),
            tolerance: tolerance.as_seconds(),
            timestamp: None,
            age: None,
            steps: Vec::new(),
            body: BodyMarks::of(body),
            signed_prefix: None,
            secrets: Vec::new(),
            keys: Vec::new(),
            signatures: Vec::new(),
            comparisons: Vec::new(),
            token: None,
            near_misses: Vec::new(),
        }
    }
}

impl Step {
    pub(super) fn pass(name: &'static str, detail: impl Into<String>) -> Self {
        Self { name, state: State::Pass, code: None, detail: detail.into(), fix: None }
    }

    pub(super) fn skip(name: &'static str, detail: impl Into<String>) -> Self {
        Self { name, state: State::Skip, code: None, detail: detail.into(), fix: None }
    }

    pub(super) fn fail(
        name: &'static str,
        code: &'static str,
        detail: impl Into<String>,
        fix: impl Into<String>,
    ) -> Self {
        Self { name, state: State::Fail, code: Some(code), detail: detail.into(), fix: Some(fix.into()) }
    }

    /// A failure in the words of its error.
    pub(super) fn failed(name: &'static str, error: Error) -> Self {
        Self::fail(name, error.code(), error.to_string(), fixes::of(error))
    }

    pub(super) fn judged(name: &'static str, judged: Result<(), Error>, good: impl Into<String>) -> Self {
        match judged {
            Ok(()) => Self::pass(name, good),
            Err(error) => Self::failed(name, error),
        }
    }
}

impl SecretRow {
    pub(super) fn new((index, secret): (usize, &Result<SecretKey, Error>)) -> Self {
        let (kind, bytes) = match secret {
            Ok(SecretKey::Hmac(key)) => (Some("hmac"), Some(key.as_bytes().len())),
            Ok(SecretKey::Ed25519(key)) => (Some("ed25519"), Some(key.as_bytes().len())),
            Err(_) => (None, None),
        };
        let error = secret.as_ref().err();
        Self {
            index,
            kind,
            bytes,
            code: error.map(Error::code),
            detail: error.map(Error::to_string),
            fix: error.copied().map(fixes::of),
        }
    }
}

impl BodyMarks {
    fn of(body: &[u8]) -> Self {
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
