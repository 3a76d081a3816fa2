//! HMAC by the platform, for bodies that are too large to copy into Wasm.

use std::sync::OnceLock;

use countersign::HmacKey;
use countersign::crypto::{Crypto, Ed25519Key, P256Key, Portable, RsaKey};
use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;

#[wasm_bindgen(raw_module = "./native.js")]
extern "C" {
    /// HMAC-SHA256 of `prefix` followed by `body`; `None` if the platform has no synchronous one.
    #[wasm_bindgen(js_name = hmacSha256)]
    fn hmac_sha256(key: &[u8], prefix: &[u8], body: &Uint8Array) -> Option<Uint8Array>;
    /// HMAC-SHA512 of a message; `None` if neither the platform nor the scripts have one.
    #[wasm_bindgen(js_name = hmacSha512)]
    fn hmac_sha512(key: &[u8], message: &[u8]) -> Option<Uint8Array>;
}

/// Checks a body that JavaScript holds. Copies it into Wasm only if Wasm is what hashes it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Native;

impl Crypto<Uint8Array> for Native {
    fn hmac_sha256(&self, key: &HmacKey, prefix: &[u8], body: &Uint8Array) -> [u8; 32] {
        native_hmac(key, prefix, body).unwrap_or_else(|| Portable.hmac_sha256(key, prefix, &body.to_vec()))
    }

    fn hmac_sha1(&self, key: &HmacKey, message: &[u8]) -> Option<[u8; 20]> {
        Crypto::<[u8]>::hmac_sha1(&Portable, key, message)
    }

    /// By the scripts: no sender with a function of its own signs with it, and the hash would be 2 KB of the Wasm that every program loads.
    fn hmac_sha512(&self, key: &HmacKey, message: &[u8]) -> Option<[u8; 64]> {
        hmac_sha512(key.as_bytes(), message)?.to_vec().try_into().ok()
    }

    fn message(&self, prefix: &[u8], body: &Uint8Array) -> Vec<u8> {
        Portable.message(prefix, &body.to_vec())
    }

    fn ed25519(&self, key: &Ed25519Key, message: &[u8], signature: &[u8; 64]) -> bool {
        Crypto::<[u8]>::ed25519(&Portable, key, message, signature)
    }

    /// Matches nothing until [`install_p256`] was called: few receivers need the curve, and `countersign-npm-full` has it.
    fn p256(&self, key: &P256Key, message: &[u8], signature: &[u8; 64]) -> bool {
        P256.get().is_some_and(|check| check(key, message, signature))
    }

    /// Matches no token: RSA would more than double the Wasm, and few receivers need it. `countersign-npm-full` installs it before
    /// any verifier is made, and jsonwebtoken keeps the provider that was installed first.
    fn rs256(_: &RsaKey, _: &[u8], _: &[u8]) -> bool {
        false
    }
}

/// Has [`Native`] check ECDSA on P-256 by a function. Without it, nothing matches.
pub fn install_p256(check: CheckP256) {
    // It fails if a function is installed already, and that one is as good.
    let _ = P256.set(check);
}

/// [`Crypto::p256`] as a function.
pub type CheckP256 = fn(&P256Key, &[u8], &[u8; 64]) -> bool;

static P256: OnceLock<CheckP256> = OnceLock::new();

fn native_hmac(key: &HmacKey, prefix: &[u8], body: &Uint8Array) -> Option<[u8; 32]> {
    if body.length() <= NATIVE_ABOVE {
        return None;
    }
    hmac_sha256(key.as_bytes(), prefix, body)?.to_vec().try_into().ok()
}

/// The largest body that Wasm hashes if the platform can hash too. Measured in Node: a native HMAC costs some 20 µs before its first
/// byte, in which Wasm hashes 8 KiB, and has caught up at about twice that size.
const NATIVE_ABOVE: u32 = 16 * 1024;
