//! What a delivery's signatures cover, as a list of parts.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

use crate::crypto::Portable;
use crate::scheme::Part;
use crate::verify::{Claim, Signed};

/// A part of the signed bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SignedPart {
    /// What it is: `id`, `timestamp`, `text` (what the scheme fixes, such as a dot), `header`, `method`, `url`, `body`, `body_sha256`,
    /// `derived` (made from the URL or the body by the sender's rule), `fields` (members of the body), or `token` (a token's header and claims, as they are encoded).
    pub part: &'static str,
    /// The bytes, if they are UTF-8; absent for the raw body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The bytes in base64, if they are not UTF-8; absent for the raw body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base64: Option<String>,
}

impl SignedPart {
    const BODY: Self = Self { part: "body", text: None, base64: None };

    fn new(part: &'static str, bytes: Vec<u8>) -> Self {
        match String::from_utf8(bytes) {
            Ok(text) => Self { part, text: Some(text), base64: None },
            Err(error) => Self { part, text: None, base64: Some(STANDARD.encode(error.as_bytes())) },
        }
    }
}

/// The parts of `id.timestamp.body`.
pub(super) fn of_list(signed: &Signed<'_>) -> Vec<SignedPart> {
    let dot = || SignedPart::new("text", b".".to_vec());
    let id = SignedPart::new("id", signed.id.to_vec());
    let timestamp = SignedPart::new("timestamp", signed.timestamp.as_unix().to_string().into_bytes());
    vec![id, dot(), timestamp, dot(), SignedPart::BODY]
}

/// The parts of a delivery that a template describes; `None` if it lacks one, such as the URL.
pub(super) fn of_claim(claim: &Claim<'_>, body: &[u8]) -> Option<Vec<SignedPart>> {
    let parts = claim.signed_parts(&body, &Portable)?;
    Some(parts.into_iter().map(|(part, bytes)| of_part(part, bytes)).collect())
}

/// The signed part of a token: all before its last dot.
pub(super) fn of_token(token: &[u8]) -> Vec<SignedPart> {
    let end = token.iter().rposition(|byte| *byte == b'.').unwrap_or(token.len());
    vec![SignedPart::new("token", token.get(..end).unwrap_or_default().to_vec())]
}

fn of_part(part: Part, bytes: Vec<u8>) -> SignedPart {
    let name = match part {
        Part::Id => "id",
        Part::Timestamp => "timestamp",
        Part::Text(_) => "text",
        Part::Header(_) => "header",
        Part::Body => return SignedPart::BODY,
        Part::BodySha256 => "body_sha256",
        Part::Method => "method",
        Part::Url | Part::UrlAnyPort => "url",
        Part::Derived(_) => "derived",
        Part::Fields(_) => "fields",
    };
    SignedPart::new(name, bytes)
}
