//! Which key proves a delivery that a scheme's template describes, by the form of its signatures.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use super::keys::Keys;
use super::template::{Claim, find_hmac_match};
use super::v1a::{Tried, find_match as find_ed25519_match, most_attempts};
use crate::crypto::{Crypto, HmacKey, MAX_ATTEMPTS, constant_time_eq, decode_der, is_strict};
use crate::error::Error;
use crate::scheme::{Encoding, Form};

/// Finds the first key that proves a delivery, in one of the forms that are accepted.
///
/// # Errors
/// `no_matching_signature`, `too_many_signatures`.
pub(crate) fn find_match<B, C: Crypto<B>>(
    claim: &Claim<'_>,
    forms: &[Form],
    keys: Keys<'_>,
    tried: &Tried,
    body: &B,
    crypto: &C,
) -> Result<(Form, usize), Error> {
    match forms {
        [form @ Form::Ed25519] => {
            let signatures = ed25519_signatures(claim)?;
            let found = find_ed25519_match(&signatures, keys, tried, || claim.message(body, crypto), crypto)?;
            found.map(|key| (*form, key)).ok_or(Error::NoMatchingSignature)
        }
        [form @ Form::EcdsaP256] => find_p256_match(claim, keys, body, crypto).map(|key| (*form, key)),
        _ => find_shared_match(claim, forms, keys.hmac(), body, crypto),
    }
}

/// [`find_match`] for the forms that shared secrets prove. Any other form counts as one in which nothing matches.
///
/// # Errors
/// `no_matching_signature`, `too_many_signatures`.
pub(crate) fn find_shared_match<'k, B, C: Crypto<B>>(
    claim: &Claim<'_>,
    forms: &[Form],
    keys: impl Iterator<Item = (usize, &'k HmacKey)> + Clone,
    body: &B,
    crypto: &C,
) -> Result<(Form, usize), Error> {
    match forms {
        [form @ Form::Token] => find_token_match(claim, keys).map(|key| (*form, key)),
        _ => find_hmac_match(claim, forms, keys, body, crypto),
    }
}

/// The Ed25519 signatures of a delivery that can match: in the sender's spelling, and of strict form.
///
/// # Errors
/// `too_many_signatures`.
pub(crate) fn ed25519_signatures(claim: &Claim<'_>) -> Result<Vec<[u8; 64]>, Error> {
    let decoded = |text: &&[u8]| decode_strict(claim.template.encoding, text);
    Ok(claim.signatures()?.iter().filter_map(decoded).collect())
}

/// Decodes an Ed25519 signature of strict form. Anything else cannot match, and costs no check.
pub(crate) fn decode_strict(encoding: Encoding, text: &[u8]) -> Option<[u8; 64]> {
    decode(encoding, text)?.try_into().ok().filter(is_strict)
}

/// Decodes an ECDSA signature, which is in DER.
pub(crate) fn decode_p256(encoding: Encoding, text: &[u8]) -> Option<[u8; 64]> {
    decode_der(&decode(encoding, text)?)
}

/// Compares the whole value with each secret, in a time that depends on the lengths alone.
fn find_token_match<'k>(
    claim: &Claim<'_>,
    mut keys: impl Iterator<Item = (usize, &'k HmacKey)>,
) -> Result<usize, Error> {
    let tokens = claim.signatures()?;
    let matches = |key: &HmacKey| tokens.iter().any(|token| constant_time_eq(token, key.as_bytes()));
    keys.find(|(_, key)| matches(key)).map(|(at, _)| at).ok_or(Error::NoMatchingSignature)
}

/// All checks are made, or none if they would cost too much: see [`most_attempts`].
// Not inlined: most Workers never receive ECDSA, and the engine compiles only functions that run.
#[inline(never)]
fn find_p256_match<B, C: Crypto<B>>(claim: &Claim<'_>, keys: Keys<'_>, body: &B, crypto: &C) -> Result<usize, Error> {
    let decoded = |text: &&[u8]| decode_p256(claim.template.encoding, text);
    let signatures: Vec<_> = claim.signatures()?.iter().filter_map(decoded).collect();
    let attempts = signatures.len().saturating_mul(keys.p256().count());
    match attempts {
        0 => return Err(Error::NoMatchingSignature),
        1..=MAX_ATTEMPTS => {}
        _ => return Err(Error::TooManySignatures),
    }
    let message = claim.message(body, crypto).ok_or(Error::NoMatchingSignature)?;
    if attempts > most_attempts(message.len()) {
        return Err(Error::TooManySignatures);
    }
    let mut keys = keys.p256();
    let found = keys.find(|(_, key)| signatures.iter().any(|signature| crypto.p256(key, &message, signature)));
    found.map(|(at, _)| at).ok_or(Error::NoMatchingSignature)
}

/// The bytes of a signature in the one spelling that its sender uses.
fn decode(encoding: Encoding, text: &[u8]) -> Option<Vec<u8>> {
    let text = Some(text).filter(|text| text.len() <= MAX_TEXT)?;
    match encoding {
        Encoding::Hex => {
            let (pairs, odd) = text.as_chunks::<2>();
            let digit = |byte: u8| match byte {
                b'0'..=b'9' => Some(byte & 15),
                b'a'..=b'f' => Some(byte.wrapping_sub(b'W')),
                _ => None,
            };
            let bytes = pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?));
            bytes.collect::<Option<_>>().filter(|_| odd.is_empty())
        }
        Encoding::Base64 => STANDARD.decode(text).ok(),
        Encoding::Base64Url => URL_SAFE_NO_PAD.decode(text).ok(),
    }
}

/// The longest text of a signature: 72 bytes in hexadecimal digits, which an ECDSA signature has at most.
const MAX_TEXT: usize = 144;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::Portable;
    use crate::delivery::{Delivery, Headers};
    use crate::key::KeyFormat;
    use crate::timestamp::Timestamp;
    use crate::verify::Policy;

    /// The key of SendGrid's own tests.
    const KEY: &str = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE83T4O/n84iotIvIW4mdBgQ/7dAfSmpqIM8kF9mN1flpVKS3GRqe62gw+2fNNRaINXvVpiglSI8eNEc6wEA3F+g==";

    /// The outcome for a body of that length under so many keys, none of which matches.
    fn refused(keys: usize, length: usize) -> Option<Error> {
        let secrets = vec![KeyFormat::P256Spki.parse(KEY).unwrap().remove(0); keys];
        let headers: [(&str, &[u8]); 2] = [
            ("x-twilio-email-event-webhook-timestamp", b"1600112502"),
            ("x-twilio-email-event-webhook-signature", b"MAYCAQECAQE="),
        ];
        let delivery = Delivery::new(Headers::from_iter(headers), vec![0; length]);
        let keys = Keys { secrets: &secrets, ..Keys::default() };
        let policy = Policy::of(crate::scheme::find("sendgrid").unwrap());
        policy.verify(keys, &delivery, Timestamp::from_unix(1_600_112_502), &Portable).err()
    }

    #[test]
    fn checks_by_ecdsa_have_the_limit_of_all_public_keys() {
        const MIB: usize = 1024 * 1024;
        for (keys, length) in [(1, 400), (32, 400), (12, MIB)] {
            assert_eq!(refused(keys, length), Some(Error::NoMatchingSignature), "{keys} keys over {length} bytes");
        }
        for (keys, length) in [(33, 400), (13, MIB)] {
            assert_eq!(refused(keys, length), Some(Error::TooManySignatures), "{keys} keys over {length} bytes");
        }
    }
}
