//! Ed25519, by the receiver's own public keys and those of a set: `v1a`, and what templates describe.

use std::cell::RefCell;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::keys::Keys;
use crate::crypto::{Crypto, Ed25519Key, MAX_ATTEMPTS, is_strict};
use crate::error::Error;
use crate::jose::Material;
use crate::key::SecretKey;

/// The keys that matched no signature of a delivery.
#[derive(Debug, Default)]
pub(crate) struct Tried(RefCell<Vec<[u8; 32]>>);

/// Finds the first key under which one of the signatures over a message holds. All checks are made, or none if they would cost too much: see
/// [`most_attempts`]. A key that was tried is skipped. `message` is `None` if the delivery lacks a part of what is signed.
// Not inlined: most Workers never receive Ed25519, and the engine compiles only functions that run.
#[inline(never)]
pub(super) fn find_match<B: ?Sized, C: Crypto<B>>(
    signatures: &[[u8; 64]],
    keys: Keys<'_>,
    tried: &Tried,
    message: impl FnOnce() -> Option<Vec<u8>>,
    crypto: &C,
) -> Result<Option<usize>, Error> {
    let mut tried = tried.0.borrow_mut();
    let untried = ed25519_keys(keys).filter(|(_, key)| !tried.contains(key.as_bytes()));
    let candidates: Vec<_> = untried.collect();
    if candidates.is_empty() || signatures.is_empty() {
        return Ok(None);
    }
    let attempts = signatures.len().saturating_mul(candidates.len().saturating_add(tried.len()));
    if attempts > MAX_ATTEMPTS {
        return Err(Error::TooManySignatures);
    }
    let Some(message) = message() else { return Ok(None) };
    if attempts > most_attempts(message.len()) {
        return Err(Error::TooManySignatures);
    }
    let matches = |key: &Ed25519Key| signatures.iter().any(|signature| crypto.ed25519(key, &message, signature));
    let matched = candidates.iter().find(|(_, key)| matches(key)).map(|(at, _)| *at);
    tried.extend(candidates.iter().take_while(|(at, _)| Some(*at) != matched).map(|(_, key)| *key.as_bytes()));
    Ok(matched)
}

/// How many checks over a message of that length one delivery may cost. Each hashes the whole message: 2.3 ms for 1 MiB in Node, three times that in
/// Wasm.
pub(super) fn most_attempts(length: usize) -> usize {
    MAX_HASHED.checked_div(length).unwrap_or(MAX_ATTEMPTS).clamp(LEAST_ATTEMPTS, MAX_ATTEMPTS)
}

fn ed25519_keys<'k>(keys: Keys<'k>) -> impl Iterator<Item = (usize, &'k Ed25519Key)> {
    let own = keys.secrets.iter().enumerate().filter_map(|(at, secret)| match secret {
        SecretKey::Ed25519(key) => Some((at, key)),
        SecretKey::Hmac(_) | SecretKey::P256(_) => None,
    });
    let set = keys.jwks.into_iter().flat_map(move |set| set.iter_from(keys.recent)).filter_map(move |(at, key)| {
        match &key.material {
            Material::Ed25519(key) => Some((keys.secrets.len().saturating_add(at), key)),
            _ => None,
        }
    });
    own.chain(set)
}

/// Decodes 64 bytes in canonical base64 and of strict form. Anything else cannot match, and costs no check.
pub(crate) fn decode_ed25519(text: &[u8]) -> Option<[u8; 64]> {
    let signature = STANDARD.decode(Some(text).filter(|text| text.len() == ED25519_TEXT)?).ok()?;
    signature.try_into().ok().filter(is_strict)
}

/// How many bytes the checks of one delivery may hash, if that allows [`LEAST_ATTEMPTS`].
const MAX_HASHED: usize = 12 * 1024 * 1024;

/// The checks that a genuine delivery of any size may need: two signatures during a key rotation, under a set of three keys like
/// Google's, and under the three keys of the set that replaces it.
const LEAST_ATTEMPTS: usize = 12;

/// The length of 64 bytes in padded base64.
const ED25519_TEXT: usize = 88;

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    use super::*;
    use crate::crypto::{Ed25519SigningKey, HmacKey, P256Key, Portable, RsaKey};
    use crate::jose::Jwks;

    struct Counting(Cell<usize>);

    impl Crypto<&[u8]> for Counting {
        fn hmac_sha256(&self, key: &HmacKey, prefix: &[u8], body: &&[u8]) -> [u8; 32] {
            Portable.hmac_sha256(key, prefix, body)
        }

        fn hmac_sha1(&self, _: &HmacKey, _: &[u8]) -> Option<[u8; 20]> {
            None
        }

        fn hmac_sha512(&self, _: &HmacKey, _: &[u8]) -> Option<[u8; 64]> {
            None
        }

        fn message(&self, prefix: &[u8], body: &&[u8]) -> Vec<u8> {
            Portable.message(prefix, body)
        }

        fn ed25519(&self, key: &Ed25519Key, message: &[u8], signature: &[u8; 64]) -> bool {
            self.0.update(|count| count.saturating_add(1));
            Crypto::<[u8]>::ed25519(&Portable, key, message, signature)
        }

        fn p256(&self, _: &P256Key, _: &[u8], _: &[u8; 64]) -> bool {
            false
        }

        fn rs256(_: &RsaKey, _: &[u8], _: &[u8]) -> bool {
            false
        }
    }

    fn set_of(signers: &[Ed25519SigningKey]) -> Jwks {
        let jwk = |signer: &Ed25519SigningKey| {
            format!(
                r#"{{"kty":"OKP","crv":"Ed25519","x":"{}"}}"#,
                URL_SAFE_NO_PAD.encode(signer.public_key().as_bytes())
            )
        };
        let keys = signers.iter().map(jwk).collect::<Vec<_>>().join(",");
        Jwks::parse(format!(r#"{{"keys":[{keys}]}}"#).as_bytes()).unwrap()
    }

    #[test]
    fn the_key_that_matched_last_is_tried_first() {
        let signers = [1, 2, 3].map(|seed| Ed25519SigningKey::from_seed(&[seed; 32]));
        let set = set_of(&signers);
        // The hint, the signer, and how many keys are tried. A wrong hint costs time, nothing else.
        for (recent, signer, tried) in [
            (None, 0, 1),
            (None, 2, 3),
            (Some(2), 2, 1),
            (Some(2), 0, 2),
            (Some(0), 1, 2),
            (Some(1), 2, 3),
            (Some(7), 2, 3),
        ] {
            let keys = Keys { jwks: Some(&set), recent, ..Keys::default() };
            let (counting, signature) = (Counting(Cell::new(0)), signers[signer].sign(b"m"));
            let found = find_match(&[signature], keys, &Tried::default(), || Some(b"m".to_vec()), &counting).unwrap();
            assert_eq!((found, counting.0.get()), (Some(signer), tried), "{recent:?}");
        }
    }

    /// The checks made over a body of that length with so many signatures that do not match; `None` if that is refused.
    fn attempts(length: usize, signatures: usize, keys: &[&Jwks]) -> Option<usize> {
        let (counting, tried, body) = (Free(Cell::new(0)), Tried::default(), vec![0; length]);
        for set in keys {
            let keys = Keys { jwks: Some(set), ..Keys::default() };
            match find_match(&vec![[1; 64]; signatures], keys, &tried, || Some(body.clone()), &counting) {
                Ok(found) => assert_eq!(found, None),
                Err(error) => {
                    assert_eq!(error, Error::TooManySignatures);
                    return None;
                }
            }
        }
        Some(counting.0.get())
    }

    /// Counts, and matches nothing.
    struct Free(Cell<usize>);

    impl Crypto<&[u8]> for Free {
        fn hmac_sha256(&self, _: &HmacKey, _: &[u8], _: &&[u8]) -> [u8; 32] {
            [0; 32]
        }

        fn hmac_sha1(&self, _: &HmacKey, _: &[u8]) -> Option<[u8; 20]> {
            None
        }

        fn hmac_sha512(&self, _: &HmacKey, _: &[u8]) -> Option<[u8; 64]> {
            None
        }

        fn message(&self, prefix: &[u8], body: &&[u8]) -> Vec<u8> {
            Portable.message(prefix, body)
        }

        fn ed25519(&self, _: &Ed25519Key, _: &[u8], _: &[u8; 64]) -> bool {
            self.0.update(|count| count.saturating_add(1));
            false
        }

        fn p256(&self, _: &P256Key, _: &[u8], _: &[u8; 64]) -> bool {
            false
        }

        fn rs256(_: &RsaKey, _: &[u8], _: &[u8]) -> bool {
            false
        }
    }

    const MIB: usize = 1024 * 1024;

    #[test]
    fn large_content_costs_no_more_than_small() {
        let signers: Vec<_> = (1..=32).map(|seed| Ed25519SigningKey::from_seed(&[seed; 32])).collect();
        let [one, three, four, six, all] = [1, 3, 4, 6, 32].map(|count| set_of(&signers[..count]));
        for (length, signatures, set, made) in [
            (400, 1, &all, Some(32)),
            (400, 32, &one, Some(32)),
            (400, 33, &one, None),
            (400, 8, &four, Some(32)),
            (384 * 1024, 32, &one, Some(32)),
            (MIB, 32, &one, None),
            (MIB, 13, &one, None),
            (MIB, 12, &one, Some(12)),
            (MIB, 2, &three, Some(6)),
            (MIB, 2, &six, Some(12)),
            (MIB, 1, &all, None),
            (8 * MIB, 2, &six, Some(12)),
            (8 * MIB, 13, &one, None),
        ] {
            assert_eq!(
                attempts(length, signatures, &[set]),
                made,
                "{signatures} over {length} bytes, {} keys",
                set.len()
            );
        }
    }

    /// A delivery is checked under the own keys, a set and a newer set: all three share one limit.
    #[test]
    fn all_checks_of_a_delivery_share_one_limit() {
        let signers: Vec<_> = (1..=33).map(|seed| Ed25519SigningKey::from_seed(&[seed; 32])).collect();
        let of = |range: std::ops::Range<usize>| set_of(&signers[range]);
        let (first, same, newer, other) = (of(0..3), of(0..3), of(1..4), of(3..6));
        assert_eq!(attempts(MIB, 4, &[&first, &same, &same]), Some(12), "a key that was tried is skipped");
        assert_eq!(attempts(MIB, 3, &[&first, &newer]), Some(12));
        assert_eq!(attempts(MIB, 2, &[&first, &other]), Some(12));
        assert_eq!(attempts(MIB, 3, &[&first, &other]), None);
        assert_eq!(attempts(400, 1, &[&of(0..32), &of(1..33)]), None);
        assert_eq!(attempts(400, 8, &[&of(0..4), &of(1..4)]), Some(32));
    }

    #[test]
    fn a_key_that_matched_matches_again() {
        let signers = [1, 2].map(|seed| Ed25519SigningKey::from_seed(&[seed; 32]));
        let (set, tried, signature) = (set_of(&signers), Tried::default(), signers[1].sign(b"m"));
        let keys = Keys { jwks: Some(&set), ..Keys::default() };
        for _ in 0..2 {
            assert_eq!(
                find_match::<[u8], _>(&[signature], keys, &tried, || Some(b"m".to_vec()), &Portable),
                Ok(Some(1))
            );
        }
    }
}
