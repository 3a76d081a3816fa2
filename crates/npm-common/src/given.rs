//! Secrets, as they were handed over.

use countersign::inspect::Secret;
use countersign::{Error, HmacKey, SecretKey};
use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;
use zeroize::Zeroizing;

use crate::fault::Fault;

/// A secret as it was given.
pub enum Given {
    /// Text.
    Text(Zeroizing<String>),
    /// The bytes of a raw key.
    Raw(Zeroizing<Vec<u8>>),
}

impl Given {
    /// All secrets, each made into a key.
    ///
    /// # Errors
    /// The fault of the first that is none, and `empty_secret` for what is neither text nor bytes.
    pub fn keys<K>(secrets: &Array, key: impl Fn(&Self) -> Result<K, Error>) -> Result<Vec<K>, Fault> {
        let given = Self::read(secrets);
        if u32::try_from(given.len()) != Ok(secrets.length()) {
            return Err(Error::EmptySecret.into());
        }
        given.iter().map(key).collect::<Result<_, _>>().map_err(Fault::from)
    }

    /// Those that are text or bytes.
    pub fn read(secrets: &Array) -> Vec<Self> {
        let read = |value: JsValue| match value.as_string() {
            Some(text) => Some(Self::Text(Zeroizing::new(text))),
            None => value.dyn_into::<Uint8Array>().ok().map(|bytes| Self::Raw(Zeroizing::new(bytes.to_vec()))),
        };
        secrets.iter().filter_map(read).collect()
    }

    /// A key of any kind.
    ///
    /// # Errors
    /// Those of the core.
    pub fn key(&self) -> Result<SecretKey, Error> {
        match self {
            Self::Text(text) => SecretKey::parse(text),
            Self::Raw(bytes) => HmacKey::from_bytes(bytes).map(SecretKey::Hmac),
        }
    }

    /// A key that is a shared secret.
    ///
    /// # Errors
    /// Those of the core.
    pub fn hmac(&self) -> Result<HmacKey, Error> {
        match self {
            Self::Text(text) => HmacKey::parse(text),
            Self::Raw(bytes) => HmacKey::from_bytes(bytes),
        }
    }

    /// The secret as a report takes it.
    pub fn secret(&self) -> Secret<'_> {
        match self {
            Self::Text(text) => Secret::Text(text),
            Self::Raw(bytes) => Secret::Raw(bytes),
        }
    }
}
