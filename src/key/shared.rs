//! `whsec_…`: a shared secret.

use super::encoding::decode;
use crate::crypto::HmacKey;
use crate::error::{Error, SecretFault};

impl HmacKey {
    /// Reads a shared secret: `whsec_…`, `v1,whsec_…` (Supabase), or bare base64, each as [`SecretKey::parse`] reads it.
    ///
    /// # Errors
    /// `empty_secret`, `invalid_secret`, also for `whpk_…` and `whsk_…`.
    ///
    /// [`SecretKey::parse`]: crate::SecretKey::parse
    pub fn parse(text: &str) -> Result<Self, Error> {
        let text = text.trim_ascii();
        let text = text.strip_prefix("v1,").filter(|rest| rest.starts_with("whsec_")).unwrap_or(text);
        if text.starts_with("whsk_") {
            return Err(Error::InvalidSecret(SecretFault::PrivateKey));
        }
        if text.starts_with("whpk_") {
            return Err(Error::InvalidSecret(SecretFault::PublicKey));
        }
        Self::from_bytes(&decode(text, text.strip_prefix("whsec_").unwrap_or(text))?)
    }
}
