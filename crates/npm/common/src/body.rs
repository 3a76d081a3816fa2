//! A body that stays with JavaScript, and its hash made there.

use countersign::crypto::{Crypto, Portable};
use countersign::{Ed25519Key, HmacKey};
use js_sys::{Function, Uint8Array};
use wasm_bindgen::prelude::*;

/// Hashes with a function of the platform, `node:crypto`'s; what that cannot do is done here.
pub struct Held<'f>(pub &'f Function);

impl Crypto<Uint8Array> for Held<'_> {
    fn hmac_sha256(&self, key: &HmacKey, prefix: &[u8], body: &Uint8Array) -> [u8; 32] {
        let (bytes, text) = (Uint8Array::from(key.as_bytes()), Uint8Array::from(prefix));
        let mac = self.0.call3(&JsValue::UNDEFINED, &bytes, &text, body).ok();
        let mac = mac.and_then(|mac| mac.dyn_into::<Uint8Array>().ok()).and_then(|mac| mac.to_vec().try_into().ok());
        mac.unwrap_or_else(|| Portable.hmac_sha256(key, prefix, &body.to_vec()))
    }

    fn message(&self, prefix: &[u8], body: &Uint8Array) -> Vec<u8> {
        Portable.message(prefix, &body.to_vec())
    }

    fn ed25519(&self, key: &Ed25519Key, message: &[u8], signature: &[u8; 64]) -> bool {
        Crypto::<[u8]>::ed25519(&Portable, key, message, signature)
    }
}
