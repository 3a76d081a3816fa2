//! `v1a`: Ed25519, by the receiver's own public keys and those of a set.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::error::Error;
use crate::jwks::{Jwks, Material};
use crate::key::{Ed25519Key, SecretKey};
use crate::signature::{Crypto, is_strict};
use crate::verify::Keys;

/// At most [`MAX_ATTEMPTS`] checks are made, or none.
// Not in line, as most Workers meet none of these: what they do not run, the engine does not compile.
#[inline(never)]
pub(super) fn find_match<B, C: Crypto<B>>(
    signatures: &[[u8; 64]],
    keys: Keys<'_>,
    prefix: &[u8],
    body: &B,
    crypto: &C,
) -> Result<Option<usize>, Error> {
    let keys: Vec<_> = ed25519_keys(keys).collect();
    let attempts = signatures.len().saturating_mul(keys.len());
    if attempts == 0 {
        return Ok(None);
    }
    if attempts > MAX_ATTEMPTS {
        return Err(Error::TooManySignatures);
    }
    let message = crypto.message(prefix, body);
    let matches = |key: &Ed25519Key| signatures.iter().any(|signature| crypto.ed25519(key, &message, signature));
    Ok(keys.into_iter().find(|(_, key)| matches(key)).map(|(at, _)| at))
}

fn ed25519_keys<'k>(keys: Keys<'k>) -> impl Iterator<Item = (usize, &'k Ed25519Key)> {
    let own = keys.secrets.iter().enumerate().filter_map(|(at, secret)| match secret {
        SecretKey::Ed25519(key) => Some((at, key)),
        SecretKey::Hmac(_) => None,
    });
    let set = keys.jwks.into_iter().flat_map(Jwks::iter).filter_map(move |(at, key)| match &key.material {
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
