//! What a receiver accepts, and the check of a delivery against it.

use super::keys::{Keys, readings};
use super::list::signatures;
use super::metadata::{Metadata, Presented, Read, read_list};
use super::template::Claim;
use super::verified::Verified;
use super::{described, identity, template, v1};
use crate::crypto::{Crypto, HmacKey};
use crate::delivery::{Delivery, Headers};
use crate::error::Error;
use crate::jose::JwtPolicy;
use crate::scheme::{Form, Scheme, Signing};
use crate::timestamp::{Timestamp, Tolerance};

/// What a receiver accepts. No request can widen it.
#[derive(Clone, Debug)]
pub struct Policy {
    /// How the sender signs.
    pub scheme: &'static Scheme,
    /// The forms of signature that are accepted.
    pub forms: Vec<Form>,
    /// How old or new a timestamp may be.
    pub tolerance: Tolerance,
    /// Also refuse ids with a dot or more than 256 bytes.
    pub strict: bool,
    /// The required claims of a token; without it, no token is accepted.
    pub jwt: Option<JwtPolicy>,
}

impl Policy {
    /// Makes a scheme's default policy: its default forms, its tolerance (five minutes in Standard Webhooks), no token.
    pub fn of(scheme: &'static Scheme) -> Self {
        let tolerance = scheme.template().map_or(Tolerance::DEFAULT, |of| Tolerance::from_seconds(of.tolerance));
        Self { scheme, forms: scheme.default_forms.to_vec(), tolerance, strict: false, jwt: None }
    }

    /// Parses the headers, without any key: presence, syntax, id and timestamp. The age is not checked.
    ///
    /// # Errors
    /// `missing_header`, `invalid_header`, `invalid_timestamp`, `jwt_malformed`, `jwt_alg`.
    pub fn read<'h>(&self, headers: &'h Headers<'_>) -> Result<Presented<'h>, Error> {
        match self.read_token(headers)? {
            Some(presented) => Ok(presented),
            None => self.read_signatures(headers),
        }
    }

    /// [`Policy::read`] where no token is taken: a sender that proves its identity by one is refused.
    fn read_signatures<'h>(&self, headers: &'h Headers<'_>) -> Result<Presented<'h>, Error> {
        match &self.scheme.signing {
            Signing::Standard(_) => {
                read_list(self.scheme, headers, self.strict).map(|signed| Presented::new(Read::Signed(signed)))
            }
            Signing::Template(of) => {
                template::read(self.scheme, of, headers).map(|claim| Presented::new(Read::Described(claim)))
            }
            Signing::Identity(of) => identity::token(of, headers).and(Err(Error::NoMatchingSignature)),
        }
    }

    /// [`Policy::read`], then [`Policy::check_age`]: every check that needs no key.
    ///
    /// # Errors
    /// Those of both.
    pub fn check<'h>(&self, headers: &'h Headers<'_>, now: Timestamp) -> Result<Presented<'h>, Error> {
        let presented = self.read(headers)?;
        self.check_age(presented.metadata(), now).map(|()| presented)
    }

    /// [`Policy::check`] for a receiver that takes no tokens.
    ///
    /// # Errors
    /// Those of [`Policy::check`] but for tokens, of which none is read.
    pub fn check_signatures<'h>(&self, headers: &'h Headers<'_>, now: Timestamp) -> Result<Presented<'h>, Error> {
        let presented = self.read_signatures(headers)?;
        self.check_age(presented.metadata(), now).map(|()| presented)
    }

    /// Checks the age of a signed timestamp. A token has times of its own, which are checked with its claims.
    ///
    /// # Errors
    /// `timestamp_too_old`, `timestamp_too_new`.
    pub fn check_age(&self, metadata: Metadata<'_>, now: Timestamp) -> Result<(), Error> {
        metadata.timestamp().map_or(Ok(()), |at| self.tolerance.check(at, now))
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
        let presented = self.read(delivery.headers())?.with_target(delivery.target());
        self.verify_presented(&presented, delivery.body(), keys, now, crypto)
    }

    /// [`Policy::verify`] for a receiver that takes no tokens: the same steps by the same functions. A token counts as a list in which nothing
    /// matches.
    ///
    /// A program that calls this and not [`Policy::verify`] contains nothing that reads tokens: the linker leaves it out.
    ///
    /// # Errors
    /// Those of [`Policy::verify`] but for tokens.
    pub fn verify_signatures<'d, B, C: Crypto<B>>(
        &self,
        keys: Keys<'_>,
        delivery: &'d Delivery<'d, B>,
        now: Timestamp,
        crypto: &C,
    ) -> Result<Verified<'d, B>, Error> {
        let presented = self.check_signatures(delivery.headers(), now)?.with_target(delivery.target());
        self.match_signatures(&presented, delivery.body(), keys, now, crypto)
    }

    /// [`Policy::verify`] for a receiver that has only shared secrets: the same steps by the same functions, for `v1` and for schemes
    /// with a template. A token counts as a list in which nothing matches.
    ///
    /// A program that calls this and not [`Policy::verify`] contains no Ed25519, no key sets and no tokens: the linker leaves them out.
    ///
    /// # Errors
    /// `missing_header`, `invalid_header`, `invalid_timestamp`, `timestamp_too_old`, `timestamp_too_new`,
    /// `no_matching_signature`, `too_many_signatures`.
    pub fn verify_hmac<'d, B, C: Crypto<B>>(
        &self,
        keys: &[HmacKey],
        delivery: &'d Delivery<'d, B>,
        now: Timestamp,
        crypto: &C,
    ) -> Result<Verified<'d, B>, Error> {
        let (headers, body) = (delivery.headers(), delivery.body());
        let numbered = readings(keys.iter().enumerate());
        match &self.scheme.signing {
            Signing::Standard(_) => {
                let signed = read_list(self.scheme, headers, self.strict)?;
                self.tolerance.check(signed.timestamp, now)?;
                let list = signatures(signed.signatures)?;
                let key = v1::find_match(self.counting(&list, Form::V1), numbered, &signed.prefix(), body, crypto);
                Ok(Verified::of_list(signed, body, Form::V1, key.ok_or(Error::NoMatchingSignature)?, keys.len()))
            }
            Signing::Template(of) => {
                let claim = Claim { target: delivery.target(), ..template::read(self.scheme, of, headers)? };
                self.check_age(claim.into(), now)?;
                let found = described::find_shared_match(&claim, &self.forms, numbered, body, crypto)?;
                self.complete(&claim, found, keys.len(), body, now, crypto)
            }
            Signing::Identity(of) => identity::token(of, headers).and(Err(Error::NoMatchingSignature)),
        }
    }

    /// Verifies parsed headers and a body: the age, then the signature over id, timestamp and body. It can be repeated with more
    /// keys, over the same body.
    ///
    /// Limits: 1,024 signatures in the header, and one HMAC per secret. All checks of one delivery together may cost 32 Ed25519
    /// verifications; for content over 384 KiB fewer, so that they hash at most 12 MiB, but at least 12.
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

    /// Whether a delivery that was refused for its age would have been accepted at its own time. A sender that does not update the
    /// timestamp of its retries looks like this.
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
        match self.verify_token(presented, body, keys, now, crypto)? {
            Some(verified) => Ok(verified),
            None => self.match_signatures(presented, body, keys, now, crypto),
        }
    }

    /// The form that a delivery with a template is checked as. A sender that has a template has one, or several that are HMACs.
    pub(crate) fn form(&self) -> Form {
        self.forms.first().copied().unwrap_or(Form::HmacSha256)
    }

    pub(crate) fn accepts_lists(&self) -> bool {
        self.forms.iter().any(|form| *form != Form::Jwt)
    }
}
