//! Signing keys: the service's three Ed25519 keys and RSA key, and the secrets of webhooks.

use anyhow::{Context, Result};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use countersign::crypto::sha256;
use countersign::{Ed25519SigningKey, HmacKey, SecretKey};
use rsa::pkcs8::DecodePrivateKey;
use rsa::traits::PublicKeyParts;
use serde_json::{Value, json};

use crate::json::set;
use crate::random;

/// Google's key set has three keys.
const KEYS: u64 = 3;

/// The service's keys, which sign for all customers.
#[derive(Debug)]
pub struct ServiceKeys {
    seed: Option<String>,
    made: u64,
    /// Newest first; the first signs.
    ed25519: Vec<(u64, Ed25519SigningKey)>,
    rsa: Option<RsaKey>,
}

impl ServiceKeys {
    /// Three Ed25519 keys: random, or derived from the seed. With `rsa`, also the RSA key of the documented token.
    ///
    /// # Errors
    /// If the system provides no random numbers.
    pub fn new(seed: Option<&str>, rsa: bool) -> Result<Self> {
        let (seed, rsa) = (seed.map(str::to_owned), rsa.then(RsaKey::test_only).transpose()?);
        let mut keys = Self { seed, made: 0, ed25519: Vec::new(), rsa };
        (0..KEYS).try_for_each(|_| keys.add())?;
        Ok(keys)
    }

    /// The Ed25519 key that signs now.
    ///
    /// # Errors
    /// None in practice: there is always a key.
    pub fn signing(&self) -> Result<&Ed25519SigningKey> {
        self.ed25519.first().map(|(_, key)| key).context("there is no key")
    }

    /// All Ed25519 keys, the one that signs first.
    pub fn all(&self) -> impl Iterator<Item = &Ed25519SigningKey> {
        self.ed25519.iter().map(|(_, key)| key)
    }

    /// The RSA key of the documented token.
    ///
    /// # Errors
    /// If the service has none.
    pub fn rsa(&self) -> Result<&RsaKey> {
        self.rsa.as_ref().context("there is no RSA key")
    }

    /// Adds a new key, which signs from now on, and removes the oldest.
    ///
    /// # Errors
    /// If the system provides no random numbers.
    pub fn rotate(&mut self) -> Result<()> {
        self.ed25519.pop();
        self.add()
    }

    /// The key set document: as seen on the wire, without `kid` unless asked for. Ed25519 for `v1a`; the RSA key, if
    /// there is one, always has the `kid` that a token names.
    pub fn document(&self, kid: bool) -> Value {
        let okp = self.ed25519.iter().map(|(number, key)| {
            let mut jwk = json!({ "kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig" });
            set(&mut jwk, "x", URL_SAFE_NO_PAD.encode(key.public_key().as_bytes()));
            if kid {
                set(&mut jwk, "kid", format!("emulator-{number}"));
            }
            jwk
        });
        json!({ "keys": okp.chain(self.rsa.as_ref().map(RsaKey::jwk)).collect::<Vec<_>>() })
    }

    fn add(&mut self) -> Result<()> {
        let number = self.made;
        let bytes = match &self.seed {
            Some(seed) => sha256(&[b"countersign-emulator ed25519 ", &number.to_be_bytes(), b" ", seed.as_bytes()]),
            None => random::bytes()?,
        };
        self.ed25519.insert(0, (number, Ed25519SigningKey::from_seed(&bytes)));
        self.made = number.saturating_add(1);
        Ok(())
    }
}

/// The RSA key behind `--dynamic jwt`.
#[derive(Debug)]
pub struct RsaKey {
    private: rsa::PrivateKey,
}

impl RsaKey {
    /// It ships with the source, because generating one takes a minute in a debug build. Anybody can sign with it, so only tests may trust it.
    fn test_only() -> Result<Self> {
        let private = rsa::PrivateKey::from_pkcs8_pem(include_str!("test-only-rs256.pem"));
        Ok(Self { private: private.context("the RSA key that ships with the emulator cannot be read")? })
    }

    /// A compact JWS of the claims, signed with RS256.
    ///
    /// # Errors
    /// None in practice: the key can sign.
    pub fn token(&self, claims: &[u8]) -> Result<String> {
        let header = json!({ "alg": "RS256", "kid": RSA_KID, "typ": "JWT" }).to_string();
        let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
        let padding = rsa::Pkcs1v15Sign::new::<sha2::Sha256>();
        let signature = self.private.sign(padding, &sha256(&[signed.as_bytes()])).context("RS256 failed")?;
        Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }

    fn jwk(&self) -> Value {
        let number = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let (n, e) = (number(&self.private.n_bytes()), number(&self.private.e_bytes()));
        json!({ "kty": "RSA", "alg": "RS256", "use": "sig", "kid": RSA_KID, "n": n, "e": e })
    }
}

const RSA_KID: &str = "emulator-rs256";

/// A webhook's signing secret.
#[derive(Clone, Debug)]
pub struct Secret {
    /// The truncated form in resources: `whsec_...3frh`.
    pub truncated: String,
    /// The key.
    pub key: HmacKey,
}

impl Secret {
    /// A random secret and its text, which is shown once.
    ///
    /// # Errors
    /// If the system provides no random numbers.
    pub fn random() -> Result<(Self, String)> {
        let text = format!("whsec_{}", STANDARD.encode(random::bytes::<32>()?));
        Ok((Self::parse(&text)?, text))
    }

    /// Reads `whsec_…`.
    ///
    /// # Errors
    /// If the secret is malformed. The error does not contain it.
    pub fn parse(text: &str) -> Result<Self> {
        let SecretKey::Hmac(key) = SecretKey::parse(text).map_err(with_remedy)? else {
            anyhow::bail!("a webhook's secret is shared, `whsec_…`; this is a public key");
        };
        // Four characters would reveal too much of a short secret.
        let tail = Some(text.trim_end_matches('=')).filter(|text| text.len() >= 32);
        let tail = tail.and_then(|text| text.get(text.len().saturating_sub(4)..)).unwrap_or_default();
        Ok(Self { truncated: format!("whsec_...{tail}"), key })
    }
}

/// An error of the core, with its remedy.
pub(crate) fn with_remedy(error: countersign::Error) -> anyhow::Error {
    anyhow::anyhow!("{error}; {}", error.remedy())
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign::Jwks;

    #[test]
    fn a_seed_gives_the_same_keys_and_rotation_the_same_next() {
        let mut one = ServiceKeys::new(Some("a"), false).unwrap();
        let mut same = ServiceKeys::new(Some("a"), false).unwrap();
        assert_eq!(one.document(false), same.document(false));
        assert_ne!(one.document(false), ServiceKeys::new(Some("b"), false).unwrap().document(false));
        assert_ne!(ServiceKeys::new(None, false).unwrap().document(false), one.document(false));
        one.rotate().unwrap();
        assert_ne!(one.document(false), same.document(false));
        same.rotate().unwrap();
        assert_eq!(one.document(true), same.document(true));
    }

    #[test]
    fn the_set_is_read_by_the_core() {
        let keys = |rsa| ServiceKeys::new(None, rsa).unwrap();
        let usable = |rsa| Jwks::parse(keys(rsa).document(true).to_string().as_bytes()).unwrap().usable();
        assert_eq!((usable(false), usable(true)), (3, 4));
        assert!(!keys(true).document(false)["keys"][0].to_string().contains("kid"));
    }

    #[test]
    fn a_secret_shows_its_end_and_only_where_it_is_long() {
        let secret = Secret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        assert_eq!(secret.truncated, "whsec_...LaSw");
        assert_eq!(Secret::parse("whsec_MDEyMw==").unwrap().truncated, "whsec_...");
        assert!(!format!("{secret:?}").contains("MfKQ"));
    }
}
