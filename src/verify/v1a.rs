//! `v1a`: Ed25519, by the receiver's own public keys and those of a set.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::error::Error;
use crate::jwks::{Jwks, Material};
use crate::key::{Ed25519Key, SecretKey};
use crate::signature::{Crypto, is_strict};
use crate::verify::Keys;

/// At most [`MAX_ATTEMPTS`] checks are made, or none. Of a set, the key that matched last is tried first.
// Not in line, as most Workers meet none of these: what they do not run, the engine does not compile.
#[inline(never)]
pub(super) fn find_match<B, C: Crypto<B>>(
    signatures: &[[u8; 64]],
    keys: Keys<'_>,
    prefix: &[u8],
    body: &B,
    crypto: &C,
) -> Result<Option<usize>, Error> {
    let candidates: Vec<_> = ed25519_keys(keys).collect();
    let attempts = signatures.len().saturating_mul(candidates.len());
    if attempts == 0 {
        return Ok(None);
    }
    if attempts > MAX_ATTEMPTS {
        return Err(Error::TooManySignatures);
    }
    let message = crypto.message(prefix, body);
    let matches = |key: &Ed25519Key| signatures.iter().any(|signature| crypto.ed25519(key, &message, signature));
    let matched = candidates.into_iter().find(|(_, key)| matches(key)).map(|(at, _)| at);
    if let Some((set, at)) = keys.jwks.zip(matched.and_then(|at| at.checked_sub(keys.secrets.len()))) {
        set.matched(at);
    }
    Ok(matched)
}

fn ed25519_keys<'k>(keys: Keys<'k>) -> impl Iterator<Item = (usize, &'k Ed25519Key)> {
    let own = keys.secrets.iter().enumerate().filter_map(|(at, secret)| match secret {
        SecretKey::Ed25519(key) => Some((at, key)),
        SecretKey::Hmac(_) => None,
    });
    let set = keys.jwks.into_iter().flat_map(Jwks::likeliest_first).filter_map(move |(at, key)| match &key.material {
        Material::Ed25519(key) => Some((keys.secrets.len().saturating_add(at), key)),
        _ => None,
    });
    own.chain(set)
}

/// 64 bytes in canonical base64 and of strict form; anything else cannot match and costs no attempt.
pub(crate) fn decode_ed25519(text: &[u8]) -> Option<[u8; 64]> {
    let signature = STANDARD.decode(Some(text).filter(|text| text.len() == ED25519_TEXT)?).ok()?;
    signature.try_into().ok().filter(is_strict)
}

/// Ed25519 checks per request: signatures times keys.
pub(crate) const MAX_ATTEMPTS: usize = 32;

/// The length of 64 bytes in padded base64.
const ED25519_TEXT: usize = 88;

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    use super::*;
    use crate::key::HmacKey;
    use crate::signature::{Portable, Signer};

    struct Counting(Cell<usize>);

    impl Crypto<&[u8]> for Counting {
        fn hmac_sha256(&self, key: &HmacKey, prefix: &[u8], body: &&[u8]) -> [u8; 32] {
            Portable.hmac_sha256(key, prefix, body)
        }

        fn message(&self, prefix: &[u8], body: &&[u8]) -> Vec<u8> {
            Portable.message(prefix, body)
        }

        fn ed25519(&self, key: &Ed25519Key, message: &[u8], signature: &[u8; 64]) -> bool {
            self.0.update(|count| count.saturating_add(1));
            Crypto::<[u8]>::ed25519(&Portable, key, message, signature)
        }
    }

    #[test]
    fn the_key_that_matched_last_is_tried_first() {
        let signers = [1, 2, 3].map(|seed| Signer::new(&[seed; 32]));
        let jwk = |signer: &Signer| {
            format!(r#"{{"kty":"OKP","crv":"Ed25519","x":"{}"}}"#, URL_SAFE_NO_PAD.encode(signer.point().1))
        };
        let set = Jwks::parse(format!(r#"{{"keys":[{}]}}"#, signers.each_ref().map(jwk).join(",")).as_bytes()).unwrap();
        let keys = Keys { jwks: Some(&set), ..Keys::default() };
        let tries = |signer: usize| {
            let (counting, signature) = (Counting(Cell::new(0)), signers[signer].sign(b"m"));
            let found = find_match(&[signature], keys, b"", &b"m".as_slice(), &counting).unwrap();
            assert_eq!(found, Some(signer));
            counting.0.get()
        };
        assert_eq!([2, 2, 0, 0, 1, 1].map(tries), [3, 1, 2, 1, 2, 1]);
    }
}
