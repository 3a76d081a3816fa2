//! The cryptography, and the only file that names a cryptographic crate.
//!
//! [`Crypto`] is what a shell may do natively (`node:crypto` in a Worker); [`Portable`] does the same in pure Rust, anywhere.
//! What makes a check strict (canonical `S`, no point of small order) is decided here for both, so a lax platform cannot
//! loosen it.

use hmac::{Hmac, KeyInit, Mac};
use jsonwebtoken::crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::{Error as JwtError, ErrorKind};
use jsonwebtoken::{Algorithm, DecodingKey, DecodingKeyKind, EncodingKey};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::error::{Error, SecretFault};
use crate::key::{Ed25519Key, HmacKey};

/// The arithmetic under a check, over a body of type `B`: bytes in memory, or a handle to bytes that a platform holds.
pub trait Crypto<B: ?Sized> {
    /// HMAC-SHA256 of `prefix` followed by the body.
    fn hmac_sha256(&self, key: &HmacKey, prefix: &[u8], body: &B) -> [u8; 32];

    /// `prefix` followed by the body, in one buffer: pure Ed25519 reads a message twice.
    fn message(&self, prefix: &[u8], body: &B) -> Vec<u8>;

    /// Whether `signature` over `message` satisfies the Ed25519 equation under `key`.
    ///
    /// Called only with a signature that passed [`is_strict`] and with a key that is not of small order.
    fn ed25519(&self, key: &Ed25519Key, message: &[u8], signature: &[u8; 64]) -> bool;
}

/// Pure Rust, for bodies in memory.
#[derive(Clone, Copy, Debug, Default)]
pub struct Portable;

impl<B: AsRef<[u8]> + ?Sized> Crypto<B> for Portable {
    fn hmac_sha256(&self, key: &HmacKey, prefix: &[u8], body: &B) -> [u8; 32] {
        key.state().clone().chain(prefix).chain(body.as_ref()).finish()
    }

    fn message(&self, prefix: &[u8], body: &B) -> Vec<u8> {
        [prefix, body.as_ref()].concat()
    }

    fn ed25519(&self, key: &Ed25519Key, message: &[u8], signature: &[u8; 64]) -> bool {
        key.point().0.verify_strict(message, &ed25519_dalek::Signature::from_bytes(signature)).is_ok()
    }
}

/// HMAC-SHA256 with its key absorbed, so that a check costs no more than its message. Wiped when dropped.
#[derive(Clone)]
pub(crate) struct HmacState(Hmac<Sha256>);

impl HmacState {
    pub(crate) fn new(key: &[u8]) -> Option<Self> {
        Hmac::new_from_slice(key).ok().map(Self)
    }

    fn chain(mut self, bytes: &[u8]) -> Self {
        self.0.update(bytes);
        self
    }

    fn finish(self) -> [u8; 32] {
        self.0.finalize().into_bytes().into()
    }
}

/// A point of the curve, neither of small order nor in a second encoding.
#[derive(Clone)]
pub(crate) struct Point(ed25519_dalek::VerifyingKey);

impl Point {
    /// # Errors
    /// `weak_key` for a point of small order; `invalid_secret` for 32 bytes that are no point in canonical form.
    pub(crate) fn new(bytes: &[u8; 32]) -> Result<Self, Error> {
        if has_small_order(bytes) {
            return Err(Error::WeakKey);
        }
        let key = ed25519_dalek::VerifyingKey::from_bytes(bytes).ok();
        let key = key.ok_or(Error::InvalidSecret(SecretFault::NotOnCurve))?;
        if key.is_weak() {
            return Err(Error::WeakKey);
        }
        if key.to_edwards().compress().as_bytes() != bytes {
            return Err(Error::InvalidSecret(SecretFault::NotOnCurve));
        }
        Ok(Self(key))
    }
}

/// An Ed25519 private key, expanded. Wiped when dropped.
#[derive(Clone)]
pub(crate) struct Signer(ed25519_dalek::SigningKey);

impl Signer {
    pub(crate) fn new(seed: &[u8; 32]) -> Self {
        Self(ed25519_dalek::SigningKey::from_bytes(seed))
    }

    /// The public half: in the prime-order group, as it is a multiple of the base point.
    pub(crate) fn point(&self) -> (Point, [u8; 32]) {
        let key = self.0.verifying_key();
        (Point(key), key.to_bytes())
    }

    /// RFC 8032, 5.1.6: no randomness is needed.
    pub(crate) fn sign(&self, message: &[u8]) -> [u8; 64] {
        ed25519_dalek::Signer::sign(&self.0, message).to_bytes()
    }
}

/// Whether a signature has the one form that strict verification takes: `S` below the group order (RFC 8032, 5.1.7), `R` not of
/// small order.
pub fn is_strict(signature: &[u8; 64]) -> bool {
    let (r, s) = signature.split_at(32);
    !has_small_order(r) && s.iter().rev().lt(GROUP_ORDER.iter().rev())
}

/// SHA-256 of the parts, one after another.
pub fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part);
    }
    hash.finalize().into()
}

/// A hash as lower-case hexadecimal text.
pub fn hex(hash: &[u8; 32]) -> String {
    let digit = |value: u8| if value < 10 { b'0' | value } else { b'W'.wrapping_add(value) };
    let mut text = [0; 64];
    for (pair, byte) in text.as_chunks_mut().0.iter_mut().zip(hash) {
        *pair = [digit(byte >> 4), digit(byte & 15)];
    }
    String::from_utf8(text.to_vec()).unwrap_or_default()
}

/// Equality in a time that depends on the lengths alone.
pub fn constant_time_eq(a: &[u8], b: &[u8]) -> bool {
    a.ct_eq(b).into()
}

/// Makes the check of one key, for `jsonwebtoken`.
pub type VerifierFactory = fn(&Algorithm, &DecodingKey) -> Result<Box<dyn JwtVerifier>, JwtError>;

/// A provider for `jsonwebtoken` that can do one thing: check RS256, by the function given.
///
/// A shell puts it in a `static` and installs it before the first token; without a provider the crate panics.
pub const fn rs256_provider(verifier: VerifierFactory) -> CryptoProvider {
    CryptoProvider { signer_factory: no_signer, verifier_factory: verifier, key_utils: KeyUtils::new_unimplemented() }
}

/// [`rs256_provider`] in pure Rust.
pub static PORTABLE_RS256: CryptoProvider = rs256_provider(portable_verifier);

struct PortableRs256(rsa::PublicKey);

impl JwtVerifier for PortableRs256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::RS256
    }
}

impl signature::Verifier<Vec<u8>> for PortableRs256 {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> Result<(), signature::Error> {
        let scheme = rsa::Pkcs1v15Sign::new::<Sha256>();
        self.0.verify(scheme, &Sha256::digest(message), signature).map_err(|_| signature::Error::new())
    }
}

fn portable_verifier(algorithm: &Algorithm, key: &DecodingKey) -> Result<Box<dyn JwtVerifier>, JwtError> {
    let DecodingKeyKind::RsaModulusExponent { n, e } = key.kind() else {
        return Err(ErrorKind::InvalidKeyFormat.into());
    };
    if *algorithm != Algorithm::RS256 {
        return Err(ErrorKind::InvalidAlgorithm.into());
    }
    let number = |bytes: &[u8]| rsa::BoxedUint::from_be_slice_vartime(bytes);
    let key = rsa::PublicKey::new_with_size_limits(number(n), number(e), 2048..=MAX_RSA_BITS);
    Ok(Box::new(PortableRs256(key.map_err(|_| ErrorKind::InvalidKeyFormat)?)))
}

fn no_signer(_: &Algorithm, _: &EncodingKey) -> Result<Box<dyn JwtSigner>, JwtError> {
    Err(ErrorKind::InvalidAlgorithm.into())
}

/// Whether 32 bytes encode one of the eight points of small order, in canonical form or not; the sign bit is passed over.
fn has_small_order(encoded: &[u8]) -> bool {
    let Some((last, rest)) = encoded.split_last() else { return false };
    SMALL_ORDER_Y.iter().any(|y| y.split_last().is_some_and(|(top, low)| low == rest && *top == last & 0x7f))
}

/// RSA keys above this size are set aside: a check costs the square of it.
pub(crate) const MAX_RSA_BITS: usize = 8192;

/// L = 2^252 + 27742317777372353535851937790883648493, little-endian (RFC 8032, 5.1).
const GROUP_ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

/// The y coordinates of the points of small order, little-endian: 0, 1, the two of order 8, p - 1, and p and p + 1, which are 0
/// and 1 again in a form that is not canonical.
const SMALL_ORDER_Y: [[u8; 32]; 7] = [
    [0; 32],
    [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    [
        0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5, 0xdf,
        0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05,
    ],
    [
        0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a, 0x20,
        0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a,
    ],
    [
        0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f,
    ],
    [
        0xed, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f,
    ],
    [
        0xee, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f,
    ],
];

#[cfg(test)]
mod tests {
    use super::*;

    /// Every point of small order, by arithmetic rather than by list.
    #[test]
    fn the_list_of_small_order_points_is_complete() {
        let torsion = ed25519_dalek::VerifyingKey::from_bytes(&SMALL_ORDER_Y[3]).unwrap().to_edwards();
        let mut point = torsion;
        for _ in 0..8 {
            assert!(has_small_order(point.compress().as_bytes()));
            point += torsion;
        }
        assert!(!has_small_order(&[5; 32]));
    }

    #[test]
    fn s_has_to_be_below_the_group_order() {
        let mut signature = [7; 64];
        signature[32..].copy_from_slice(&GROUP_ORDER);
        assert!(!is_strict(&signature));
        signature[32] -= 1;
        assert!(is_strict(&signature));
        signature[63] = 0x11;
        assert!(!is_strict(&signature));
    }

    #[test]
    fn a_small_order_r_is_refused_whatever_s() {
        for y in SMALL_ORDER_Y {
            let mut signature = [0; 64];
            signature[..32].copy_from_slice(&y);
            assert!(!is_strict(&signature));
            signature[31] |= 0x80;
            assert!(!is_strict(&signature));
        }
    }

    #[test]
    fn a_second_encoding_of_a_point_is_no_key() {
        // y = p + 3 and y = 3 are one point; only the latter is canonical.
        let mut three = [0; 32];
        three[0] = 3;
        let mut p_plus_three = [0xff; 32];
        (p_plus_three[0], p_plus_three[31]) = (0xf0, 0x7f);
        assert!(Point::new(&three).is_ok());
        assert_eq!(Point::new(&p_plus_three).err(), Some(Error::InvalidSecret(SecretFault::NotOnCurve)));
    }
}
