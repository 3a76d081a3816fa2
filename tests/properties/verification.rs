//! Any delivery under any scheme, any key set and any key.

use countersign::crypto::Portable;
use countersign::gateway::response::Refusal;
use countersign::scheme::{self, Form, HeaderNames};
use countersign::{Delivery, Headers, HmacKey, Jwks, Keys, Policy, SecretKey, Timestamp, sign};
use proptest::prelude::*;

use super::NOW;

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const PUBLIC: &str = "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=";

/// Header values as attackers write them: near misses of the real thing, and noise.
fn value() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..64),
        "(v1|v1a|v2|V1)?,?[A-Za-z0-9+/=_-]{0,90}( |, |,|\t)?(v1|v1a),[A-Za-z0-9+/]{86}==".prop_map(String::into_bytes),
        "[0-9+-]{0,20}".prop_map(String::into_bytes),
        Just(NOW.to_string().into_bytes()),
        "msg_[a-z.0-9]{0,40}".prop_map(String::into_bytes),
        "[A-Za-z0-9_-]{0,60}\\.[A-Za-z0-9_-]{0,60}\\.[A-Za-z0-9_-]{0,20}".prop_map(String::into_bytes),
    ]
}

/// A delivery under one set of a scheme's own headers.
fn delivery<'a>(
    names: &'a HeaderNames,
    [id, timestamp, signature]: [&'a [u8]; 3],
    body: &'a [u8],
) -> Delivery<'a, &'a [u8]> {
    let lines = [(names.id, id), (names.timestamp, timestamp), (names.signature, signature)];
    Delivery::new(Headers::from_iter(lines), body)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// Every scheme of the registry is sent each of its own sets of headers, and looks at them: a header is missing only if its value
    /// is empty.
    #[test]
    fn no_delivery_is_accepted_without_a_signature(
        id in value(), timestamp in value(), signature in value(), body in proptest::collection::vec(any::<u8>(), 0..200)
    ) {
        let secrets = [SecretKey::parse(SECRET).unwrap(), SecretKey::parse(PUBLIC).unwrap()];
        let jwks = Jwks::default();
        let values = [&*id, &*timestamp, &*signature];
        for (scheme, names) in scheme::ALL.iter().copied().flat_map(|scheme| scheme.sets().iter().map(move |names| (scheme, names))) {
            let policy = Policy { forms: scheme.forms.to_vec(), ..Policy::of(scheme) };
            let keys = Keys { secrets: &secrets, jwks: Some(&jwks), recent: None };
            let delivery = delivery(names, values, &body);
            let error = policy.verify(keys, &delivery, Timestamp::from_unix(NOW), &Portable).unwrap_err();
            let response = Refusal::Check(error).response();
            prop_assert_eq!((response.code, response.status), (error.code(), error.status()));
            prop_assert!(response.status == 400 || response.status == 401);
            let is_missing = values.iter().any(|value| value.is_empty());
            prop_assert_eq!(error.code() == "missing_header", is_missing, "{}: {}", scheme.name, error);
        }
    }

    /// Every scheme that takes shared secrets accepts what is signed with one under each of its own sets of headers.
    #[test]
    fn what_is_signed_verifies_and_a_changed_byte_does_not(
        id in "[A-Za-z0-9_-]{1,40}", body in proptest::collection::vec(any::<u8>(), 1..300), at in any::<prop::sample::Index>()
    ) {
        let (key, now) = (HmacKey::parse(SECRET).unwrap(), Timestamp::from_unix(NOW));
        let signature = sign(std::slice::from_ref(&key), id.as_bytes(), now, body.as_slice(), &Portable).unwrap();
        let (text, secrets) = (NOW.to_string(), [SecretKey::Hmac(key)]);
        let values = [id.as_bytes(), text.as_bytes(), signature.as_bytes()];
        let mut changed = body.clone();
        changed[at.index(body.len())] ^= 1;
        let shared = scheme::ALL.iter().copied().filter(|scheme| scheme.forms.contains(&Form::V1));
        let mut sets = shared.flat_map(|scheme| scheme.sets().iter().map(move |names| (scheme, names))).peekable();
        prop_assert!(sets.peek().is_some());
        for (scheme, names) in sets {
            let verifies = |body| {
                let keys = Keys { secrets: &secrets, ..Keys::default() };
                Policy::of(scheme).verify(keys, &delivery(names, values, body), now, &Portable).is_ok()
            };
            prop_assert!(verifies(&body), "{} by {}", scheme.name, names.id);
            prop_assert!(!verifies(&changed), "{} by {}", scheme.name, names.id);
        }
    }

    #[test]
    fn no_document_makes_a_key_set_panic(document in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = Jwks::parse(&document);
    }

    #[test]
    fn no_text_makes_a_key_panic(text in "\\PC{0,80}") {
        let _ = SecretKey::parse(&text);
        let _ = SecretKey::parse(&format!("whsec_{text}"));
        let _ = SecretKey::parse(&format!("whpk_{text}"));
    }
}
