//! RSA public keys for RS256 (RFC 7518, 3.3).

use std::fmt;

use crate::error::Error;

/// An RSA public key: a modulus of 2048 to 8192 bits, and an odd exponent between 3 and 32 bits long.
#[derive(Clone)]
pub struct RsaKey {
    modulus: Box<[u8]>,
    exponent: Box<[u8]>,
}

impl RsaKey {
    /// Makes a key from its two numbers, big-endian. Leading zeros do not count.
    ///
    /// # Errors
    /// `weak_key` if a number is out of bounds or even.
    pub fn from_components(modulus: &[u8], exponent: &[u8]) -> Result<Self, Error> {
        let [modulus, exponent] = [modulus, exponent].map(without_leading_zeros);
        let in_bounds = (MIN_BITS..=MAX_BITS).contains(&bits(modulus)) && (2..=32).contains(&bits(exponent));
        let odd = |number: &[u8]| number.last().is_some_and(|last| last % 2 == 1);
        let usable = in_bounds && odd(modulus) && odd(exponent);
        usable.then(|| Self { modulus: modulus.into(), exponent: exponent.into() }).ok_or(Error::WeakKey)
    }

    /// The modulus, big-endian, without leading zeros.
    pub fn modulus(&self) -> &[u8] {
        &self.modulus
    }

    /// The exponent, big-endian, without leading zeros.
    pub fn exponent(&self) -> &[u8] {
        &self.exponent
    }
}

impl fmt::Debug for RsaKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RsaKey(redacted)")
    }
}

fn without_leading_zeros(number: &[u8]) -> &[u8] {
    match number {
        [0, rest @ ..] => without_leading_zeros(rest),
        _ => number,
    }
}

/// The length of a number without leading zeros.
fn bits(number: &[u8]) -> usize {
    let leading = number.first().map_or(0, |first| first.leading_zeros());
    number.len().saturating_mul(8).saturating_sub(leading.try_into().unwrap_or_default())
}

/// NIST SP 800-131A sets aside anything smaller.
pub(super) const MIN_BITS: usize = 2048;

/// The cost of a check grows with the square of the size.
pub(super) const MAX_BITS: usize = 8192;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_rsa_key_is_measured_without_its_leading_zeros() {
        let key = |first: u8, length: usize, exponent: &[u8]| {
            let mut modulus = vec![0xff; length];
            modulus[0] = first;
            RsaKey::from_components(&modulus, exponent).is_ok()
        };
        assert!(key(0x80, 256, &[1, 0, 1]));
        assert!(!key(0x7f, 256, &[1, 0, 1]), "2047 bits");
        assert!(!key(0, 256, &[1, 0, 1]));
        assert!(key(0, 257, &[1, 0, 1]));
        assert!(key(0x80, 1024, &[3]) && !key(0x80, 1025, &[3]));
        assert!(!key(0x80, 256, &[1]) && !key(0x80, 256, &[]) && !key(0x80, 256, &[1, 0, 0, 0, 1]));
        assert!(!key(0x80, 256, &[2]) && key(0x80, 256, &[0xff, 0xff, 0xff, 0xff]));
    }
}
