//! The verdict: the conclusion of a report in one sentence, no more certain than the evidence.
//!
//! A signature that does not match says nothing about the key as long as the body may be at fault. The key is therefore suspected last:
//! only if the body shows no sign of damage.

use super::body_damage::{self, Damage};
use super::common_steps::{IN_MILLISECONDS, IN_SECONDS};
use super::inputs::{Inputs, Secret};
use super::other_sender;
use super::report::{Report, Ruling, Step, Verdict};
use crate::error::Error;
use crate::key::SecretKey;
use crate::key::mistake::of_another_kind;
use crate::scheme::{Covers, Form};

/// The verdict over a report that is otherwise complete.
pub(super) fn of(inputs: &Inputs<'_>, report: &Report) -> Verdict {
    let Some(code) = report.code else {
        let detail = format!("a `{}` signature matches", report.form.unwrap_or_default());
        return Verdict { state: Ruling::Genuine, code: "genuine", detail, fix: None };
    };
    if let Some(near) = report.near_misses.first() {
        return refused("near_miss", format!("it matches if {}", near.matches_if), near.fix);
    }
    // Whatever is wrong with the key: it is to be given to another scheme.
    if let Some(step) = report.failed("headers")
        && report.token.is_none()
        && other_sender::is_recognised(inputs)
    {
        return of_step(step.code.unwrap_or(code), step);
    }
    let about_signature = [NO_MATCH, "timestamp_too_old", "timestamp_too_new"].contains(&code);
    if let Some(step) = report.failed("headers").or_else(|| report.failed("signatures"))
        && report.token.is_some()
    {
        return of_step("token_not_accepted", step);
    }
    if let Some(step) = report.failed("signatures")
        && (about_signature || code == "keys_unavailable")
    {
        let is_in_body = inputs.policy.form().covers() == Covers::Fields;
        let damage = if is_in_body { body_damage::of(inputs.body, true) } else { None };
        return damage.and_then(of_damage).unwrap_or_else(|| of_step(step.code.unwrap_or(code), step));
    }
    if let Some(step) = report.failed("keys")
        && code == "keys_unavailable"
    {
        return Verdict { state: Ruling::Waiting, ..of_step("waiting_for_key", step) };
    }
    if let Some(step) = report.failed("match")
        && about_signature
    {
        if report.signed.is_none() && inputs.target.is_none() && inputs.policy.scheme.signs_target() {
            return Verdict { state: Ruling::Waiting, ..of_step("waiting_for_url", step) };
        }
        let verdict = if step.code == Some(NO_MATCH) { no_match(inputs, report) } else { None };
        return verdict.unwrap_or_else(|| of_step(step.code.unwrap_or(code), step));
    }
    if let Some(age) = report.failed("age")
        && about_signature
        && report.passed("match")
    {
        let detail = format!("the signature is valid, and the delivery is refused for its age alone: {}", age.detail);
        return Verdict { detail, ..of_step("age_alone", age) };
    }
    let step = report.steps.iter().find(|step| step.code == Some(code));
    step.map_or_else(|| refused(code, code, "see the steps"), |step| of_step(code, step))
}

/// What to conclude if no signature matches and no known change makes one match. `None`: what the step itself says.
fn no_match(inputs: &Inputs<'_>, report: &Report) -> Option<Verdict> {
    // Without the URL that is signed, or with one that belongs to another body, nothing was compared.
    let is_incomplete = inputs.policy.scheme.signs_target() && report.signed.is_none();
    if report.failed("signatures").is_some() || is_incomplete {
        return None;
    }
    if inputs.policy.scheme.template().is_some() && inputs.policy.form().covers() == Covers::Sender {
        return Some(refused("other_key", OTHER_TOKEN, CHECK_TOKEN));
    }
    if let Some(verdict) = other_kind(inputs, report) {
        return Some(verdict);
    }
    // A time is signed as it is written.
    if let Some(age) = report.failed("age").filter(|age| [IN_MILLISECONDS, IN_SECONDS].contains(&age.detail.as_str())) {
        return Some(of_step(age.code.unwrap_or(NO_MATCH), age));
    }
    let damage = body_damage::of(inputs.body, inputs.expects_json());
    let is_unclear = damage == Some(Damage::Unclear);
    Some(match damage.and_then(of_damage) {
        Some(verdict) => verdict,
        // The URL is what most often differs: proxies change it, and no body shows that.
        None if inputs.policy.scheme.signs_target() => refused("url_or_key", OTHER_URL, CHECK_URL),
        None if is_unclear => refused("body_or_key", UNCLEAR, CHECK_BOTH),
        None => other_text(inputs).unwrap_or_else(|| refused("other_key", OTHER_KEY, CHECK_KEY)),
    })
}

/// What to conclude from a body that is certainly not what was sent.
fn of_damage(damage: Damage) -> Option<Verdict> {
    Some(match damage {
        Damage::Absent => {
            let verdict = refused("waiting_for_body", "there is no body to check the signature over", NO_BODY);
            Verdict { state: Ruling::Waiting, ..verdict }
        }
        Damage::Lost(detail) => refused("body_lost", detail, READ_FIRST),
        Damage::Cut => refused("body_cut", "the JSON of the body ends too early, so it was cut off", WHOLE),
        Damage::Changed(detail) => refused("body_changed", detail, RAW),
        Damage::Unclear => return None,
    })
}

/// A secret that may be any text, and that begins as ids and keys of other kinds do.
fn other_text(inputs: &Inputs<'_>) -> Option<Verdict> {
    let texts =
        inputs.texts.iter().filter_map(|secret| if let Secret::Text(text) = secret { Some(*text) } else { None });
    let fault = texts.filter_map(|text| of_another_kind(text.trim_ascii())).next()?;
    let error = Error::InvalidSecret(fault);
    Some(refused("other_key", format!("no signature matches, and {error}"), error.remedy()))
}

/// Keys of a kind that cannot check these signatures, whatever the body is.
fn other_kind(inputs: &Inputs<'_>, report: &Report) -> Option<Verdict> {
    const CODE: &str = "keys_of_another_kind";
    let public = |key: &SecretKey| matches!(key, SecretKey::Hmac(key) if is_public_key(key.as_bytes()));
    let sent = |form: Form| report.signatures.iter().any(|row| row.accepted && row.version == form.as_str());
    if inputs.jwks.is_none() && !inputs.usable.is_empty() && inputs.usable.iter().all(public) {
        let detail = "the secret is a public key in SPKI form, which cannot sign `v1`";
        return Some(refused(CODE, detail, if sent(Form::V1) { NEED_SECRET } else { UNWRAP }));
    }
    if !report.comparisons.is_empty() {
        return None;
    }
    if inputs.policy.scheme.template().is_some() {
        return Some(refused(CODE, "none of the keys is of the kind that this sender signs with", AS_SHOWN));
    }
    let (detail, fix) = match (sent(Form::V1), sent(Form::V1a)) {
        (true, false) => ("the signature is `v1`, but the keys are public keys, which verify `v1a`", NEED_SECRET),
        (false, true) if inputs.jwks.is_some() => {
            ("the signature is `v1a`, but the key set has no usable Ed25519 key", NEED_PUBLIC)
        }
        (false, true) => ("the signature is `v1a`, but the keys are shared secrets, which verify `v1`", NEED_PUBLIC),
        _ => ("none of the keys is of the kind that made the signatures", NEED_PUBLIC),
    };
    Some(refused(CODE, detail, fix))
}

/// The `match` step if nothing matches, in the words of the verdict.
pub(super) fn match_step(inputs: &Inputs<'_>, report: &Report) -> Step {
    const NAME: &str = "match";
    match no_match(inputs, report) {
        Some(Verdict { detail, fix: Some(fix), .. }) => Step::fail(NAME, NO_MATCH, detail, fix),
        _ => Step::failed(NAME, Error::NoMatchingSignature),
    }
}

fn refused(code: &'static str, detail: impl Into<String>, fix: impl Into<String>) -> Verdict {
    Verdict { state: Ruling::Refused, code, detail: detail.into(), fix: Some(fix.into()) }
}

/// A failed step, in its own words.
fn of_step(code: &'static str, step: &Step) -> Verdict {
    Verdict { state: Ruling::Refused, code, detail: step.detail.clone(), fix: step.fix.clone() }
}

/// A public key in SPKI form, as `openssl` and dashboards print it: all of an Ed25519 key, or the beginning of an RSA key.
fn is_public_key(bytes: &[u8]) -> bool {
    let rsa = bytes.get(4..).is_some_and(|rest| bytes.starts_with(b"\x30\x82") && rest.starts_with(RSA));
    rsa || bytes.len() == 44 && bytes.starts_with(ED25519)
}

/// RFC 8410, section 4.
const ED25519: &[u8] = b"\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00";
/// RFC 3279, section 2.3.1.
const RSA: &[u8] = b"\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00";

const NO_MATCH: &str = Error::NoMatchingSignature.code();

const NO_BODY: &str =
    "give the raw body; a receiver must read it once, before anything else does: a second read returns nothing";
const READ_FIRST: &str = "this cannot be reverted: read the raw bytes before anything parses or prints them (Express: `express.raw`; Fetch: `arrayBuffer()`)";
const WHOLE: &str = "use the whole body: check whether a log, a parser or the copy has a length limit";
const RAW: &str =
    "pass the raw bytes as they came over HTTP: not parsed, not decoded, not copied from a program's output";
const OTHER_URL: &str = "no signature matches at this URL, which this sender signs: most likely the sender calls another URL, or the key belongs to another endpoint or account";
const CHECK_URL: &str = "pass the public URL exactly as the sender has it, not the one behind a proxy (in the Worker, set `public_url`); then compare the key";
const UNCLEAR: &str = "no signature matches, and the body is not JSON: either the body was changed, or the key belongs to another endpoint";
const CHECK_BOTH: &str = "compare the body with the raw bytes that were sent, and the key with this endpoint's key, in the same mode (test or live)";
const OTHER_TOKEN: &str = "the token in the header is not the secret";
const CHECK_TOKEN: &str = "copy the token from where it is set at the sender, whole; it is compared as it is";
const AS_SHOWN: &str = "give the key as the sender shows it for this endpoint, or its key set";
const OTHER_KEY: &str = "no signature matches, and no common change makes one match: most likely the key belongs to another endpoint, or to the other mode (test or live)";
const CHECK_KEY: &str = "copy this endpoint's key again, whole, and in the mode of this delivery; if it is the right key, the body differs from the raw bytes that were signed";
const NEED_SECRET: &str = "give the endpoint's shared secret, `whsec_…`; a public key verifies only `v1a` signatures";
const UNWRAP: &str = "write an Ed25519 key as `whpk_` and base64 of its last 32 bytes, or give the sender's key set";
const NEED_PUBLIC: &str =
    "give the sender's public key, `whpk_…`, or its key set; a shared secret verifies only `v1` signatures";
