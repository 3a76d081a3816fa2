//! What goes on with a delivery, told once: by it a shell that holds the request puts headers together without asking for each.

use super::copies::CONTENT;
use super::dedupe::Admitted;
use super::forward::CLAIMS;
use crate::config::Source;
use crate::scheme::{Form, HeaderNames};

/// The headers of a delivery that goes on under its sender's signature. Which are the request's own, and what is added to them, is the
/// same for all deliveries of a source that are signed in one form under one set of names. So a shell that holds the request needs
/// to be told of it once.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    names: &'static HeaderNames,
    form: Form,
}

impl Plan {
    /// All that deliveries to a source may need: none where each is signed anew.
    pub fn all(source: &Source) -> impl Iterator<Item = Self> {
        let sets = source.policy.scheme.headers.iter().filter(|_| source.forward.sign_with.is_empty());
        sets.flat_map(|names| source.policy.forms.iter().map(|form| Self { names, form: *form }))
    }

    /// The headers of the request that go on as they are, where they are there and not empty: `content-encoding` only for a body that
    /// begins as [`CODINGS`](super::copies::CODINGS) say.
    pub fn passed(self) -> impl Iterator<Item = &'static str> {
        let of_list = CONTENT.into_iter().chain([self.names.id, self.names.timestamp]);
        of_list.filter(move |_| self.form != Form::Jwt).chain([self.names.signature])
    }

    /// The header for the event's id, where that is not the request's.
    pub fn id(self) -> Option<&'static str> {
        (self.form == Form::Jwt).then_some(self.names.id)
    }

    /// Hands the headers that are added at the first attempt to `add`, each a name and a value, but for [`RECEIVED_AT`].
    pub fn added(self, source: &Source, mut add: impl FnMut(&str, &str)) {
        if self.form == Form::Jwt {
            add("content-type", CLAIMS);
        }
        told(source, self.form, 1, add);
    }
}

/// What a destination is told of an event at each attempt.
pub(super) fn told(source: &Source, form: Form, attempt: u32, mut add: impl FnMut(&str, &str)) {
    add("user-agent", USER_AGENT);
    add("countersign-source", &source.name);
    add("countersign-scheme", form.as_str());
    add("countersign-attempt", itoa::Buffer::new().format(attempt));
}

/// The `user-agent` of every request that Countersign makes: common firewalls refuse requests without one.
pub const USER_AGENT: &str = concat!("countersign/", env!("CARGO_PKG_VERSION"));

/// The header that says when an event was accepted, in Unix seconds.
pub const RECEIVED_AT: &str = "countersign-received-at";

impl<B> Admitted<'_, B> {
    /// Which [`Plan`] of the source it goes on by, unless it is signed anew.
    pub fn plan(&self, source: &Source) -> Option<usize> {
        let (names, form) = (self.0.names(), self.0.form());
        Plan::all(source).position(|plan| plan.names.id == names.id && plan.form == form)
    }
}

#[cfg(test)]
mod tests {
    use zeroize::Zeroizing;

    use super::*;
    use crate::config::{Binding, Config, Environment, Secret};
    use crate::crypto::HmacKey;
    use crate::crypto::Portable;
    use crate::delivery::Delivery;
    use crate::gateway::copies::Content;
    use crate::gateway::dedupe::Seen;
    use crate::gateway::forward::Event;
    use crate::key::SecretKey;
    use crate::sign::sign;
    use crate::timestamp::Timestamp;
    use crate::verify::Keys;

    struct OneSecret;

    impl Environment for OneSecret {
        fn secret(&self, _: &str) -> Secret {
            Secret::Value(Zeroizing::new("whsec_q4f1Zx8mB0yR2tUvW3sK5nJ7hG9dL6aP".to_owned()))
        }

        fn has(&self, _: Binding<'_>) -> bool {
            false
        }
    }

    /// The two ways to a destination: by a plan that was told once, and with headers put together for one event.
    #[test]
    fn a_plan_has_the_headers_of_an_event() {
        let sources =
            r#"{"s":{"scheme":"svix","secrets":["S"],"dedupe":"off","forward":{"origin":"https://a.example"}}}"#;
        let config = Config::parse(Some(sources), &OneSecret);
        let source = config.source(0).unwrap();
        let own: Vec<HmacKey> = source.secrets.iter().filter_map(hmac).cloned().collect();
        let now = Timestamp::from_unix(1_700_000_000);
        let signature = sign(&own, b"m", now, b"{}", &Portable).unwrap();
        let kind = ("content-type", b"application/json".as_slice());
        for names in source.policy.scheme.headers {
            let signed = [(names.id, "m"), (names.timestamp, "1700000000"), (names.signature, signature.as_str())];
            let came: Vec<_> = signed.map(|(name, value)| (name, value.as_bytes())).into_iter().chain([kind]).collect();
            let delivery = Delivery::new(came.iter().copied().collect(), b"{}".as_slice());
            let keys = Keys { secrets: &source.secrets, jwks: None };
            let verified = source.policy.verify(keys, &delivery, now, &Portable).unwrap();
            let admitted = verified.admit(Seen::No).unwrap();
            let plan = Plan::all(source).nth(admitted.plan(source).unwrap()).unwrap();
            let mut planned = vec![(RECEIVED_AT.to_owned(), b"1700000000".to_vec())];
            let of_request =
                |name: &str| came.iter().find(|(known, _)| *known == name).map(|(_, value)| value.to_vec());
            planned.extend(plan.passed().filter_map(|name| Some((name.to_owned(), of_request(name)?))));
            plan.added(source, |name, value| planned.push((name.to_owned(), value.into())));
            let mut sent = Vec::new();
            Event::new(admitted, now, || Content { kind: Some(kind.1.to_vec()), ..Content::default() })
                .request_headers(source, 1, now, &Portable, |name, value| sent.push((name.to_owned(), value.to_vec())));
            planned.sort();
            sent.sort();
            assert_eq!(planned, sent, "{names:?}");
        }
    }

    fn hmac(key: &SecretKey) -> Option<&HmacKey> {
        match key {
            SecretKey::Hmac(key) => Some(key),
            SecretKey::Ed25519(_) => None,
        }
    }
}
