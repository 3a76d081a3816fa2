//! The arithmetic in pure Rust.

use sha2::{Digest, Sha256};

use super::Crypto;
use super::ecdsa::P256Key;
use super::ed25519::Ed25519Key;
use super::hmac::{HmacKey, hmac_sha512};
use super::rsa::{MAX_BITS, MIN_BITS, RsaKey};

/// Pure Rust, for bodies in memory.
#[derive(Clone, Copy, Debug, Default)]
pub struct Portable;

impl<B: AsRef<[u8]> + ?Sized> Crypto<B> for Portable {
    fn hmac_sha256(&self, key: &HmacKey, prefix: &[u8], body: &B) -> [u8; 32] {
        key.mac([prefix, body.as_ref()])
    }

    fn hmac_sha1(&self, key: &HmacKey, message: &[u8]) -> Option<[u8; 20]> {
        key.mac_sha1(message)
    }

    fn hmac_sha512(&self, key: &HmacKey, message: &[u8]) -> Option<[u8; 64]> {
        hmac_sha512(key.as_bytes(), message)
    }

    fn message(&self, prefix: &[u8], body: &B) -> Vec<u8> {
        [prefix, body.as_ref()].concat()
    }

    fn ed25519(&self, key: &Ed25519Key, message: &[u8], signature: &[u8; 64]) -> bool {
        key.verifies(message, signature)
    }

    fn p256(&self, key: &P256Key, message: &[u8], signature: &[u8; 64]) -> bool {
        key.verifies(message, signature)
    }

    fn rs256(key: &RsaKey, message: &[u8], signature: &[u8]) -> bool {
        let [n, e] = [key.modulus(), key.exponent()].map(rsa::BoxedUint::from_be_slice_vartime);
        let padding = rsa::Pkcs1v15Sign::new::<Sha256>();
        rsa::PublicKey::new_with_size_limits(n, e, MIN_BITS..=MAX_BITS)
            .is_ok_and(|key| key.verify(padding, &Sha256::digest(message), signature).is_ok())
    }
}
