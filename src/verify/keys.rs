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
    /// The shared secrets, each with its place.
    pub(crate) fn hmac(self) -> impl Iterator<Item = (usize, &'k HmacKey)> {
        self.secrets.iter().enumerate().filter_map(|(at, secret)| match secret {
            SecretKey::Hmac(key) => Some((at, key)),
            SecretKey::Ed25519(_) => None,
        })
    }
}
