//! The arithmetic in pure Rust.

use super::Crypto;
use super::ed25519::Ed25519Key;
use super::hmac::HmacKey;

/// Pure Rust, for bodies in memory.
#[derive(Clone, Copy, Debug, Default)]
pub struct Portable;

impl<B: AsRef<[u8]> + ?Sized> Crypto<B> for Portable {
    fn hmac_sha256(&self, key: &HmacKey, prefix: &[u8], body: &B) -> [u8; 32] {
        key.mac([prefix, body.as_ref()])
    }

    fn message(&self, prefix: &[u8], body: &B) -> Vec<u8> {
        [prefix, body.as_ref()].concat()
    }

    fn ed25519(&self, key: &Ed25519Key, message: &[u8], signature: &[u8; 64]) -> bool {
        key.verifies(message, signature)
    }
}
