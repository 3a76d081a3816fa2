//! What our own signer signs as any sender verifies, and nothing that differs from it does.

use std::sync::LazyLock;

use countersign::config::describe_hmac;
use countersign::crypto::Portable;
use countersign::scheme::{self, Covers, IdSource, Scheme, Signing, Time};
use countersign::{
    Delivery, Ed25519SigningKey, Error, Headers, HmacKey, Keys, Policy, SecretKey, SignedHeader, SigningKey, Target,
    Timestamp, Unsigned, sign_as,
};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::NOW;

/// What one sender sends: headers and body.
#[derive(Clone)]
struct Sent {
    scheme: &'static Scheme,
    target: Target<'static>,
    headers: Vec<SignedHeader>,
    body: Vec<u8>,
}

/// The keys of one secret, as a sender and as its receiver hold it.
#[derive(Clone)]
struct Pair {
    signing: SigningKey,
    secret: SecretKey,
}

impl Sent {
    /// A delivery that is signed by each of the keys, in their order.
    fn signed(scheme: &'static Scheme, pairs: &[Pair], id: &str, text: &str) -> Self {
        let body = body(scheme, id, text);
        let keys: Vec<_> = pairs.iter().map(|pair| pair.signing.clone()).collect();
        let headers = sign_as(scheme, &keys, &unsigned(id, &body), &Portable);
        Self {
            scheme,
            target: TARGET,
            headers: headers.unwrap_or_else(|error| panic!("{}: {error}", scheme.name)),
            body,
        }
    }

    /// The event's id, if a receiver with these keys accepts the delivery at that time.
    fn judged_at(&self, pairs: &[&Pair], now: u64) -> Result<Vec<u8>, Error> {
        let secrets: Vec<_> = pairs.iter().map(|pair| pair.secret.clone()).collect();
        let lines = self.headers.iter().map(|(name, value)| (*name, value.as_bytes()));
        let delivery = Delivery::new(Headers::from_iter(lines), self.body.as_slice()).with_target(self.target);
        let keys = Keys { secrets: &secrets, ..Keys::default() };
        let verified = Policy::of(self.scheme).verify(keys, &delivery, Timestamp::from_unix(now), &Portable)?;
        Ok(verified.id().to_vec())
    }

    fn judged(&self, pair: &Pair) -> Result<Vec<u8>, Error> {
        self.judged_at(&[pair], NOW)
    }
}

/// Two secrets of a scheme: shared ones, or key pairs where it takes those. None for a scheme that nothing here signs as.
fn pairs(scheme: &'static Scheme, seeds: [[u8; 32]; 2]) -> Option<[Pair; 2]> {
    let shared = |seed: [u8; 32]| {
        // Text, as a token has to be.
        let text: String = seed.iter().map(|byte| format!("{byte:02x}")).collect();
        let key = HmacKey::from_bytes(text.as_bytes()).unwrap();
        Pair { signing: SigningKey::Hmac(key.clone()), secret: SecretKey::Hmac(key) }
    };
    let public = |seed: [u8; 32]| {
        let key = Ed25519SigningKey::from_seed(&seed);
        Pair { secret: SecretKey::Ed25519(key.public_key()), signing: SigningKey::Ed25519(key) }
    };
    let signs = |pair: &Pair| {
        let key = std::slice::from_ref(&pair.signing);
        sign_as(scheme, key, &unsigned("a", &body(scheme, "a", "")), &Portable).is_ok()
    };
    [seeds.map(shared), seeds.map(public)].into_iter().find(|[first, _]| signs(first))
}

fn unsigned<'a>(id: &'a str, body: &'a [u8]) -> Unsigned<'a, [u8]> {
    Unsigned { id, timestamp: Timestamp::from_unix(NOW), target: Some(TARGET), body }
}

const TARGET: Target<'static> = Target { method: "POST", url: "https://example.com/hook?a=b" };

/// A body with all that the scheme reads from it.
fn body(scheme: &Scheme, id: &str, text: &str) -> Vec<u8> {
    let mut body = json!({ "text": text });
    if let Signing::Template(template) = &scheme.signing {
        if let IdSource::Body(pointer) = template.id {
            set(&mut body, pointer, json!(id));
        }
        if let Time::Body(pointer, _) = template.time {
            set(&mut body, pointer, json!(NOW * 1000));
        }
    }
    body.to_string().into_bytes()
}

fn set(body: &mut Value, pointer: &str, value: Value) {
    let place = pointer.split('/').skip(1).fold(body, |place, name| &mut place[name]);
    *place = value;
}

/// Whether a delivery of the scheme can bear a signature for each of two keys.
fn takes_two(scheme: &Scheme) -> bool {
    match &scheme.signing {
        Signing::Standard(_) => true,
        Signing::Identity(_) => false,
        Signing::Template(template) => {
            let signatures = &template.layout.signatures;
            signatures.separator.is_some() || signatures.headers.len() > 1
        }
    }
}

/// Whether what proves the sender also proves the body: a shared token does not.
fn covers_body(scheme: &Scheme) -> bool {
    scheme.default_forms.iter().all(|form| form.covers() == Covers::Body)
}

/// Senders that a configuration describes: each hash, and each way to write a signature.
static DESCRIBED: LazyLock<Vec<&'static Scheme>> = LazyLock::new(|| {
    let descriptions = [
        json!({ "signature": { "header": "S" }, "hash": "sha512", "id": "/id" }),
        json!({ "signature": { "header": "S", "member": "v1", "encoding": "base64" }, "hash": "sha512",
            "timestamp": { "header": "S", "member": "t" }, "signed": "{timestamp}.{body}" }),
        json!({ "signature": { "header": "S", "encoding": "base64url" }, "hash": "sha512", "id": { "header": "I" },
            "timestamp": { "header": "T", "unit": "ms" }, "signed": "{body}.{timestamp}:{id}" }),
        json!({ "signature": { "header": "S", "prefix": "sha1=" }, "hash": "sha1" }),
        json!({ "signature": { "header": "S", "encoding": "base64url" }, "hash": "sha256", "id": "/id" }),
    ];
    descriptions
        .iter()
        .map(|one| describe_hmac(&one.to_string()).unwrap_or_else(|faults| panic!("{faults:?}")))
        .collect()
});

/// Every scheme, with two secrets of it.
fn all(seeds: [[u8; 32]; 2]) -> impl Iterator<Item = (&'static Scheme, [Pair; 2])> {
    scheme::ALL.iter().chain(DESCRIBED.iter()).copied().filter_map(move |scheme| Some((scheme, pairs(scheme, seeds)?)))
}

fn seeds() -> impl Strategy<Value = [[u8; 32]; 2]> {
    any::<[[u8; 32]; 2]>().prop_filter("two keys", |[first, second]| first != second)
}

/// The properties below are about all schemes: one that nothing here signs as would go untested.
#[test]
fn every_scheme_can_be_signed_as() {
    let missing: Vec<_> = scheme::ALL
        .iter()
        .chain(DESCRIBED.iter())
        .filter(|scheme| pairs(scheme, [[1; 32], [2; 32]]).is_none())
        .collect();
    let names: Vec<_> = missing.iter().map(|scheme| scheme.name).collect();
    assert_eq!(
        names,
        ["adyen-standard", "sendgrid", "google-pubsub"],
        "all else is signed in headers, and not with P-256 or RSA"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// One changed bit in the body, or in any header that was added, makes it somebody else's, and so does another URL or method where
    /// they are signed. The text has no percent sign: the pairs of a form can be escaped in several ways that mean the same.
    #[test]
    fn what_is_signed_as_a_sender_verifies_and_a_changed_byte_does_not(
        seeds in seeds(), id in "[A-Za-z0-9_-]{1,40}", text in "[^%\\pC]{0,60}", at in any::<prop::sample::Index>(), bit in 0..7_u8
    ) {
        for (scheme, [pair, other]) in all(seeds) {
            let sent = Sent::signed(scheme, std::slice::from_ref(&pair), &id, &text);
            prop_assert!(sent.judged(&pair).is_ok(), "{}: {:?}", scheme.name, sent.judged(&pair));
            prop_assert!(sent.judged(&other).is_err(), "{}", scheme.name);
            let mut changed = sent.clone();
            let place = at.index(changed.body.len());
            changed.body[place] ^= 1 << bit;
            let verdict = changed.judged(&pair);
            if covers_body(scheme) {
                prop_assert!(verdict.is_err(), "{}: byte {place} of the body", scheme.name);
            } else {
                prop_assert!(verdict.is_ok_and(|id| Some(id) != sent.judged(&pair).ok()), "{}: another event", scheme.name);
            }
            for target in [Target { method: "PUT", ..TARGET }, Target { url: "https://example.com/hook?a=c", ..TARGET }] {
                let verdict = Sent { target, ..sent.clone() }.judged(&pair);
                let is_signed = scheme.signs_target() && (target.method == "POST" || scheme.name == "hubspot");
                prop_assert_eq!(verdict.is_err(), is_signed, "{}: {:?}", scheme.name, target);
            }
            for number in 0..sent.headers.len() {
                let mut changed = sent.clone();
                let mut value = changed.headers[number].1.clone().into_bytes();
                let place = at.index(value.len());
                value[place] ^= 1 << bit;
                changed.headers[number].1 = String::from_utf8(value).unwrap();
                prop_assert!(changed.judged(&pair).is_err(), "{}: {:?}", scheme.name, changed.headers);
            }
        }
    }

    /// Every header counts, once. Where a repeated one is accepted, as in a list, the event is the same.
    #[test]
    fn a_header_dropped_or_repeated_makes_no_other_event(seeds in seeds(), id in "[A-Za-z0-9_-]{1,40}") {
        for (scheme, [pair, _]) in all(seeds) {
            let sent = Sent::signed(scheme, std::slice::from_ref(&pair), &id, "");
            let event = sent.judged(&pair);
            prop_assert!(event.is_ok(), "{}", scheme.name);
            for number in 0..sent.headers.len() {
                let (mut less, mut more, mut empty) = (sent.clone(), sent.clone(), sent.clone());
                let header = less.headers.remove(number);
                prop_assert!(less.judged(&pair).is_err(), "{} without {header:?}", scheme.name);
                empty.headers[number].1.clear();
                prop_assert_eq!(empty.judged(&pair), less.judged(&pair), "{}", scheme.name);
                more.headers.insert(number, header);
                let again = more.judged(&pair);
                prop_assert!(again.is_err() || again == event, "{}: {:?}", scheme.name, more.headers);
            }
        }
    }

    /// A second signature changes nothing, right or wrong, before or behind, where there is place for it. Where there is none, the first
    /// key has signed.
    #[test]
    fn a_second_signature_is_only_one_more(seeds in seeds(), third in any::<[u8; 32]>(), id in "[A-Za-z0-9_-]{1,40}") {
        for (scheme, [pair, other]) in all(seeds) {
            let event = Sent::signed(scheme, std::slice::from_ref(&pair), &id, "").judged(&pair);
            prop_assert!(event.is_ok(), "{}", scheme.name);
            let behind = Sent::signed(scheme, &[pair.clone(), other.clone()], &id, "");
            prop_assert_eq!(&behind.judged(&pair), &event, "{}", scheme.name);
            prop_assert_eq!(behind.judged(&other).is_ok(), takes_two(scheme), "{}", scheme.name);
            let before = Sent::signed(scheme, &[other.clone(), pair.clone()], &id, "");
            prop_assert_eq!(before.judged(&pair).is_ok(), takes_two(scheme), "{}", scheme.name);
            prop_assert_eq!(&behind.judged_at(&[&other, &pair], NOW), &event, "{}", scheme.name);
            let Some([stranger, _]) = pairs(scheme, [third, third]) else { return Ok(()) };
            prop_assert_eq!(behind.judged(&stranger).is_ok(), seeds.contains(&third) && takes_two(scheme), "{}", scheme.name);
        }
    }

    /// What nothing signs decides nothing.
    #[test]
    fn headers_that_are_only_passed_on_change_nothing(seeds in seeds(), id in "[A-Za-z0-9_-]{1,40}", value in "[!-~]{1,40}") {
        for (scheme, [pair, _]) in all(seeds) {
            let mut sent = Sent::signed(scheme, std::slice::from_ref(&pair), &id, "");
            let event = sent.judged(&pair);
            prop_assert!(event.is_ok(), "{}", scheme.name);
            sent.headers.extend(scheme.forward.iter().map(|name| (*name, value.clone())));
            prop_assert_eq!(sent.judged(&pair), event, "{}", scheme.name);
        }
    }

    /// A time that is signed is judged in both directions, and one that is not is not there.
    #[test]
    fn a_delivery_holds_for_its_tolerance(seeds in seeds(), id in "[A-Za-z0-9_-]{1,40}", beyond in 0..10_000_u64) {
        for (scheme, [pair, _]) in all(seeds) {
            let sent = Sent::signed(scheme, std::slice::from_ref(&pair), &id, "");
            let tolerance = Policy::of(scheme).tolerance.as_seconds();
            let is_timeless = matches!(&scheme.signing, Signing::Template(template) if template.time == Time::None);
            for edge in [NOW - tolerance, NOW + tolerance] {
                prop_assert!(sent.judged_at(&[&pair], edge).is_ok(), "{}", scheme.name);
            }
            for (at, code) in [
                (NOW - tolerance - 1 - beyond, "timestamp_too_new"),
                (NOW + tolerance + 1 + beyond, "timestamp_too_old"),
            ] {
                let found = sent.judged_at(&[&pair], at).err().map(|error| error.code());
                prop_assert_eq!(found, (!is_timeless).then_some(code), "{}", scheme.name);
            }
        }
    }
}
