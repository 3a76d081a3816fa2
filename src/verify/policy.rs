//! What a receiver accepts, and how a delivery is held to it.

use super::keys::Keys;
use super::list::signatures;
use super::metadata::{Metadata, Presented, Read, read_list};
use super::v1a::{Tried, decode_ed25519};
use super::verified::Verified;
use super::{v1, v1a};
use crate::crypto::{Crypto, HmacKey};
use crate::delivery::{Delivery, Headers};
use crate::error::Error;
use crate::jose::{self, JwtPolicy, Token};
use crate::scheme::{Form, HeaderNames, Scheme};
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
    /// Also refuse ids with a dot or more than 256 bytes.
    pub strict: bool,
    /// What a token has to claim; without it, no token is accepted.
    pub jwt: Option<JwtPolicy>,
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
        read_list(sets, headers, self.strict).map(|signed| Presented::new(Read::Signed(signed)))
    }

    /// [`Policy::read`], then [`Policy::check_age`]: all that can be refused before keys are looked for.
    ///
    /// # Errors
    /// Those of both.
    pub fn check<'h>(&self, headers: &'h Headers<'_>, now: Timestamp) -> Result<Presented<'h>, Error> {
        let presented = self.read(headers)?;
        self.check_age(presented.metadata(), now).map(|()| presented)
    }

    /// The age of a claim.
    ///
    /// # Errors
    /// `timestamp_too_old`, `timestamp_too_new`.
    pub fn check_age(&self, metadata: Metadata<'_>, now: Timestamp) -> Result<(), Error> {
        match metadata {
            Metadata::Signed { timestamp, .. } => self.tolerance.check(timestamp, now),
            Metadata::Token { .. } => Ok(()),
        }
    }

    /// Verifies a delivery: [`Policy::read`], then [`Policy::verify_presented`].
    ///
    /// ```
    /// use countersign::crypto::Portable;
    /// use countersign::{Delivery, Error, Headers, Keys, Policy, SecretKey, Timestamp, scheme};
    ///
    /// let policy = Policy::of(scheme::find("svix").ok_or("no such scheme")?);
    /// let secrets = [SecretKey::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")?];
    /// let keys = Keys { secrets: &secrets, ..Keys::default() };
    /// let headers: [(&str, &[u8]); 3] = [
    ///     ("svix-id", b"msg_p5jXN8AQM9LWM0D4loKWxJek"),
    ///     ("svix-timestamp", b"1614265330"),
    ///     ("svix-signature", b"v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
    /// ];
    /// let delivery = Delivery::new(Headers::from_iter(headers), "{\"test\": 2432232314}");
    ///
    /// let verified = policy.verify(keys, &delivery, Timestamp::from_unix(1_614_265_330), &Portable)?;
    /// assert_eq!((verified.form().as_str(), verified.key()), ("v1", 0));
    ///
    /// let late = policy.verify(keys, &delivery, Timestamp::from_unix(1_614_266_000), &Portable);
    /// assert_eq!(late.err(), Some(Error::TimestampTooOld { age: 670 }));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
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

    /// [`Policy::verify`] for a receiver that has shared secrets and nothing else: the same steps by the same functions, over `v1`
    /// alone. A token is a list in which nothing matches.
    ///
    /// Whatever does not call [`Policy::verify`] besides has no Ed25519, no key set and no token in it: what is not named is left
    /// out by the linker.
    ///
    /// # Errors
    /// `missing_header`, `invalid_header`, `invalid_timestamp`, `timestamp_too_old`, `timestamp_too_new`,
    /// `no_matching_signature`, `too_many_signatures`.
    pub fn verify_v1<'d, B, C: Crypto<B>>(
        &self,
        keys: &[HmacKey],
        delivery: &'d Delivery<'d, B>,
        now: Timestamp,
        crypto: &C,
    ) -> Result<Verified<'d, B>, Error> {
        let (body, signed) = (delivery.body(), read_list(self.scheme.headers, delivery.headers(), self.strict)?);
        self.tolerance.check(signed.timestamp, now)?;
        let list = signatures(signed.signatures)?;
        let v1 = self.counting(&list, Form::V1);
        let key = v1::find_match(v1, keys.iter().enumerate(), &signed.prefix(), body, crypto);
        Ok(Verified::of_list(signed, body, Form::V1, key.ok_or(Error::NoMatchingSignature)?, keys.len()))
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
        self.check_age(presented.metadata(), now)?;
        self.match_metadata(presented, body, keys, now, crypto)
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
        self.match_metadata(presented, body, keys, now, crypto).is_ok()
    }

    fn match_metadata<'d, B, C: Crypto<B>>(
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
                let claims = jose::verify::<B, C>(token, keys.jwks.ok_or(Error::JwkUnknownKid)?, policy, now)?;
                Ok(Verified::of_token(presented.metadata(), body, claims))
            }
            Read::Signed(signed) => {
                let list = signatures(signed.signatures)?;
                let (form, key) = self.find_match(&list, keys, &presented.tried, &signed.prefix(), body, crypto)?;
                Ok(Verified::of_list(*signed, body, form, key, keys.secrets.len()))
            }
        }
    }

    /// Whether a key set can decide over a delivery: over a token, or where a signature by a public key counts and is there. For anything
    /// else none need be fetched.
    pub fn is_for_key_set(&self, presented: &Presented<'_>) -> bool {
        match &presented.read {
            Read::Token { .. } => true,
            Read::Signed(signed) => {
                signatures(signed.signatures).is_ok_and(|list| self.counting(&list, Form::V1a).next().is_some())
            }
        }
    }

    /// What decides over signatures: the form and the key of the first match.
    pub(crate) fn find_match<B, C: Crypto<B>>(
        &self,
        list: &[(Form, &[u8])],
        keys: Keys<'_>,
        tried: &Tried,
        prefix: &[u8],
        body: &B,
        crypto: &C,
    ) -> Result<(Form, usize), Error> {
        if let Some(key) = v1::find_match(self.counting(list, Form::V1), keys.hmac(), prefix, body, crypto) {
            return Ok((Form::V1, key));
        }
        let signatures: Vec<_> = self.counting(list, Form::V1a).filter_map(decode_ed25519).collect();
        if signatures.is_empty() {
            return Err(Error::NoMatchingSignature);
        }
        let key = v1a::find_match(&signatures, keys, tried, prefix, body, crypto)?;
        key.map(|key| (Form::V1a, key)).ok_or(Error::NoMatchingSignature)
    }

    /// The signatures of a form, if it counts.
    fn counting<'s>(&self, list: &[(Form, &'s [u8])], form: Form) -> impl Iterator<Item = &'s [u8]> + Clone {
        let counts = self.forms.contains(&form);
        list.iter().filter(move |signature| counts && signature.0 == form).map(|signature| signature.1)
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
