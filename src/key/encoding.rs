//! Base64 of keys, and what is wrong with text that is not.

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use zeroize::Zeroizing;

use super::mistake;
use crate::error::{Error, SecretFault};

/// Decodes `encoded`, which is `text` without its prefix.
pub(super) fn decode(text: &str, encoded: &str) -> Result<Zeroizing<Vec<u8>>, Error> {
    if encoded.is_empty() {
        return Err(Error::EmptySecret);
    }
    // The engine would accept half of the padding, which is neither form.
    let padded = encoded.ends_with('=') && !encoded.len().is_multiple_of(4);
    let bytes = BASE64.decode(encoded).ok().filter(|bytes| !padded && !bytes.is_empty()).map(Zeroizing::new);
    let fault = match &bytes {
        Some(_) => mistake::behind_base64(encoded),
        None => Some(mistake::behind(text).unwrap_or_else(|| shape(encoded))),
    };
    fault.map_or_else(|| bytes.ok_or(Error::EmptySecret), |fault| Err(Error::InvalidSecret(fault)))
}

/// What is wrong with text that is not base64 and matches no known mistake.
fn shape(encoded: &str) -> SecretFault {
    let all = |more: &str| encoded.chars().all(|c| c.is_ascii_alphanumeric() || more.contains(c));
    if encoded.contains(|c: char| c.is_ascii_whitespace()) {
        SecretFault::InnerWhitespace
    } else if all("+/=") && !encoded.trim_end_matches('=').contains('=') {
        SecretFault::Cut
    } else if all("-_=") && encoded.len() >= 22 {
        SecretFault::UrlSafe
    } else {
        SecretFault::NotBase64
    }
}

pub(super) const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);
