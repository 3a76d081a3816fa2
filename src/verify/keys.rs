//! The keys of a receiver.

use crate::crypto::HmacKey;
use crate::jose::Jwks;
use crate::key::SecretKey;

/// The keys to check against.
#[derive(Clone, Copy, Debug, Default)]
pub struct Keys<'k> {
    /// The receiver's own, in the order in which they were given.
    pub secrets: &'k [SecretKey],
    /// The sender's key set.
    pub jwks: Option<&'k Jwks>,
}

impl<'k> Keys<'k> {
    /// The shared secrets, each with its place.
    pub(super) fn hmac(self) -> impl Iterator<Item = (usize, &'k HmacKey)> {
        self.secrets.iter().enumerate().filter_map(|(at, secret)| match secret {
            SecretKey::Hmac(key) => Some((at, key)),
            SecretKey::Ed25519(_) => None,
        })
    }
}
