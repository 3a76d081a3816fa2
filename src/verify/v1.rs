//! `v1`: HMAC-SHA256, and its text compared in constant time.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::key::SecretKey;
use crate::signature::{Crypto, constant_time_eq};
use crate::verify::Keys;

/// One HMAC per secret serves all signatures; the text is compared whole, so that no second spelling of a MAC is accepted.
pub(super) fn find_match<B, C: Crypto<B>>(
    signatures: &[&[u8]],
    keys: Keys<'_>,
    prefix: &[u8],
    body: &B,
    crypto: &C,
) -> Option<usize> {
    let secrets = keys.secrets.iter().enumerate().filter(|_| !signatures.is_empty());
    let matches = |secret: &SecretKey| match secret {
        SecretKey::Hmac(key) => {
            let expected = mac_text(crypto.hmac_sha256(key, prefix, body));
            signatures.iter().any(|signature| constant_time_eq(signature, expected.as_bytes()))
        }
        SecretKey::Ed25519(_) => false,
    };
    secrets.filter(|(_, secret)| matches(secret)).map(|(at, _)| at).next()
}

/// The base64 text of a MAC, as it stands behind `v1,`.
pub(crate) fn mac_text(mac: [u8; 32]) -> String {
    STANDARD.encode(mac)
}

/// The length of 32 bytes in padded base64.
pub(crate) const MAC_TEXT: usize = 44;
