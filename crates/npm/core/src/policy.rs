//! A receiver's options, read into a policy of the core.

use countersign::Policy;
use countersign::scheme::{Form, Scheme};
use countersign_npm_common::{Fault, Options, is_absent};
use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};

use crate::extension::extension;

/// Reads the policy of a scheme: `{ tolerance?, accept? }`, and what an extension reads besides.
///
/// # Errors
/// Those of [`signatures_policy`], and of the extension.
pub(crate) fn policy(options: &Options, scheme: &'static Scheme) -> Result<Policy, Fault> {
    match extension() {
        Some(by) => (by.policy)(options, scheme),
        None => signatures_policy(options, scheme),
    }
}

/// Reads `{ tolerance?, accept? }`.
///
/// # Errors
/// `config_invalid` for a form that the scheme does not have, or a value of the wrong type.
pub fn signatures_policy(options: &Options, scheme: &'static Scheme) -> Result<Policy, Fault> {
    let mut policy = options.policy(scheme)?;
    let accept = options.accept();
    if !is_absent(&accept) {
        let forms = forms(&accept).filter(|forms| forms.iter().all(|form| policy.scheme.forms.contains(form)));
        policy.forms = forms
            .ok_or_else(|| Fault::config("`accept` is a list of forms, and not all of these can be taken here"))?;
    }
    Ok(policy)
}

/// The forms in a list of their names; `None` if it is empty, or not such a list.
fn forms(names: &JsValue) -> Option<Vec<Form>> {
    let names = names.dyn_ref::<Array>()?.iter();
    let forms: Option<Vec<Form>> = names.map(|name| Form::parse(&name.as_string()?)).collect();
    forms.filter(|forms| !forms.is_empty())
}
