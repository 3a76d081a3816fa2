//! The Wasm of `countersign/hmac`: `v1` with shared secrets. It calls what the package's first Wasm calls, less of it: the core's
//! functions for Ed25519, key sets, tokens and JSON are not named here, so the linker leaves them out.

use countersign::crypto::{Crypto, Portable};
use countersign::{Delivery, HmacKey, Policy};
use countersign_npm_common::{Fault, Given, Held, Options, answer, describe, seconds, signed, written};
use js_sys::{Array, Function, Uint8Array};
use wasm_bindgen::prelude::*;

/// A policy and its keys. Its methods are those of the first Wasm's `Verifier`, which say what they do.
#[wasm_bindgen]
pub struct Verifier {
    policy: Policy,
    keys: Vec<HmacKey>,
    fault: Option<Fault>,
}

#[wasm_bindgen]
impl Verifier {
    /// Reads options (see [`Options`]) and secrets: texts, or bytes of raw keys.
    ///
    /// # Errors
    /// The fault of the first that cannot be read.
    #[wasm_bindgen(constructor)]
    pub fn new(scheme: &str, options: &str, secrets: &Array) -> Result<Verifier, JsValue> {
        let options = Options::parse(options, &["tolerance", "allowShortKeys"])?;
        let (policy, short) = (options.policy(scheme)?, options.flag("allowShortKeys")?);
        let key = |given: &Given| {
            let key = given.hmac()?;
            let floor = key.check_floor();
            Given::above_floor(key, floor, short)
        };
        Ok(Self { policy, keys: Given::keys(secrets, key)?, fault: None })
    }

    /// Verifies what stands in the room: headers and body. Returns what [`answer`] makes of it.
    pub fn verify(&mut self, bytes: usize, now: f64) -> i32 {
        written(self.policy.scheme, bytes, |headers, body| self.judge(Delivery::new(headers, body), now, &Portable))
    }

    /// The same for a body that stays with JavaScript, which hashes it: `hmac(key, prefix, body)` returns 32 bytes.
    #[wasm_bindgen(js_name = verifyHeld)]
    pub fn verify_held(&mut self, bytes: usize, body: Uint8Array, now: f64, hmac: &Function) -> i32 {
        written(self.policy.scheme, bytes, |headers, _| self.judge(Delivery::new(headers, body), now, &Held(hmac)))
    }

    /// Why the last check came to -1.
    #[wasm_bindgen(js_name = takeFault)]
    pub fn take_fault(&mut self) -> String {
        self.fault.take().map(|fault| fault.to_text()).unwrap_or_default()
    }

    /// The value of `webhook-signature` for a body: one signature for each secret.
    pub fn sign(&self, id: &str, timestamp: f64, body: &[u8]) -> Result<String, JsValue> {
        Ok(signed(&self.keys, id, timestamp, body)?)
    }

    fn judge<B, C: Crypto<B>>(&mut self, delivery: Delivery<'_, B>, now: f64, crypto: &C) -> i32 {
        let outcome = self.policy.verify_v1(&self.keys, &delivery, seconds(now), crypto);
        answer(self.policy.scheme, outcome, &mut self.fault)
    }
}

/// Makes room for what is to be checked, see [`room`](countersign_npm_common::room).
#[wasm_bindgen]
pub fn room(bytes: usize) -> usize {
    countersign_npm_common::room(bytes)
}

/// What JavaScript has to know of a scheme, see [`describe`].
#[wasm_bindgen(js_name = describeScheme)]
pub fn describe_scheme(name: &str) -> String {
    describe(name)
}

/// The fault of a body that is not JSON, which JavaScript finds.
#[wasm_bindgen(js_name = invalidJson)]
pub fn invalid_json() -> String {
    Fault::invalid_json().to_text()
}
