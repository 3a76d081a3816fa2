//! The keys of a receiver.

use crate::crypto::{HmacKey, P256Key};
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
    pub(crate) fn hmac(self) -> impl Iterator<Item = (usize, &'k HmacKey)> + Clone {
        readings(self.secrets.iter().enumerate().filter_map(|(at, secret)| match secret {
            SecretKey::Hmac(key) => Some((at, key)),
            SecretKey::Ed25519(_) | SecretKey::P256(_) => None,
        }))
    }

    /// The public keys on P-256, each with its place.
    pub(crate) fn p256(self) -> impl Iterator<Item = (usize, &'k P256Key)> {
        self.secrets.iter().enumerate().filter_map(|(at, secret)| match secret {
            SecretKey::P256(key) => Some((at, key)),
            SecretKey::Hmac(_) | SecretKey::Ed25519(_) => None,
        })
    }
}

/// Each key, and the second one that its secret may stand for, under the same place.
pub(super) fn readings<'k>(
    keys: impl Iterator<Item = (usize, &'k HmacKey)> + Clone,
) -> impl Iterator<Item = (usize, &'k HmacKey)> + Clone {
    keys.flat_map(|(at, key)| key.readings().map(move |key| (at, key)))
}

#[cfg(test)]
mod tests {
    use crate::crypto::Portable;
    use crate::key::KeyFormat;
    use crate::scheme;
    use crate::verify::{Policy, mac_text, signed_prefix};
    use crate::{Delivery, Headers, HmacKey, Keys, SecretKey, Timestamp};

    /// A secret that stands for two keys has one place, by whichever of them a delivery is signed.
    #[test]
    fn a_key_is_known_by_the_place_of_its_secret() {
        let texts = ["whsec_q4f1Zx8mB0yR2tUvW3sK5nJ7hG9dL6aP", "whsec_Kk2Vf0xP7cQh9ZtYw3BnLrE6sJdUaMgX"];
        let secrets: Vec<_> = texts.iter().flat_map(|text| KeyFormat::TextOrDecoded.parse(text).unwrap()).collect();
        let shared: Vec<_> = texts.iter().flat_map(|text| KeyFormat::TextOrDecoded.parse_hmac(text).unwrap()).collect();
        let (policy, now) = (Policy::of(scheme::find("polar").unwrap()), Timestamp::from_unix(1_700_000_000));
        for (place, text) in texts.iter().enumerate() {
            for signer in [HmacKey::parse(text).unwrap(), HmacKey::from_bytes(text.as_bytes()).unwrap()] {
                let mac = signer.mac([&signed_prefix(b"1", now), b"{}"]);
                let signature = [b"v1,", &mac_text(mac)[..]].concat();
                let headers: [(&str, &[u8]); 3] =
                    [("webhook-id", b"1"), ("webhook-timestamp", b"1700000000"), ("webhook-signature", &signature)];
                let delivery = Delivery::new(Headers::from_iter(headers), "{}");
                let keys = Keys { secrets: &secrets, ..Keys::default() };
                assert_eq!(policy.verify(keys, &delivery, now, &Portable).unwrap().key(), place);
                assert_eq!(policy.verify_hmac(&shared, &delivery, now, &Portable).unwrap().key(), place);
            }
        }
        assert!(matches!(&secrets[..], [SecretKey::Hmac(_), SecretKey::Hmac(_)]));
    }
}
