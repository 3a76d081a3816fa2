//! The options of tokens, and schemes in their notation.

use countersign::scheme::{Form, Scheme, notation};
use countersign::{JwtPolicy, Policy};
use countersign_npm_common::{Fault, Options, is_absent, option_seconds, read_once};
use countersign_npm_core::{find_named, no_scheme, signatures_policy};
use wasm_bindgen::JsValue;

/// Finds a scheme by its name, or reads one in its notation: a sender that the receiver described.
///
/// # Errors
/// `config_invalid` if there is none.
pub(crate) fn find(scheme: &str) -> Result<&'static Scheme, Fault> {
    match scheme.contains('\n') {
        true => read_once(scheme, |text| notation::read(text).ok_or_else(no_scheme)),
        false => find_named(scheme),
    }
}

/// Reads the policy of a scheme: `{ tolerance?, accept?, audience?, issuer?, email?, leeway? }`.
///
/// # Errors
/// `config_invalid` for a form that the scheme does not have, `jwt` without an audience, a sender with identity tokens without an audience
/// and an email, or a value of the wrong type.
pub(crate) fn policy(options: &Options, scheme: &'static Scheme) -> Result<Policy, Fault> {
    let policy = policy_for_report(options, scheme)?;
    let lacks =
        |claim: fn(&JwtPolicy) -> Option<&String>| policy.jwt.as_ref().and_then(claim).is_some_and(String::is_empty);
    if lacks(|jwt| Some(&jwt.audience)) {
        return Err(Fault::config("`audience` is empty or not given: it is the `aud` of tokens that are for you"));
    }
    if lacks(|jwt| jwt.email.as_ref()) {
        return Err(Fault::config("`email` is empty or not given: it is the address of the account that sends"));
    }
    Ok(policy)
}

/// [`policy`] for a report, which shows what of a token the receiver does not expect yet.
///
/// # Errors
/// Those of [`policy`], but for the claims of a sender with identity tokens.
pub(crate) fn policy_for_report(options: &Options, scheme: &'static Scheme) -> Result<Policy, Fault> {
    let mut policy = signatures_policy(options, scheme)?;
    let audience = text("audience", &options.audience())?.filter(|audience| !audience.is_empty());
    let issuer = text("issuer", &options.issuer())?;
    let leeway = option_seconds("leeway", &options.leeway())?.unwrap_or(JWT_LEEWAY);
    if policy.forms.contains(&Form::Jwt) {
        let audience =
            audience.ok_or_else(|| Fault::config("`jwt` needs an `audience`: the `aud` that names you, as text"))?;
        policy.jwt = Some(JwtPolicy { audience, issuer, email: None, leeway, longest: None });
    } else if let Some(identity) = policy.scheme.identity() {
        let (audience, issuer) = (audience.unwrap_or_default(), issuer.unwrap_or_else(|| identity.issuer.to_owned()));
        let email = text("email", &options.email())?.unwrap_or_default();
        policy.jwt = Some(JwtPolicy { audience, issuer: Some(issuer), email: Some(email), leeway, longest: None });
    }
    Ok(policy)
}

fn text(name: &str, value: &JsValue) -> Result<Option<String>, Fault> {
    if is_absent(value) {
        return Ok(None);
    }
    value.as_string().map(Some).ok_or_else(|| Fault::config(&["`", name, "` is text"].concat()))
}

/// Seconds of grace on `exp` and `nbf`, as in the Worker.
const JWT_LEEWAY: u64 = 60;
