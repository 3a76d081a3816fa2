//! `v1`: HMAC-SHA256, and its text compared in constant time.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::crypto::{Crypto, HmacKey, constant_time_eq};

/// Finds the first key under which one of the signatures holds. One HMAC per key serves all signatures; the text is compared
/// whole, so that no second spelling of a MAC is accepted.
pub(super) fn find_match<'t, 'k, B, C: Crypto<B>>(
    signatures: impl Iterator<Item = &'t [u8]> + Clone,
    mut keys: impl Iterator<Item = (usize, &'k HmacKey)>,
    prefix: &[u8],
    body: &B,
    crypto: &C,
) -> Option<usize> {
    let mut macs = signatures.filter(|text| text.len() == MAC_TEXT).peekable();
    // If no signature can match, nothing is hashed.
    macs.peek()?;
    let matches = |key| {
        let expected = mac_text(crypto.hmac_sha256(key, prefix, body));
        macs.clone().any(|mac| constant_time_eq(mac, &expected))
    };
    keys.find(|(_, key)| matches(key)).map(|(at, _)| at)
}

/// The base64 text of a MAC, as it follows `v1,`.
pub(crate) fn mac_text(mac: [u8; 32]) -> [u8; MAC_TEXT] {
    let mut text = [0; MAC_TEXT];
    // This cannot fail: the buffer has the length of the text.
    let _ = STANDARD.encode_slice(mac, &mut text);
    text
}

/// The length of 32 bytes in padded base64.
pub(crate) const MAC_TEXT: usize = 44;
