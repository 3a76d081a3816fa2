//! Public keys: Ed25519 as `whpk_…`, base64, hexadecimal digits or PEM, and P-256 in SPKI.

use super::encoding::{decode, decode_hex};
use crate::crypto::{Ed25519Key, P256Key};
use crate::error::{Error, SecretFault};

/// Reads `whpk_…`, or base64 without a prefix, of the 32 bytes of RFC 8032.
pub(super) fn parse(text: &str) -> Result<Ed25519Key, Error> {
    Ed25519Key::from_bytes(&decode(text, text.strip_prefix("whpk_").unwrap_or(text))?)
}

/// Reads one Ed25519 public key in PEM (RFC 7468, 13; RFC 8410, 4). Its line breaks may be lost, or written as `\n`, as in
/// the JSON that a sender responds with.
///
/// # Errors
/// `invalid_secret`, also for a key of another algorithm; `weak_key`.
pub(super) fn parse_pem(text: &str) -> Result<Ed25519Key, Error> {
    const FAULT: Error = Error::InvalidSecret(SecretFault::Pem);
    let text = text.trim_ascii();
    let text = text.strip_suffix("\\n").unwrap_or(text);
    let inner = text.strip_prefix(BEGIN).and_then(|text| text.strip_suffix(END)).ok_or(FAULT)?;
    let lines = inner.split('\\').map(|line| line.strip_prefix('n').unwrap_or(line));
    let encoded: String = lines.flat_map(str::split_ascii_whitespace).collect();
    let der = decode(&encoded, &encoded).map_err(|_| FAULT)?;
    Ed25519Key::from_bytes(der.strip_prefix(&SPKI).filter(|key| key.len() == 32).ok_or(FAULT)?)
}

/// Reads 64 hexadecimal digits, of either case, with white space at both ends dropped.
pub(super) fn parse_hex(text: &str) -> Result<Ed25519Key, Error> {
    let bytes =
        decode_hex(text, SecretFault::NotHexKey).map_err(|error| as_public_key(error, SecretFault::NotHexKey))?;
    if bytes.len() == 32 { Ed25519Key::from_bytes(&bytes) } else { Err(Error::InvalidSecret(SecretFault::NotHexKey)) }
}

/// Reads base64 of a SubjectPublicKeyInfo.
pub(super) fn parse_p256(text: &str) -> Result<P256Key, Error> {
    P256Key::from_spki(&decode(text, text).map_err(|error| as_public_key(error, SecretFault::NotP256))?)
}

/// For a key in a file or of another service, `fault` says how this sender's key is written. What the error itself says concerns secrets.
fn as_public_key(error: Error, fault: SecretFault) -> Error {
    match error {
        Error::InvalidSecret(SecretFault::KeyFile | SecretFault::Foreign(_) | SecretFault::Other(_)) => {
            Error::InvalidSecret(fault)
        }
        other => other,
    }
}

/// What a public key in PEM begins with.
pub(super) const BEGIN: &str = "-----BEGIN PUBLIC KEY-----";
const END: &str = "-----END PUBLIC KEY-----";

/// The DER of RFC 8410 before the 32 bytes of an Ed25519 key.
const SPKI: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
