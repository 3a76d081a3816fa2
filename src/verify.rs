//! The check itself, in the order of the contract: headers, timestamp, age, signature.
//!
//! ```text
//! headers present and well-formed   400 missing_header, invalid_header, invalid_timestamp, jwt_malformed
//! timestamp within tolerance        401 timestamp_too_old, timestamp_too_new
//! a signature matches               401 no_matching_signature, 400 too_many_signatures, 401 jwt_*
//! ```
//!
//! [`Policy::verify`], which is [`Policy::read`] and [`Policy::verify_presented`], and for `v1` alone [`Policy::verify_v1`] are the only
//! makers of [`Verified`], and nothing is forwarded that is not made from one.

mod claim;
mod list;
mod v1;
mod v1a;

use std::borrow::Cow;

use crate::delivery::{Delivery, Headers};
use crate::error::Error;
use crate::jwks::Jwks;
use crate::jwt::{self, JwtPolicy, Token};
use crate::key::{HmacKey, SecretKey};
use crate::scheme::{Form, HeaderNames, Scheme};
use crate::signature::Crypto;
use crate::timestamp::{Timestamp, Tolerance};

use claim::Read;
pub use claim::{Claim, Presented};
pub(crate) use claim::{Signed, check_id, id_or_hash, signable, signed_prefix};
pub(crate) use list::{pieces, token, tokens};
pub(crate) use v1::{MAC_TEXT, mac_text};
pub(crate) use v1a::{MAX_ATTEMPTS, Tried, decode_ed25519};

/// What a receiver accepts. Nothing that a request says widens it.
#[derive(Clone, Debug)]
pub struct Policy {
    /// How the sender signs.
    pub scheme: &'static Scheme,
    /// The forms of signature that count.
    pub forms: Vec<Form>,
    /// How old or new a timestamp may be.
    pub tolerance: Tolerance,
    /// Also refuse ids with a dot or more than 256 bytes.
    pub strict: bool,
    /// What a token has to claim; without it, no token is accepted.
    pub jwt: Option<JwtPolicy>,
}

/// The keys to check against.
#[derive(Clone, Copy, Debug, Default)]
pub struct Keys<'k> {
    /// The receiver's own, in the order in which they were given.
    pub secrets: &'k [SecretKey],
    /// The sender's key set.
    pub jwks: Option<&'k Jwks>,
}

/// A delivery whose signature, age and id hold. It borrows what was verified, so it is about that body and no other.
#[derive(Debug)]
pub struct Verified<'d, B> {
    claim: Claim<'d>,
    body: &'d B,
    id: Cow<'d, [u8]>,
    form: Form,
    key: usize,
    claims: Option<Vec<u8>>,
}

impl Policy {
    /// A policy for a scheme as it is by default: its own forms, five minutes, no token.
    pub fn of(scheme: &'static Scheme) -> Self {
        Self { scheme, forms: scheme.default_forms.to_vec(), tolerance: Tolerance::DEFAULT, strict: false, jwt: None }
    }

    /// Reads the headers, without any key: presence, syntax, id and timestamp. The age is not judged.
    ///
    /// # Errors
    /// `missing_header`, `invalid_header`, `invalid_timestamp`, `jwt_malformed`, `jwt_alg`.
    pub fn read<'h>(&self, headers: &'h Headers<'_>) -> Result<Presented<'h>, Error> {
        let sets = self.scheme.headers;
        if let Some((names, token)) = self.token(headers) {
            return Ok(Presented::new(Read::Token { names, text: token, token: Token::parse(token)? }));
        }
        if let (Some(names), true, false) = (sets.first(), self.jwt.is_some(), self.accepts_lists()) {
            return Err(Error::MissingHeader(names.signature));
        }
        claim::read_list(sets, headers, self.strict).map(|signed| Presented::new(Read::Signed(signed)))
    }

    /// [`Policy::read`], then [`Policy::check_age`]: all that can be refused before keys are looked for.
    ///
    /// # Errors
    /// Those of both.
    pub fn check<'h>(&self, headers: &'h Headers<'_>, now: Timestamp) -> Result<Presented<'h>, Error> {
        let presented = self.read(headers)?;
        self.check_age(presented.claim(), now).map(|()| presented)
    }

    /// The age of a claim.
    ///
    /// # Errors
    /// `timestamp_too_old`, `timestamp_too_new`.
    pub fn check_age(&self, claim: Claim<'_>, now: Timestamp) -> Result<(), Error> {
        match claim {
            Claim::Signed { timestamp, .. } => self.tolerance.check(timestamp, now),
            Claim::Token { .. } => Ok(()),
        }
    }

    /// Verifies a delivery: [`Policy::read`], then [`Policy::verify_presented`].
    ///
    /// # Errors
    /// Those of both.
    pub fn verify<'d, B, C: Crypto<B>>(
        &self,
        keys: Keys<'_>,
        delivery: &'d Delivery<'d, B>,
        now: Timestamp,
        crypto: &C,
    ) -> Result<Verified<'d, B>, Error> {
        self.verify_presented(&self.read(delivery.headers())?, delivery.body(), keys, now, crypto)
    }

    /// Verifies what a delivery's headers were [read](Policy::read) to claim: the age, then the signature over the claim's own id
    /// and timestamp, and the body. It can be done again with more keys, over the same body.
    ///
    /// Limits: 1,024 signatures in the header, and one HMAC per secret. Ed25519 checks, over all looks at one delivery together: 32, and
    /// for content over 384 KiB fewer, so that they hash 12 MiB, but at least 12.
    ///
    /// # Errors
    /// Those of [`Policy::check_age`], then `no_matching_signature`, `too_many_signatures`, or for a token `jwk_*` and `jwt_*`.
    pub fn verify_presented<'d, B, C: Crypto<B>>(
        &self,
        presented: &Presented<'d>,
        body: &'d B,
        keys: Keys<'_>,
        now: Timestamp,
        crypto: &C,
    ) -> Result<Verified<'d, B>, Error> {
        self.check_age(presented.claim(), now)?;
        self.match_claim(presented, body, keys, now, crypto)
    }

    /// Whether a claim that was refused for its age would have been accepted at its own time: a sender that does not stamp its
    /// retries anew looks like this.
    pub fn matches_apart_from_age<B, C: Crypto<B>>(
        &self,
        presented: &Presented<'_>,
        body: &B,
        keys: Keys<'_>,
        now: Timestamp,
        crypto: &C,
    ) -> bool {
        self.match_claim(presented, body, keys, now, crypto).is_ok()
    }

    fn match_claim<'d, B, C: Crypto<B>>(
        &self,
        presented: &Presented<'d>,
        body: &'d B,
        keys: Keys<'_>,
        now: Timestamp,
        crypto: &C,
    ) -> Result<Verified<'d, B>, Error> {
        match &presented.read {
            Read::Token { token, .. } => {
                let policy = self.jwt.as_ref().ok_or(Error::NoMatchingSignature)?;
                let claims = jwt::verify(token, keys.jwks.ok_or(Error::JwkUnknownKid)?, policy, now)?;
                let id = Cow::Owned(claims.id.into_bytes());
                let (claim, key, claims) = (presented.claim(), claims.key, Some(claims.json));
                Ok(Verified { claim, body, id, form: Form::Jwt, key, claims })
            }
            Read::Signed(signed) => {
                let tokens = tokens(signed.signatures)?;
                let (form, key) = self.find_match(&tokens, keys, &presented.tried, &signed.prefix(), body, crypto)?;
                Ok(Verified::of_list(*signed, body, form, key))
            }
        }
    }

    /// Whether a key set can decide over a delivery: over a token, or where a signature by a public key counts and is there. For anything
    /// else none need be fetched.
    pub fn is_for_key_set(&self, presented: &Presented<'_>) -> bool {
        match &presented.read {
            Read::Token { .. } => true,
            Read::Signed(signed) => {
                tokens(signed.signatures).is_ok_and(|tokens| self.counting(&tokens, Form::V1a).next().is_some())
            }
        }
    }

    /// What decides over signatures: the form and the key of the first match.
    pub(crate) fn find_match<B, C: Crypto<B>>(
        &self,
        tokens: &[(Form, &[u8])],
        keys: Keys<'_>,
        tried: &Tried,
        prefix: &[u8],
        body: &B,
        crypto: &C,
    ) -> Result<(Form, usize), Error> {
        if let Some(key) = self.find_v1(tokens, keys.hmac(), prefix, body, crypto) {
            return Ok((Form::V1, key));
        }
        let signatures: Vec<_> = self.counting(tokens, Form::V1a).filter_map(decode_ed25519).collect();
        if signatures.is_empty() {
            return Err(Error::NoMatchingSignature);
        }
        let key = v1a::find_match(&signatures, keys, tried, prefix, body, crypto)?;
        key.map(|key| (Form::V1a, key)).ok_or(Error::NoMatchingSignature)
    }

    /// The signatures of a form, if it counts.
    fn counting<'t>(&self, tokens: &[(Form, &'t [u8])], form: Form) -> impl Iterator<Item = &'t [u8]> + Clone {
        let counts = self.forms.contains(&form);
        tokens.iter().filter(move |token| counts && token.0 == form).map(|token| token.1)
    }

    /// The value that is to be read as a token, where tokens are accepted.
    pub(crate) fn token<'h>(&self, headers: &'h Headers<'_>) -> Option<(&'static HeaderNames, &'h [u8])> {
        let mut sets = self.scheme.headers.iter().filter(|_| self.jwt.is_some());
        let found = sets.find_map(|names| headers.get(names.signature).map(|token| (names, token)));
        found.filter(|(_, value)| self.is_token(value))
    }

    /// Where lists and tokens are both accepted, a value with a comma is a list.
    fn is_token(&self, value: &[u8]) -> bool {
        self.forms.contains(&Form::Jwt) && !(self.accepts_lists() && value.contains(&b','))
    }

    pub(crate) fn accepts_lists(&self) -> bool {
        self.forms.iter().any(|form| *form != Form::Jwt)
    }
}

impl<'k> Keys<'k> {
    /// The shared secrets, each with its place.
    fn hmac(self) -> impl Iterator<Item = (usize, &'k HmacKey)> {
        self.secrets.iter().enumerate().filter_map(|(at, secret)| match secret {
            SecretKey::Hmac(key) => Some((at, key)),
            SecretKey::Ed25519(_) => None,
        })
    }
}

impl<'d, B> Verified<'d, B> {
    fn of_list(signed: Signed<'d>, body: &'d B, form: Form, key: usize) -> Self {
        let id = Cow::Borrowed(signed.id);
        Self { claim: signed.into(), body, id, form, key, claims: None }
    }

    /// The event's id, which the signature covers: the header's, or for a token its own.
    pub fn id(&self) -> &[u8] {
        &self.id
    }

    /// What was verified.
    pub const fn form(&self) -> Form {
        self.form
    }

    /// Which key matched: its place among the secrets, or in the key set (behind the secrets, where there are both). Where signatures
    /// of several keys of a set hold, it is any of them.
    pub const fn key(&self) -> usize {
        self.key
    }

    /// The verified claims, which are the event where a token does not bind the body.
    pub fn claims(&self) -> Option<&[u8]> {
        self.claims.as_deref()
    }

    /// What the headers claimed, and the signature bore out.
    pub const fn claim(&self) -> Claim<'d> {
        self.claim
    }

    /// The names of the headers that it was verified by.
    pub const fn names(&self) -> &'static HeaderNames {
        match self.claim {
            Claim::Signed { names, .. } | Claim::Token { names, .. } => names,
        }
    }

    /// The body that was verified, or that came with a token.
    pub const fn body(&self) -> &'d B {
        self.body
    }
}
