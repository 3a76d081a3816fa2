//! The ways in which senders write their secrets.

use super::SecretKey;
use super::mistake::in_any_value;
use crate::crypto::HmacKey;
use crate::error::Error;

/// How a sender writes its secrets.
///
/// ```
/// use countersign::{KeyFormat, SecretKey};
///
/// let keys = KeyFormat::Text.parse("It's a Secret to Everybody")?;
/// assert!(matches!(&keys[..], [SecretKey::Hmac(key)] if key.as_bytes() == b"It's a Secret to Everybody"));
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyFormat {
    /// As [`SecretKey::parse`] reads it: `whsec_…`, `whpk_…`, bare base64.
    Standard,
    /// The key is the text itself, whatever it looks like.
    Text,
}

impl KeyFormat {
    /// Reads one secret: the keys that it may stand for, most often one. White space at both ends is dropped.
    ///
    /// # Errors
    /// `empty_secret`, `invalid_secret`, `weak_key`.
    pub fn parse(self, text: &str) -> Result<Vec<SecretKey>, Error> {
        match self {
            Self::Standard => SecretKey::parse(text).map(|key| vec![key]),
            Self::Text => self.parse_hmac(text).map(|keys| keys.into_iter().map(SecretKey::Hmac).collect()),
        }
    }

    /// [`KeyFormat::parse`] for a receiver that has only shared secrets.
    ///
    /// # Errors
    /// `empty_secret`, `invalid_secret`, also for a public key.
    pub fn parse_hmac(self, text: &str) -> Result<Vec<HmacKey>, Error> {
        let key = match self {
            Self::Standard => HmacKey::parse(text),
            Self::Text => {
                let text = text.trim_ascii();
                match in_any_value(text) {
                    Some(fault) => Err(Error::InvalidSecret(fault)),
                    None => HmacKey::from_bytes(text.as_bytes()),
                }
            }
        };
        key.map(|key| vec![key])
    }

    /// Whether a secret may contain white space, so that several in one value are separated by line breaks.
    pub const fn may_have_spaces(self) -> bool {
        matches!(self, Self::Text)
    }
}
