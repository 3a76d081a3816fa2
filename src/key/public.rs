//! `whpk_…`: an Ed25519 public key.

use super::encoding::decode;
use crate::crypto::Ed25519Key;
use crate::error::Error;

/// Reads `whpk_…`: base64 of the 32 bytes of RFC 8032.
pub(super) fn parse(text: &str) -> Result<Ed25519Key, Error> {
    Ed25519Key::from_bytes(&decode(text, text.strip_prefix("whpk_").unwrap_or(text))?)
}
