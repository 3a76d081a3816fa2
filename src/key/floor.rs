//! Keys that work and that nobody should trust: short keys, public keys, and keys that documentation prints.

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use super::SecretKey;
use crate::crypto::HmacKey;
use crate::error::{Error, SecretFault};

/// The shortest shared key that cannot be guessed, in bytes.
const LEAST: usize = 16;

/// The first 15 bytes, in base64, of published keys.
const SAMPLES: [&str; 26] = [
    "MfKQ9r8GKYqrTwjUPD8I", // the suites of Standard Webhooks, and Svix's README
    "C2FVsBQIhrscChlQIMV+", // Standard Webhooks' Rust library, Svix's API reference, Replicate's documentation
    "plJ3nmyCDGBKInavdOK1", // https://docs.svix.com/receiving/verifying-payloads/how-manual
    "5WbX5kEWLlfzsGNjH64I", // an earlier version of that page, and the SDKs that Stainless generates
    "RdvaYFYUXuIFuEbvZHwM", // https://github.com/openai/openai-python/blob/main/tests/lib/test_webhooks.py
    "aWxpa2VzdXBhYmFzZXZl", // https://github.com/supabase/auth, internal/conf
    "cG9sYXItZXhhbXBsZS1r", // https://github.com/polarsource/polar
    "dGVzdHRlc3R0ZXN0dGVz", // "test", again and again: https://gitlab.com/gitlab-org/gitlab
    "c2VjcmV0c2VjcmV0c2Vj", // "secret", again and again
    "eW91ci0yNTYtYml0LXNl", // "your-256-bit-secret": https://jwt.io
    "YS1zdHJpbmctc2VjcmV0", // "a-string-secret-at-least-256-bits-long": https://jwt.io
    "SXQncyBhIFNlY3JldCB0", // "It's a Secret to Everybody": GitHub's, Bitbucket's and Jira's documentation
    "xxxxxxxxxxxxxxxxxxxx", // what documentation writes for a secret
    "XXXXXXXXXXXXXXXXXXXX",
    "AyM1SysPpbyDfgZld3um", // RFC 7515, A.1, and RFC 7797
    "hJtXIZ2uSN5kbQfbtTNW", // RFC 7520, 3.5
    "uzvJfB4u3N0Jy4T7NZ75", // RFC 9421, B.1.5
    "CwsLCwsLCwsLCwsLCwsL", // RFC 4231, 4.2
    "qqqqqqqqqqqqqqqqqqqq", // RFC 4231, 4.4 and 4.7
    "AQIDBAUGBwgJCgsMDQ4P", // RFC 4231, 4.5
    "6Xb/dCcHpPea21PS1N9V", // Svix's Ed25519 key, the private and the public one
    "1SiA4o9hyqTCpIqC5V9H",
    "nWGxne/9WmC6hEr0kuws", // RFC 8032, 7.1, and RFC 8037, A.1
    "11qYAYKxCrfVS/7TyWQH",
    "n4Ni+HpISpVObnQMW0wO", // RFC 9421, B.1.4
    "JrQLj5P/89iXES9+vFgr",
];

/// The beginnings of text and of key files.
const PREFIXES: [(&str, SecretFault); 7] = [
    ("whsec_", SecretFault::TwiceEncoded),
    ("v1,whsec_", SecretFault::TwiceEncoded),
    ("whpk_", SecretFault::TwiceEncoded),
    ("-----BEGIN", SecretFault::KeyFile),
    ("\0\0\0\x07ssh-rsa", SecretFault::KeyFile),
    ("\0\0\0\x0bssh-ed25519", SecretFault::KeyFile),
    ("\0\0\0\x13ecdsa-", SecretFault::KeyFile),
];

impl SecretKey {
    /// Refuses keys that are public, published or short. Call it where a receiver is configured: verification accepts any key.
    ///
    /// # Errors
    /// `invalid_secret` for a public key or a key file in place of a shared secret, and for a key that documentation prints; else
    /// [`Error::ShortSecret`] (`weak_secret`) for a shared key under 16 bytes. A receiver may allow short keys, and no others.
    pub fn check_floor(&self) -> Result<(), Error> {
        match self {
            Self::Hmac(key) => key.check_floor(),
            Self::Ed25519(key) => check_sample(key.as_bytes()),
            Self::P256(_) => Ok(()),
        }
    }
}

impl HmacKey {
    /// [`SecretKey::check_floor`] of a shared secret. Of a secret that may stand for two keys, the first decides: the second is longer.
    ///
    /// # Errors
    /// Those of [`SecretKey::check_floor`].
    pub fn check_floor(&self) -> Result<(), Error> {
        let bytes = self.as_bytes();
        // Text that begins like another secret was not decoded: Stripe's `whsec_…` is the key itself.
        if let Some(fault) = other_kind(bytes).filter(|_| !self.is_text()) {
            return Err(Error::InvalidSecret(fault));
        }
        check_sample(bytes)?;
        if bytes.len() < LEAST { Err(Error::ShortSecret) } else { Ok(()) }
    }
}

#[inline(never)]
fn check_sample(bytes: &[u8]) -> Result<(), Error> {
    let mut text = [0; 20];
    // The buffer has the length of 15 bytes in base64, so this cannot fail.
    let length = bytes.first_chunk::<15>().and_then(|first| STANDARD_NO_PAD.encode_slice(first, &mut text).ok());
    let is_sample = length.is_some() && SAMPLES.iter().any(|sample| sample.as_bytes() == text);
    if is_sample { Err(Error::InvalidSecret(SecretFault::Sample)) } else { Ok(()) }
}

/// Recognises bytes that were made for another purpose. Random bytes look like it less often than once in 2²⁴.
fn other_kind(bytes: &[u8]) -> Option<SecretFault> {
    for (prefix, fault) in PREFIXES {
        if bytes.starts_with(prefix.as_bytes()) {
            return Some(fault);
        }
    }
    let (content, behind) = der(bytes, 0x30)?;
    if !behind.is_empty() {
        return None;
    }
    match der(content, 0x30).and_then(|(first, _)| first.first()) {
        // SubjectPublicKeyInfo: an algorithm, by its object identifier, then the key.
        Some(0x06) => Some(SecretFault::PublicAsShared),
        // A certificate: what is signed begins with its version or its serial number.
        Some(0xa0 | 0x02) => Some(SecretFault::KeyFile),
        // PKCS #8, SEC 1 and PKCS #1 begin with a small number or a modulus, and more follows.
        _ => der(content, 0x02).and_then(|(_, rest)| rest.first().map(|_| SecretFault::KeyFile)),
    }
}

/// The content of a DER value with that tag, and what follows it.
#[inline(never)]
fn der(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let [first, length, rest @ ..] = bytes else { return None };
    if *first != tag {
        return None;
    }
    match (length, rest) {
        (0..=0x7f, _) => rest.split_at_checked((*length).into()),
        (0x81, [length, rest @ ..]) => rest.split_at_checked((*length).into()),
        (0x82, [high, low, rest @ ..]) => rest.split_at_checked(u16::from_be_bytes([*high, *low]).into()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> Option<Error> {
        SecretKey::parse(text).unwrap().check_floor().err()
    }

    #[test]
    fn a_shared_key_has_sixteen_bytes() {
        for length in 1..=64u8 {
            let bytes: Vec<_> = (0..length).map(|at| at.wrapping_mul(37).wrapping_add(11)).collect();
            let expected = (length < 16).then_some(Error::ShortSecret);
            assert_eq!(HmacKey::from_bytes(&bytes).unwrap().check_floor().err(), expected, "{length}");
        }
        for word in ["change", "me", "please", "whsec_test", "Copy", "old", "test"] {
            assert_eq!(refused(word), Some(Error::ShortSecret), "{word}");
        }
        assert_eq!(Error::ShortSecret.code(), "weak_secret");
    }

    /// As printed, and in each spelling that decodes to the same bytes.
    #[test]
    fn a_published_key_is_no_secret() {
        for text in [
            "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS",
            "C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
            "plJ3nmyCDGBKInavdOK15jsl",
            "5WbX5kEWLlfzsGNjH64I8lOOqUB6e8FH",
            "RdvaYFYUXuIFuEbvZHwMfYFhUf7aMYjYcmM24+Aj40c=",
            "aWxpa2VzdXBhYmFzZXZlcnltdWNoYW5kaWhvcGV5b3Vkb3Rvbw==",
            "cG9sYXItZXhhbXBsZS1rZXktMDEyMzQ1Njc4OWFiY2RlZg==",
            "dGVzdHRlc3R0ZXN0dGVzdHRlc3R0ZXN0dGVzdHRlc3Q=",
            "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
            "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ+EstJQLr/T+1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow==",
            "hJtXIZ2uSN5kbQfbtTNWbpdmhkV8FJG+Onbc6mxCcYg=",
            "uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4XByzNJjxBdtjUkdJPBtbmHhIDi6pcl8jsasjlTMtDQ==",
            "6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbc=",
            "1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=",
            "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
            "JrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=",
        ] {
            for spelled in [text, text.trim_end_matches('='), &format!("whsec_{text}"), &format!("v1,whsec_{text}\n")] {
                assert_eq!(refused(spelled), Some(Error::InvalidSecret(SecretFault::Sample)), "{spelled}");
            }
        }
        let public = "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=";
        assert_eq!(refused(public), Some(Error::InvalidSecret(SecretFault::Sample)));
    }

    #[test]
    fn a_key_file_is_no_shared_secret() {
        for (text, fault) in [
            // Ed25519, P-256 and RSA public keys in SPKI.
            ("MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=", SecretFault::PublicAsShared),
            (
                "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEqIVYZVLCrPZHGHjP17CTW0/+D9Lfw0EkjqF7xB4FivAxzic30tMM4GF+hR6Dxh71Z50VGGdldkkDXZCnTNnoXQ==",
                SecretFault::PublicAsShared,
            ),
            // PKCS #8, OpenSSH, PEM and a whole secret, each encoded in base64 again.
            ("MC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF", SecretFault::KeyFile),
            ("AAAAC3NzaC1lZDI1NTE5AAAAIJlTNs4hnrBEkY0ppCrE0Y7c1Ww3nq8FTTXoXHz8k6sV", SecretFault::KeyFile),
            ("LS0tLS1CRUdJTiBQVUJMSUMgS0VZLS0tLS0K", SecretFault::KeyFile),
            ("d2hzZWNfcTRmMVp4OG1CMHlSMnRVdlczc0s1bko3aEc5ZEw2YVA=", SecretFault::TwiceEncoded),
        ] {
            assert_eq!(refused(&format!("whsec_{text}")), Some(Error::InvalidSecret(fault)), "{text}");
            assert_eq!(refused(text), Some(Error::InvalidSecret(fault)), "{text}");
        }
        let rsa = [&[0x30, 0x82, 0x01, 0x22, 0x30, 0x0d, 0x06, 0x09][..], &[7; 286]].concat();
        let fault = HmacKey::from_bytes(&rsa).unwrap().check_floor().err();
        assert_eq!(fault, Some(Error::InvalidSecret(SecretFault::PublicAsShared)));
    }
}
