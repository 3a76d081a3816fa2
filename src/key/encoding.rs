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
    let all = |more: &[u8]| encoded.bytes().all(|byte| byte.is_ascii_alphanumeric() || more.contains(&byte));
    if encoded.bytes().any(|byte| byte.is_ascii_whitespace()) {
        SecretFault::InnerWhitespace
    } else if all(b"+/=") && !encoded.trim_end_matches('=').as_bytes().contains(&b'=') {
        SecretFault::Cut
    } else if all(b"-_=") && encoded.len() >= 22 {
        SecretFault::UrlSafe
    } else {
        SecretFault::NotBase64
    }
}

/// Decodes hexadecimal digits of either case, with white space at both ends dropped; `fault` says that text is something else.
///
/// # Errors
/// `empty_secret`, `invalid_secret`.
pub(super) fn decode_hex(text: &str, fault: SecretFault) -> Result<Zeroizing<Vec<u8>>, Error> {
    let text = text.trim_ascii();
    if text.is_empty() {
        return Err(Error::EmptySecret);
    }
    if let Some(fault) = mistake::in_any_value(text) {
        return Err(Error::InvalidSecret(fault));
    }
    let (pairs, odd) = text.as_bytes().as_chunks::<2>();
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let bytes: Option<Vec<u8>> = pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?)).collect();
    bytes.map(Zeroizing::new).filter(|_| odd.is_empty()).ok_or(Error::InvalidSecret(fault))
}

pub(super) const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);
