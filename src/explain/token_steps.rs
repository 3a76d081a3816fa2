//! The steps over a token: one whose claims are the event, or an identity token.

use serde_json::Value;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::common_steps::{clip, event_steps, key_step};
use super::inputs::Inputs;
use super::other_sender::missing_step;
use super::report::{NearMiss, Report, Step};
use super::rows::TokenParts;
use super::signed_parts;
use crate::crypto::Portable;
use crate::error::{Error, JwtFault};
use crate::jose::{Jwks, JwtPolicy, Material, Token, candidates, check_dates};
use crate::json::Members;
use crate::scheme::{HeaderNames, Identity};
use crate::verify::identity_token;

/// Adds every step, and the tables that go with them.
pub(super) fn explain(inputs: &Inputs<'_>, names: &HeaderNames, value: &[u8], report: &mut Report) {
    let headers = format!("`{}` is a token; id and timestamp are not signed", names.signature);
    report.steps.push(Step::pass("headers", headers));
    token_steps(inputs, value, "it matches; it does not cover the body, so the claims are the event", report);
    event_steps(inputs, payload(value).as_deref().unwrap_or_default(), &mut report.steps);
}

/// [`explain`] for a sender that proves its identity: its event is the body.
pub(super) fn explain_identity(inputs: &Inputs<'_>, identity: &'static Identity, report: &mut Report) {
    match identity_token(identity, inputs.headers) {
        Ok(value) => {
            let headers = format!("`{}` has a token, which covers nothing of the delivery", identity.header);
            report.steps.push(Step::pass("headers", headers));
            token_steps(inputs, value, "it matches; it covers nothing of the body", report);
        }
        Err(error) => {
            report.steps.push(match inputs.headers.get(identity.header) {
                Some(_) => {
                    let detail =
                        format!("`{}` does not begin with `{}`", identity.header, identity.method.trim_ascii());
                    Step::fail("headers", error.code(), detail, error.remedy())
                }
                None => missing_step(inputs, identity.header),
            });
            report.steps.push(key_step(inputs));
            for name in ["token", "algorithm", "key", "signature", "claims"] {
                report.steps.push(Step::skip(name, "there is no token"));
            }
        }
    }
    event_steps(inputs, inputs.body, &mut report.steps);
}

/// The steps over the token itself. `signed` says what follows if its signature matches.
fn token_steps(inputs: &Inputs<'_>, value: &[u8], signed: &'static str, report: &mut Report) {
    let parts = decode(value);
    let token = Token::parse(value);
    report.signed = token.is_ok().then(|| signed_parts::of_token(value));
    report.steps.push(match &token {
        Ok(_) | Err(Error::JwtAlg) => Step::pass("token", "three segments, all readable"),
        Err(error) => Step::failed("token", *error),
    });
    report.steps.push(match &token {
        Ok(_) => Step::pass("algorithm", "`RS256`"),
        Err(error @ Error::JwtAlg) => Step::failed("algorithm", *error),
        Err(_) => Step::skip("algorithm", format!("the token cannot be read{}", algorithm(parts.header.as_ref()))),
    });
    report.token = Some(parts);
    report.steps.push(key_step(inputs));
    signature_steps(inputs, token.as_ref().ok(), signed, report);
    let payload = payload(value);
    let claims = payload.as_deref().and_then(Members::parse);
    match (&claims, &inputs.policy.jwt) {
        (Some(claims), Some(policy)) => claim_steps(inputs, policy, claims, report),
        _ => report.steps.push(Step::failed("claims", Error::JwtMalformed(JwtFault::Claims))),
    }
}

/// Header and claims of a value, if it is a token. For receivers that accept no tokens.
pub(super) fn if_token(value: &[u8]) -> Option<TokenParts> {
    let parts = decode(value);
    let is_token = value.split(|byte| *byte == b'.').count() == 3 && parts.header.as_ref()?.get("alg").is_some();
    is_token.then_some(parts)
}

/// Which key the token names, and whether that key signed it. Every usable RSA key is tried, so that the report shows the one that
/// matches even if the token names another.
fn signature_steps(inputs: &Inputs<'_>, token: Option<&Token<'_>>, signed: &'static str, report: &mut Report) {
    let (Some(token), Some(set)) = (token, inputs.keys().jwks) else {
        report.steps.push(Step::skip("key", "a readable token and a key set are needed"));
        return report.steps.push(Step::skip("signature", "a readable token and a key set are needed"));
    };
    for (index, key) in set.iter() {
        let (Material::Rsa(key), Some(row)) = (&key.material, report.keys.get_mut(index)) else { continue };
        row.tried = true;
        row.matches = token.is_signed_by::<[u8], Portable>(key);
    }
    let keys = match candidates(set, token.kid.as_deref()) {
        Ok(keys) => keys,
        Err(error) => {
            report.steps.push(Step::failed("key", error));
            report.steps.push(Step::skip("signature", "the set has no key to check with"));
            return near_miss(set, report);
        }
    };
    let named = token.kid.as_deref().map_or("no `kid`".to_owned(), |kid| format!("`kid` is `{}`", clip(kid)));
    report.steps.push(Step::pass("key", named));
    let matches = |index: usize| report.keys.get(index).is_some_and(|row| row.matches);
    if keys.iter().any(|(index, _)| matches(*index)) {
        return report.steps.push(Step::pass("signature", signed));
    }
    report.steps.push(Step::failed("signature", Error::JwtSignature));
    near_miss(set, report);
}

/// Notes a key that signed the token although the token names another.
fn near_miss(set: &Jwks, report: &mut Report) {
    let matching = report.keys.iter().find(|row| row.matches).map(|row| row.index);
    let Some((index, key)) = set.iter().find(|(index, _)| Some(*index) == matching) else { return };
    let name = key.kid.as_deref().map_or_else(|| "without a `kid`".to_owned(), |kid| format!("`{}`", clip(kid)));
    report.near_misses.push(NearMiss {
        code: "other_key",
        matches_if: format!("key {index} of the set ({name}) is used instead of the key that the token names"),
        fix: "the sender's `kid` and its key set disagree: fetch the set again; if they still disagree, tell the sender",
        instead: None,
    });
}

fn claim_steps(inputs: &Inputs<'_>, policy: &JwtPolicy, claims: &Members<'_>, report: &mut Report) {
    let (now, steps) = (inputs.now, &mut report.steps);
    let shown = |name: &str| claims.get(name).map_or("absent".to_owned(), |text| format!("`{}`", clip(text)));
    steps.push(Step::judged("claims", check_dates(claims), "`exp` is present, and dates are numbers"));
    let expiry = policy.check_expiry(claims, now);
    steps.push(Step::judged("expiry", expiry, format!("`exp` is {}, now is {}", shown("exp"), now.as_unix())));
    steps.push(match claims.get("nbf") {
        Some(_) => Step::judged("start", policy.check_start(claims, now), format!("`nbf` is {}", shown("nbf"))),
        None => Step::skip("start", "there is no `nbf`"),
    });
    steps.push(match policy.check_audience(claims) {
        Ok(()) => Step::pass("audience", format!("`aud` is {}", shown("aud"))),
        Err(error) => {
            let detail = format!("`aud` is {}, but must be `{}`", shown("aud"), policy.audience);
            Step::fail("audience", error.code(), detail, error.remedy())
        }
    });
    steps.push(match &policy.issuer {
        Some(_) => Step::judged("issuer", policy.check_issuer(claims), format!("`iss` is {}", shown("iss"))),
        None => Step::skip("issuer", "the receiver requires no issuer"),
    });
    // Of an identity, it is required even of a receiver that names none.
    let is_required = inputs.policy.scheme.identity().is_some();
    if let Some(email) = policy.email.as_deref().or(is_required.then_some("")) {
        let found = format!("`email` is {}, and `email_verified` is {}", shown("email"), shown("email_verified"));
        let named = policy.email.as_ref().map_or(Err(Error::JwtClaims("email")), |_| policy.check_email(claims));
        steps.push(match named {
            Ok(()) => Step::pass("email", found),
            Err(error) => {
                let wanted = if email.is_empty() { "the receiver names none" } else { email };
                Step::fail("email", error.code(), format!("{found}; expected: {}", clip(wanted)), SAME_ACCOUNT)
            }
        });
    }
    if policy.longest.is_some() {
        steps.push(Step::judged("lifetime", policy.check_lifetime(claims, now), format!("`exp` is {}", shown("exp"))));
    }
}

/// Header and claims, each if it can be read.
fn decode(value: &[u8]) -> TokenParts {
    let mut segments = value.split(|byte| *byte == b'.').map(|segment| {
        let bytes = URL_SAFE_NO_PAD.decode(segment).ok()?;
        serde_json::from_slice::<Value>(&bytes).ok()
    });
    TokenParts { header: segments.next().flatten(), claims: segments.next().flatten() }
}

fn payload(value: &[u8]) -> Option<Vec<u8>> {
    let segment = value.split(|byte| *byte == b'.').nth(1)?;
    URL_SAFE_NO_PAD.decode(segment).ok()
}

fn algorithm(header: Option<&Value>) -> String {
    let value = header.and_then(|header| header.get("alg"));
    value.map(|value| format!("; `alg` is {}", clip(&value.to_string()))).unwrap_or_default()
}

const SAME_ACCOUNT: &str = "set `email` to exactly the address of the account that sends, if you know it";
