//! Whatever a request holds, the answer is one of ours: no panic, no acceptance without a signature.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test fails by panicking"
)]

use countersign::config::{Binding, Config, Environment, Secret};
use countersign::crypto::Portable;
use countersign::gateway::dedupe::EventKey;
use countersign::gateway::object_name::object_name;
use countersign::gateway::response::Refusal;
use countersign::gateway::retry_after::retry_after;
use countersign::gateway::route::route;
use countersign::inbox::{Attempt, DEAD_KEPT, EventState, Lifecycle, Progress, Tidy, homes};
use countersign::{Delivery, Headers, Jwks, Keys, Policy, SecretKey, Timestamp, scheme, sign};
use proptest::prelude::*;

const NOW: u64 = 1_614_265_330;
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

struct Nothing;

impl Environment for Nothing {
    fn secret(&self, _: &str) -> Secret {
        Secret::Missing
    }

    fn has(&self, _: Binding<'_>) -> bool {
        true
    }
}

/// A key and a token.
struct Two;

impl Environment for Two {
    fn secret(&self, name: &str) -> Secret {
        match name {
            "S" => Secret::Value("whsec_q4f1Zx8mB0yR2tUvW3sK5nJ7hG9dL6aP".to_owned().into()),
            "T" => Secret::Value("t0ken-of-at-least-22-letters".to_owned().into()),
            _ => Secret::Missing,
        }
    }

    fn has(&self, _: Binding<'_>) -> bool {
        true
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn no_delivery_is_accepted_without_a_signature(
        id in value(), timestamp in value(), signature in value(), body in proptest::collection::vec(any::<u8>(), 0..200)
    ) {
        let secrets = [SecretKey::parse(SECRET).unwrap(), SecretKey::parse(PUBLIC).unwrap()];
        let jwks = Jwks::default();
        for scheme in scheme::ALL {
            let lines: [(&str, &[u8]); 3] = [
                ("webhook-id", &id), ("webhook-timestamp", &timestamp), ("webhook-signature", &signature),
            ];
            let delivery = Delivery::new(Headers::from_iter(lines), body.as_slice());
            let mut policy = Policy::of(scheme);
            policy.forms = scheme.forms.to_vec();
            let keys = Keys { secrets: &secrets, jwks: Some(&jwks), recent: None };
            let error = policy.verify(keys, &delivery, Timestamp::from_unix(NOW), &Portable).unwrap_err();
            let response = Refusal::Check(error).response();
            prop_assert_eq!((response.code, response.status), (error.code(), error.status()));
            prop_assert!(response.status == 400 || response.status == 401);
        }
    }

    #[test]
    fn what_is_signed_verifies_and_a_changed_byte_does_not(
        id in "[A-Za-z0-9_-]{1,40}", body in proptest::collection::vec(any::<u8>(), 1..300), at in any::<prop::sample::Index>()
    ) {
        let SecretKey::Hmac(key) = SecretKey::parse(SECRET).unwrap() else { panic!("a shared secret") };
        let now = Timestamp::from_unix(NOW);
        let (text, signature) = (NOW.to_string(), sign(std::slice::from_ref(&key), id.as_bytes(), now, body.as_slice(), &Portable).unwrap());
        let lines = [("webhook-id", id.as_bytes()), ("webhook-timestamp", text.as_bytes()), ("webhook-signature", signature.as_bytes())];
        let policy = Policy::of(scheme::find("gemini").unwrap());
        let secrets = [SecretKey::Hmac(key)];
        let keys = Keys { secrets: &secrets, ..Keys::default() };
        let verified = |body: &[u8]| {
            let delivery = Delivery::new(Headers::from_iter(lines), body);
            policy.verify(keys, &delivery, now, &Portable).is_ok()
        };
        prop_assert!(verified(&body));
        let mut changed = body.clone();
        changed[at.index(body.len())] ^= 1;
        prop_assert!(!verified(&changed));
    }

    #[test]
    fn every_path_has_a_route_or_a_refusal(method in "[A-Z]{0,7}", url in "\\PC{0,80}", sources in "\\PC{0,80}") {
        let config = Config::parse(Some(&sources), &Nothing);
        let _ = route(&config, &method, &url);
        let config = Config::parse(Some(&format!("{{\"a\":{sources}}}")), &Nothing);
        let _ = route(&config, "POST", "https://h.example/a");
    }

    /// One slash at the end changes nothing; two do not pass for one. What the log gets is a fixed word, whatever the path holds.
    #[test]
    fn one_slash_at_the_end_is_passed_over(
        segments in proptest::collection::vec("|plain|Plain|guarded|healthz|t0ken-of-at-least-22-letters|[!-.0-~]{1,9}", 1..4),
        method in "GET|POST", after in "|\\?x=/y|#/",
    ) {
        let forward = r#""forward":{"origin":"https://a.example"}"#;
        let sources = format!(
            r#"{{"plain":{{"scheme":"svix","secrets":["S"],{forward}}},"guarded":{{"scheme":"svix","secrets":["S"],"url_token":"T",{forward}}}}}"#
        );
        let config = Config::parse(Some(&sources), &Two);
        prop_assert!(config.faults().is_empty());
        let path = segments.join("/");
        let at = |path: &str| route(&config, &method, &format!("https://h.example/{path}{after}"));
        if !path.is_empty() && !path.ends_with('/') && !path.contains(['?', '#']) {
            let (one, two) = (at(&format!("{path}/")), at(&format!("{path}//")));
            prop_assert_eq!(one, at(&path));
            prop_assert!(two.is_err());
        }
        if let Err(missed) = at(&path) {
            prop_assert_eq!(missed.refusal == Refusal::NotFound, missed.detail.is_some());
            let words = [
                "no_source", "other_case", "empty_segment", "token_missing", "token_wrong", "token_unexpected", "extra_segments",
            ];
            prop_assert!(missed.detail.is_none_or(|detail| words.contains(&detail)));
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

/// What happens to a stored event, in any order.
#[derive(Clone, Debug)]
enum Step {
    Attempt(bool, Option<u64>),
    /// The object dies in the middle of an attempt.
    Death,
    Replay,
    Tidy,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (any::<bool>(), proptest::option::of(0..u64::MAX)).prop_map(|(taken, later)| Step::Attempt(taken, later)),
        2 => Just(Step::Death),
        1 => Just(Step::Replay),
        2 => Just(Step::Tidy),
    ]
}

proptest! {
    /// Whatever happens: an event is pending and will be tried, or was delivered, or is dead and kept; and it never falls back.
    #[test]
    fn no_course_of_events_loses_one(
        steps in proptest::collection::vec((step(), 0..20_000_000_u64), 1..60),
        give_up_after in 0..500_000_000_u64, remember in 60_000..500_000_000_u64, keep_body in 0..100_000_000_u64, seed: u64,
    ) {
        let lifecycle = Lifecycle { timeout: 10_000, give_up_after, remember, keep_body };
        let mut now = 1_800_000_000_000;
        let (mut event, mut has_body, mut taken) = (Progress::accepted(now), true, false);
        for (step, later) in steps {
            let before = event;
            match step {
                Step::Attempt(..) | Step::Death if event.state == EventState::Pending => {
                    now = now.max(event.due);
                    event = event.leased(now, &lifecycle);
                    prop_assert!(event.due > now + lifecycle.timeout, "leased for longer than it takes");
                    prop_assert_eq!(event.attempts, before.attempts + 1);
                    if let Step::Attempt(ok, not_before) = step {
                        let attempt = if ok { Attempt::Delivered } else { Attempt::Failed { not_before } };
                        event = event.attempted(attempt, now, &lifecycle, seed);
                        taken |= ok;
                        prop_assert_eq!(event.state == EventState::Delivered, ok);
                        if event.state == EventState::Pending {
                            prop_assert!(event.due > now || now >= event.since + give_up_after);
                            prop_assert!(event.due <= now + 5 * 3_600_000, "tried again within the longest delay");
                        }
                        prop_assert!(event.state != EventState::Dead || now >= event.since + give_up_after, "not before its time");
                    }
                }
                Step::Replay => match event.replayed(now, has_body) {
                    Some(again) => {
                        event = again;
                        prop_assert_eq!((event.state, event.due, event.attempts), (EventState::Pending, now, before.attempts));
                    }
                    None => prop_assert!(!has_body),
                },
                Step::Tidy => {
                    now += later;
                    match event.tidy(has_body, now, &lifecycle) {
                        Tidy::Keep(until) => prop_assert!(until > now || event.state == EventState::Pending),
                        Tidy::DropBody(until) => {
                            prop_assert!(event.state == EventState::Delivered && taken && until > now);
                            has_body = false;
                        }
                        Tidy::Remove => {
                            let kept = if event.state == EventState::Dead { DEAD_KEPT.max(remember) } else { remember };
                            prop_assert!(event.state != EventState::Pending && now >= event.finished + kept);
                            return Ok(());
                        }
                    }
                }
                _ => {}
            }
        }
    }

    /// Every id has a home, at any number of shards, and raising the number moves it only to one that is new.
    #[test]
    fn homes_are_stable(id in "[ -~]{1,40}", few in 1..64_u32) {
        let event = EventKey::new("s", id.as_bytes());
        let (before, after) = (homes(event, few), homes(event, few + 1));
        prop_assert!(before.last() == after.last() || after.last() == Some(&few));
    }
}

/// A boundary that moved would make another event of a genuine delivery. So of all ways in which the signed content can be taken
/// apart, at most one is accepted, at whatever time.
mod one_event_per_signature {
    use std::sync::LazyLock;

    use countersign::{Ed25519SigningKey, HmacKey, sign_v1a};

    use super::*;

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
        use base64::Engine;
        use base64::engine::general_purpose::STANDARD;
        use countersign::crypto::Crypto;
        match v1a {
            true => format!("v1a,{}", STANDARD.encode(PRIVATE.sign(content))),
            false => format!("v1,{}", STANDARD.encode(Portable.hmac_sha256(&SHARED, b"", content))),
        }
    }
}

const MONTHS: [(&str, u64); 12] = [
    ("Jan", 31),
    ("Feb", 28),
    ("Mar", 31),
    ("Apr", 30),
    ("May", 31),
    ("Jun", 30),
    ("Jul", 31),
    ("Aug", 31),
    ("Sep", 30),
    ("Oct", 31),
    ("Nov", 30),
    ("Dec", 31),
];

/// The year, month (from 0) and day of a day since 1970, counted forward.
fn civil(mut day: u64) -> (u64, usize, u64) {
    let mut year = 1970;
    loop {
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        for (at, (_, length)) in MONTHS.iter().enumerate() {
            let length = length + u64::from(leap && at == 1);
            if day < length {
                return (year, at, day + 1);
            }
            day -= length;
        }
        year += 1;
    }
}

proptest! {
    /// Whichever format of RFC 9110 a date is in, it means the moment that it was written from.
    #[test]
    fn each_format_of_a_date_means_the_same(ahead in 0_u64..40 * 31_556_952) {
        let at = NOW + ahead;
        let (year, month, day) = civil(at / 86_400);
        let name = MONTHS[month].0;
        let time = format!("{:02}:{:02}:{:02}", at / 3600 % 24, at / 60 % 60, at % 60);
        for text in [
            format!("Mon, {day:02} {name} {year} {time} GMT"),
            format!("Monday, {day:02}-{name}-{:02} {time} GMT", year % 100),
            format!("Mon {name} {day:>2} {time} {year}"),
        ] {
            prop_assert_eq!(retry_after(&text, NOW * 1000), Some(ahead * 1000), "{}", text);
        }
    }

    /// A number of seconds is rounded up, and a list never asks for less than its longest wait.
    #[test]
    fn a_wait_is_rounded_up(whole in any::<u64>(), fraction in "[0-9]{0,30}", before in "[ \t]{0,3}", after in "(, *0)?") {
        let up = u64::from(fraction.bytes().any(|digit| digit != b'0'));
        let wait = whole.saturating_add(up).saturating_mul(1000);
        prop_assert_eq!(retry_after(&format!("{before}{whole}.{fraction}{after}"), NOW * 1000), Some(wait));
    }

    #[test]
    fn any_retry_after_is_read_or_passed_over(value in "\\PC*", now in any::<u64>()) {
        let _ = retry_after(&value, now);
    }
}

/// What senders choose freely, close to what separates it in names.
fn chosen() -> impl Strategy<Value = String> {
    "[ab:/{}.-]{1,6}|::+|victim"
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// Two events share a Durable Object only if the template says so: whatever senders put into type and id, none reaches the object
    /// of another source, and none that of an event with other values.
    #[test]
    fn one_object_per_filled_template(
        template in prop_oneof![
            Just("{source}:{data.id}"), Just("{source}/{type}/{data.id}"), Just("{source}-{id}"), Just("a{source}::{type}:{id}"),
            Just("{type}:{source}"), Just("{source}{id}"), Just("{data.id}{type}-{source}"),
        ],
        events in proptest::collection::vec(
            ("a|b|a-b|a-", chosen(), proptest::option::of(chosen()), proptest::option::of(chosen())), 2..12,
        ),
    ) {
        let mut named: Vec<(String, Vec<String>, bool)> = Vec::new();
        for (source, id, kind, data) in events {
            let body = serde_json::json!({ "type": kind, "data": { "id": data } }).to_string();
            let name = object_name(template, &source, id.as_bytes(), body.as_bytes());
            let hashed = name == EventKey::new(&source, id.as_bytes()).to_hex();
            prop_assert!(hashed || name != id, "a bare id");
            let all = [("{source}", Some(source.clone())), ("{id}", Some(id.clone())), ("{type}", kind), ("{data.id}", data)];
            let used: Vec<_> = all.into_iter().filter(|(placeholder, _)| template.contains(placeholder)).collect();
            prop_assert!(hashed || used.iter().all(|(_, value)| value.is_some()));
            let values = if hashed { vec![source, id] } else { used.into_iter().filter_map(|(_, value)| value).collect() };
            for (other, of_other, other_hashed) in &named {
                prop_assert_eq!(*other == name, (of_other, *other_hashed) == (&values, hashed), "{} {}", name, template);
            }
            named.push((name, values, hashed));
        }
    }

    /// Names by which applications address their objects stay as they are written.
    #[test]
    fn plain_names_are_not_hashed(source in "[a-z0-9-]{1,8}", id in "[!-~]{1,40}", data in "[!-~é漢]{1,40}", kind in "[a-z_]{1,9}\\.[a-z_]{1,9}") {
        let body = serde_json::json!({ "type": kind, "data": { "id": data } }).to_string();
        let name = |template| object_name(template, &source, id.as_bytes(), body.as_bytes());
        prop_assert_eq!(name("{id}"), id.clone());
        prop_assert_eq!(name("{data.id}"), data.clone());
        prop_assert_eq!(name("{source}/{data.id}"), format!("{source}/{data}"));
        prop_assert_eq!(name("{source}:{id}"), format!("{source}:{id}"));
        prop_assert_eq!(name("{type}/{data.id}"), format!("{kind}/{data}"));
    }
}
