//! A verdict is no more certain than the evidence.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use countersign::crypto::Portable;
use countersign::explain::{self, Receiver, Report, Ruling, Secret, Verdict};
use countersign::{Delivery, Headers, HmacKey, Policy, Timestamp, scheme, sign};
use serde_json::json;

use crate::support::{BODY, Explained, NOW, SECRET, Sent, explained, key};

const PUBLIC: &str = "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=";
const SPKI: &str = "MCowBQYDK2VwAyEA1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=";
const SET: &[u8] = br#"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4"}]}"#;
const TOKEN: &[u8] = b"eyJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJtZSJ9.c2ln";

/// The report of a delivery with these header lines.
fn report_of(scheme: &str, lines: &[(&str, &[u8])], body: &[u8], secret: &str, jwks: Option<&[u8]>) -> Report {
    let policy = Policy::of(scheme::find(scheme).unwrap());
    let secrets: &[Secret<'_>] = if secret.is_empty() { &[] } else { &[Secret::Text(secret)] };
    let receiver = Receiver { policy: &policy, secrets, jwks, now: Timestamp::from_unix(NOW) };
    explain::report(&receiver, &Delivery::new(Headers::from_iter(lines.iter().copied()), body))
}

/// The verdict over a delivery with that `content-type` and signature.
fn verdict(scheme: &str, kind: &str, signature: &str, body: &[u8], secret: &str, jwks: Option<&[u8]>) -> Verdict {
    let now = NOW.to_string();
    let lines: [(&str, &[u8]); 4] = [
        ("webhook-id", b"msg_1"),
        ("webhook-timestamp", now.as_bytes()),
        ("webhook-signature", signature.as_bytes()),
        ("content-type", kind.as_bytes()),
    ];
    report_of(scheme, &lines, body, secret, jwks).verdict
}

/// The signature of [`BODY`] with another endpoint's key.
fn by_another_key() -> String {
    Sent::signed(b"another endpoint's key, of course", BODY.as_bytes()).signature
}

fn ed25519() -> String {
    format!("v1a,{}", STANDARD.encode([1; 64]))
}

/// The verdict suspects the key only if the body shows no sign of a change.
#[test]
fn the_key_is_not_blamed_for_what_the_body_explains() {
    let (json, text) = ("application/json", "text/plain");
    let quoted = serde_json::to_string(BODY).unwrap();
    let body = BODY.as_bytes();
    for (code, kind, body) in [
        ("other_key", json, body),
        ("waiting_for_body", json, b"".as_slice()),
        ("waiting_for_body", text, b" \n"),
        ("body_lost", json, b"[object Object]"),
        ("body_lost", text, b"undefined"),
        ("body_lost", json, "{\"a\":\"\u{fffd}\"}".as_bytes()),
        ("body_cut", json, &body[..20]),
        ("body_cut", text, &body[..20]),
        ("body_changed", json, quoted.as_bytes()),
        ("body_changed", json, b"a=1"),
        ("body_changed", text, b"{a:1}"),
        ("body_or_key", text, b"a=1"),
    ] {
        let found = verdict("standard-webhooks", kind, &by_another_key(), body, SECRET, None);
        assert_eq!(found.code, code, "{found:?} {:?}", String::from_utf8_lossy(body));
        assert_eq!(found.state == Ruling::Waiting, code.starts_with("waiting"), "{found:?}");
        let blames_key = found.detail.contains("another endpoint");
        assert_eq!(blames_key, ["other_key", "body_or_key"].contains(&code), "{found:?}");
    }
    // Gemini sends JSON, with or without a `content-type`.
    assert_eq!(verdict("gemini", "", &by_another_key(), b"a=1", SECRET, None).code, "body_changed");
    assert_eq!(verdict("gemini-dynamic", json, &ed25519(), body, "", Some(SET)).code, "other_key");
    assert_eq!(verdict("gemini", json, &by_another_key(), body, "", None).code, "waiting_for_key");
}

/// Keys that cannot check the signature are named as such, with or without a body.
#[test]
fn keys_of_another_kind_are_named() {
    let (hmac, ed25519) = (by_another_key(), ed25519());
    for (scheme, signature, secret, jwks) in [
        ("standard-webhooks", &hmac, PUBLIC, None),
        ("standard-webhooks", &hmac, SPKI, None),
        ("standard-webhooks", &ed25519, SECRET, None),
        ("standard-webhooks", &hmac, "", Some(SET)),
        ("gemini", &hmac, PUBLIC, None),
        ("gemini-dynamic", &ed25519, SECRET, None),
        ("gemini-dynamic", &ed25519, "", Some(br#"{"keys":[]}"#.as_slice())),
    ] {
        for body in [BODY.as_bytes(), b""] {
            let found = verdict(scheme, "application/json", signature, body, secret, jwks);
            assert_eq!(found.code, "keys_of_another_kind", "{scheme} {secret} {found:?}");
        }
    }
}

/// A token is recognised with or without the other headers, whatever the receiver accepts.
#[test]
fn a_token_alone_is_not_told_that_its_id_is_missing() {
    let now = NOW.to_string();
    let alone: [(&str, &[u8]); 1] = [("webhook-signature", TOKEN)];
    let rest: [(&str, &[u8]); 2] = [("webhook-id", b"msg_1"), ("webhook-timestamp", now.as_bytes())];
    for (scheme, secret) in [("gemini", SECRET), ("gemini-dynamic", ""), ("standard-webhooks", SECRET)] {
        for lines in [alone.to_vec(), [alone.as_slice(), &rest].concat()] {
            let report = report_of(scheme, &lines, b"", secret, None);
            assert_eq!(report.token.as_ref().unwrap().claims, Some(json!({ "aud": "me" })));
            let step = &report.steps[if lines.len() == 3 { 4 } else { 0 }];
            assert!(step.fix.as_ref().unwrap().contains("`jwt`"), "{step:?}");
            assert_eq!(report.verdict.code, "token_not_accepted", "{scheme} {:?}", report.verdict);
            assert!(!report.verdict.detail.contains("missing"));
        }
    }
}

#[test]
fn a_verdict_agrees_with_its_report() {
    for Explained { case, report, .. } in explained() {
        let Verdict { state, code, detail, fix, .. } = &report.verdict;
        assert_eq!(*state == Ruling::Genuine, report.ok, "{}", case.title());
        assert_eq!((*code == "genuine", fix.is_none()), (report.ok, report.ok), "{}", case.title());
        assert!(!detail.is_empty(), "{}", case.title());
    }
    let then = NOW - 1000;
    let key = HmacKey::from_bytes(&key()).unwrap();
    let signature = sign(&[key], b"msg_1", Timestamp::from_unix(then), "{}", &Portable).unwrap();
    let sent = Sent { id: "msg_1".into(), timestamp: then.to_string(), signature, body: b"{}".to_vec() };
    let report = sent.report(&[Secret::Text(SECRET)]);
    assert_eq!((report.code, report.verdict.code), (Some("timestamp_too_old"), "age_alone"));
}
