//! A receiver's options, read into a policy of the core.

use countersign::scheme::Form;
use countersign::{JwtPolicy, Policy};
use countersign_npm_common::{Fault, Options, is_absent, option_seconds};
use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};

use crate::schemes::find;

/// Reads the policy of a scheme: `{ tolerance?, accept?, audience?, issuer?, email?, leeway? }`.
///
/// # Errors
/// `config_invalid` for an unknown scheme, a form that the scheme does not have, `jwt` without an audience, a sender with identity
/// tokens without an audience and an email, or a value of the wrong type.
pub fn policy(scheme: &str, options: &Options) -> Result<Policy, Fault> {
    let policy = policy_for_report(scheme, options)?;
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
pub fn policy_for_report(scheme: &str, options: &Options) -> Result<Policy, Fault> {
    let mut policy = options.policy(find(scheme)?)?;
    let accept = options.accept();
    if !is_absent(&accept) {
        let forms = forms(&accept).filter(|forms| forms.iter().all(|form| policy.scheme.forms.contains(form)));
        policy.forms = forms
            .ok_or_else(|| Fault::config("`accept` is a list of forms, and not all of these can be taken here"))?;
    }
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

/// The forms in a list of their names; `None` if it is empty, or not such a list.
fn forms(names: &JsValue) -> Option<Vec<Form>> {
    let names = names.dyn_ref::<Array>()?.iter();
    let forms: Option<Vec<Form>> = names.map(|name| Form::parse(&name.as_string()?)).collect();
    forms.filter(|forms| !forms.is_empty())
}

fn text(name: &str, value: &JsValue) -> Result<Option<String>, Fault> {
    if is_absent(value) {
        return Ok(None);
    }
    value.as_string().map(Some).ok_or_else(|| Fault::config(&["`", name, "` is text"].concat()))
}

/// Seconds of grace on `exp` and `nbf`, as in the Worker.
const JWT_LEEWAY: u64 = 60;
