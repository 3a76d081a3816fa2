//! The check itself, in the order of the contract: headers, timestamp, age, signature.
//!
//! ```text
//! headers present and well-formed   400 missing_header, invalid_header, invalid_timestamp, jwt_malformed
//! timestamp within tolerance        401 timestamp_too_old, timestamp_too_new
//! a signature matches               401 no_matching_signature, 400 too_many_signatures, 401 jwt_*
//! ```
//!
//! [`Policy::verify`] is the only maker of [`Verified`], and nothing is forwarded that is not made from one.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::delivery::{Delivery, Headers};
use crate::error::{Error, HeaderFault};
use crate::jwks::{Jwks, Material};
use crate::jwt::{self, JwtPolicy};
use crate::key::{Ed25519Key, SecretKey};
use crate::scheme::{Form, HeaderNames, Scheme};
use crate::signature::{Crypto, constant_time_eq, is_strict};
use crate::timestamp::{Timestamp, Tolerance};

/// What a receiver accepts. Nothing that a request says widens it.
#[derive(Clone, Debug)]
pub struct Policy {
    /// How the sender signs.
    pub scheme: &'static Scheme,
    /// The forms of signature that count.
    pub forms: Vec<Form>,
    /// How old or new a timestamp may be.
    pub tolerance: Tolerance,
    /// Also refuse ids with a dot, white space, non-ASCII text or more than 256 bytes.
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

/// What the headers claim, before any signature was looked at.
#[derive(Clone, Copy, Debug)]
pub enum Claim<'h> {
    /// A list of signatures over id, timestamp and body.
    Signed {
        /// The set of headers that was complete.
        names: &'static HeaderNames,
        /// `webhook-id`, unverified.
        id: &'h [u8],
        /// `webhook-timestamp`, unverified.
        timestamp: Timestamp,
        /// The header's value.
        signatures: &'h [u8],
    },
    /// A compact JWS, well-formed.
    Token {
        /// The set of headers that it came in.
        names: &'static HeaderNames,
        /// The header's value.
        token: &'h [u8],
    },
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
    pub fn read<'h>(&self, headers: &'h Headers<'_>) -> Result<Claim<'h>, Error> {
        let sets = self.scheme.headers;
        if let Some((names, token)) = self.token(headers) {
            jwt::check_syntax(token)?;
            return Ok(Claim::Token { names, token });
        }
        if let (Some(names), true, false) = (sets.first(), self.jwt.is_some(), self.accepts_lists()) {
            return Err(Error::MissingHeader(names.signature));
        }
        let complete = sets.iter().find_map(|names| {
            Some((names, headers.get(names.id)?, headers.get(names.timestamp)?, headers.get(names.signature)?))
        });
        let (names, id, timestamp, signatures) = complete.ok_or_else(|| self.missing(headers))?;
        check_id(id, self.strict).map_err(|fault| Error::InvalidHeader(names.id, fault))?;
        Ok(Claim::Signed { names, id, timestamp: Timestamp::parse(timestamp)?, signatures })
    }

    /// [`Policy::read`], then [`Policy::check_age`]: all that can be refused before keys are looked for.
    ///
    /// # Errors
    /// Those of both.
    pub fn check<'h>(&self, headers: &'h Headers<'_>, now: Timestamp) -> Result<Claim<'h>, Error> {
        let claim = self.read(headers)?;
        self.check_age(claim, now).map(|()| claim)
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

    /// Verifies a delivery: [`Policy::read`], then [`Policy::verify_claim`].
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
        self.verify_claim(self.read(delivery.headers())?, delivery.body(), keys, now, crypto)
    }

    /// Verifies what a delivery's headers were [read](Policy::read) to claim: the age, then the signature over the claim's own id
    /// and timestamp, and the body.
    ///
    /// Bounds: at most 1,024 signatures in the header, one HMAC per secret, and 32 Ed25519 checks.
    ///
    /// # Errors
    /// Those of [`Policy::check_age`], then `no_matching_signature`, `too_many_signatures`, or for a token `jwk_*` and `jwt_*`.
    pub fn verify_claim<'d, B, C: Crypto<B>>(
        &self,
        claim: Claim<'d>,
        body: &'d B,
        keys: Keys<'_>,
        now: Timestamp,
        crypto: &C,
    ) -> Result<Verified<'d, B>, Error> {
        self.check_age(claim, now)?;
        self.match_claim(claim, body, keys, now, crypto)
    }

    /// Whether a claim that was refused for its age would have been accepted at its own time: a sender that does not stamp its
    /// retries anew looks like this.
    pub fn matches_apart_from_age<B, C: Crypto<B>>(
        &self,
        claim: Claim<'_>,
        body: &B,
        keys: Keys<'_>,
        now: Timestamp,
        crypto: &C,
    ) -> bool {
        self.match_claim(claim, body, keys, now, crypto).is_ok()
    }

    fn match_claim<'d, B, C: Crypto<B>>(
        &self,
        claim: Claim<'d>,
        body: &'d B,
        keys: Keys<'_>,
        now: Timestamp,
        crypto: &C,
    ) -> Result<Verified<'d, B>, Error> {
        match claim {
            Claim::Token { token, .. } => {
                let policy = self.jwt.as_ref().ok_or(Error::NoMatchingSignature)?;
                let claims = jwt::verify(token, keys.jwks.ok_or(Error::JwkUnknownKid)?, policy, now)?;
                let id = Cow::Owned(claims.id.into_bytes());
                Ok(Verified { claim, body, id, form: Form::Jwt, key: claims.key, claims: Some(claims.json) })
            }
            Claim::Signed { id, timestamp, signatures, .. } => {
                let prefix = signed_prefix(id, timestamp);
                let (form, key) = self.find_match(&tokens(signatures)?, keys, &prefix, body, crypto)?;
                Ok(Verified { claim, body, id: Cow::Borrowed(id), form, key, claims: None })
            }
        }
    }

    /// What decides over signatures: the form and the key of the first match.
    pub(crate) fn find_match<B, C: Crypto<B>>(
        &self,
        tokens: &[(Form, &[u8])],
        keys: Keys<'_>,
        prefix: &[u8],
        body: &B,
        crypto: &C,
    ) -> Result<(Form, usize), Error> {
        let of = |form| tokens.iter().filter(move |token| token.0 == form && self.forms.contains(&form));
        let macs: Vec<_> = of(Form::V1).map(|token| token.1).filter(|token| token.len() == MAC_TEXT).collect();
        if let Some(key) = match_v1(&macs, keys, prefix, body, crypto) {
            return Ok((Form::V1, key));
        }
        let signatures: Vec<_> = of(Form::V1a).filter_map(|token| decode_ed25519(token.1)).collect();
        let key = match_v1a(&signatures, keys, prefix, body, crypto)?;
        key.map(|key| (Form::V1a, key)).ok_or(Error::NoMatchingSignature)
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

    /// Names the header to add: of the set that was begun, else of the first.
    fn missing(&self, headers: &Headers<'_>) -> Error {
        let begun = |names: &&HeaderNames| names.all().into_iter().any(|name| headers.get(name).is_some());
        let sets = self.scheme.headers;
        let names = sets.iter().find(begun).or_else(|| sets.first());
        let absent = names.and_then(|names| names.all().into_iter().find(|name| headers.get(name).is_none()));
        Error::MissingHeader(absent.unwrap_or("webhook-signature"))
    }
}

impl<'d, B> Verified<'d, B> {
    /// The event's id, which the signature covers: the header's, or for a token its own.
    pub fn id(&self) -> &[u8] {
        &self.id
    }

    /// What was verified.
    pub const fn form(&self) -> Form {
        self.form
    }

    /// Which key matched: its place among the secrets, or in the key set (behind the secrets, where there are both).
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

/// `id.timestamp.`: what is signed in front of the body.
pub(crate) fn signed_prefix(id: &[u8], timestamp: Timestamp) -> Vec<u8> {
    [id, b".", timestamp.as_unix().to_string().as_bytes(), b"."].concat()
}

/// The base64 text of a MAC, as it stands behind `v1,`.
pub(crate) fn mac_text(mac: [u8; 32]) -> String {
    STANDARD.encode(mac)
}

/// Tells apart the signatures of a header; what is of no known version is passed over.
pub(crate) fn tokens(value: &[u8]) -> Result<Vec<(Form, &[u8])>, Error> {
    let mut tokens = Vec::new();
    for (seen, piece) in pieces(value).enumerate() {
        if seen >= MAX_SIGNATURES {
            return Err(Error::TooManySignatures);
        }
        tokens.extend(token(piece));
    }
    Ok(tokens)
}

/// The parts of a list: separated by spaces, or by `, ` where lines were joined.
pub(crate) fn pieces(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut pieces = value.split(|byte| *byte == b' ').peekable();
    let trimmed = std::iter::from_fn(move || {
        let piece = pieces.next()?;
        let joined = pieces.peek().is_some();
        Some(piece.strip_suffix(b",").filter(|_| joined).unwrap_or(piece))
    });
    trimmed.filter(|piece| !piece.is_empty())
}

/// `version,base64`, where the version is known.
pub(crate) fn token(piece: &[u8]) -> Option<(Form, &[u8])> {
    match piece {
        [b'v', b'1', b',', text @ ..] => Some((Form::V1, text)),
        [b'v', b'1', b'a', b',', text @ ..] => Some((Form::V1a, text)),
        _ => None,
    }
}

/// One HMAC per secret serves all signatures; the text is compared whole, so that no second spelling of a MAC is accepted.
fn match_v1<B, C: Crypto<B>>(
    signatures: &[&[u8]],
    keys: Keys<'_>,
    prefix: &[u8],
    body: &B,
    crypto: &C,
) -> Option<usize> {
    let secrets = keys.secrets.iter().enumerate().filter(|_| !signatures.is_empty());
    let matches = |secret: &SecretKey| match secret {
        SecretKey::Hmac(key) => {
            let expected = mac_text(crypto.hmac_sha256(key, prefix, body));
            signatures.iter().any(|signature| constant_time_eq(signature, expected.as_bytes()))
        }
        SecretKey::Ed25519(_) => false,
    };
    secrets.filter(|(_, secret)| matches(secret)).map(|(at, _)| at).next()
}

fn match_v1a<B, C: Crypto<B>>(
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

pub(crate) fn check_id(id: &[u8], strict: bool) -> Result<(), HeaderFault> {
    let text = std::str::from_utf8(id).map_err(|_| HeaderFault::NotText)?;
    let digits_after_dot = |tail: &str| tail.len() >= SHIFTED_DIGITS && tail.bytes().all(|byte| byte.is_ascii_digit());
    if id.windows(2).any(|pair| pair == b", ") {
        Err(HeaderFault::Repeated)
    } else if text.rsplit_once('.').is_some_and(|(_, tail)| digits_after_dot(tail)) {
        Err(HeaderFault::ShiftedBoundary)
    } else if strict && (id.len() > 256 || !text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'.')) {
        Err(HeaderFault::NotStrict)
    } else {
        Ok(())
    }
}

/// A sender with ten old keys sends eleven; a header beyond this is an attack.
const MAX_SIGNATURES: usize = 1024;

/// Ed25519 checks per request: signatures times keys.
pub(crate) const MAX_ATTEMPTS: usize = 32;

/// The length of 32 bytes in padded base64.
pub(crate) const MAC_TEXT: usize = 44;

/// The length of 64 bytes in padded base64.
const ED25519_TEXT: usize = 88;

/// A tail of `.` and this many digits in an id could be the timestamp of an older message, moved over (see
/// `id/resplit-id-absorbs-timestamp` in the vectors).
const SHIFTED_DIGITS: usize = 9;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_split_at_spaces_and_at_joined_lines() {
        let list = |value: &'static str| {
            let tokens = tokens(value.as_bytes()).unwrap();
            tokens.iter().map(|(_, text)| str::from_utf8(text).unwrap()).collect::<Vec<_>>()
        };
        assert_eq!(list("v1,a v1a,b"), ["a", "b"]);
        assert_eq!(list("v1,a, v1,b,  v1,c"), ["a", "b", "c"]);
        assert_eq!(list("v1, a"), Vec::<&str>::new());
        assert_eq!(list("v1,a,"), ["a,"]);
        assert_eq!(list("v1,a\tv1,b"), ["a\tv1,b"]);
        assert_eq!(list("  junk v2,x V1,y v1=z v1,"), [""]);
    }

    #[test]
    fn signatures_beyond_the_cap_are_not_looked_at() {
        assert!(tokens("v1,a ".repeat(1024).as_bytes()).is_ok());
        assert_eq!(tokens("v1,a ".repeat(1025).as_bytes()), Err(Error::TooManySignatures));
    }

    #[test]
    fn an_id_that_may_have_swallowed_a_timestamp_is_refused() {
        assert_eq!(check_id(b"msg_1.161426533", false), Err(HeaderFault::ShiftedBoundary));
        assert_eq!(check_id(b"msg_1.16142653", false), Ok(()));
        assert_eq!(check_id(b"v1.2", true), Err(HeaderFault::NotStrict));
        assert_eq!(check_id(b"a, a", false), Err(HeaderFault::Repeated));
        assert_eq!(check_id(b"a\xff", false), Err(HeaderFault::NotText));
        assert_eq!(check_id(&[b'a'; 257], true), Err(HeaderFault::NotStrict));
    }
}
