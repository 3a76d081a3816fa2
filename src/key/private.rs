//! `whsk_…`: an Ed25519 private key, to sign with.

use super::encoding::decode;
use crate::crypto::Ed25519SigningKey;
use crate::error::{Error, SecretFault};

impl Ed25519SigningKey {
    /// Reads `whsk_…`: base64 of the 32 bytes, or, as Svix writes it, of these and the 32 bytes of the public key.
    ///
    /// White space at both ends is dropped; base64 is read as in [`SecretKey::parse`](crate::SecretKey::parse).
    ///
    /// # Errors
    /// `empty_secret`; `invalid_secret`, also for a public key that belongs to another private key.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let text = text.trim_ascii();
        let encoded = text.strip_prefix("whsk_").ok_or(Error::InvalidSecret(SecretFault::NotPrivate))?;
        let bytes = decode(text, encoded)?;
        let Some((seed, public)) = bytes.split_first_chunk::<32>().filter(|(_, rest)| [0, 32].contains(&rest.len()))
        else {
            return Err(Error::InvalidSecret(SecretFault::PrivateKeyLength));
        };
        let key = Self::from_seed(seed);
        if !public.is_empty() && public != key.public_key().as_bytes() {
            return Err(Error::InvalidSecret(SecretFault::PairMismatch));
        }
        Ok(key)
    }
}
