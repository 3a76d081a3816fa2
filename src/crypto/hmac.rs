//! HMAC keys.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Sha256, Sha512};
use zeroize::Zeroizing;

use crate::error::Error;

/// A shared secret, for HMAC. Wiped when dropped, redacted when printed.
///
/// ```
/// use countersign::HmacKey;
///
/// let key = HmacKey::parse("whsec_q4f1Zx8mB0yR2tUvW3sK5nJ7hG9dL6aP")?;
/// assert_eq!(key.as_bytes().len(), 24);
/// assert!(HmacKey::parse("whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=").is_err(), "a public key is no shared secret");
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone)]
pub struct HmacKey {
    bytes: Zeroizing<Vec<u8>>,
    /// The key absorbed for SHA-256, so that a check costs no more than its message.
    absorbed: Hmac<Sha256>,
    /// Whether the key is the secret's text, so that a prefix in it is meant.
    is_text: bool,
    /// The same secret as a key by another rule.
    other: Option<Box<Self>>,
}

impl HmacKey {
    /// Makes a key from its bytes, for secrets that are raw bytes or plain text. [`HmacKey::parse`] reads `whsec_…`.
    ///
    /// # Errors
    /// `empty_secret`.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        let key = Some(bytes).filter(|bytes| !bytes.is_empty()).and_then(|bytes| Hmac::new_from_slice(bytes).ok());
        let (bytes, absorbed) = (Zeroizing::new(bytes.to_vec()), key.ok_or(Error::EmptySecret)?);
        Ok(Self { bytes, absorbed, is_text: false, other: None })
    }

    /// Makes a key of a secret's text, as it is.
    ///
    /// # Errors
    /// `empty_secret`.
    pub(crate) fn from_text(text: &str) -> Result<Self, Error> {
        Self::from_bytes(text.as_bytes()).map(|key| Self { is_text: true, ..key })
    }

    /// Whether the key is a secret's text, which nothing decoded.
    pub(crate) const fn is_text(&self) -> bool {
        self.is_text
    }

    /// Adds a second key that the same secret may stand for. A signature under either counts, and the two have one place in a list of
    /// keys.
    pub(crate) fn or(self, other: Self) -> Self {
        Self { other: Some(Box::new(other)), ..self }
    }

    /// This key, and the second one that the secret may stand for.
    pub(crate) fn readings(&self) -> impl Iterator<Item = &Self> + Clone {
        [self].into_iter().chain(self.other.as_deref())
    }

    /// The bytes, for a platform that computes its own HMAC.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// HMAC-SHA256 of the parts, one after another.
    pub(crate) fn mac(&self, parts: [&[u8]; 2]) -> [u8; 32] {
        let mut mac = self.absorbed.clone();
        for part in parts {
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }

    /// HMAC-SHA1 of a message.
    pub(super) fn mac_sha1(&self, message: &[u8]) -> Option<[u8; 20]> {
        let mac = Hmac::<Sha1>::new_from_slice(&self.bytes).ok()?;
        Some(mac.chain_update(message).finalize().into_bytes().into())
    }
}

/// HMAC-SHA512 of a message. Always `Some`: HMAC takes keys of any length.
///
/// It takes the key's bytes, because an [`HmacKey`] brings SHA-256 into a program that needs this hash alone.
pub fn hmac_sha512(key: &[u8], message: &[u8]) -> Option<[u8; 64]> {
    let mac = Hmac::<Sha512>::new_from_slice(key).ok()?;
    Some(mac.chain_update(message).finalize().into_bytes().into())
}

impl fmt::Debug for HmacKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HmacKey(redacted)")
    }
}
