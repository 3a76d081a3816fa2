//! Secrets and public keys: parsed once, wiped when dropped, redacted when printed, weak ones refused.

use std::fmt;

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use zeroize::Zeroizing;

use crate::error::{Error, SecretFault};
use crate::signature::{HmacState, Point, Signer};

/// A key of a source. It answers to its own version tag only: an HMAC key to `v1`, a public key to `v1a`.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum SecretKey {
    /// `whsec_…`, or base64 without a prefix.
    Hmac(HmacKey),
    /// `whpk_…`.
    Ed25519(Ed25519Key),
}

/// A shared secret, for HMAC-SHA256.
#[derive(Clone)]
pub struct HmacKey {
    bytes: Zeroizing<Vec<u8>>,
    state: HmacState,
}

/// An Ed25519 public key, on the curve, canonical, and not of small order.
#[derive(Clone)]
pub struct Ed25519Key {
    bytes: [u8; 32],
    point: Point,
}

/// An Ed25519 private key: what a sender signs `v1a` with. A receiver has no use for one.
#[derive(Clone)]
pub struct Ed25519SigningKey {
    signer: Signer,
}

impl SecretKey {
    /// Reads one key in the forms that senders hand out: `whsec_…`, `v1,whsec_…` (Supabase), `whpk_…`, or bare base64.
    ///
    /// White space at both ends is dropped. Base64 is of the standard alphabet, padding optional, trailing bits passed over (the
    /// reference suite's own secrets have them). Text is never guessed to be a key: see [`HmacKey::from_bytes`].
    ///
    /// # Errors
    /// `empty_secret`, `invalid_secret`, `weak_key`.
    pub fn parse(text: &str) -> Result<Self, Error> {
        match text.trim_ascii().strip_prefix("whpk_") {
            Some(public) => Ed25519Key::from_bytes(&decode(public)?).map(Self::Ed25519),
            None => HmacKey::parse(text).map(Self::Hmac),
        }
    }

    /// Strict mode: holds a shared secret to the 24 to 64 bytes of the specification.
    ///
    /// # Errors
    /// `weak_secret`.
    pub fn check_length(&self) -> Result<(), Error> {
        match self {
            Self::Hmac(key) if !(24..=64).contains(&key.bytes.len()) => Err(Error::WeakSecret),
            _ => Ok(()),
        }
    }
}

impl HmacKey {
    /// [`SecretKey::parse`] where only a shared secret will do: `whsec_…`, `v1,whsec_…`, or bare base64.
    ///
    /// # Errors
    /// `empty_secret`, `invalid_secret`, also for `whpk_…`.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let text = text.trim_ascii();
        let text = text.strip_prefix("v1,").filter(|rest| rest.starts_with("whsec_")).unwrap_or(text);
        if text.starts_with("whsk_") {
            return Err(Error::InvalidSecret(SecretFault::PrivateKey));
        }
        if text.starts_with("whpk_") {
            return Err(Error::InvalidSecret(SecretFault::PublicKey));
        }
        Self::from_bytes(&decode(text.strip_prefix("whsec_").unwrap_or(text))?)
    }

    /// A key from its bytes: the explicit way for secrets that are text, or bytes from elsewhere.
    ///
    /// # Errors
    /// `empty_secret`.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        let state = Some(bytes).filter(|bytes| !bytes.is_empty()).and_then(HmacState::new);
        Ok(Self { bytes: Zeroizing::new(bytes.to_vec()), state: state.ok_or(Error::EmptySecret)? })
    }

    /// The bytes, for a platform that keys its own HMAC.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(crate) fn state(&self) -> &HmacState {
        &self.state
    }
}

impl Ed25519Key {
    /// A key from the 32 bytes of RFC 8032.
    ///
    /// # Errors
    /// `invalid_secret` for another length, or for bytes that are no point in canonical form; `weak_key` for one of small order.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        let fault = if bytes.len() == 44 { SecretFault::Spki } else { SecretFault::PublicKeyLength };
        let bytes = bytes.try_into().map_err(|_| Error::InvalidSecret(fault))?;
        Ok(Self { bytes, point: Point::new(&bytes)? })
    }

    /// The 32 bytes, for a platform that does the arithmetic.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.bytes
    }

    pub(crate) const fn point(&self) -> &Point {
        &self.point
    }
}

impl Ed25519SigningKey {
    /// A key from the 32 bytes that RFC 8032 calls the private key.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self { signer: Signer::new(seed) }
    }

    /// Reads `whsk_…`: base64 of the 32 bytes, or as Svix has it of these and the 32 bytes of the public key.
    ///
    /// White space at both ends is dropped; base64 is read as in [`SecretKey::parse`].
    ///
    /// # Errors
    /// `empty_secret`; `invalid_secret`, also for a public key that belongs to another private key.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let text = text.trim_ascii();
        let encoded = text.strip_prefix("whsk_").ok_or(Error::InvalidSecret(SecretFault::NotPrivate))?;
        let bytes = decode(encoded)?;
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

    /// The key to verify with.
    pub fn public_key(&self) -> Ed25519Key {
        let (point, bytes) = self.signer.point();
        Ed25519Key { bytes, point }
    }

    pub(crate) const fn signer(&self) -> &Signer {
        &self.signer
    }
}

impl fmt::Debug for HmacKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HmacKey(redacted)")
    }
}

impl fmt::Debug for Ed25519Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ed25519Key(redacted)")
    }
}

impl fmt::Debug for Ed25519SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ed25519SigningKey(redacted)")
    }
}

fn decode(text: &str) -> Result<Zeroizing<Vec<u8>>, Error> {
    if text.is_empty() {
        return Err(Error::EmptySecret);
    }
    // Half of the padding is neither form; the engine would take it.
    let padded = text.ends_with('=') && !text.len().is_multiple_of(4);
    let bytes = BASE64.decode(text).ok().filter(|bytes| !padded && !bytes.is_empty());
    bytes.map(Zeroizing::new).ok_or_else(|| Error::InvalidSecret(diagnose(text)))
}

/// The mistake behind text that is not base64, most telling first.
fn diagnose(text: &str) -> SecretFault {
    if text.starts_with(['"', '\'', '`']) || text.ends_with(['"', '\'', '`']) {
        SecretFault::Quoted
    } else if text.contains(|c: char| c.is_ascii_whitespace()) {
        SecretFault::InnerWhitespace
    } else if text.chars().all(|c| c.is_ascii_alphanumeric() || "-_=".contains(c)) && text.contains(['-', '_']) {
        SecretFault::UrlSafe
    } else {
        SecretFault::NotBase64
    }
}

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn assert_fault(text: &str, fault: SecretFault) {
        assert_eq!(SecretKey::parse(text).err(), Some(Error::InvalidSecret(fault)), "{text:?}");
    }

    #[test]
    fn every_common_mistake_has_a_name() {
        assert_fault("\"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\"", SecretFault::Quoted);
        assert_fault("whsec_MfKQ9r8GKYqrTw jUPD8ILPZIo2LaLaSw", SecretFault::InnerWhitespace);
        assert_fault("whsec_--__--__", SecretFault::UrlSafe);
        assert_fault("whsec_not base64 at all!", SecretFault::InnerWhitespace);
        assert_fault("whsec_%%%", SecretFault::NotBase64);
        assert_fault("whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbc=", SecretFault::PrivateKey);
        assert_fault("whpk_MCowBQYDK2VwAyEA1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=", SecretFault::Spki);
        assert_fault("whpk_AAAA", SecretFault::PublicKeyLength);
        let public = HmacKey::parse("whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=");
        assert_eq!(public.err(), Some(Error::InvalidSecret(SecretFault::PublicKey)));
    }

    /// A fault of the configuration has no other words for the fix.
    #[test]
    fn a_bad_key_is_told_with_its_fix() {
        let point = |first: u8| format!("whpk_{}", BASE64.encode([&[first][..], &[0; 31]].concat()));
        for (text, fault) in [
            ("whpk_AAAA", Error::InvalidSecret(SecretFault::PublicKeyLength)),
            (&point(2), Error::InvalidSecret(SecretFault::NotOnCurve)),
            (&point(1), Error::WeakKey),
        ] {
            assert_eq!(SecretKey::parse(text).err(), Some(fault));
            assert!(fault.to_string().contains("; "), "{fault}");
        }
        for fault in [SecretFault::PairMismatch, SecretFault::PrivateKeyLength] {
            assert!(fault.to_string().contains("; copy"), "{fault}");
        }
    }

    #[test]
    fn nothing_is_not_a_key() {
        for text in ["", "  ", "whsec_", "v1,whsec_", "whpk_"] {
            assert_eq!(SecretKey::parse(text).err(), Some(Error::EmptySecret), "{text:?}");
        }
    }

    #[test]
    fn padding_is_there_or_not_never_half() {
        for text in ["MDEyMw==", "MDEyMw", "whsec_MDEyMw==\n"] {
            assert!(SecretKey::parse(text).is_ok(), "{text:?}");
        }
        assert_fault("MDEyMw=", SecretFault::NotBase64);
        assert_fault("MDEyMw===", SecretFault::NotBase64);
    }

    #[test]
    fn a_private_key_is_a_seed_with_or_without_its_public_key() {
        let parse = |text: &str| Ed25519SigningKey::parse(text).map(|key| *key.public_key().as_bytes());
        let SecretKey::Ed25519(public) = SecretKey::parse("whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=").unwrap()
        else {
            panic!()
        };
        let pair = "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==";
        assert_eq!(parse(pair), Ok(*public.as_bytes()));
        assert_eq!(parse(" whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbc=\n"), Ok(*public.as_bytes()));
        let fault = |text: &str| parse(text).err();
        assert_eq!(fault(&pair.replace("IDij", "IDik")), Some(Error::InvalidSecret(SecretFault::PairMismatch)));
        assert_eq!(fault("whsk_AAAA"), Some(Error::InvalidSecret(SecretFault::PrivateKeyLength)));
        assert_eq!(fault("whpk_AAAA"), Some(Error::InvalidSecret(SecretFault::NotPrivate)));
        assert_eq!(fault("whsk_"), Some(Error::EmptySecret));
        let key = Ed25519SigningKey::parse(pair).unwrap();
        assert_eq!(format!("{key:?}"), "Ed25519SigningKey(redacted)");
    }

    #[test]
    fn no_key_can_be_printed() {
        let key = SecretKey::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        assert_eq!(format!("{key:?}"), "Hmac(HmacKey(redacted))");
    }
}
