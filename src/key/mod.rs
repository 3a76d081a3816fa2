//! Keys as senders hand them out: one parser per format. The keys are wiped when dropped and redacted when printed, and weak ones
//! are refused.

mod encoding;
mod floor;
mod format;
pub(crate) mod mistake;
mod private;
mod public;
mod shared;
#[cfg(test)]
mod tests;

use crate::crypto::{Ed25519Key, HmacKey, P256Key};
use crate::error::Error;

pub use format::KeyFormat;
pub(crate) use format::is_prefixed;

/// A key of a source. Matches only signatures of its kind: in Standard Webhooks a shared secret `v1`, a public key `v1a`.
///
/// ```
/// use countersign::SecretKey;
///
/// let key = SecretKey::parse("whsec_q4f1Zx8mB0yR2tUvW3sK5nJ7hG9dL6aP")?;
/// assert!(matches!(key, SecretKey::Hmac(_)));
/// assert_eq!(format!("{key:?}"), "Hmac(HmacKey(redacted))");
///
/// let quoted = SecretKey::parse("\"whsec_q4f1Zx8mB0yR2tUvW3sK5nJ7hG9dL6aP\"");
/// assert_eq!(quoted.map_err(|error| error.code()).err(), Some("invalid_secret"));
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum SecretKey {
    /// A shared secret: `whsec_…`, base64 without a prefix, or what else a [`KeyFormat`] reads.
    Hmac(HmacKey),
    /// A public key: `whpk_…`, or as a [`KeyFormat`] has it.
    Ed25519(Ed25519Key),
    /// A public key on P-256, in SPKI.
    P256(P256Key),
}

impl SecretKey {
    /// Reads one key in the forms that senders hand out: `whsec_…`, `v1,whsec_…` (Supabase), `whpk_…`, or bare base64.
    ///
    /// White space at both ends is dropped. Base64 is of the standard alphabet; its padding is optional, and trailing bits are
    /// ignored, as the reference suite's own secrets have them. Text is never guessed to be a key: see [`HmacKey::from_bytes`].
    ///
    /// # Errors
    /// `empty_secret`, `invalid_secret`, `weak_key`.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let text = text.trim_ascii();
        if text.starts_with("whpk_") {
            public::parse(text).map(Self::Ed25519)
        } else {
            HmacKey::parse(text).map(Self::Hmac)
        }
    }

    /// Strict mode: holds a shared secret to the 24 to 64 bytes of the specification.
    ///
    /// # Errors
    /// `weak_secret`.
    pub fn check_length(&self) -> Result<(), Error> {
        match self {
            Self::Hmac(key) if !(24..=64).contains(&key.as_bytes().len()) => Err(Error::WeakSecret),
            _ => Ok(()),
        }
    }
}
