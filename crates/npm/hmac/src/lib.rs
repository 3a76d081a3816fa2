//! The Wasm of `countersign/hmac`: verifies `v1` and every other scheme whose keys are shared secrets.
//!
//! It binds the same core as `countersign-npm-core`, less of it: it names none of the functions for Ed25519, key sets, tokens and JSON,
//! so the linker leaves them out.

pub mod schemes;

use countersign::{HmacKey, Policy};
use countersign_npm_common::{Accepted, Fault, Given, Native, Options, delivery, signed, whole_second};
use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;

/// Verifies the deliveries of one receiver, and signs with its secrets. Its methods are those of the `Verifier` in
/// `countersign-npm-core`.
#[wasm_bindgen]
pub struct Verifier {
    policy: Policy,
    keys: Vec<HmacKey>,
}

#[wasm_bindgen]
impl Verifier {
    /// Reads a scheme as text, options, and secrets: text, or the bytes of raw keys.
    ///
    /// # Errors
    /// The fault of the first that cannot be read.
    #[wasm_bindgen(constructor)]
    pub fn new(scheme: &str, options: &Options, secrets: &Array) -> Result<Verifier, JsValue> {
        let (policy, short) = (options.policy(schemes::read(scheme)?)?, options.allows_short_keys()?);
        let format = policy.scheme.secrets;
        let keys = |given: &Given| {
            let keys = given.parse_hmac(format)?;
            keys.iter().try_for_each(|key| Given::above_floor(key.check_floor(), short))?;
            Ok(keys)
        };
        Ok(Self { policy, keys: Given::keys(secrets, keys)? })
    }

    /// Verifies headers and body. `values` are those of [`header_names`](countersign_npm_common::header_names).
    ///
    /// `url` and `method` are for a scheme that signs them.
    ///
    /// # Errors
    /// Those of [`delivery`] and of [`Policy::verify_hmac`].
    pub fn verify(
        &self,
        values: Vec<String>,
        body: Uint8Array,
        now: f64,
        url: Option<String>,
        method: Option<String>,
    ) -> Result<Accepted, JsValue> {
        let delivery = delivery(self.policy.scheme, &values, body, method.as_deref(), url.as_deref())?;
        let verified = self.policy.verify_hmac(&self.keys, &delivery, whole_second(now), &Native);
        Ok(Accepted::from_verified(&verified.map_err(Fault::from)?, None))
    }

    /// Signs a body with each secret: the value of `webhook-signature`.
    ///
    /// # Errors
    /// Those of [`signed`].
    pub fn sign(&self, id: &str, timestamp: f64, body: &[u8]) -> Result<String, JsValue> {
        Ok(signed(&self.keys, id, timestamp, body)?)
    }
}
