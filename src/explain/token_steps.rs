//! The steps over a token, the `jwt` form.

use serde_json::Value;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::report::{NearMiss, Report, Step, TokenParts};
use super::{Look, clip, event_steps};
use crate::error::{Error, JwtFault};
use crate::json::Members;
use crate::jwks::{Jwks, Material};
use crate::jwt::{JwtPolicy, Token, candidates, check_dates};
use crate::scheme::HeaderNames;

pub(super) fn explain(look: &Look<'_>, names: &HeaderNames, value: &[u8], report: &mut Report) {
    let parts = take_apart(value);
    let algorithm = member(parts.header.as_ref(), "alg");
    report.token = Some(parts);
    report
        .steps
        .push(Step::pass("headers", format!("`{}` holds a token; id and timestamp are not signed", names.signature)));
    let token = Token::parse(value);
    match &token {
        Ok(_) | Err(Error::JwtAlg) => report.steps.push(Step::pass("token", "three segments, readable")),
        Err(error) => report.steps.push(Step::failed("token", *error)),
    }
    report.steps.push(match &token {
        Ok(_) => Step::pass("algorithm", "`RS256`"),
        Err(error @ Error::JwtAlg) => Step::failed("algorithm", *error),
        Err(_) => Step::skip("algorithm", format!("the token cannot be read{algorithm}")),
    });
    report.steps.push(look.key_step());
    signature_steps(look, token.as_ref().ok(), report);
    let (payload, policy) = (payload(value), look.policy.jwt.as_ref());
    let claims = payload.as_deref().and_then(Members::parse);
    match (&claims, policy) {
        (Some(claims), Some(policy)) => claim_steps(look, policy, claims, report),
        _ => report.steps.push(Step::failed("claims", Error::JwtMalformed(JwtFault::Claims))),
    }
    event_steps(look.policy, payload.as_deref().unwrap_or_default(), &mut report.steps);
}

/// Which key, and whether it signed the token. Each usable RSA key is tried, so that the one that matches is seen although the
/// token names another.
fn signature_steps(look: &Look<'_>, token: Option<&Token<'_>>, report: &mut Report) {
    let (Some(token), Some(set)) = (token, look.keys().jwks) else {
        report.steps.push(Step::skip("key", "there is no readable token, or no key set"));
        return report.steps.push(Step::skip("signature", "there is not enough to compare"));
    };
    for (index, key) in set.iter() {
        let (Material::Rsa(key), Some(row)) = (&key.material, report.keys.get_mut(index)) else { continue };
        row.tried = true;
        row.matches = token.is_signed_by(key);
    }
    let named = token.kid.as_deref().map_or("no `kid`".to_owned(), |kid| format!("`kid` is `{}`", clip(kid)));
    let keys = match candidates(set, token.kid.as_deref()) {
        Ok(keys) => keys,
        Err(error) => {
            report.steps.push(Step::failed("key", error));
            report.steps.push(Step::skip("signature", "no key of the set is the one"));
            return near_miss(set, report);
        }
    };
    report.steps.push(Step::pass("key", named));
    let matches = |index: usize| report.keys.get(index).is_some_and(|row| row.matches);
    if keys.iter().any(|(index, _)| matches(*index)) {
        return report
            .steps
            .push(Step::pass("signature", "it matches; the body is not bound by it, the claims are the event"));
    }
    report.steps.push(Step::failed("signature", Error::JwtSignature));
    near_miss(set, report);
}

fn near_miss(set: &Jwks, report: &mut Report) {
    let matching = report.keys.iter().find(|row| row.matches).map(|row| row.index);
    let Some((index, key)) = set.iter().find(|(index, _)| Some(*index) == matching) else { return };
    let name = key.kid.as_deref().map_or_else(|| "without a `kid`".to_owned(), |kid| format!("`{}`", clip(kid)));
    report.near_misses.push(NearMiss {
        code: "other_key",
        matches_if: format!("key {index} of the set ({name}) is taken instead of the one that the token names"),
        fix: "the sender's `kid` and its key set do not agree: fetch the set again, and if it stays, tell the sender",
    });
}

fn claim_steps(look: &Look<'_>, policy: &JwtPolicy, claims: &Members<'_>, report: &mut Report) {
    let (now, steps) = (look.now, &mut report.steps);
    let shown = |name: &str| claims.get(name).map_or("absent".to_owned(), |text| format!("`{}`", clip(text)));
    steps.push(Step::judged("claims", check_dates(claims), "`exp` is there, and dates are numbers"));
    let expiry = policy.check_expiry(claims, now);
    steps.push(Step::judged("expiry", expiry, format!("`exp` is {}, now is {}", shown("exp"), now.as_unix())));
    steps.push(match claims.get("nbf") {
        Some(_) => Step::judged("start", policy.check_start(claims, now), format!("`nbf` is {}", shown("nbf"))),
        None => Step::skip("start", "there is no `nbf`"),
    });
    steps.push(match policy.check_audience(claims) {
        Ok(()) => Step::pass("audience", format!("`aud` is {}", shown("aud"))),
        Err(error) => Step::fail(
            "audience",
            error.code(),
            format!("`aud` is {}, wanted is `{}`", shown("aud"), policy.audience),
            super::fixes::of(error),
        ),
    });
    steps.push(match &policy.issuer {
        Some(_) => Step::judged("issuer", policy.check_issuer(claims), format!("`iss` is {}", shown("iss"))),
        None => Step::skip("issuer", "none is asked for"),
    });
    if policy.longest.is_some() {
        steps.push(Step::judged("lifetime", policy.check_lifetime(claims, now), format!("`exp` is {}", shown("exp"))));
    }
}

/// A value taken apart, if it is a token: where none is accepted, that is what there is to say of it.
pub(super) fn if_token(value: &[u8]) -> Option<TokenParts> {
    let parts = take_apart(value);
    let is_one = value.split(|byte| *byte == b'.').count() == 3 && parts.header.as_ref()?.get("alg").is_some();
    is_one.then_some(parts)
}

/// Header and claims, whatever their state.
fn take_apart(value: &[u8]) -> TokenParts {
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

fn member(header: Option<&Value>, name: &str) -> String {
    let value = header.and_then(|header| header.get(name));
    value.map(|value| format!("; `{name}` is {}", clip(&value.to_string()))).unwrap_or_default()
}
