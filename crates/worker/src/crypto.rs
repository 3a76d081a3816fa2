//! The arithmetic natively, through `node:crypto`, where that is cheaper than Wasm.

use std::cell::RefCell;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use countersign::signature::{Crypto, Portable, rs256_provider};
use countersign::{Ed25519Key, HmacKey};
use js_sys::Uint8Array;
use jsonwebtoken::crypto::{CryptoProvider, JwtVerifier};
use jsonwebtoken::errors::{Error as JwtError, ErrorKind};
use jsonwebtoken::{Algorithm, DecodingKey, DecodingKeyKind};
use wasm_bindgen::prelude::*;

use crate::body::{Body, SMALL};
use crate::host::object;

/// The arithmetic over a [`Body`]: in Wasm where it is small, through `node:crypto` where that pays.
#[derive(Clone, Copy, Debug, Default)]
pub struct Platform;

/// RS256 by `node:crypto`, for `jsonwebtoken`.
pub(crate) static RS256: CryptoProvider = rs256_provider(verifier);

impl Crypto<Body> for Platform {
    fn hmac_sha256(&self, key: &HmacKey, prefix: &[u8], body: &Body) -> [u8; 32] {
        if let Some(bytes) = body.bytes() {
            return Portable.hmac_sha256(key, prefix, bytes);
        }
        if body.length() > SMALL
            && let Some(mac) = native_hmac(key, prefix, body.as_array())
        {
            return mac;
        }
        Portable.hmac_sha256(key, prefix, &body.to_vec())
    }

    fn message(&self, prefix: &[u8], body: &Body) -> Vec<u8> {
        if let Some(bytes) = body.bytes() {
            return [prefix, bytes].concat();
        }
        let length = usize::try_from(body.length()).unwrap_or_default();
        let mut message = prefix.to_vec();
        message.resize(prefix.len().saturating_add(length), 0);
        if let Some(rest) = message.get_mut(prefix.len()..) {
            body.as_array().copy_to(rest);
        }
        message
    }

    fn ed25519(&self, key: &Ed25519Key, message: &[u8], signature: &[u8; 64]) -> bool {
        let bytes = key.as_bytes();
        // A second implementation for a platform that fails would weigh more than all of HMAC; what it cannot check does not match.
        let held =
            held([bytes, &[]], || object([("kty", "OKP".into()), ("crv", "Ed25519".into()), ("x", text(bytes))]));
        held.is_some_and(|public| verify(false, message, &public, signature) == Ok(true))
    }
}

impl Crypto<[u8]> for Platform {
    fn hmac_sha256(&self, key: &HmacKey, prefix: &[u8], body: &[u8]) -> [u8; 32] {
        Portable.hmac_sha256(key, prefix, body)
    }

    fn message(&self, prefix: &[u8], body: &[u8]) -> Vec<u8> {
        Portable.message(prefix, body)
    }

    fn ed25519(&self, key: &Ed25519Key, message: &[u8], signature: &[u8; 64]) -> bool {
        Crypto::<Body>::ed25519(self, key, message, signature)
    }
}

#[wasm_bindgen(raw_module = "./crypto.js")]
extern "C" {
    #[wasm_bindgen(catch)]
    fn hmac(key: &[u8], prefix: &[u8], body: &Uint8Array, mac: &mut [u8]) -> Result<(), JsValue>;
    #[wasm_bindgen(js_name = publicKey, catch)]
    fn public_key(jwk: &JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch)]
    fn verify(rsa: bool, data: &[u8], key: &JsValue, signature: &[u8]) -> Result<bool, JsValue>;
}

thread_local! {
    /// Keys as the platform holds them, by their bytes. They come from configurations and key sets, so they are few.
    static KEYS: RefCell<Vec<(Vec<u8>, JsValue)>> = RefCell::default();
}

/// An RSA public key, as the platform holds it.
struct NativeRs256(JsValue);

impl JwtVerifier for NativeRs256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::RS256
    }
}

impl signature::Verifier<Vec<u8>> for NativeRs256 {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> Result<(), signature::Error> {
        let valid = verify(true, message, &self.0, signature) == Ok(true);
        valid.then_some(()).ok_or_else(signature::Error::new)
    }
}

fn verifier(algorithm: &Algorithm, key: &DecodingKey) -> Result<Box<dyn JwtVerifier>, JwtError> {
    let DecodingKeyKind::RsaModulusExponent { n, e } = key.kind() else {
        return Err(ErrorKind::InvalidKeyFormat.into());
    };
    if *algorithm != Algorithm::RS256 {
        return Err(ErrorKind::InvalidAlgorithm.into());
    }
    let held = held([n, e], || object([("kty", "RSA".into()), ("n", text(n)), ("e", text(e))]));
    Ok(Box::new(NativeRs256(held.ok_or(ErrorKind::InvalidKeyFormat)?)))
}

fn native_hmac(key: &HmacKey, prefix: &[u8], body: &Uint8Array) -> Option<[u8; 32]> {
    let mut mac = [0; 32];
    hmac(key.as_bytes(), prefix, body, &mut mac).ok().map(|()| mac)
}

/// The public key of those bytes as the platform holds it, made from its JWK where it is new; `None` where the platform makes none of it.
fn held([first, second]: [&[u8]; 2], jwk: impl FnOnce() -> JsValue) -> Option<JsValue> {
    KEYS.with_borrow_mut(|keys| {
        let known = keys.iter().find(|(bytes, _)| bytes.strip_prefix(first) == Some(second));
        if let Some((_, public)) = known {
            return Some(public.clone());
        }
        let public = public_key(&jwk()).ok()?;
        if keys.len() >= MAX_KEYS {
            keys.clear();
        }
        keys.push(([first, second].concat(), public.clone()));
        Some(public)
    })
}

/// Bytes as they stand in a JWK.
fn text(bytes: &[u8]) -> JsValue {
    JsValue::from_str(&URL_SAFE_NO_PAD.encode(bytes))
}

/// Keys held at most; beyond, all are made again when next needed.
const MAX_KEYS: usize = 256;
