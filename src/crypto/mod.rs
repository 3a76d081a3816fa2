//! All arithmetic of a check, behind one trait. No other folder names a cryptographic crate.
//!
//! [`Crypto`] is what a platform may do natively (`node:crypto` in a Worker). [`Portable`] does the same in pure Rust, anywhere.
//! What makes a check strict is decided here for both, so that a lax platform cannot loosen it: an Ed25519 `S` below the group
//! order, no point of small order, one encoding of each point and of each ECDSA signature, and bounds on the size of RSA keys.

mod digest;
mod ecdsa;
mod ed25519;
mod hmac;
mod portable;
mod provider;
mod rsa;

pub use digest::{constant_time_eq, hex, sha256};
pub use ecdsa::P256Key;
pub(crate) use ecdsa::decode_der;
pub(crate) use ed25519::is_strict;
pub use ed25519::{Ed25519Key, Ed25519SigningKey};
pub use hmac::{HmacKey, hmac_sha512};
pub use portable::Portable;
pub use provider::install_rs256;
pub use rsa::RsaKey;

/// The arithmetic of a check, over a body of type `B`: bytes in memory, or a handle to bytes that a platform holds.
pub trait Crypto<B: ?Sized> {
    /// HMAC-SHA256 of `prefix` followed by the body.
    fn hmac_sha256(&self, key: &HmacKey, prefix: &[u8], body: &B) -> [u8; 32];

    /// HMAC-SHA1 of a message; `None` if the platform fails, and then nothing matches.
    fn hmac_sha1(&self, key: &HmacKey, message: &[u8]) -> Option<[u8; 20]>;

    /// HMAC-SHA512 of a message; `None` as for [`Crypto::hmac_sha1`].
    fn hmac_sha512(&self, key: &HmacKey, message: &[u8]) -> Option<[u8; 64]>;

    /// `prefix` followed by the body, in one buffer: pure Ed25519 reads a message twice.
    fn message(&self, prefix: &[u8], body: &B) -> Vec<u8>;

    /// SHA-256 of `prefix`, the body and `suffix`.
    fn sha256(&self, prefix: &[u8], body: &B, suffix: &[u8]) -> [u8; 32] {
        sha256(&[&self.message(prefix, body), suffix])
    }

    /// Whether `signature` over `message` satisfies the Ed25519 equation under `key`.
    ///
    /// The core calls it only with a signature whose `S` is below the group order and whose `R` is not of small order.
    fn ed25519(&self, key: &Ed25519Key, message: &[u8], signature: &[u8; 64]) -> bool;

    /// Whether `signature` over `message` is ECDSA on P-256 with SHA-256 under `key` (FIPS 186-5, 6.4.2): `r` and `s`, big-endian, 32
    /// bytes each. No number from 1 to the order of the curve is refused: (`r`, -`s`) is as valid as (`r`, `s`).
    ///
    /// The core calls it only with numbers that are not zero.
    fn p256(&self, key: &P256Key, message: &[u8], signature: &[u8; 64]) -> bool;

    /// Whether `signature` over `message` is RSASSA-PKCS1-v1_5 with SHA-256 under `key` (RFC 8017, 8.2.2).
    ///
    /// It has no `self`, as `jsonwebtoken` keeps functions and no values: see [`install_rs256`].
    fn rs256(key: &RsaKey, message: &[u8], signature: &[u8]) -> bool;
}

/// Checks by public keys that one delivery may cost: its signatures times the keys tried.
pub(crate) const MAX_ATTEMPTS: usize = 32;
