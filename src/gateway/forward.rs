//! The request that a destination gets.
//!
//! Only a verified event that was not seen before becomes an [`Event`]:
//!
//! ```
//! use countersign::gateway::content::Content;
//! use countersign::gateway::dedupe::Seen;
//! use countersign::gateway::forward::Event;
//! use countersign::{Timestamp, Verified};
//!
//! fn forward<B: Clone>(verified: Verified<'_, B>, seen: Seen, content: Content<'_>, now: Timestamp) -> Option<Event<B>> {
//!     let admitted = verified.admit(seen)?;
//!     Some(Event::new(admitted, content, now))
//! }
//! ```
//!
//! A verified event that nobody asked the store about does not compile:
//!
//! ```compile_fail,E0308
//! use countersign::gateway::content::Content;
//! use countersign::gateway::forward::Event;
//! use countersign::{Timestamp, Verified};
//!
//! fn forward<B: Clone>(verified: Verified<'_, B>, content: Content<'_>, now: Timestamp) -> Event<B> {
//!     Event::new(verified, content, now)
//! }
//! ```
//!
//! Nor does a delivery that was not verified:
//!
//! ```compile_fail,E0599
//! use countersign::gateway::content::Content;
//! use countersign::gateway::dedupe::Seen;
//! use countersign::gateway::forward::Event;
//! use countersign::{Delivery, Timestamp};
//!
//! type Body = Vec<u8>;
//!
//! fn forward(delivery: Delivery<'_, Body>, seen: Seen, content: Content<'_>, now: Timestamp) -> Option<Event<Body>> {
//!     let admitted = delivery.admit(seen)?;
//!     Some(Event::new(admitted, content, now))
//! }
//! ```
//!
//! Nor does an event made of its parts:
//!
//! ```compile_fail,E0451
//! use countersign::gateway::forward::{Event, Payload};
//! use countersign::gateway::header_list::HeaderList;
//! use countersign::Timestamp;
//! use countersign::scheme::Form;
//!
//! let (headers, payload, received_at) = (HeaderList::default(), Payload::Body(()), Timestamp::from_unix(0));
//! let event = Event { id: Vec::new(), form: Form::V1, headers, payload, received_at, attempt: 1 };
//! ```

use super::content::{CONTENT, Content, TEST};
use super::dedupe::Admitted;
use super::header_list::HeaderList;
use super::kept_headers::kept_headers;
use crate::config::{Destination, Endpoint, Source};
use crate::crypto::Crypto;
use crate::event_id::signable;
use crate::scheme::{Covers, Form};
use crate::sign::signature;
use crate::timestamp::Timestamp;
use crate::verify::Verified;

/// An event at one of its attempts, independent of the request that brought it.
///
/// [`Event::new`] makes it from an admitted event, and [`Stored::into_event`](super::stored::Stored::into_event) from one that the inbox
/// stored. There is no other way.
#[derive(Clone, Debug)]
pub struct Event<B> {
    pub(super) id: Vec<u8>,
    pub(super) form: Form,
    pub(super) headers: HeaderList,
    pub(super) payload: Payload<B>,
    pub(super) received_at: Timestamp,
    pub(super) attempt: u32,
}

/// The body of a forwarded event.
#[derive(Clone, Debug)]
pub enum Payload<B> {
    /// The bytes as received, or as stored.
    Body(B),
    /// The verified claims of a token that does not bind the body.
    Claims(Vec<u8>),
}

impl<B: Clone> Event<B> {
    /// The first attempt of a delivery that was admitted. `content` is what the same delivery's headers say of its body.
    pub fn new(admitted: Admitted<'_, B>, content: Content<'_>, received_at: Timestamp) -> Self {
        let verified = admitted.into_verified();
        Self {
            id: verified.id().to_vec(),
            form: verified.form(),
            headers: kept_headers(&verified, content),
            payload: Payload::of(&verified),
            received_at,
            attempt: 1,
        }
    }
}

impl<B> Event<B> {
    /// The event's id, which a signature covers.
    pub fn id(&self) -> &[u8] {
        &self.id
    }

    /// The form of signature that was verified.
    pub const fn form(&self) -> Form {
        self.form
    }

    /// The headers that are kept of the sender's request.
    pub const fn headers(&self) -> &HeaderList {
        &self.headers
    }

    /// What is sent as the body.
    pub const fn payload(&self) -> &Payload<B> {
        &self.payload
    }

    /// The number of the attempt, from 1.
    pub const fn attempt(&self) -> u32 {
        self.attempt
    }

    /// The same event at another attempt.
    #[must_use]
    pub fn at_attempt(self, attempt: u32) -> Self {
        Self { attempt, ..self }
    }

    /// The headers of the request to a recipient at `now`.
    ///
    /// They are the body's, then the sender's signature or, if the source signs for its destination, ours, then those that say what was
    /// verified. No other header of the sender's is passed on, so none of these can be forged.
    pub fn request_headers<C: Crypto<B> + Crypto<[u8]>>(
        &self,
        to: Recipient<'_>,
        now: Timestamp,
        crypto: &C,
    ) -> HeaderList {
        let Recipient { source, destination } = to;
        let mut headers = self.headers.clone();
        let mut digits = itoa::Buffer::new();
        let keys = destination.sign_with.as_slice();
        if !keys.is_empty() {
            // Our `webhook-*` take the place of the sender's, whatever that called them; another sender's headers say what only they say.
            let scheme = source.policy.scheme;
            let stays = |name: &str| scheme.forward.contains(&name) || scheme.sets().is_empty();
            // Whoever reads a token can send anything with it, and beside our signature the origin does not need it.
            let is_token =
                |name: &str| self.form.covers() == Covers::Sender && scheme.proof_headers().any(|proof| proof == name);
            headers.retain(|name| CONTENT.contains(&name) || name == TEST || (stays(name) && !is_token(name)));
            let id = signable(&self.id);
            let signature = match &self.payload {
                Payload::Claims(claims) => signature(keys, &id, now, claims.as_slice(), crypto),
                Payload::Body(body) => signature(keys, &id, now, body, crypto),
            };
            headers.push("webhook-id", &id);
            headers.push("webhook-timestamp", digits.format(now.as_unix()).as_bytes());
            headers.push("webhook-signature", signature.as_bytes());
        }
        headers.push("user-agent", USER_AGENT.as_bytes());
        headers.push("countersign-source", source.name.as_bytes());
        headers.push("countersign-scheme", source.policy.scheme.name.as_bytes());
        headers.push("countersign-form", self.form.as_str().as_bytes());
        if let Some(covers) = self.form.covers().as_note() {
            headers.push("countersign-covers", covers.as_bytes());
        }
        headers.push("countersign-attempt", digits.format(self.attempt).as_bytes());
        headers.push("countersign-received-at", digits.format(self.received_at.as_unix()).as_bytes());
        headers
    }
}

impl<B: Clone> Payload<B> {
    pub(super) fn of(verified: &Verified<'_, B>) -> Self {
        match verified.claims() {
            Some(claims) => Self::Claims(claims.to_vec()),
            None => Self::Body(verified.body().clone()),
        }
    }
}

/// Who gets an event: a destination of its source.
#[derive(Clone, Copy, Debug)]
pub struct Recipient<'c> {
    /// The source.
    pub source: &'c Source,
    /// One of its destinations.
    pub destination: &'c Destination,
}

impl Recipient<'_> {
    /// The URL of a request to it.
    pub fn url(self) -> String {
        match &self.destination.endpoint {
            Endpoint::Origin(url) => url.clone(),
            _ => format!("https://countersign.internal/{}", self.source.name),
        }
    }
}

/// The `user-agent` of every request that Countersign makes: common firewalls refuse requests without one.
pub const USER_AGENT: &str = concat!("countersign/", env!("CARGO_PKG_VERSION"));

#[cfg(test)]
mod tests {
    use zeroize::Zeroizing;

    use super::*;
    use crate::config::{Binding, Config, Environment, Secret};
    use crate::crypto::{HmacKey, Portable};
    use crate::delivery::{Delivery, Headers};
    use crate::gateway::dedupe::Seen;
    use crate::verify::Keys;

    const TOKEN: &str = "a-t0ken-that-gitlab-sends";
    const KEY: &str = "whsec_q4f1Zx8mB0yR2tUvW3sK5nJ7hG9dL6aP";
    const NOW: Timestamp = Timestamp::from_unix(1_700_000_000);

    struct Known;

    impl Environment for Known {
        fn secret(&self, name: &str) -> Secret {
            let value = if name == "gitlab-token" { TOKEN } else { KEY };
            Secret::Value(Zeroizing::new(value.to_owned()))
        }

        fn has(&self, _: Binding<'_>) -> bool {
            true
        }
    }

    /// The headers that a destination gets with a delivery of GitLab's.
    fn sent(scheme: &str, sign_with: &str) -> Vec<(String, String)> {
        let forward = format!(r#""forward":{{"origin":"https://a.example/x"{sign_with}}}"#);
        let sources = format!(r#"{{"s":{{"scheme":"{scheme}","secrets":["{scheme}"],{forward}}}}}"#);
        let config = Config::parse(Some(&sources), &Known);
        let source = config.source(0).unwrap();
        let signature = crate::sign(&[HmacKey::parse(KEY).unwrap()], b"m", NOW, "{}", &Portable).unwrap();
        let lines = [("x-gitlab-event", "Push Hook"), ("cookie", "c")].into_iter().chain(match scheme {
            "gitlab" => [("webhook-id", "m"), ("webhook-timestamp", "1700000000"), ("webhook-signature", &*signature)],
            _ => [("x-gitlab-token", TOKEN), ("x-other", "o"), ("x-another", "a")],
        });
        let headers: Headers<'_> = lines.map(|(name, value)| (name, value.as_bytes())).collect();
        let delivery = Delivery::new(headers, b"{}".as_slice());
        let keys = Keys { secrets: &source.secrets, ..Keys::default() };
        let verified = source.policy.verify(keys, &delivery, NOW, &Portable).unwrap();
        let event = Event::new(verified.admit(Seen::No).unwrap(), Content::default(), NOW);
        let own = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        let to = Recipient { source, destination: &source.destinations[0] };
        event.request_headers(to, NOW, &Portable).iter().map(own).collect()
    }

    fn value<'h>(headers: &'h [(String, String)], wanted: &str) -> Option<&'h str> {
        headers.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str())
    }

    #[test]
    fn the_origin_is_told_that_a_token_does_not_cover_the_body() {
        let headers = sent("gitlab-token", "");
        let value = |wanted| value(&headers, wanted);
        assert_eq!((value("countersign-form"), value("countersign-covers")), (Some("token"), Some("sender")));
        assert_eq!((value("x-gitlab-token"), value("x-gitlab-event")), (Some(TOKEN), Some("Push Hook")));
        assert_eq!(value("cookie"), None);
    }

    #[test]
    fn a_token_does_not_go_on_beside_our_signature() {
        let headers = sent("gitlab-token", r#","sign_with":"OURS""#);
        let has = |wanted: &str| value(&headers, wanted).is_some();
        assert!(has("webhook-signature") && has("x-gitlab-event") && has("countersign-covers"));
        assert!(!has("x-gitlab-token") && headers.iter().all(|(_, value)| value != TOKEN));
    }

    #[test]
    fn standard_webhooks_has_headers_of_its_sender_too() {
        for sign_with in ["", r#","sign_with":"OURS""#] {
            let headers = sent("gitlab", sign_with);
            assert_eq!((value(&headers, "x-gitlab-event"), value(&headers, "cookie")), (Some("Push Hook"), None));
        }
    }
}
