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
    /// A hint: the place in the set of the key to try first, as [`Verified::key_in_set`](super::Verified::key_in_set) gave it for the
    /// last delivery. A sender signs with one Ed25519 key at a time, and its signatures do not say with which.
    ///
    /// It changes how many keys are tried, and never what is accepted.
    pub recent: Option<usize>,
}

impl<'k> Keys<'k> {
    /// The keys of the shared secrets, each with the place of its secret.
    pub(crate) fn hmac(self) -> impl Iterator<Item = (usize, &'k HmacKey)> {
        readings(self.secrets.iter().enumerate().filter_map(|(at, secret)| match secret {
            SecretKey::Hmac(key) => Some((at, key)),
            SecretKey::Ed25519(_) => None,
        }))
    }
}

/// Each key, and the second one that its secret may stand for, under the same place.
pub(super) fn readings<'k>(
    keys: impl Iterator<Item = (usize, &'k HmacKey)>,
) -> impl Iterator<Item = (usize, &'k HmacKey)> {
    keys.flat_map(|(at, key)| key.readings().map(move |key| (at, key)))
}
