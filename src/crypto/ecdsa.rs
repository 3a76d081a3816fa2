//! ECDSA keys on the curve P-256, and the strictness of their signatures (FIPS 186-5, SEC 1).

use std::fmt;

use crate::error::{Error, SecretFault};

/// A public key on the curve P-256, for ECDSA with SHA-256.
///
/// Its form is checked here. Whether the point is on the curve is for the arithmetic to say: under a point that is not, nothing matches.
#[derive(Clone)]
pub struct P256Key {
    /// `x` and `y`, big-endian.
    point: [u8; 64],
}

impl P256Key {
    /// Makes a key from its SubjectPublicKeyInfo in DER, with an uncompressed point (RFC 5480, section 2).
    ///
    /// # Errors
    /// `invalid_secret` for anything else.
    pub fn from_spki(bytes: &[u8]) -> Result<Self, Error> {
        let point = bytes.strip_prefix(SPKI).and_then(|point| point.try_into().ok());
        point.map(|point| Self { point }).ok_or(Error::InvalidSecret(SecretFault::NotP256))
    }

    /// The coordinates `x` and `y`, big-endian, for a platform that does the arithmetic.
    pub fn coordinates(&self) -> (&[u8], &[u8]) {
        self.point.split_at(32)
    }

    pub(super) fn verifies(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        use p256::ecdsa::signature::Verifier;
        use p256::ecdsa::{Signature, VerifyingKey};

        let key = VerifyingKey::from_sec1_bytes(&[&[UNCOMPRESSED], self.point.as_slice()].concat());
        key.ok().zip(Signature::from_slice(signature).ok()).is_some_and(|(key, of)| key.verify(message, &of).is_ok())
    }
}

impl fmt::Debug for P256Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("P256Key(redacted)")
    }
}

/// Reads a signature in DER (RFC 3279, section 2.2.3) as `r` and `s`, 32 bytes each. `None` for any other encoding of the two numbers
/// than the one of DER, and for zero.
pub(crate) fn decode_der(der: &[u8]) -> Option<[u8; 64]> {
    let [0x30, length, rest @ ..] = der else { return None };
    if usize::from(*length) != rest.len() {
        return None;
    }
    let (r, rest) = integer(rest)?;
    let (s, rest) = integer(rest)?;
    let both = [r, s].concat();
    both.try_into().ok().filter(|_| rest.is_empty())
}

/// The first integer of a sequence, as 32 bytes, and what follows it.
fn integer(der: &[u8]) -> Option<([u8; 32], &[u8])> {
    let [0x02, length, rest @ ..] = der else { return None };
    let (digits, rest) = rest.split_at_checked((*length).into())?;
    // The leading zero keeps a number positive, and stands nowhere else.
    let digits = match digits {
        [0, digits @ ..] if digits.first().is_some_and(|first| *first > 0x7f) => digits,
        [1..=0x7f, ..] => digits,
        _ => return None,
    };
    let mut number = [0; 32];
    let start = number.len().checked_sub(digits.len())?;
    number.get_mut(start..)?.copy_from_slice(digits);
    Some((number, rest))
}

/// The SubjectPublicKeyInfo of a key on P-256 up to its coordinates: the algorithm `id-ecPublicKey`, the curve `secp256r1`, and the tag of an
/// uncompressed point.
const SPKI: &[u8] =
    b"\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\x03\x42\x00\x04";

/// The tag of an uncompressed point (SEC 1, 2.3.3).
const UNCOMPRESSED: u8 = 4;

#[cfg(test)]
mod tests {
    use super::*;

    fn der(r: &[u8], s: &[u8]) -> Vec<u8> {
        let integer = |digits: &[u8]| [&[2, u8::try_from(digits.len()).unwrap()], digits].concat();
        let both = [integer(r), integer(s)].concat();
        [&[0x30, u8::try_from(both.len()).unwrap()], both.as_slice()].concat()
    }

    #[test]
    fn a_signature_has_one_encoding() {
        let mut expected = [0; 64];
        (expected[31], expected[63]) = (1, 0xff);
        let good = der(&[1], &[0, 0xff]);
        assert_eq!(decode_der(&good), Some(expected));
        assert_eq!(decode_der(&der(&[0x7f; 32], &[1])).map(|both| both[0]), Some(0x7f));
        assert_eq!(decode_der(&der(&[&[0], [0xff; 32].as_slice()].concat(), &[1])).map(|both| both[31]), Some(0xff));
        for (r, s) in [
            (&[0][..], &[1][..]),
            (&[1], &[0]),
            (&[], &[1]),
            (&[0, 1], &[1]),
            (&[0x80], &[1]),
            (&[1], &[0, 0x7f]),
            (&[0, 0], &[1]),
            (&[1; 33], &[1]),
        ] {
            assert_eq!(decode_der(&der(r, s)), None, "{r:?} {s:?}");
        }
        for at in 0..good.len() {
            assert_eq!(decode_der(&good[..at]), None, "cut after {at} bytes");
        }
        assert_eq!(decode_der(&[good.as_slice(), &[0]].concat()), None);
        // The length in its long form, and an indefinite one.
        assert_eq!(decode_der(&[&[0x30, 0x81, 7], &good[2..]].concat()), None);
        assert_eq!(decode_der(&[&[0x30, 0x80], &good[2..], &[0, 0]].concat()), None);
    }

    #[test]
    fn nothing_matches_under_a_point_that_is_not_on_the_curve() {
        let key = P256Key { point: [1; 64] };
        assert!(!key.verifies(b"", &[1; 64]));
    }
}
