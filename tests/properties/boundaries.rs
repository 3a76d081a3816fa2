//! A boundary that moved would make another event of a genuine delivery. So of all ways to split the signed content, at most one is
//! accepted, whatever the time.

use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use countersign::crypto::{Crypto, Portable};
use countersign::gateway::dedupe::EventKey;
use countersign::{
    Delivery, Ed25519SigningKey, Headers, HmacKey, Keys, Policy, SecretKey, Timestamp, scheme, sign, sign_v1a,
};
use proptest::prelude::*;

static SHARED: LazyLock<HmacKey> = LazyLock::new(|| HmacKey::from_bytes(&[7; 32]).unwrap());
static PRIVATE: LazyLock<Ed25519SigningKey> = LazyLock::new(|| Ed25519SigningKey::from_seed(&[7; 32]));
static SECRETS: LazyLock<[SecretKey; 2]> =
    LazyLock::new(|| [SecretKey::Hmac(SHARED.clone()), SecretKey::Ed25519(PRIVATE.public_key())]);

/// Pieces of ids and bodies that have boundaries in them, or nearly.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        3 => "[1-9][0-9]{9}",
        1 => "0?[0-9]{8,11}",
        2 => "[a-z0-9]{0,3}",
        1 => "\\{\"a\":1\\}|a=b&c|<x/>",
    ];
    proptest::collection::vec(piece, 1..8).prop_map(|pieces| pieces.join("."))
}

/// Every way to split the content at two dots, with a timestamp between them that is fresh at some time.
fn splits(content: &[u8]) -> Vec<(&[u8], u64, &[u8])> {
    let dots: Vec<_> = (0..content.len()).filter(|at| content[*at] == b'.').collect();
    let between = dots.windows(2).filter_map(|pair| {
        let timestamp = Timestamp::parse(&content[pair[0] + 1..pair[1]]).ok()?.as_unix();
        let split = (&content[..pair[0]], timestamp, &content[pair[1] + 1..]);
        (1_000_000_000..10_000_000_000).contains(&timestamp).then_some(split)
    });
    between.collect()
}

/// Whether a delivery is accepted the moment it is sent.
fn accepts((id, timestamp, body): (&[u8], u64, &[u8]), signature: &str) -> bool {
    let text = timestamp.to_string();
    let lines =
        [("webhook-id", id), ("webhook-timestamp", text.as_bytes()), ("webhook-signature", signature.as_bytes())];
    let policy = Policy::of(scheme::find("standard-webhooks").unwrap());
    let delivery = Delivery::new(Headers::from_iter(lines), body);
    let keys = Keys { secrets: SECRETS.as_slice(), ..Keys::default() };
    policy.verify(keys, &delivery, Timestamp::from_unix(timestamp), &Portable).is_ok()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn signed_content_is_accepted_as_one_event_at_most(content in text(), v1a in prop::bool::weighted(0.1)) {
        let content = content.as_bytes();
        let signature = signature_of(content, v1a);
        let accepted: Vec<_> = splits(content).into_iter().filter(|split| accepts(*split, &signature)).collect();
        prop_assert!(accepted.len() <= 1, "{:?}", accepted);
    }

    #[test]
    fn what_is_signed_here_is_accepted_as_that_event_alone(
        id in text(), timestamp in 1_000_000_000_u64..10_000_000_000, body in text(), v1a in prop::bool::weighted(0.1)
    ) {
        let (id, body, at) = (id.as_bytes(), body.as_bytes(), Timestamp::from_unix(timestamp));
        let signed = match v1a {
            true => sign_v1a(std::slice::from_ref(&*PRIVATE), id, at, body),
            false => sign(std::slice::from_ref(&*SHARED), id, at, body, &Portable),
        };
        let Ok(signature) = signed else { return Ok(()) };
        let content = [id, b".", timestamp.to_string().as_bytes(), b".", body].concat();
        let accepted: Vec<_> = splits(&content).into_iter().filter(|split| accepts(*split, &signature)).collect();
        prop_assert_eq!(accepted, [(id, timestamp, body)]);
    }

    /// The same for the key of an event: source and id cannot be exchanged for another pair.
    #[test]
    fn two_events_never_have_one_key(a in "[a-z0-9-]{1,4}", b in "[a-z0-9-]{1,4}", x in "[!-~\\x00]{1,4}", y in "[!-~\\x00]{1,4}") {
        let same = EventKey::new(&a, x.as_bytes()) == EventKey::new(&b, y.as_bytes());
        prop_assert_eq!(same, (a, x) == (b, y));
    }
}

/// A signature over content as it stands, by a sender that checks nothing.
fn signature_of(content: &[u8], v1a: bool) -> String {
    match v1a {
        true => format!("v1a,{}", STANDARD.encode(PRIVATE.sign(content))),
        false => format!("v1,{}", STANDARD.encode(Portable.hmac_sha256(&SHARED, b"", content))),
    }
}
