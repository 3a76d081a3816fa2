//! Runs a case through the verifier, or through what explains a delivery.

use countersign::crypto::Crypto;
use countersign::explain::{self, Receiver, Report, Secret};
use countersign::scheme::{Form, KeySource, Scheme};
use countersign::{
    Delivery, Error, Headers, HmacKey, Jwks, JwtPolicy, Keys, Policy, SecretKey, Target, Timestamp, Tolerance, Verified,
};
use serde_json::Value;

use crate::case::{Case, decode};
use crate::outcome::Outcome;

/// [`Policy::verify`], or a part of it.
type Verify<C> =
    for<'d> fn(&Policy, Keys<'_>, &'d Delivery<'d, Vec<u8>>, Timestamp, &C) -> Result<Verified<'d, Vec<u8>>, Error>;

impl Case {
    /// Runs the case under its own scheme, or under another of the same headers.
    pub fn run<C: Crypto<Vec<u8>>>(&self, scheme: &'static Scheme, crypto: &C, strict: bool) -> Outcome {
        self.outcome(self.verify(scheme, crypto, strict, Policy::verify))
    }

    /// Runs the case by [`Policy::verify_signatures`], if it is one without tokens.
    pub fn run_signatures<C: Crypto<Vec<u8>>>(&self, scheme: &'static Scheme, crypto: &C) -> Option<Outcome> {
        let takes_none = self.policy(scheme, false).jwt.is_none();
        takes_none.then(|| self.outcome(self.verify(scheme, crypto, false, Policy::verify_signatures)))
    }

    fn outcome(&self, verified: Result<String, Error>) -> Outcome {
        match verified {
            Ok(id) if self.id.as_ref().is_some_and(|known| *known != id) => Outcome::OtherId(id),
            Ok(_) => Outcome::Accept,
            Err(error) => Outcome::Reject(error),
        }
    }

    /// Runs the case by [`Policy::verify_hmac`], if it is one for shared secrets.
    pub fn run_v1<C: Crypto<Vec<u8>>>(&self, scheme: &'static Scheme, crypto: &C) -> Option<Outcome> {
        let texts = self.secret_texts();
        let is_public = |text: &String| text.contains("whpk_") || text.contains("PUBLIC KEY");
        if self.has_key_set(scheme) || self.public_key.is_some() || texts.iter().any(is_public) {
            return None;
        }
        let keys: Vec<_> = match self.secrets(scheme, false) {
            Ok(keys) => keys
                .into_iter()
                .filter_map(|key| if let SecretKey::Hmac(key) = key { Some(key) } else { None })
                .collect(),
            Err(error) => return Some(Outcome::Reject(error)),
        };
        let lines = self.lines();
        let headers: Headers<'_> = lines.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
        let delivery = self.delivery(headers);
        let now = Timestamp::from_unix(self.now);
        let verified = self.policy(scheme, false).verify_hmac(&keys, &delivery, now, crypto);
        Some(verified.map_or_else(Outcome::Reject, |_| Outcome::Accept))
    }

    /// Explains the case under its own scheme, in the default mode.
    pub fn explain(&self, scheme: &'static Scheme) -> Report {
        let (texts, lines) = (self.secret_texts(), self.lines());
        let raw: Option<Vec<_>> = self.is_raw().then(|| texts.iter().map(|text| decode(text)).collect());
        let secrets: Vec<_> = match &raw {
            Some(keys) => keys.iter().map(|key| Secret::Raw(key)).collect(),
            None if !self.has_key_set(scheme) => texts.iter().map(|text| Secret::Text(text)).collect(),
            None => Vec::new(),
        };
        let jwks = self.jwks.as_ref().filter(|_| self.has_key_set(scheme)).map(Value::to_string);
        let headers: Headers<'_> = lines.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
        let receiver = Receiver {
            policy: &self.policy(scheme, false),
            secrets: &secrets,
            jwks: jwks.as_deref().map(str::as_bytes),
            now: Timestamp::from_unix(self.now),
        };
        explain::report(&receiver, &self.delivery(headers))
    }

    /// The receiver's own keys, and the text of each secret; no keys if one does not parse.
    pub fn keys(&self, scheme: &Scheme) -> (Vec<SecretKey>, Vec<String>) {
        (self.secrets(scheme, false).unwrap_or_default(), self.secret_texts())
    }

    fn policy(&self, scheme: &'static Scheme, strict: bool) -> Policy {
        let mut policy = Policy::of(scheme);
        policy.strict = strict;
        if let Some(seconds) = self.tolerance {
            policy.tolerance = Tolerance::from_seconds(seconds);
        }
        let is_jwt = self.kind.as_deref() == Some("jwt");
        if is_jwt {
            policy.forms = vec![Form::Jwt];
        }
        let identity = scheme.identity();
        if is_jwt || identity.is_some() {
            let (audience, issuer) = (self.audience.clone().unwrap_or_default(), self.issuer.clone());
            let issuer = issuer.or_else(|| identity.map(|identity| identity.issuer.to_owned()));
            let (email, leeway) = (self.email.clone(), self.leeway);
            policy.jwt = Some(JwtPolicy { audience, issuer, email, leeway, longest: None });
        }
        policy
    }

    fn verify<C: Crypto<Vec<u8>>>(
        &self,
        scheme: &'static Scheme,
        crypto: &C,
        strict: bool,
        by: Verify<C>,
    ) -> Result<String, Error> {
        let policy = self.policy(scheme, strict);
        let secrets = if self.has_key_set(scheme) { Vec::new() } else { self.secrets(scheme, strict)? };
        let jwks = match &self.jwks {
            Some(jwks) if self.has_key_set(scheme) => Some(Jwks::parse(jwks.to_string().as_bytes())?),
            _ => None,
        };
        let lines = self.lines();
        let headers: Headers<'_> = lines.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
        let delivery = self.delivery(headers);
        let keys = Keys { secrets: &secrets, jwks: jwks.as_ref(), recent: None };
        let verified = by(&policy, keys, &delivery, Timestamp::from_unix(self.now), crypto)?;
        Ok(String::from_utf8_lossy(verified.id()).into_owned())
    }

    fn delivery<'d>(&'d self, headers: Headers<'d>) -> Delivery<'d, Vec<u8>> {
        let delivery = Delivery::new(headers, self.body());
        let method = self.method.as_deref().unwrap_or("POST");
        match &self.url {
            Some(url) => delivery.with_target(Target { method, url }),
            None => delivery,
        }
    }

    fn secrets(&self, scheme: &Scheme, strict: bool) -> Result<Vec<SecretKey>, Error> {
        let mut keys = Vec::new();
        for text in self.secret_texts() {
            if self.is_raw() {
                keys.push(HmacKey::from_bytes(&decode(&text)).map(SecretKey::Hmac)?);
            } else {
                keys.extend(scheme.secrets.parse(&text)?);
            }
        }
        if strict {
            keys.iter().try_for_each(SecretKey::check_length)?;
        }
        if keys.is_empty() { Err(Error::EmptySecret) } else { Ok(keys) }
    }

    /// Whether the case is checked by a key set, and not by keys of its own.
    fn has_key_set(&self, scheme: &Scheme) -> bool {
        self.kind.is_some() || matches!(scheme.keys, KeySource::SharedJwks(_) | KeySource::IssuerJwks(_))
    }
}
