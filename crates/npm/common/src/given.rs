//! Secrets, as the user passed them.

use countersign::error::SecretFault;
use countersign::explain::Secret;
use countersign::{Error, HmacKey, KeyFormat, SecretKey};
use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;
use zeroize::Zeroizing;

use crate::fault::Fault;

/// A secret as the user passed it, unchecked.
pub enum Given {
    /// Text.
    Text(Zeroizing<String>),
    /// The bytes of a raw key.
    Raw(Zeroizing<Vec<u8>>),
}

impl Given {
    /// Makes a key of each secret.
    ///
    /// # Errors
    /// The fault of the first that is not a key, and `empty_secret` for a value that is neither text nor bytes.
    pub fn keys<K>(secrets: &Array, keys: impl Fn(&Self) -> Result<Vec<K>, Error>) -> Result<Vec<K>, Fault> {
        let given = Self::read(secrets);
        if u32::try_from(given.len()) != Ok(secrets.length()) {
            return Err(Error::EmptySecret.into());
        }
        let mut all = Vec::new();
        for given in &given {
            all.extend(keys(given)?);
        }
        Ok(all)
    }

    /// Refuses keys that nobody should trust, by the core's rule. `allow_short` accepts those that can be guessed: short ones, and those that
    /// documentation prints, for the vectors of specifications. Public keys and key files are refused even then.
    ///
    /// # Errors
    /// Those of [`SecretKey::check_floor`].
    pub fn above_floor(floor: Result<(), Error>, allow_short: bool) -> Result<(), Error> {
        match floor {
            Err(Error::ShortSecret | Error::InvalidSecret(SecretFault::Sample)) if allow_short => Ok(()),
            other => other,
        }
    }

    /// The secrets that are text or bytes.
    pub fn read(secrets: &Array) -> Vec<Self> {
        let read = |value: JsValue| match value.as_string() {
            Some(text) => Some(Self::Text(Zeroizing::new(text))),
            None => value.dyn_into::<Uint8Array>().ok().map(|bytes| Self::Raw(Zeroizing::new(bytes.to_vec()))),
        };
        secrets.iter().filter_map(read).collect()
    }

    /// Reads a key of any kind.
    ///
    /// # Errors
    /// Those of [`SecretKey::parse`] and [`HmacKey::from_bytes`].
    pub fn parse(&self, format: KeyFormat) -> Result<Vec<SecretKey>, Error> {
        match self {
            Self::Text(text) => format.parse(text),
            Self::Raw(bytes) => HmacKey::from_bytes(bytes).map(|key| vec![SecretKey::Hmac(key)]),
        }
    }

    /// Reads a shared secret. Refuses public keys.
    ///
    /// # Errors
    /// Those of [`KeyFormat::parse_hmac`] and [`HmacKey::from_bytes`].
    pub fn parse_hmac(&self, format: KeyFormat) -> Result<Vec<HmacKey>, Error> {
        match self {
            Self::Text(text) => format.parse_hmac(text),
            Self::Raw(bytes) => HmacKey::from_bytes(bytes).map(|key| vec![key]),
        }
    }

    /// The secret in the form that a report reads.
    pub fn secret(&self) -> Secret<'_> {
        match self {
            Self::Text(text) => Secret::Text(text),
            Self::Raw(bytes) => Secret::Raw(bytes),
        }
    }
}
