//! A receiver's options, read from the JavaScript object into a policy of the core.

use countersign::scheme::Scheme;
use countersign::{Policy, Tolerance};
use wasm_bindgen::prelude::*;

use crate::fault::Fault;

#[wasm_bindgen]
extern "C" {
    /// The options of a verifier: an object without a prototype, whose names `js/options.js` has checked. Values are unchecked.
    pub type Options;

    #[wasm_bindgen(method, getter)]
    fn tolerance(this: &Options) -> JsValue;

    #[wasm_bindgen(method, getter, js_name = allowShortKeys)]
    fn allow_short_keys(this: &Options) -> JsValue;

    /// The forms that the receiver accepts.
    #[wasm_bindgen(method, getter)]
    pub fn accept(this: &Options) -> JsValue;

    /// The `aud` of a token.
    #[wasm_bindgen(method, getter)]
    pub fn audience(this: &Options) -> JsValue;

    /// The `iss` of a token.
    #[wasm_bindgen(method, getter)]
    pub fn issuer(this: &Options) -> JsValue;

    /// The `email` of a token.
    #[wasm_bindgen(method, getter)]
    pub fn email(this: &Options) -> JsValue;

    /// Seconds of grace on `exp` and `nbf` of a token.
    #[wasm_bindgen(method, getter)]
    pub fn leeway(this: &Options) -> JsValue;

    /// The URL that the sender called, for a report.
    #[wasm_bindgen(method, getter)]
    pub fn url(this: &Options) -> Option<String>;

    /// The request's method, for a report.
    #[wasm_bindgen(method, getter)]
    pub fn method(this: &Options) -> Option<String>;
}

impl Options {
    /// The default policy of a scheme, with the `tolerance` of these options.
    ///
    /// # Errors
    /// `config_invalid` if `tolerance` is not a number of seconds, or given for a sender that signs no time: nothing would be judged by it.
    pub fn policy(&self, scheme: &'static Scheme) -> Result<Policy, Fault> {
        let mut policy = Policy::of(scheme);
        if let Some(seconds) = seconds("tolerance", &self.tolerance())? {
            if !scheme.signs_time() {
                return Err(Fault::config("`tolerance` does not go with a sender that signs no time; remove it"));
            }
            policy.tolerance = Tolerance::from_seconds(seconds);
        }
        Ok(policy)
    }

    /// Whether `allowShortKeys` is on; it is off by default.
    ///
    /// # Errors
    /// `config_invalid` for anything but a boolean.
    pub fn allows_short_keys(&self) -> Result<bool, Fault> {
        let value = self.allow_short_keys();
        if is_absent(&value) {
            return Ok(false);
        }
        value.as_bool().ok_or_else(|| Fault::config("`allowShortKeys` is true or false"))
    }
}

/// The value of an option that is a whole number of seconds; `None` if it is absent.
///
/// # Errors
/// `config_invalid` for anything but a whole number from 0 to 2^53 - 1.
pub fn seconds(name: &str, value: &JsValue) -> Result<Option<u64>, Fault> {
    if is_absent(value) {
        return Ok(None);
    }
    let whole = value.as_f64().filter(|number| number.fract() == 0.0 && (0.0..=MAX_SAFE_INTEGER).contains(number));
    match whole {
        Some(seconds) => Ok(Some(seconds as u64)),
        None => Err(Fault::config(&["`", name, "` is a whole number of seconds, 0 or more"].concat())),
    }
}

/// Whether an option was left out.
pub fn is_absent(value: &JsValue) -> bool {
    value.is_undefined() || value.is_null()
}

/// The largest integer up to which a JavaScript number is exact.
const MAX_SAFE_INTEGER: f64 = 9_007_199_254_740_991.0;
