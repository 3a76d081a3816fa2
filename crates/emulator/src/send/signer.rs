//! Signing keys: the receiver's, and wrong ones.

use anyhow::{Context, Result, bail};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use countersign::crypto::{Crypto, Portable};
use countersign::scheme::{Form, Scheme};
use countersign::{Ed25519SigningKey, HmacKey, SecretKey};

use crate::keys::{ServiceKeys, with_remedy};
use crate::random;

/// A key to sign with.
#[derive(Clone, Debug)]
pub(super) enum Signer {
    /// `whsec_…`
    V1(HmacKey),
    /// `whsk_…`
    V1a(Ed25519SigningKey),
}

impl Signer {
    /// The key of `--secret` or `--seed`.
    ///
    /// # Errors
    /// If there is none, or the scheme does not use such keys.
    pub(super) fn choose(scheme: &Scheme, secret: Option<&str>, seed: Option<&str>) -> Result<Self> {
        let signer = match (secret, seed) {
            (_, Some(seed)) => Self::V1a(ServiceKeys::new(Some(seed), false)?.signing()?.clone()),
            (Some(secret), None) => Self::parse(secret).context("--secret cannot be used")?,
            (None, None) => bail!("no key to sign with: {} {}", scheme.name, missing_key(scheme)),
        };
        if !scheme.forms.contains(&signer.form()) {
            bail!("this key signs {}: {} {}", signer.form().as_str(), scheme.name, missing_key(scheme));
        }
        Ok(signer)
    }

    fn parse(text: &str) -> Result<Self> {
        if text.trim_start().starts_with("whsk_") {
            return Ok(Self::V1a(Ed25519SigningKey::parse(text).map_err(with_remedy)?));
        }
        match SecretKey::parse(text).map_err(with_remedy)? {
            SecretKey::Hmac(key) => Ok(Self::V1(key)),
            _ => bail!("a public key cannot sign; take the private one, `whsk_…`"),
        }
    }

    /// Another key of the same kind.
    pub(super) fn stranger(&self) -> Result<Self> {
        Ok(match self {
            Self::V1(_) => Self::V1(HmacKey::from_bytes(&random::bytes::<32>()?)?),
            Self::V1a(_) => Self::V1a(Ed25519SigningKey::from_seed(&random::bytes()?)),
        })
    }

    pub(super) const fn form(&self) -> Form {
        match self {
            Self::V1(_) => Form::V1,
            Self::V1a(_) => Form::V1a,
        }
    }

    /// One signature with its version. Signs anything a sender could get wrong; the core refuses some of it.
    pub(super) fn sign(&self, id: &str, timestamp: u64, body: &[u8]) -> String {
        let prefix = format!("{id}.{timestamp}.");
        match self {
            Self::V1(key) => {
                format!("v1,{}", STANDARD.encode(Portable.hmac_sha256(key, prefix.as_bytes(), body)))
            }
            Self::V1a(key) => format!("v1a,{}", STANDARD.encode(key.sign(&[prefix.as_bytes(), body].concat()))),
        }
    }

    /// A signature of the other form. For `v1a`, an HMAC keyed with the public key, which anybody can compute: a receiver that lets the
    /// header choose the algorithm accepts it.
    pub(super) fn in_other_form(&self, id: &str, timestamp: u64, body: &[u8]) -> Result<String> {
        match self {
            Self::V1(_) => Ok(Self::V1a(Ed25519SigningKey::from_seed(&random::bytes()?)).sign(id, timestamp, body)),
            Self::V1a(key) => {
                let public = HmacKey::from_bytes(key.public_key().as_bytes())?;
                let mac = Portable.hmac_sha256(&public, format!("{id}.{timestamp}.").as_bytes(), body);
                Ok(format!("v1,{}", STANDARD.encode(mac)))
            }
        }
    }
}

fn missing_key(scheme: &Scheme) -> String {
    let v1 = "`--secret whsec_…`, the secret that the receiver has";
    let v1a = "`--secret whsk_…`, or `--seed TEXT` as given to `serve`, whose key set the receiver fetches";
    match (scheme.forms.contains(&Form::V1), scheme.forms.contains(&Form::V1a)) {
        (true, false) => format!("takes {v1}"),
        (false, _) => format!("takes {v1a}"),
        (true, true) => format!("takes {v1}, or {v1a}"),
    }
}
