//! One receiver: a policy, its secrets and its key set.

use std::cell::Cell;

use countersign::{Error, Jwks, Keys, Policy, SecretKey};
use countersign_npm_common::{Accepted, Fault, Given, Options, delivery, headers, signed, whole_second};
use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;

use crate::extension::{check, verify};
use crate::policy::policy;
use crate::schemes::find;

/// Verifies the deliveries of one receiver, and signs with its secrets.
#[wasm_bindgen]
pub struct Verifier {
    policy: Policy,
    secrets: Vec<SecretKey>,
    jwks: Option<Jwks>,
    /// The place of the key of the set that matched last, which the next delivery tries first.
    recent: Cell<Option<usize>>,
}

#[wasm_bindgen]
impl Verifier {
    /// Reads the name of a scheme, options, secrets (text, or the bytes of raw keys) and the document of a key set.
    ///
    /// # Errors
    /// The fault of the first that cannot be read.
    #[wasm_bindgen(constructor)]
    pub fn new(scheme: &str, options: &Options, secrets: &Array, jwks: Option<Vec<u8>>) -> Result<Verifier, JsValue> {
        let short = options.allows_short_keys()?;
        let policy = policy(options, find(scheme)?)?;
        let format = policy.scheme.secrets;
        let keys = |given: &Given| {
            let keys = given.parse(format)?;
            keys.iter().try_for_each(|key| Given::above_floor(key.check_floor(), short))?;
            Ok(keys)
        };
        let secrets = Given::keys(secrets, keys)?;
        let jwks = jwks.as_deref().map(Jwks::parse).transpose().map_err(Fault::from)?;
        Ok(Self { policy, secrets, jwks, recent: Cell::default() })
    }

    /// Checks headers and age, which needs no key: what fails here need not wait for a key set. `values` are those of
    /// [`header_names`](countersign_npm_common::header_names).
    ///
    /// # Errors
    /// Those of [`Policy::check`].
    #[wasm_bindgen(js_name = checkHeaders)]
    pub fn check_headers(&self, values: Vec<String>, now: f64) -> Result<(), JsValue> {
        let headers = headers(self.policy.scheme, &values);
        check(&self.policy, &headers, whole_second(now)).map_err(|error| Fault::from(error).into())
    }

    /// Verifies headers and body.
    ///
    /// `url` and `method` are for a scheme that signs them.
    ///
    /// # Errors
    /// Those of [`delivery`] and of [`Policy::verify`]. If a newer key set could help and no key of this one can be used, the message says why.
    pub fn verify(
        &self,
        values: Vec<String>,
        body: Uint8Array,
        now: f64,
        url: Option<String>,
        method: Option<String>,
    ) -> Result<Accepted, JsValue> {
        let delivery = delivery(self.policy.scheme, &values, body, method.as_deref(), url.as_deref())?;
        let keys = Keys { secrets: &self.secrets, jwks: self.jwks.as_ref(), recent: self.recent.get() };
        let verified = verify(&self.policy, keys, &delivery, whole_second(now));
        let verified = verified.map_err(|error| self.fault(error))?;
        if verified.key_in_set().is_some() {
            self.recent.set(verified.key_in_set());
        }
        let kid = self.jwks.as_ref().zip(verified.key_in_set()).and_then(|(set, place)| set.kid(place));
        Ok(Accepted::from_verified(&verified, kid))
    }

    /// Signs a body with each shared secret: the value of `webhook-signature`.
    ///
    /// # Errors
    /// Those of [`signed`].
    pub fn sign(&self, id: &str, timestamp: f64, body: &[u8]) -> Result<String, JsValue> {
        let hmac = self.secrets.iter().filter_map(|secret| match secret {
            SecretKey::Hmac(key) => Some(key.clone()),
            _ => None,
        });
        Ok(signed(&hmac.collect::<Vec<_>>(), id, timestamp, body)?)
    }

    fn fault(&self, error: Error) -> Fault {
        let mut fault = Fault::from(error);
        let set = self.jwks.as_ref().filter(|_| error.may_be_rotation());
        if let Some(why) = set.and_then(|set| set.unusable_for(&self.policy.forms)) {
            fault.add(&why.to_text());
        }
        fault
    }
}
