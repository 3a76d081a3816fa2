//! What JavaScript configures, made into a policy of the core.

use countersign::inspect::Secret;
use countersign::scheme::{self, Form};
use countersign::{Error, HmacKey, JwtPolicy, Policy, SecretKey, Tolerance};
use js_sys::{Array, Uint8Array};
use serde_json::Value;
use wasm_bindgen::prelude::*;
use zeroize::Zeroizing;

use crate::fault::Fault;

/// The options of a verifier: `{scheme, tolerance?, accept?, audience?, issuer?, leeway?}`, as JSON.
pub struct Settings(Value);

/// A secret as it was given.
pub enum Given {
    /// Text.
    Text(Zeroizing<String>),
    /// The bytes of a raw key.
    Raw(Zeroizing<Vec<u8>>),
}

impl Settings {
    /// # Errors
    /// `config_invalid`, for an option that is not known.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let settings = serde_json::from_str::<Value>(text).unwrap_or_default();
        let known = |name: &String| OPTIONS.contains(&name.as_str());
        match settings.as_object().and_then(|options| options.keys().find(|name| !known(name))) {
            Some(unknown) => Err(Fault::config(&format!("there is no option `{unknown}`"))),
            None => Ok(Self(settings)),
        }
    }

    /// # Errors
    /// `config_invalid`.
    pub fn policy(&self) -> Result<Policy, Fault> {
        let scheme = self.text("scheme").and_then(scheme::find);
        let scheme = scheme.ok_or_else(|| Fault::config("there is no scheme of that name"))?;
        let mut policy = Policy::of(scheme);
        if let Some(seconds) = self.seconds("tolerance")? {
            policy.tolerance = Tolerance::from_seconds(seconds);
        }
        if let Some(accept) = self.given("accept") {
            let form = |name: &Value| Form::parse(name.as_str()?).filter(|form| scheme.forms.contains(form));
            let forms = accept.as_array().and_then(|names| names.iter().map(form).collect::<Option<Vec<_>>>());
            let forms = forms.filter(|forms| !forms.is_empty());
            policy.forms = forms
                .ok_or_else(|| Fault::config("`accept` is a list of forms, and not all of these can be taken here"))?;
        }
        if policy.forms.contains(&Form::Jwt) {
            let audience = self.text("audience").filter(|audience| !audience.is_empty()).map(str::to_owned);
            let audience = audience
                .ok_or_else(|| Fault::config("`jwt` needs an `audience`: the `aud` that names you, as text"))?;
            let (issuer, leeway) =
                (self.text("issuer").map(str::to_owned), self.seconds("leeway")?.unwrap_or(JWT_LEEWAY));
            policy.jwt = Some(JwtPolicy { audience, issuer, leeway });
        }
        Ok(policy)
    }

    fn given(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    fn seconds(&self, name: &str) -> Result<Option<u64>, Fault> {
        let wrong = || Fault::config(&format!("`{name}` is a whole number of seconds, 0 or more"));
        self.given(name).map(|value| value.as_u64().ok_or_else(wrong)).transpose()
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.given(name).and_then(Value::as_str)
    }
}

impl Given {
    /// All secrets.
    ///
    /// # Errors
    /// `invalid_secret` for what is neither text nor bytes.
    pub fn all(secrets: &Array) -> Result<Vec<Self>, Fault> {
        let given = Self::read(secrets);
        if u32::try_from(given.len()) == Ok(secrets.length()) { Ok(given) } else { Err(Error::EmptySecret.into()) }
    }

    /// Those that are text or bytes.
    pub fn read(secrets: &Array) -> Vec<Self> {
        let read = |value: JsValue| match value.as_string() {
            Some(text) => Some(Self::Text(Zeroizing::new(text))),
            None => value.dyn_into::<Uint8Array>().ok().map(|bytes| Self::Raw(Zeroizing::new(bytes.to_vec()))),
        };
        secrets.iter().filter_map(read).collect()
    }

    /// The key.
    ///
    /// # Errors
    /// Those of the core.
    pub fn key(&self) -> Result<SecretKey, Error> {
        match self {
            Self::Text(text) => SecretKey::parse(text),
            Self::Raw(bytes) => HmacKey::from_bytes(bytes).map(SecretKey::Hmac),
        }
    }

    /// The secret as a report takes it.
    pub fn secret(&self) -> Secret<'_> {
        match self {
            Self::Text(text) => Secret::Text(text),
            Self::Raw(bytes) => Secret::Raw(bytes),
        }
    }
}

const OPTIONS: [&str; 6] = ["scheme", "tolerance", "accept", "audience", "issuer", "leeway"];

/// Seconds of grace on `exp` and `nbf`, as in the Worker.
const JWT_LEEWAY: u64 = 60;
