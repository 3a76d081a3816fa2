//! `v1` beside the crate `standardwebhooks`, an implementation that shares no code with ours, on deliveries that chance makes.
//!
//! What the core accepts, the other accepts. What only the other accepts, the core refuses by a stricter rule that is named here.

#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, reason = "a test fails by panicking")]

use std::time::{SystemTime, UNIX_EPOCH};

use countersign::crypto::Portable;
use countersign::{Delivery, Headers, Keys, Policy, SecretKey, Timestamp, scheme, sign};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use standardwebhooks::{HEADER_WEBHOOK_ID, HEADER_WEBHOOK_SIGNATURE, HEADER_WEBHOOK_TIMESTAMP, Webhook};

const SECRET: &str = "whsec_q4f1Zx8mB0yR2tUvW3sK5nJ7hG9dL6aP";
const STRANGER: &str = "whsec_Kk2Vf0xP7cQh9ZtYw3BnLrE6sJdUaMgX";

/// What only the other accepts: timestamps in other spellings, ids that hide a boundary or are empty, long lists.
const STRICTER: [&str; 4] = ["invalid_timestamp", "invalid_header", "missing_header", "too_many_signatures"];

/// The other implementation reads the clock by itself.
#[expect(clippy::disallowed_methods, reason = "both are asked about the present, which only a clock knows")]
fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

/// The three headers and the body of a delivery of which anything may be slightly off.
#[derive(Clone, Debug)]
struct Sent {
    id: String,
    timestamp: String,
    signature: String,
    body: String,
}

fn sent() -> impl Strategy<Value = Sent> {
    let id =
        prop_oneof!["[a-zA-Z0-9_-]{1,40}", "evt\\.[a-z]{1,5}\\.[0-9]{1,3}", "m_1\\.[0-9]{1,10}", Just(String::new())];
    // Far enough from the limits of five minutes for a second to pass between the two.
    let age =
        prop_oneof![3 => Just(0_i64), 1 => prop_oneof![Just(-290), Just(290), Just(-320), Just(320), Just(-86_400)]];
    let spelling = prop_oneof![5 => Just(0), 1 => 1..6];
    (id, age, spelling, ".{0,60}", 0..16_usize).prop_map(|(id, age, spelling, body, form)| {
        let at = now().saturating_add_signed(age);
        let timestamp = match spelling {
            1 => format!("+{at}"),
            2 => format!("0{at}"),
            3 => format!("{at}.0"),
            4 => format!("{at}000"),
            5 => String::new(),
            _ => at.to_string(),
        };
        let by = |secret: &str| {
            let signer = Webhook::new(secret).unwrap();
            signer.sign(&id, timestamp.parse().unwrap_or_default(), body.as_bytes()).unwrap()
        };
        let signature = list(&by(SECRET), &by(STRANGER), form);
        Sent { id, timestamp, signature, body }
    })
}

/// One signature header in one of several forms.
fn list(right: &str, other: &str, form: usize) -> String {
    match form {
        0 => other.to_owned(),
        1 => format!("{other} {right}"),
        2 => format!("{right} {other}"),
        3 => format!("v2,AAAA {right}"),
        4 => format!("junk {right}"),
        5 => right.replacen("v1,", "v1a,", 1),
        6 => right.replacen("v1,", "v1=", 1),
        7 => right.trim_end_matches('=').to_owned(),
        8 => format!("{right},{other}"),
        9 => right.to_lowercase(),
        10 => format!("{right}{right}"),
        _ => right.to_owned(),
    }
}

/// The core's code for a refusal.
fn ours(sent: &Sent) -> Result<(), &'static str> {
    let standard = scheme::find("standard-webhooks").unwrap();
    let lines = [
        (HEADER_WEBHOOK_ID, sent.id.as_bytes()),
        (HEADER_WEBHOOK_TIMESTAMP, sent.timestamp.as_bytes()),
        (HEADER_WEBHOOK_SIGNATURE, sent.signature.as_bytes()),
    ];
    let delivery = Delivery::new(Headers::from_iter(lines), sent.body.as_bytes());
    let secrets = [SecretKey::parse(SECRET).unwrap()];
    let keys = Keys { secrets: &secrets, ..Keys::default() };
    let verified = Policy::of(standard).verify(keys, &delivery, Timestamp::from_unix(now()), &Portable);
    verified.map(drop).map_err(|error| error.code())
}

fn theirs(sent: &Sent) -> Result<(), String> {
    let mut headers = http::HeaderMap::new();
    headers.insert(HEADER_WEBHOOK_ID, sent.id.parse().unwrap());
    headers.insert(HEADER_WEBHOOK_TIMESTAMP, sent.timestamp.parse().unwrap());
    headers.insert(HEADER_WEBHOOK_SIGNATURE, sent.signature.parse().unwrap());
    Webhook::new(SECRET).unwrap().verify(sent.body.as_bytes(), &headers).map_err(|error| error.to_string())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn both_accept_the_same_but_for_stricter_rules(sent in sent()) {
        match (ours(&sent), theirs(&sent)) {
            (Ok(()), theirs) => prop_assert_eq!(theirs, Ok(())),
            (Err(code), Ok(())) => prop_assert!(STRICTER.contains(&code), "{}", code),
            (Err(_), Err(_)) => {}
        }
    }

    #[test]
    fn both_sign_alike(id in "[a-zA-Z0-9_-]{1,64}", at in 1_000_000_000_u32.., body in ".{0,200}") {
        let SecretKey::Hmac(key) = SecretKey::parse(SECRET).unwrap() else { return Err(TestCaseError::reject("no key")) };
        let ours = sign(&[key], id.as_bytes(), Timestamp::from_unix(at.into()), body.as_bytes(), &Portable).unwrap();
        prop_assert_eq!(ours, Webhook::new(SECRET).unwrap().sign(&id, at.into(), body.as_bytes()).unwrap());
    }
}

/// A generator that makes nothing valid would always agree.
#[test]
fn a_fair_share_is_accepted() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let made = (0..200).map(|_| sent().new_tree(&mut runner).unwrap().current());
    assert!(made.filter(|sent| ours(sent).is_ok()).count() > 40);
}
