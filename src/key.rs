//! Secrets and public keys: parsed once, wiped when dropped, redacted when printed, weak ones refused.

mod floor;
pub(crate) mod mistake;

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
        let text = text.trim_ascii();
        match text.strip_prefix("whpk_") {
            Some(public) => Ed25519Key::from_bytes(&decode(text, public)?).map(Self::Ed25519),
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
        Self::from_bytes(&decode(text, text.strip_prefix("whsec_").unwrap_or(text))?)
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
        let bytes = decode(text, encoded)?;
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

    /// The 64 bytes of a signature over a message (RFC 8032, 5.1.6).
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.signer.sign(message)
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

/// The bytes of `encoded`, which is `text` without its prefix.
fn decode(text: &str, encoded: &str) -> Result<Zeroizing<Vec<u8>>, Error> {
    if encoded.is_empty() {
        return Err(Error::EmptySecret);
    }
    // Half of the padding is neither form; the engine would take it.
    let padded = encoded.ends_with('=') && !encoded.len().is_multiple_of(4);
    let bytes = BASE64.decode(encoded).ok().filter(|bytes| !padded && !bytes.is_empty()).map(Zeroizing::new);
    let fault = match &bytes {
        Some(_) => mistake::behind_base64(encoded),
        None => Some(mistake::behind(text).unwrap_or_else(|| shape(encoded))),
    };
    fault.map_or_else(|| bytes.ok_or(Error::EmptySecret), |fault| Err(Error::InvalidSecret(fault)))
}

/// What is wrong with text that is like nothing else, and not base64.
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

    const GOOD: &str = "whsec_q4f1Zx8mB0yR2tUvW3sK5nJ7hG9dL6aP";

    /// Each is one that people paste, with what is said of it. None of them may be read as a key.
    #[test]
    fn every_common_mistake_has_a_name() {
        use SecretFault::*;
        let bare = GOOD.trim_start_matches("whsec_");
        let with = |before: &str, after: &str| format!("{before}{GOOD}{after}");
        let table = [
            (with("\"", "\""), Quoted),
            (with("'", "'"), Quoted),
            (with("`", "`"), Quoted),
            (with("“", "”"), Quoted),
            (with("«", "»"), Quoted),
            (with("\"", ""), Quoted),
            (with("", "'"), Quoted),
            (with("’", ""), Quoted),
            (format!("whsec_\"{bare}\""), Quoted),
            (with("\u{feff}", ""), NotText("a byte order mark (U+FEFF)")),
            (with("", "\u{200b}"), NotText("a zero-width space (U+200B)")),
            (with("\u{a0}", ""), NotText("a no-break space (U+00A0, U+202F)")),
            (format!("whsec_\u{200d}{bare}"), NotText("a zero-width joiner (U+200C, U+200D, U+2060)")),
            (with("", "\u{3000}"), NotText("a character that is not ASCII")),
            (with("", "\0"), NotText("a control character")),
            (GOOD.replace('q', "\u{430}"), NotText("a character that is not ASCII")),
            (with("", "\\n"), Escaped),
            (with("", "\\r\\n"), Escaped),
            (format!("{GOOD}\\n{GOOD}"), Several),
            (with("GEMINI_WEBHOOK_SECRET=", ""), Beside),
            (with("export GEMINI_WEBHOOK_SECRET=", ""), Beside),
            (with("SECRET=", ""), Beside),
            (format!("SECRET={bare}"), Beside),
            (format!("WEBHOOK_SECRET=\"{GOOD}\""), Beside),
            (with("Bearer ", ""), Beside),
            (with("bearer ", ""), Beside),
            (with("Signing-secret:", ""), Beside),
            (with("whsec_", ""), Several),
            (format!("{GOOD},{GOOD}"), Several),
            (format!("{GOOD}{GOOD}"), Several),
            (format!("{bare},{bare}"), Several),
            ("<your secret>".into(), Placeholder),
            ("whsec_<your-secret-here>".into(), Placeholder),
            ("[secret]".into(), Placeholder),
            ("whsec_your_secret".into(), Placeholder),
            ("change-me".into(), Placeholder),
            ("whsec_test_secret".into(), Placeholder),
            ("${WEBHOOK_SECRET}".into(), Unexpanded),
            ("$WEBHOOK_SECRET".into(), Unexpanded),
            ("%WEBHOOK_SECRET%".into(), Unexpanded),
            ("{{ secrets.WEBHOOK }}".into(), Unexpanded),
            ("process.env.WEBHOOK_SECRET".into(), Unexpanded),
            ("op://vault/countersign/secret".into(), Unexpanded),
            ("undefined".into(), Unset),
            ("whsec_undefined".into(), Unset),
            ("null".into(), Unset),
            ("None".into(), Unset),
            ("[object Object]".into(), Unset),
            ("[object Promise]".into(), Unset),
            ("whsec_…abcd".into(), Masked),
            ("whsec_...abcd".into(), Masked),
            ("whsec_****************".into(), Masked),
            ("••••••••".into(), Masked),
            ("we_1NxyzABCDEFghijk".into(), Other("we_")),
            ("ep_2abcDEFghi".into(), Other("ep_")),
            ("sk_live_51NxyzABC".into(), Other("sk_live_")),
            ("sk_test_51NxyzABC".into(), Other("sk_test_")),
            ("rk_live_51NxyzABC".into(), Other("rk_live_")),
            ("pk_live_51NxyzABC".into(), Other("pk_live_")),
            ("sk-proj-abcdefghijkl".into(), Other("sk-")),
            ("ghp_abcdefghijklmnop".into(), Other("ghp_")),
            ("AIzaSyA1234567890abcdefghijklmnopqrstuv".into(), Other("AIza")),
            ("AIzaSyA1234567890abcdefghijklmnopqrst_v".into(), Other("AIza")),
            ("eyJhbGciOiJSUzI1NiJ9.e30.c2ln".into(), Foreign("a JSON Web Token or JSON in base64 (`eyJ…`)")),
            ("https://example.com/hooks".into(), Foreign("a URL")),
            ("webhooks/abc123".into(), Other("webhooks/")),
            ("{\"secret\":\"x\"}".into(), Foreign("JSON")),
            ("6f1c0d2a-6a9c-4f30-9c5e-0d8f4f0b9a11".into(), Foreign("a UUID, as ids are")),
            ("acct_1NxyzABCDEFghijk".into(), Other("…_")),
            ("-----BEGIN PUBLIC KEY-----\nMCow\n-----END PUBLIC KEY-----".into(), KeyFile),
            ("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA you@example".into(), KeyFile),
            ("302a300506032b6570032100d5288280e2".into(), PublicAsShared),
            ("whsec_abc%2Bdef%3D".into(), PercentEncoded),
            (GOOD.replace("whsec_", "WHSEC_"), Prefix),
            (GOOD.replace("whsec_", "hwsec_"), Prefix),
            (GOOD.replace("whsec_", "whsec-"), Prefix),
            (GOOD.replace("whsec_", "wsec_"), Prefix),
            ("whsec_MfKQ9r8GKYqrTw jUPD8ILPZIo2LaLaSw".into(), InnerWhitespace),
            ("my secret".into(), InnerWhitespace),
            ("correct!horse".into(), NotBase64),
            ("my-word".into(), NotBase64),
            ("whsec_--__--__--__--__--__--__--__--__".into(), UrlSafe),
            (format!("{GOOD}A"), Cut),
            ("whsec_%%%".into(), NotBase64),
            ("whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbc=".into(), PrivateKey),
            ("whpk_MCowBQYDK2VwAyEA1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=".into(), Spki),
            ("whpk_AAAA".into(), PublicKeyLength),
        ];
        for (text, fault) in table {
            assert_fault(&text, fault);
            let said = fault.to_string();
            assert!(!said.contains(bare) && !said.contains("replace `"), "{text:?}: {said}");
        }
        let public = HmacKey::parse("whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=");
        assert_eq!(public.err(), Some(Error::InvalidSecret(SecretFault::PublicKey)));
        for good in [GOOD, bare, &format!("v1,{GOOD}"), &format!(" {GOOD}\r\n"), "MDEyMw=="] {
            assert!(SecretKey::parse(good).is_ok(), "{good}");
        }
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
        assert_fault("MDEyMw=", SecretFault::Cut);
        assert_fault("MDEyMw===", SecretFault::Cut);
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
