//! Headers with mixed-up values, signatures in another spelling, and timestamps in milliseconds are recognised.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use countersign::crypto::Portable;
use countersign::explain::{self, Instead, Receiver, Report, Secret};
use countersign::{Delivery, Headers, HmacKey, Policy, SigningKey, Timestamp, Unsigned, scheme, sign_as};

use crate::support::{BODY, NOW, SECRET, Sent, assert_near, explained, key};

#[test]
fn headers_that_are_mixed_up_are_recognised() {
    let secrets = [Secret::Text(SECRET)];
    for (code, prefix) in [
        ("id_timestamp_swapped", format!("{NOW}.msg_1.")),
        ("timestamp_milliseconds", format!("msg_1.{NOW}000.")),
        ("without_id", format!("{NOW}.")),
        ("without_timestamp", "msg_1.".to_owned()),
        ("body_alone", String::new()),
    ] {
        assert_near(&Sent::signed_over(&prefix).report(&secrets), code);
    }
}

#[test]
fn a_signature_in_another_spelling_is_recognised() {
    let sent = Sent::signed(&key(), BODY.as_bytes());
    let text = sent.signature.strip_prefix("v1,").unwrap().to_owned();
    let bytes = STANDARD.decode(&text).unwrap();
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    for spelled in [
        text.clone(),
        format!("v1={text}"),
        format!("v1,{hex}"),
        format!("sha256={hex}"),
        format!("v1,{}", text.trim_end_matches('=')),
    ] {
        let sent = Sent { signature: spelled, ..Sent::signed(&key(), BODY.as_bytes()) };
        let report = sent.report(&[Secret::Text(SECRET)]);
        assert_near(&report, "signature_spelling");
        let near = report.near_misses.iter().find(|near| near.code == "signature_spelling").unwrap();
        let Some(Instead::Headers(instead)) = &near.instead else { panic!("{near:?}") };
        let [(name, value)] = instead.as_slice() else { panic!("{near:?}") };
        assert_eq!(*name, "webhook-signature");
        assert!(Sent { signature: value.clone(), ..sent }.report(&[Secret::Text(SECRET)]).ok, "{value}");
    }
}

#[test]
fn a_timestamp_in_milliseconds_is_named() {
    let sent = Sent { timestamp: format!("{NOW}123"), ..Sent::signed(&key(), b"{}") };
    let report = sent.report(&[Secret::Text(SECRET)]);
    let age = report.steps.iter().find(|step| step.name == "age").unwrap();
    assert_eq!((report.code, age.detail.as_str()), (Some("timestamp_too_new"), "the timestamp is in milliseconds"));
}

/// The report on a delivery of a sender that a template describes, after a change to one of its headers.
fn changed(scheme: &str, name: &str, change: impl Fn(&str) -> Vec<String>) -> Report {
    let scheme = scheme::find(scheme).unwrap();
    let (secret, now) = ("a made-up secret of forty bytes and more", Timestamp::from_unix(NOW));
    let unsigned = Unsigned { id: "msg_1", timestamp: now, target: None, body: BODY };
    let key = SigningKey::Hmac(HmacKey::from_bytes(secret.as_bytes()).unwrap());
    let signed = sign_as(scheme, &[key], &unsigned, &Portable).unwrap();
    let lines = signed.into_iter().flat_map(|(known, value)| match known == name {
        true => change(&value).into_iter().map(|value| (known, value)).collect(),
        false => vec![(known, value)],
    });
    let lines: Vec<_> = lines.collect();
    let headers = lines.iter().map(|(name, value)| (*name, value.as_bytes())).collect::<Headers<'_>>();
    let receiver = Receiver { policy: &Policy::of(scheme), secrets: &[Secret::Text(secret)], jwks: None, now };
    explain::report(&receiver, &Delivery::new(headers, BODY))
}

#[test]
fn a_header_that_came_twice_is_named() {
    for (scheme, name) in [
        ("github", "x-hub-signature-256"),
        ("shopify", "x-shopify-hmac-sha256"),
        ("gitlab-token", "x-gitlab-token"),
        ("slack", "x-slack-request-timestamp"),
        ("box", "box-signature-version"),
    ] {
        let report = changed(scheme, name, |value| vec![value.to_owned(), value.to_owned()]);
        assert_eq!(report.verdict.detail, format!("header `{name}` occurs more than once"), "{scheme}");
    }
    let sent = Sent { timestamp: format!("{NOW}, {NOW}"), ..Sent::signed(&key(), b"{}") };
    let report = sent.report(&[Secret::Text(SECRET)]);
    assert_eq!(report.verdict.detail, "header `webhook-timestamp` occurs more than once");
}

#[test]
fn a_list_without_its_timestamp_is_named() {
    let report = changed("stripe", "stripe-signature", |_| vec!["undefined".to_owned()]);
    assert!(report.verdict.detail.starts_with("`stripe-signature` has no `t=`"), "{:?}", report.verdict);
}

#[test]
fn a_key_that_the_token_does_not_name_is_shown_as_the_one_that_matches() {
    let tokens = explained().iter().filter(|explained| explained.case.title().contains("kid"));
    assert!(tokens.flat_map(|explained| &explained.report.near_misses).any(|near| near.code == "other_key"));
}

#[test]
fn a_delivery_of_another_sender_is_named() {
    for (scheme, name, fix) in [
        ("standard-webhooks", "stripe-signature", "check it with the scheme `stripe`"),
        ("standard-webhooks", "svix-id", "check it with the scheme `svix`"),
        ("gemini", "x-hub-signature-256", "`github`"),
        ("github", "webhook-id", "check it with the scheme `standard-webhooks`"),
        ("stripe", "x-slack-signature", "check it with the scheme `slack`"),
    ] {
        let policy = Policy::of(scheme::find(scheme).unwrap());
        let receiver = Receiver { policy: &policy, secrets: &[], jwks: None, now: Timestamp::from_unix(NOW) };
        let delivery = Delivery::new(Headers::from_iter([(name, b"x".as_slice())]), "{}");
        let report = explain::report(&receiver, &delivery);
        let step = report.steps.iter().find(|step| step.name == "headers").unwrap();
        assert!(step.detail.ends_with(&format!("but `{name}` is present")), "{}", step.detail);
        assert!(step.fix.as_ref().unwrap().contains(fix), "{scheme}: {:?}", step.fix);
    }
}
