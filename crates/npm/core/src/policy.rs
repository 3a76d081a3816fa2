//! A receiver's options, read into a policy of the core.

use countersign::scheme::Form;
use countersign::{JwtPolicy, Policy};
use countersign_npm_common::{Fault, Options, is_absent, option_seconds};
use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};

use crate::schemes::find;

/// Reads the policy of a scheme: `{ tolerance?, accept?, audience?, issuer?, leeway? }`.
///
/// # Errors
/// `config_invalid` for an unknown scheme, a form that the scheme does not have, `jwt` without an audience, or a value of the
/// wrong type.
pub fn policy(scheme: &str, options: &Options) -> Result<Policy, Fault> {
    let mut policy = options.policy(find(scheme)?)?;
    let accept = options.accept();
    if !is_absent(&accept) {
        let forms = forms(&accept).filter(|forms| forms.iter().all(|form| policy.scheme.forms.contains(form)));
        policy.forms = forms
            .ok_or_else(|| Fault::config("`accept` is a list of forms, and not all of these can be taken here"))?;
    }
    if policy.forms.contains(&Form::Jwt) {
        let audience = text("audience", &options.audience())?.filter(|audience| !audience.is_empty());
        let audience =
            audience.ok_or_else(|| Fault::config("`jwt` needs an `audience`: the `aud` that names you, as text"))?;
        let issuer = text("issuer", &options.issuer())?;
        let leeway = option_seconds("leeway", &options.leeway())?.unwrap_or(JWT_LEEWAY);
        policy.jwt = Some(JwtPolicy { audience, issuer, leeway, longest: None });
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
