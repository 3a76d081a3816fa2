//! What is compared. Each is made once, as a server does.

use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use countersign::{Delivery, Headers, Receiver, scheme};
use hmac::{Hmac, KeyInit, Mac};
use http::HeaderMap;
use sha2::Sha256;

use crate::Failure;

/// Something that verifies Standard Webhooks.
pub(crate) trait Contender {
    fn name(&self) -> &'static str;
    fn accepts(&self, headers: &HeaderMap, body: &[u8]) -> bool;
}

pub(crate) struct Ours(Receiver);

impl Ours {
    pub(crate) fn new(secret: &str) -> Result<Self, Failure> {
        Ok(Self(Receiver::new(scheme::find("standard-webhooks").ok_or("no such scheme")?, &[secret])?))
    }
}

impl Contender for Ours {
    fn name(&self) -> &'static str {
        "countersign"
    }

    fn accepts(&self, headers: &HeaderMap, body: &[u8]) -> bool {
        let headers = headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
        self.0.verify(&Delivery::new(Headers::from_iter(headers), body), SystemTime::now().into()).is_ok()
    }
}

pub(crate) struct StandardWebhooks(standardwebhooks::Webhook);

impl StandardWebhooks {
    pub(crate) fn new(secret: &str) -> Result<Self, Failure> {
        Ok(Self(standardwebhooks::Webhook::new(secret)?))
    }
}

impl Contender for StandardWebhooks {
    fn name(&self) -> &'static str {
        "standardwebhooks"
    }

    fn accepts(&self, headers: &HeaderMap, body: &[u8]) -> bool {
        self.0.verify(body, headers).is_ok()
    }
}

pub(crate) struct Svix(svix::webhooks::Webhook);

impl Svix {
    pub(crate) fn new(secret: &str) -> Result<Self, Failure> {
        Ok(Self(svix::webhooks::Webhook::new(secret)?))
    }
}

impl Contender for Svix {
    fn name(&self) -> &'static str {
        "svix"
    }

    fn accepts(&self, headers: &HeaderMap, body: &[u8]) -> bool {
        self.0.verify(body, headers).is_ok()
    }
}

/// What a careful user writes: one signature, no key set, no limits.
pub(crate) struct ByHand(Hmac<Sha256>);

impl ByHand {
    pub(crate) fn new(secret: &str) -> Result<Self, Failure> {
        let key = STANDARD.decode(secret.trim_start_matches("whsec_"))?;
        Ok(Self(Hmac::new_from_slice(&key)?))
    }

    fn check(&self, headers: &HeaderMap, body: &[u8]) -> Option<bool> {
        let header = |name| headers.get(name)?.to_str().ok();
        let (id, at, signature) = (header("webhook-id")?, header("webhook-timestamp")?, header("webhook-signature")?);
        let now = SystemTime::now().duration_since(UNIX_EPOCH).ok()?.as_secs();
        if now.abs_diff(at.parse().ok()?) > 300 {
            return Some(false);
        }
        let mut mac = self.0.clone();
        [id.as_bytes(), b".", at.as_bytes(), b".", body].iter().for_each(|part| mac.update(part));
        let received = STANDARD.decode(signature.strip_prefix("v1,")?).ok()?;
        Some(mac.verify_slice(&received).is_ok()) // in constant time
    }
}

impl Contender for ByHand {
    fn name(&self) -> &'static str {
        "hmac by hand"
    }

    fn accepts(&self, headers: &HeaderMap, body: &[u8]) -> bool {
        self.check(headers, body).unwrap_or(false)
    }
}
