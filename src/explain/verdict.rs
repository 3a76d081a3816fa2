//! The verdict: what a report comes to, in one sentence that is no surer than the evidence.
//!
//! A signature that does not match says nothing about the key as long as the body may be at fault. So the key is doubted last: only
//! for a body that shows no sign of having been changed.

use serde::Serialize;

use super::Look;
use super::body_damage::{self, Damage};
use super::report::{Report, State, Step};
use crate::error::Error;
use crate::key::SecretKey;
use crate::scheme::Form;

/// What a report comes to, for a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Verdict {
    /// Whether there is a decision, and which.
    pub state: Ruling,
    /// The stable code; the head of the module above lists them.
    pub code: &'static str,
    /// What was found, in one sentence.
    pub detail: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fix: Option<String>,
}

/// Whether a delivery can be decided on, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Ruling {
    /// It is accepted.
    Genuine,
    /// The key or the body is missing, so nothing can be said yet.
    Waiting,
    /// It is refused.
    Refused,
}

impl Verdict {
    /// Before a report is complete.
    pub(super) const fn pending() -> Self {
        Self { state: Ruling::Waiting, code: "genuine", detail: String::new(), fix: None }
    }

    fn refused(code: &'static str, detail: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { state: Ruling::Refused, code, detail: detail.into(), fix: Some(fix.into()) }
    }

    fn waiting(code: &'static str, detail: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { state: Ruling::Waiting, ..Self::refused(code, detail, fix) }
    }

    /// A failed step, in its own words.
    fn of_step(code: &'static str, step: &Step) -> Self {
        Self { state: Ruling::Refused, code, detail: step.detail.clone(), fix: step.fix.clone() }
    }
}

/// The verdict over a report that is otherwise complete.
pub(super) fn over(look: &Look<'_>, report: &Report) -> Verdict {
    let Some(code) = report.code else {
        let detail = format!("a `{}` signature matches", report.form.unwrap_or_default());
        return Verdict { state: Ruling::Genuine, code: "genuine", detail, fix: None };
    };
    let failed = |name: &str| report.steps.iter().find(|step| step.name == name && step.state == State::Fail);
    if let Some(near) = report.near_misses.first() {
        return Verdict::refused("near_miss", format!("it matches if {}", near.matches_if), near.fix);
    }
    let about_signature = [NO_MATCH, "timestamp_too_old", "timestamp_too_new"].contains(&code);
    if let Some(step) = failed("headers").or_else(|| failed("signatures")).filter(|_| report.token.is_some()) {
        return Verdict::of_step("token_not_accepted", step);
    }
    if let Some(step) = failed("signatures").filter(|_| about_signature || code == "keys_unavailable") {
        return Verdict::of_step(step.code.unwrap_or(code), step);
    }
    if let Some(step) = failed("keys").filter(|_| code == "keys_unavailable") {
        return Verdict { state: Ruling::Waiting, ..Verdict::of_step("waiting_for_key", step) };
    }
    if let Some(step) = failed("match").filter(|_| about_signature) {
        let verdict = if step.code == Some(NO_MATCH) { no_match(look, report) } else { None };
        return verdict.unwrap_or_else(|| Verdict::of_step(step.code.unwrap_or(code), step));
    }
    let matched = report.steps.iter().any(|step| step.name == "match" && step.state == State::Pass);
    if let Some(age) = failed("age").filter(|_| matched && about_signature) {
        let detail = format!("the signature is right, and it is refused for its age alone: {}", age.detail);
        return Verdict { detail, ..Verdict::of_step("age_alone", age) };
    }
    let step = report.steps.iter().find(|step| step.code == Some(code));
    step.map_or_else(|| Verdict::refused(code, code, "look at the steps"), |step| Verdict::of_step(code, step))
}

/// What a signature that matches nothing, and that no known change makes match, lets one conclude. `None`: what its step says.
pub(super) fn no_match(look: &Look<'_>, report: &Report) -> Option<Verdict> {
    if report.steps.iter().any(|step| step.name == "signatures" && step.state == State::Fail) {
        return None;
    }
    if let Some(verdict) = other_kind(look, report) {
        return Some(verdict);
    }
    Some(match body_damage::of(look.body, look.expects_json()) {
        Some(Damage::Absent) => {
            Verdict::waiting("waiting_for_body", "there is no body to check the signature over", NO_BODY)
        }
        Some(Damage::Lost(detail)) => Verdict::refused("body_lost", detail, READ_FIRST),
        Some(Damage::Cut) => {
            Verdict::refused("body_cut", "the JSON of the body ends in the middle, so it was cut off", WHOLE)
        }
        Some(Damage::Changed(detail)) => Verdict::refused("body_changed", detail, RAW),
        Some(Damage::Unclear) => Verdict::refused("body_or_key", UNCLEAR, CHECK_BOTH),
        None => Verdict::refused("other_key", OTHER_KEY, CHECK_KEY),
    })
}

/// Keys that cannot check signatures of this kind, whatever the body is.
fn other_kind(look: &Look<'_>, report: &Report) -> Option<Verdict> {
    const CODE: &str = "keys_of_another_kind";
    let public = |key: &SecretKey| matches!(key, SecretKey::Hmac(key) if is_public_key(key.as_bytes()));
    let sent = |form: Form| report.signatures.iter().any(|row| row.accepted && row.version == form.as_str());
    if look.jwks.is_none() && !look.usable.is_empty() && look.usable.iter().all(public) {
        let detail = "the secret is a public key in SPKI, under which nobody signs `v1`";
        return Some(Verdict::refused(CODE, detail, if sent(Form::V1) { NEED_SECRET } else { UNWRAP }));
    }
    if !report.comparisons.is_empty() {
        return None;
    }
    let (detail, fix) = match (sent(Form::V1), sent(Form::V1a)) {
        (true, false) => ("the signature is `v1`, and the keys given are public keys, which check `v1a`", NEED_SECRET),
        (false, true) if look.jwks.is_some() => {
            ("the signature is `v1a`, and the key set holds no Ed25519 key that can be used", NEED_PUBLIC)
        }
        (false, true) => {
            ("the signature is `v1a`, and the keys given are shared secrets, which check `v1`", NEED_PUBLIC)
        }
        _ => ("none of the keys is of the kind that the signatures are made with", NEED_PUBLIC),
    };
    Some(Verdict::refused(CODE, detail, fix))
}

/// [`no_match`] as the step of the comparison.
pub(super) fn match_step(look: &Look<'_>, report: &Report) -> Step {
    const NAME: &str = "match";
    match no_match(look, report) {
        Some(Verdict { detail, fix: Some(fix), .. }) => Step::fail(NAME, NO_MATCH, detail, fix),
        _ => Step::failed(NAME, Error::NoMatchingSignature),
    }
}

/// A key in SPKI, as `openssl` and dashboards show one: Ed25519 whole, or the beginning of RSA.
fn is_public_key(bytes: &[u8]) -> bool {
    let rsa = bytes.get(4..).is_some_and(|rest| bytes.starts_with(b"\x30\x82") && rest.starts_with(RSA));
    rsa || bytes.len() == 44 && bytes.starts_with(ED25519)
}

/// RFC 8410, section 4; RFC 3279, section 2.3.1.
const ED25519: &[u8] = b"\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00";
const RSA: &[u8] = b"\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00";

const NO_MATCH: &str = Error::NoMatchingSignature.code();

const NO_BODY: &str =
    "give the raw body; in a receiver, read it once and before anything else does: what is read again comes out empty";
const READ_FIRST: &str = "this cannot be undone: read the raw bytes before anything parses or prints them (Express: `express.raw`; Fetch: `arrayBuffer()`)";
const WHOLE: &str = "take the whole body: look for a limit of the log, the parser or the copy that cuts it off";
const RAW: &str =
    "hand over the raw bytes as they came over HTTP: not parsed, not decoded, not copied from what a program printed";
const UNCLEAR: &str =
    "no signature matches, and the body is not JSON: it may have been changed, or the key is another endpoint's";
const CHECK_BOTH: &str = "compare the body with the raw bytes that the sender sent, and the key with this endpoint's";
const OTHER_KEY: &str =
    "no signature matches, and none of the usual changes makes one match: most likely the key is another endpoint's";
const CHECK_KEY: &str =
    "copy this endpoint's key again; if it is the right one, the body is not the raw bytes that were signed";
const NEED_SECRET: &str = "give the endpoint's shared secret, `whsec_…`; a public key checks `v1a` signatures alone";
const UNWRAP: &str = "give an Ed25519 key as `whpk_` and its last 32 bytes in base64, or give the sender's key set";
const NEED_PUBLIC: &str =
    "give the sender's public key, `whpk_…`, or its key set; a shared secret checks `v1` signatures alone";
