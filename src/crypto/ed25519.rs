//! Ed25519 keys (RFC 8032), and the strictness of their signatures.

use std::fmt;

use crate::error::{Error, SecretFault};

/// An Ed25519 public key: on the curve, canonical, and not of small order.
#[derive(Clone)]
pub struct Ed25519Key {
    bytes: [u8; 32],
    point: ed25519_dalek::VerifyingKey,
}

/// An Ed25519 private key, with which a sender signs `v1a`. A receiver needs none. Wiped when dropped, redacted when printed.
#[derive(Clone)]
pub struct Ed25519SigningKey(ed25519_dalek::SigningKey);

impl Ed25519Key {
    /// Makes a key from the 32 bytes of RFC 8032.
    ///
    /// # Errors
    /// `invalid_secret` for another length, or for bytes that are no point in canonical form; `weak_key` for a point of small
    /// order.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        let fault = if bytes.len() == SPKI_LENGTH { SecretFault::Spki } else { SecretFault::PublicKeyLength };
        let bytes = bytes.try_into().map_err(|_| Error::InvalidSecret(fault))?;
        Ok(Self { bytes, point: point(&bytes)? })
    }

    /// The 32 bytes, for a platform that does the arithmetic.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.bytes
    }

    pub(super) fn verifies(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        self.point.verify_strict(message, &ed25519_dalek::Signature::from_bytes(signature)).is_ok()
    }
}

impl Ed25519SigningKey {
    /// Makes a key from the 32 bytes that RFC 8032 calls the private key.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(ed25519_dalek::SigningKey::from_bytes(seed))
    }

    /// The key to verify with. It is in the prime-order group, as a multiple of the base point.
    pub fn public_key(&self) -> Ed25519Key {
        let point = self.0.verifying_key();
        Ed25519Key { bytes: point.to_bytes(), point }
    }

    /// Signs a message: 64 bytes, without any randomness (RFC 8032, 5.1.6).
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        ed25519_dalek::Signer::sign(&self.0, message).to_bytes()
    }
}

impl fmt::Debug for Ed25519Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ed25519Key(redacted)")
    }
}

impl fmt::Debug for Ed25519SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ed25519SigningKey(redacted)")
    }
}

/// Whether a signature has the one form that strict verification takes: `S` below the group order (RFC 8032, 5.1.7), `R` not of
/// small order.
pub(crate) fn is_strict(signature: &[u8; 64]) -> bool {
    let (r, s) = signature.split_at(32);
    !has_small_order(r) && s.iter().rev().lt(GROUP_ORDER.iter().rev())
}

/// The point that 32 bytes encode in canonical form, unless it is of small order.
fn point(bytes: &[u8; 32]) -> Result<ed25519_dalek::VerifyingKey, Error> {
    if has_small_order(bytes) {
        return Err(Error::WeakKey);
    }
    let point = ed25519_dalek::VerifyingKey::from_bytes(bytes).ok();
    let point = point.ok_or(Error::InvalidSecret(SecretFault::NotOnCurve))?;
    if point.is_weak() {
        return Err(Error::WeakKey);
    }
    if point.to_edwards().compress().as_bytes() != bytes {
        return Err(Error::InvalidSecret(SecretFault::NotOnCurve));
    }
    Ok(point)
}

/// Whether 32 bytes encode one of the eight points of small order, in canonical form or not; the sign bit is passed over.
fn has_small_order(encoded: &[u8]) -> bool {
    let Some((last, rest)) = encoded.split_last() else { return false };
    SMALL_ORDER_Y.iter().any(|y| y.split_last().is_some_and(|(top, low)| low == rest && *top == last & 0x7f))
}

/// The length of an Ed25519 key in SPKI, which people paste whole.
const SPKI_LENGTH: usize = 44;

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
        assert!(Ed25519Key::from_bytes(&three).is_ok());
        assert_eq!(Ed25519Key::from_bytes(&p_plus_three).err(), Some(Error::InvalidSecret(SecretFault::NotOnCurve)));
    }
}
