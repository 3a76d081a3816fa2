//! The Wasm of `countersign/hmac`: `v1` with shared secrets. It calls what the package's first Wasm calls, less of it: the core's
//! functions for Ed25519, key sets, tokens and JSON are not named here, so the linker leaves them out.

use countersign::signature::{Crypto, Portable};
use countersign::{Delivery, HmacKey, Policy};
use countersign_npm_common::{Fault, Given, Held, Options, describe, named, pack, seconds, signed};
use js_sys::{Array, Function, Uint8Array};
use wasm_bindgen::prelude::*;

/// A policy and its keys. Its methods are those of the first Wasm's `Verifier`, which say what they do.
#[wasm_bindgen]
pub struct Verifier {
    policy: Policy,
    keys: Vec<HmacKey>,
}

#[wasm_bindgen]
impl Verifier {
    /// Reads options (see [`Options`]) and secrets: texts, or bytes of raw keys.
    ///
    /// # Errors
    /// The fault of the first that cannot be read.
    #[wasm_bindgen(constructor)]
    pub fn new(scheme: &str, options: &str, secrets: &Array) -> Result<Verifier, JsValue> {
        let policy = Options::parse(options, &["tolerance"])?.policy(scheme)?;
        Ok(Self { policy, keys: Given::keys(secrets, Given::hmac)? })
    }

    /// Verifies a body, which is copied. Returns what [`pack`] makes of it.
    #[wasm_bindgen(js_name = verifyBytes)]
    pub fn verify_bytes(&self, lines: &str, body: &[u8], now: f64) -> Result<u32, JsValue> {
        self.verify(lines, body, now, &Portable)
    }

    /// The same for a body that stays with JavaScript, which hashes it: `hmac(key, prefix, body)` returns 32 bytes.
    #[wasm_bindgen(js_name = verifyHeld)]
    pub fn verify_held(&self, lines: &str, body: Uint8Array, now: f64, hmac: &Function) -> Result<u32, JsValue> {
        self.verify(lines, body, now, &Held(hmac))
    }

    /// The value of `webhook-signature` for a body: one signature for each secret.
    pub fn sign(&self, id: &str, timestamp: f64, body: &[u8]) -> Result<String, JsValue> {
        Ok(signed(&self.keys, id, timestamp, body)?)
    }

    fn verify<B, C: Crypto<B>>(&self, lines: &str, body: B, now: f64, crypto: &C) -> Result<u32, JsValue> {
        let delivery = Delivery::new(named(self.policy.scheme, lines), body);
        let verified = self.policy.verify_v1(&self.keys, &delivery, seconds(now), crypto).map_err(Fault::from)?;
        Ok(pack(self.policy.scheme, &verified))
    }
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
