//! The arithmetic natively, through `node:crypto`, where that is cheaper than Wasm.

use std::cell::RefCell;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use countersign::HmacKey;
use countersign::crypto::{Crypto, Ed25519Key, P256Key, Portable, RsaKey, sha256};
use js_sys::{Object, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;

use crate::body::{Body, SMALL};

/// The arithmetic over a [`Body`]: in Wasm where it is small, through `node:crypto` where that pays.
#[derive(Clone, Copy, Debug, Default)]
pub struct Platform;

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

    fn hmac_sha1(&self, key: &HmacKey, message: &[u8]) -> Option<[u8; 20]> {
        native_hmac_of(Hash::Sha1, key, message)
    }

    fn hmac_sha512(&self, key: &HmacKey, message: &[u8]) -> Option<[u8; 64]> {
        native_hmac_of(Hash::Sha512, key, message)
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

    fn sha256(&self, prefix: &[u8], body: &Body, suffix: &[u8]) -> [u8; 32] {
        if let Some(bytes) = body.bytes() {
            return sha256(&[prefix, bytes, suffix]);
        }
        let mut hash = [0; 32];
        match digest(prefix, body.as_array(), suffix, &mut hash) {
            Ok(()) => hash,
            Err(_) => sha256(&[prefix, &body.to_vec(), suffix]),
        }
    }

    fn ed25519(&self, key: &Ed25519Key, message: &[u8], signature: &[u8; 64]) -> bool {
        let bytes = key.as_bytes();
        // A second implementation for a platform that fails would weigh more than all of HMAC; what it cannot check does not match.
        let held = held([bytes, &[]], || jwk([("kty", "OKP".into()), ("crv", "Ed25519".into()), ("x", text(bytes))]));
        held.is_some_and(|public| verify(Algorithm::Ed25519, message, &public, signature) == Ok(true))
    }

    fn p256(&self, key: &P256Key, message: &[u8], signature: &[u8; 64]) -> bool {
        let (x, y) = key.coordinates();
        let held =
            held([x, y], || jwk([("kty", "EC".into()), ("crv", "P-256".into()), ("x", text(x)), ("y", text(y))]));
        held.is_some_and(|public| verify(Algorithm::P256, message, &public, signature) == Ok(true))
    }

    fn rs256(key: &RsaKey, message: &[u8], signature: &[u8]) -> bool {
        let (n, e) = (key.modulus(), key.exponent());
        let held = held([n, e], || jwk([("kty", "RSA".into()), ("n", text(n)), ("e", text(e))]));
        held.is_some_and(|public| verify(Algorithm::Rs256, message, &public, signature) == Ok(true))
    }
}

impl Crypto<[u8]> for Platform {
    fn hmac_sha256(&self, key: &HmacKey, prefix: &[u8], body: &[u8]) -> [u8; 32] {
        Portable.hmac_sha256(key, prefix, body)
    }

    fn hmac_sha1(&self, key: &HmacKey, message: &[u8]) -> Option<[u8; 20]> {
        native_hmac_of(Hash::Sha1, key, message)
    }

    fn hmac_sha512(&self, key: &HmacKey, message: &[u8]) -> Option<[u8; 64]> {
        native_hmac_of(Hash::Sha512, key, message)
    }

    fn message(&self, prefix: &[u8], body: &[u8]) -> Vec<u8> {
        Portable.message(prefix, body)
    }

    fn ed25519(&self, key: &Ed25519Key, message: &[u8], signature: &[u8; 64]) -> bool {
        Crypto::<Body>::ed25519(self, key, message, signature)
    }

    fn p256(&self, key: &P256Key, message: &[u8], signature: &[u8; 64]) -> bool {
        Crypto::<Body>::p256(self, key, message, signature)
    }

    fn rs256(key: &RsaKey, message: &[u8], signature: &[u8]) -> bool {
        <Self as Crypto<Body>>::rs256(key, message, signature)
    }
}

/// What a public key verifies, under the numbers by which `crypto.js` knows it.
#[wasm_bindgen]
#[derive(Clone, Copy, Debug)]
pub enum Algorithm {
    /// Ed25519.
    Ed25519 = 0,
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256 = 1,
    /// ECDSA on P-256 with SHA-256.
    P256 = 2,
}

/// The hashes of HMACs that are the platform's alone, under the numbers by which `crypto.js` knows them.
#[wasm_bindgen]
#[derive(Clone, Copy, Debug)]
pub enum Hash {
    /// SHA-1.
    Sha1 = 0,
    /// SHA-512.
    Sha512 = 1,
}

#[wasm_bindgen(raw_module = "./crypto.js")]
extern "C" {
    #[wasm_bindgen(catch)]
    fn hmac(key: &[u8], prefix: &[u8], body: &Uint8Array, mac: &mut [u8]) -> Result<(), JsValue>;
    #[wasm_bindgen(catch)]
    fn digest(prefix: &[u8], body: &Uint8Array, suffix: &[u8], hash: &mut [u8]) -> Result<(), JsValue>;
    #[wasm_bindgen(js_name = hmacOf, catch)]
    fn hmac_of(hash: Hash, key: &[u8], message: &[u8], mac: &mut [u8]) -> Result<(), JsValue>;
    #[wasm_bindgen(js_name = publicKey, catch)]
    fn public_key(jwk: &JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch)]
    fn verify(algorithm: Algorithm, data: &[u8], key: &JsValue, signature: &[u8]) -> Result<bool, JsValue>;
}

thread_local! {
    /// Keys as the platform holds them.
    static KEYS: RefCell<Held<JsValue>> = const { RefCell::new(Held(Vec::new())) };
}

/// What was made of keys, from the one that was used last. A key is known by all of its parts, each by itself: joined, a modulus and an
/// exponent could be split another way, and one set's key stand for another's.
struct Held<V>(Vec<([Box<[u8]>; 2], V)>);

impl<V: Clone> Held<V> {
    /// What was made of a key with those parts, or what `make` makes of it now; `None` where it makes nothing.
    fn get(&mut self, parts: [&[u8]; 2], make: impl FnOnce() -> Option<V>) -> Option<V> {
        let known = self.0.iter().position(|(of, _)| of.each_ref().map(AsRef::as_ref) == parts);
        if let Some(used) = known.and_then(|at| self.0.get_mut(..=at)) {
            used.rotate_right(1);
        } else {
            let made = make()?;
            // The one used longest ago goes: a set of many keys takes no other set's key that is in use.
            self.0.truncate(MAX_KEYS.saturating_sub(1));
            self.0.insert(0, (parts.map(Box::from), made));
        }
        self.0.first().map(|(_, value)| value.clone())
    }
}

fn native_hmac(key: &HmacKey, prefix: &[u8], body: &Uint8Array) -> Option<[u8; 32]> {
    let mut mac = [0; 32];
    hmac(key.as_bytes(), prefix, body, &mut mac).ok().map(|()| mac)
}

/// SHA-1 and SHA-512 are the platform's alone: few senders sign with them, and second implementations would weigh on every Worker.
fn native_hmac_of<const N: usize>(hash: Hash, key: &HmacKey, message: &[u8]) -> Option<[u8; N]> {
    let mut mac = [0; N];
    hmac_of(hash, key.as_bytes(), message, &mut mac).ok().map(|()| mac)
}

/// The public key of those parts as the platform holds it; `None` where the platform makes none of it.
fn held(parts: [&[u8]; 2], make: impl FnOnce() -> JsValue) -> Option<JsValue> {
    KEYS.with_borrow_mut(|keys| keys.get(parts, || public_key(&make()).ok()))
}

/// A key with those members.
fn jwk<const N: usize>(members: [(&str, JsValue); N]) -> JsValue {
    let key = Object::new();
    for (name, value) in members {
        // Setting a property of a plain object does not fail.
        let _ = Reflect::set(&key, &JsValue::from_str(name), &value);
    }
    key.into()
}

/// Bytes as a JWK has them.
fn text(bytes: &[u8]) -> JsValue {
    JsValue::from_str(&URL_SAFE_NO_PAD.encode(bytes))
}

/// Keys held at most: eight full sets.
const MAX_KEYS: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_known_by_its_parts_however_they_could_be_split() {
        let (joined, mut held) = (b"modulus+exponent", Held(Vec::new()));
        for round in 0..2 {
            for at in 0..=joined.len() {
                let (first, second) = joined.split_at(at);
                let found = held.get([first, second], || (round == 0).then_some(at));
                assert_eq!(found, Some(at), "each way to split it is a key of its own");
            }
        }
        assert_eq!(held.get([b"another", b""], || None), None);
    }

    #[test]
    fn a_key_in_use_is_kept_whatever_else_comes() {
        let mut held = Held(Vec::new());
        let in_use = |held: &mut Held<u32>, may_make: bool| held.get([b"in use", b"e"], || may_make.then_some(7));
        assert_eq!(in_use(&mut held, true), Some(7));
        for other in 0..10_000_u32 {
            assert_eq!(held.get([&other.to_le_bytes(), b"e"], || Some(other)), Some(other));
            assert_eq!(in_use(&mut held, false), Some(7));
        }
        assert_eq!(held.0.len(), MAX_KEYS);
    }
}
