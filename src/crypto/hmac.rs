//! HMAC keys.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::Sha256;
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
}

impl HmacKey {
    /// Makes a key from its bytes, for secrets that are raw bytes or plain text. [`HmacKey::parse`] reads `whsec_…`.
    ///
    /// # Errors
    /// `empty_secret`.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        let key = Some(bytes).filter(|bytes| !bytes.is_empty()).and_then(|bytes| Hmac::new_from_slice(bytes).ok());
        Ok(Self { bytes: Zeroizing::new(bytes.to_vec()), absorbed: key.ok_or(Error::EmptySecret)? })
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

impl fmt::Debug for HmacKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HmacKey(redacted)")
    }
}
