//! Deliveries that a token proves: where it stands, and its check.

use super::identity;
use super::keys::Keys;
use super::metadata::{Presented, Read};
use super::policy::Policy;
use super::verified::Verified;
use crate::crypto::{Crypto, hex};
use crate::delivery::Headers;
use crate::error::Error;
use crate::jose::{self, Token};
use crate::scheme::{Form, HeaderNames, Signing};
use crate::timestamp::Timestamp;

impl Policy {
    /// Parses the token of a delivery; `None` if its headers are to be read as signatures.
    ///
    /// # Errors
    /// `missing_header` if nothing but a token is accepted; `jwt_malformed`, `jwt_alg`.
    pub(super) fn read_token<'h>(&self, headers: &'h Headers<'_>) -> Result<Option<Presented<'h>>, Error> {
        let sets = match &self.scheme.signing {
            Signing::Standard(sets) => *sets,
            Signing::Template(_) => return Ok(None),
            Signing::Identity(of) => {
                let token = Token::parse(identity::token(of, headers)?)?;
                return Ok(Some(Presented::new(Read::Identity { scheme: self.scheme, headers, token })));
            }
        };
        if let Some((names, token)) = self.token(headers) {
            return Ok(Some(Presented::new(Read::Token { names, text: token, token: Token::parse(token)? })));
        }
        match sets.first() {
            Some(names) if self.jwt.is_some() && !self.accepts_lists() => Err(Error::MissingHeader(names.signature)),
            _ => Ok(None),
        }
    }

    /// Checks a delivery that was read as a token; `None` if it was not.
    ///
    /// # Errors
    /// `no_matching_signature` if no token is accepted; `jwk_*` and `jwt_*`; `jwt_claims` for an identity token if no `email` is required.
    pub(super) fn verify_token<'d, B, C: Crypto<B>>(
        &self,
        presented: &Presented<'d>,
        body: &'d B,
        keys: Keys<'_>,
        now: Timestamp,
        crypto: &C,
    ) -> Result<Option<Verified<'d, B>>, Error> {
        let (Read::Token { token, .. } | Read::Identity { token, .. }) = &presented.read else { return Ok(None) };
        let policy = self.jwt.as_ref().ok_or(Error::NoMatchingSignature)?;
        let set = keys.jwks.ok_or(Error::JwkUnknownKid)?;
        if matches!(presented.read, Read::Token { .. }) {
            let claims = jose::verify::<B, C>(token, set, policy, now)?;
            return Ok(Some(Verified::of_token(presented.metadata(), body, claims)));
        }
        if policy.email.is_none() {
            // The issuer signs for everybody who asks, for any audience: a token without its owner would prove nothing.
            return Err(Error::JwtClaims("email"));
        }
        let (key, _) = jose::prove::<B, C>(token, set, policy, now)?;
        let id = hex(&crypto.sha256(&[], body, &[]));
        Ok(Some(Verified::of_identity(presented.metadata(), body, id, key)))
    }

    /// The value to parse as a token, if tokens are accepted.
    pub(crate) fn token<'h>(&self, headers: &'h Headers<'_>) -> Option<(&'static HeaderNames, &'h [u8])> {
        let mut sets = self.scheme.sets().iter().filter(|_| self.jwt.is_some());
        let found = sets.find_map(|names| headers.get(names.signature).map(|token| (names, token)));
        found.filter(|(_, value)| self.is_token(value))
    }

    /// If both lists and tokens are accepted, a value with a comma is a list.
    fn is_token(&self, value: &[u8]) -> bool {
        self.forms.contains(&Form::Jwt) && !(self.accepts_lists() && value.contains(&b','))
    }
}
