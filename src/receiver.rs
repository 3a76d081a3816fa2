//! An endpoint for one sender, in a server of your own: the policy and the keys in one value.

use crate::crypto::Portable;
use crate::delivery::Delivery;
use crate::error::Error;
use crate::jose::Jwks;
use crate::key::SecretKey;
use crate::scheme::{KeySource, Scheme};
use crate::timestamp::Timestamp;
use crate::verify::{Keys, Policy, Verified};

/// Verifies the deliveries of one sender with keys in memory, in pure Rust.
///
/// It is [`Policy::verify`] with [`Portable`] cryptography, for bodies in memory. Use [`Policy`] directly for other cryptography, or for keys that
/// change while the server runs.
///
/// ```
/// use std::time::{Duration, UNIX_EPOCH};
///
/// use countersign::{Delivery, Error, Headers, Receiver, scheme};
///
/// let github = Receiver::new(scheme::find("github").ok_or("no such scheme")?, &["a secret of sixteen bytes or more"])?;
/// let headers: [(&str, &[u8]); 1] =
///     [("x-hub-signature-256", b"sha256=49b28e21ea4a30bba1f40c30b2f5d0a9e4e8b0b1a9f4a1e7f6b64e1a9d1d5a60")];
/// let forged = Delivery::new(Headers::from_iter(headers), "{}");
///
/// let now = UNIX_EPOCH + Duration::from_secs(1_614_265_330); // in a server: SystemTime::now()
/// assert_eq!(github.verify(&forged, now.into()).err(), Some(Error::NoMatchingSignature));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Receiver {
    policy: Policy,
    secrets: Vec<SecretKey>,
    key_set: Option<Jwks>,
}

impl Receiver {
    /// Makes a receiver with the default policy of a scheme. To rotate a secret, pass the old one and the new one.
    ///
    /// # Errors
    /// `empty_secret`, also without any secret if the sender has no key set; `invalid_secret`, `weak_key`; `weak_secret` for a shared key under
    /// 16 bytes, which can be guessed.
    pub fn new(scheme: &'static Scheme, secrets: &[&str]) -> Result<Self, Error> {
        if secrets.is_empty() && scheme.keys == KeySource::Secrets {
            return Err(Error::EmptySecret);
        }
        let mut keys = Vec::with_capacity(secrets.len());
        for secret in secrets {
            keys.extend(scheme.secrets.parse(secret)?);
        }
        keys.iter().try_for_each(SecretKey::check_floor)?;
        Ok(Self::from_parts(Policy::of(scheme), keys))
    }

    /// Makes a receiver from a policy and keys, unchecked: also from keys that [`Receiver::new`] refuses as too short.
    pub const fn from_parts(policy: Policy, secrets: Vec<SecretKey>) -> Self {
        Self { policy, secrets, key_set: None }
    }

    /// Adds or replaces the key set of a sender that publishes one. Fetch it again when its keys change.
    #[must_use]
    pub fn with_key_set(self, key_set: Jwks) -> Self {
        Self { key_set: Some(key_set), ..self }
    }

    /// What it accepts.
    pub const fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The keys of its secrets, in their order. [`Verified::asked`] takes them to respond to a handshake:
    ///
    /// ```
    /// use countersign::crypto::Portable;
    /// use countersign::handshake::Asked;
    /// use countersign::{Delivery, Headers, HmacKey, Receiver, SigningKey, Timestamp, Unsigned, scheme, sign_as};
    ///
    /// let zoom = scheme::find("zoom").ok_or("no such scheme")?;
    /// let receiver = Receiver::new(zoom, &["a secret of sixteen bytes or more"])?;
    /// # let (now, body) = (Timestamp::from_unix(1_614_265_330), r#"{"event":"endpoint.url_validation","payload":{"plainToken":"q9ib"}}"#);
    /// # let key = SigningKey::Hmac(HmacKey::from_bytes(b"a secret of sixteen bytes or more")?);
    /// # let headers = sign_as(zoom, &[key], &Unsigned { id: "", timestamp: now, target: None, body }, &Portable)?;
    /// # let delivery = Delivery::new(Headers::from_iter(headers.iter().map(|(name, value)| (*name, value.as_bytes()))), body);
    /// let verified = receiver.verify(&delivery, now)?;
    /// match verified.asked(zoom, receiver.secrets(), &Portable) {
    ///     Asked::Handshake(reply) => assert_eq!(reply.status, 200), // respond with its text and media type
    ///     Asked::Event(_) => unreachable!("this one is a handshake"),
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub const fn secrets(&self) -> &[SecretKey] {
        self.secrets.as_slice()
    }

    /// Verifies a delivery: headers, age, signature.
    ///
    /// A sender that signs its URL needs a delivery [with a target](Delivery::with_target). Limit the size of the body before you read it.
    /// An event that arrives twice is accepted twice: deduplicate on [`Verified::id`].
    ///
    /// # Errors
    /// Those of [`Policy::verify`]. Respond with [`Error::status`] and [`Error::code`]; the text is for your log.
    pub fn verify<'d, B: AsRef<[u8]>>(
        &self,
        delivery: &'d Delivery<'d, B>,
        now: Timestamp,
    ) -> Result<Verified<'d, B>, Error> {
        let keys = Keys { secrets: &self.secrets, jwks: self.key_set.as_ref(), recent: None };
        self.policy.verify(keys, delivery, now, &Portable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::Ed25519SigningKey;
    use crate::{Headers, SigningKey, Unsigned, scheme, sign_as};

    const NOW: Timestamp = Timestamp::from_unix(1_700_000_000);
    const OLD: &str = "whsec_q4f1Zx8mB0yR2tUvW3sK5nJ7hG9dL6aP";
    const NEW: &str = "whsec_Kk2Vf0xP7cQh9ZtYw3BnLrE6sJdUaMgX";

    fn signed(secret: &str) -> Vec<(&'static str, String)> {
        let svix = scheme::find("svix").unwrap();
        let keys: Vec<_> = svix.secrets.parse_hmac(secret).unwrap().into_iter().map(SigningKey::Hmac).collect();
        let unsigned = Unsigned { id: "msg_1", timestamp: NOW, target: None, body: "{}" };
        sign_as(svix, &keys, &unsigned, &Portable).unwrap()
    }

    #[test]
    fn each_secret_of_a_rotation_counts_and_no_other() {
        let receiver = Receiver::new(scheme::find("svix").unwrap(), &[OLD, NEW]).unwrap();
        for (secret, expected) in [(OLD, Ok(0)), (NEW, Ok(1)), ("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX", Err(401))] {
            let headers = signed(secret);
            let lines = headers.iter().map(|(name, value)| (*name, value.as_bytes()));
            let delivery = Delivery::new(Headers::from_iter(lines), "{}");
            let verified = receiver.verify(&delivery, NOW);
            assert_eq!(verified.map(|it| it.key()).map_err(|error| error.status()), expected, "{secret}");
        }
    }

    #[test]
    fn a_key_set_counts_once_it_is_given_and_the_latest_alone() {
        let scheme = scheme::find("standard-webhooks").unwrap();
        let key = Ed25519SigningKey::parse("whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbc=").unwrap();
        let unsigned = Unsigned { id: "msg_1", timestamp: NOW, target: None, body: "{}" };
        let headers = sign_as(scheme, &[SigningKey::Ed25519(key)], &unsigned, &Portable).unwrap();
        let lines = headers.iter().map(|(name, value)| (*name, value.as_bytes()));
        let delivery = Delivery::new(Headers::from_iter(lines), "{}");
        let set = |x: &str| {
            Jwks::parse(format!(r#"{{"keys":[{{"kty":"OKP","crv":"Ed25519","x":"{x}"}}]}}"#).as_bytes()).unwrap()
        };
        let right = set("1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4");
        let other = set("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo");
        let receiver = Receiver::new(scheme, &[]).unwrap();
        let accepts = |receiver: &Receiver| receiver.verify(&delivery, NOW).is_ok();
        assert!(!accepts(&receiver));
        let receiver = receiver.with_key_set(other);
        assert!(!accepts(&receiver));
        assert!(accepts(&receiver.with_key_set(right)));
    }

    #[test]
    fn secrets_that_nobody_should_trust_are_refused() {
        let svix = scheme::find("svix").unwrap();
        let code = |secret| Receiver::new(svix, &[OLD, secret]).map(drop).map_err(|error| error.code());
        assert_eq!(code(""), Err("empty_secret"));
        let without = |name| Receiver::new(scheme::find(name).unwrap(), &[]).map(drop);
        assert_eq!((without("stripe"), without("github")), (Err(Error::EmptySecret), Err(Error::EmptySecret)));
        assert_eq!((without("standard-webhooks"), without("gemini-dynamic")), (Ok(()), Ok(())));
        assert_eq!(code("whsec_c2hvcnQ="), Err("weak_secret"));
        assert_eq!(code("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), Err("invalid_secret"));
        let short = SecretKey::parse("whsec_c2hvcnQ=").unwrap();
        assert_eq!(Receiver::from_parts(Policy::of(svix), vec![short]).policy().scheme.name, "svix");
    }
}
