//! Tokens: a compact JWS signed with RS256 by a key of a set (RFC 7515, 7518, 7519). The form `jwt` is one whose claims are the event, as
//! Google's documentation describes Gemini's dynamic webhooks; an ID token says who sent the request.
//!
//! `jsonwebtoken` checks the signature, by the arithmetic of [`Crypto::rs256`]. Header and claims are read here, and not by its
//! `decode`, for two reasons:
//!
//! - Size. With `decode` the Worker's Wasm is 63 KB larger, gzipped: 264 KB in place of 201 (measured with jsonwebtoken 11.1 after
//!   wasm-opt). Its header type brings readers for JWKs, certificates and encryption.
//! - Strictness. `decode` has no size limit, takes members that stand twice, ignores `crit`, reads a `kid` of `null` as none, and
//!   accepts a list of issuers. It reads a clock for times, and judges no claim of a token whose signature does not match, which
//!   reports need.
//!
//! A token does not cover the HTTP body: what is verified is its claims.

use std::cell::Cell;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey};

use super::claims::{JwtPolicy, event_id};
use super::jwk::Material;
use super::key_set::Jwks;
use crate::crypto::{Crypto, MAX_ATTEMPTS, RsaKey, install_rs256};
use crate::error::{Error, JwtFault};
use crate::json::{self, Members};
use crate::timestamp::Timestamp;

/// The claims of a token whose signature and times hold.
#[derive(Clone, Debug)]
pub(crate) struct Claims {
    /// The JSON text that was signed.
    pub(crate) json: Vec<u8>,
    /// The event's id: `jti`, else the hash of the claims that stay the same when a token is issued again.
    pub(crate) id: String,
    /// The place in the set of the key that matched.
    pub(crate) key: usize,
}

/// Verifies a parsed token, by the arithmetic of `C`.
///
/// # Errors
/// In this order: `jwk_unknown_kid` or `jwk_unusable`, `jwt_signature`, `jwt_malformed` (claims), `jwt_claims`, `jwt_expired`,
/// `jwt_not_yet_valid`, `jwt_audience`, `jwt_issuer`, `jwt_too_long`.
// Not inlined: most Workers never receive a token, and the engine compiles only functions that run.
#[inline(never)]
pub(crate) fn verify<B: ?Sized, C: Crypto<B>>(
    token: &Token<'_>,
    keys: &Jwks,
    policy: &JwtPolicy,
    now: Timestamp,
) -> Result<Claims, Error> {
    let (key, claims) = prove::<B, C>(token, keys, policy, now)?;
    let id = event_id(&claims)?;
    Ok(Claims { id, json: token.payload.clone(), key })
}

/// [`verify`] for a token that is not the event: the place in the set of the key that matched, and the claims.
///
/// # Errors
/// Those of [`verify`].
#[inline(never)]
pub(crate) fn prove<'t, B: ?Sized, C: Crypto<B>>(
    token: &'t Token<'_>,
    keys: &Jwks,
    policy: &JwtPolicy,
    now: Timestamp,
) -> Result<(usize, Members<'t>), Error> {
    let mut affordable = candidates(keys, token.kid.as_deref())?.into_iter().take_while(|_| token.may_be_checked());
    let (key, _) = affordable.find(|(_, key)| token.is_signed_by::<B, C>(key)).ok_or(Error::JwtSignature)?;
    let claims = Members::parse(&token.payload).ok_or(Error::JwtMalformed(JwtFault::Claims))?;
    policy.check(&claims, now)?;
    Ok((key, claims))
}

/// A token, parsed: its syntax holds.
#[derive(Debug)]
pub(crate) struct Token<'a> {
    pub(crate) kid: Option<String>,
    pub(crate) payload: Vec<u8>,
    /// The first two segments, as they were sent.
    signed: &'a [u8],
    signature: &'a str,
    /// How often it was checked, under all key sets together.
    checks: Cell<usize>,
}

impl<'a> Token<'a> {
    /// Parses a value, without any key.
    ///
    /// # Errors
    /// `jwt_malformed`, `jwt_alg`.
    pub(crate) fn parse(token: &'a [u8]) -> Result<Self, Error> {
        let malformed = |fault| move || Error::JwtMalformed(fault);
        if token.len() > MAX_TOKEN {
            return Err(Error::JwtMalformed(JwtFault::TooLong));
        }
        let token = std::str::from_utf8(token).map_err(|_| Error::JwtMalformed(JwtFault::Encoding))?;
        let (signed, signature) = token.rsplit_once('.').ok_or_else(malformed(JwtFault::Segments))?;
        let (header, payload) = signed.split_once('.').ok_or_else(malformed(JwtFault::Segments))?;
        if payload.contains('.') {
            return Err(Error::JwtMalformed(JwtFault::Segments));
        }
        let header = decode(header)?;
        let header = Members::parse(&header).ok_or_else(malformed(JwtFault::Header))?;
        if header.get("crit").is_some() {
            return Err(Error::JwtMalformed(JwtFault::Critical));
        }
        let kid = header.get("kid").map(|kid| json::string(kid).ok_or_else(malformed(JwtFault::Header))).transpose()?;
        if header.get("alg").and_then(json::string).as_deref() != Some("RS256") {
            return Err(Error::JwtAlg);
        }
        // A truncated or altered signature does not match. Other characters make the value no token at all.
        if !signature.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')) {
            return Err(Error::JwtMalformed(JwtFault::Encoding));
        }
        Ok(Self { kid, payload: decode(payload)?, signed: signed.as_bytes(), signature, checks: Cell::new(0) })
    }

    /// Counts a check; `false` after the 32 that one delivery may cost.
    fn may_be_checked(&self) -> bool {
        self.checks.replace(self.checks.get().saturating_add(1)) < MAX_ATTEMPTS
    }

    /// Whether a key signed it, whatever its claims, by the arithmetic of `C`.
    pub(crate) fn is_signed_by<B: ?Sized, C: Crypto<B>>(&self, key: &RsaKey) -> bool {
        install_rs256::<B, C>();
        let key = DecodingKey::from_rsa_raw_components(key.modulus(), key.exponent());
        jsonwebtoken::crypto::verify(self.signature, self.signed, &key, Algorithm::RS256) == Ok(true)
    }
}

/// The keys that a token may have been signed with: all usable keys of that `kid`, or, without a `kid`, the only usable key.
pub(crate) fn candidates<'k>(keys: &'k Jwks, kid: Option<&str>) -> Result<Vec<(usize, &'k RsaKey)>, Error> {
    let named = || keys.iter().filter(|(_, key)| kid.is_none() || key.kid.as_deref() == kid);
    let usable: Vec<_> = named()
        .filter_map(|(at, key)| match &key.material {
            Material::Rsa(key) => Some((at, key)),
            _ => None,
        })
        .collect();
    match usable.len() {
        0 if kid.is_some() && named().next().is_some() => Err(Error::JwkUnusable),
        0 => Err(Error::JwkUnknownKid),
        1 => Ok(usable),
        _ if kid.is_some() => Ok(usable),
        _ => Err(Error::JwkUnknownKid),
    }
}

fn decode(segment: &str) -> Result<Vec<u8>, Error> {
    URL_SAFE_NO_PAD.decode(segment).map_err(|_| Error::JwtMalformed(JwtFault::Encoding))
}

/// The longest token, checked before it is decoded. Real tokens are under 2 KiB.
const MAX_TOKEN: usize = 16 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_checked_at_most_32_times() {
        let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
        let text = [part(r#"{"alg":"RS256","kid":"a"}"#), part("{}"), part("x")].join(".");
        let token = Token::parse(text.as_bytes()).unwrap();
        assert_eq!((0..100).filter(|_| token.may_be_checked()).count(), MAX_ATTEMPTS);
    }
}
