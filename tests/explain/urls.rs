//! Deliveries of a sender that signs the URL: which URL it signed.

use countersign::crypto::{hex, sha256};
use countersign::explain::{self, Instead, Receiver, Report, Ruling, Secret};
use countersign::{Delivery, Headers, Policy, Target, Timestamp, scheme};
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::Sha256;

use crate::support::assert_near;

const KEY: &str = "a made-up signature key of square";
const BODY: &str = r#"{"type":"payment.created","event_id":"evt_1"}"#;
const CALLED: &str = "https://hooks.example/square?a=1";

/// The report on a delivery that was signed for [`CALLED`] and came, as the receiver says, to `url`.
fn report(url: Option<&str>) -> Report {
    let mac = Hmac::<Sha256>::new_from_slice(KEY.as_bytes()).unwrap().chain_update(CALLED).chain_update(BODY);
    let signature = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, mac.finalize().into_bytes());
    let headers = Headers::from_iter([("x-square-hmacsha256-signature", signature.as_bytes())]);
    let delivery = Delivery::new(headers, BODY);
    let delivery = match url {
        Some(url) => delivery.with_target(Target { method: "POST", url }),
        None => delivery,
    };
    let policy = Policy::of(scheme::find("square").unwrap());
    let secrets = [Secret::Text(KEY)];
    explain::report(
        &Receiver { policy: &policy, secrets: &secrets, jwks: None, now: Timestamp::from_unix(0) },
        &delivery,
    )
}

#[test]
fn the_url_that_was_signed_is_accepted() {
    let report = report(Some(CALLED));
    assert!(report.ok, "{:?}", report.verdict);
    assert_eq!(report.id.as_deref(), Some("evt_1"));
}

#[test]
fn another_url_is_found_if_it_is_near() {
    for (url, detail) in [
        ("http://hooks.example/square?a=1", "the URL begins with `https://`"),
        ("https://hooks.example/square/?a=1", "the URL's path has no slash at its end"),
        ("https://hooks.example:8443/square?a=1", "the URL has no port"),
        ("https://hooks.example:443/square?a=1", "the URL has no port"),
        ("http://hooks.example:8080/square?a=1", "the URL begins with `https://` and the URL has no port"),
    ] {
        let report = report(Some(url));
        assert_near(&report, "url");
        assert_eq!(report.verdict.detail, format!("it matches if {detail}"), "{url}");
        assert_eq!(report.near_misses[0].instead, Some(Instead::Url(CALLED.to_owned())), "{url}");
    }
    // No small change leads there: the verdict names the URL before it doubts the key.
    let far = report(Some("http://app:3000/internal"));
    assert!(far.near_misses.is_empty());
    assert_eq!((far.verdict.state, far.verdict.code), (Ruling::Refused, "url_or_key"));
    assert!(far.verdict.detail.contains("the sender calls another URL"), "{:?}", far.verdict);
    assert!(far.verdict.fix.unwrap().contains("public URL"));
}

/// Parsers of URLs write an apostrophe of the query as `%27`, and some senders sign it as it is.
#[test]
fn an_apostrophe_is_found_however_it_is_written() {
    let plain = "https://hooks.example/in?name=O'Neil";
    let encoded = plain.replace('\'', "%27");
    for (signed, given) in [(plain, &*encoded), (&*encoded, plain)] {
        let signature = of_square(&format!("{signed}{BODY}"));
        let headers = [("x-square-hmacsha256-signature", &*signature)];
        assert!(of("square", &headers, "POST", signed, BODY).ok);
        let report = of("square", &headers, "POST", given, BODY);
        assert_near(&report, "url");
        assert_eq!(report.near_misses[0].instead, Some(Instead::Url(signed.to_owned())));
    }
    // Twilio's libraries accept what it signed, with the port and without.
    for to in [encoded.clone(), encoded.replace("/in", ":443/in")] {
        let [signature, _] = of_twilio(&format!("{plain}BodyAhoy"));
        let report = of("twilio", &[("x-twilio-signature", &*signature)], "POST", &to, "Body=Ahoy");
        assert!(report.ok, "{to}: {:?}", report.verdict);
    }
}

#[test]
fn without_a_url_the_report_asks_for_one() {
    let report = report(None);
    assert_eq!((report.ok, report.code), (false, Some("no_matching_signature")));
    let step = report.steps.iter().find(|step| step.name == "match").unwrap();
    assert!(step.detail.contains("signs the URL"), "{}", step.detail);
    assert!(report.verdict.detail.contains("signs the URL"), "{:?}", report.verdict);
    assert_eq!((report.verdict.state, report.verdict.code), (Ruling::Waiting, "waiting_for_url"));
}

/// The report on a delivery of `scheme` that has this signature.
fn of(scheme: &str, headers: &[(&str, &str)], method: &str, url: &str, body: &str) -> Report {
    let lines = headers.iter().map(|(name, value)| (*name, value.as_bytes()));
    let delivery = Delivery::new(Headers::from_iter(lines), body).with_target(Target { method, url });
    let policy = Policy::of(scheme::find(scheme).unwrap());
    let (secrets, now) = ([Secret::Text(KEY)], Timestamp::from_unix(1_700_000_000));
    explain::report(&Receiver { policy: &policy, secrets: &secrets, jwks: None, now }, &delivery)
}

fn base64(mac: &[u8]) -> String {
    base64::Engine::encode(&base64::engine::general_purpose::STANDARD, mac)
}

#[test]
fn another_method_is_found() {
    let signed = format!("PUT{CALLED}{BODY}1700000000000");
    let mac = Hmac::<Sha256>::new_from_slice(KEY.as_bytes()).unwrap().chain_update(signed).finalize().into_bytes();
    let headers = [("x-hubspot-signature-v3", &*base64(&mac)), ("x-hubspot-request-timestamp", "1700000000000")];
    assert!(of("hubspot", &headers, "PUT", CALLED, BODY).ok);
    let report = of("hubspot", &headers, "POST", CALLED, BODY);
    assert_near(&report, "method");
    assert_eq!(report.verdict.detail, "it matches if the method is `PUT`");
}

/// Square's signature over `signed`.
fn of_square(signed: &str) -> String {
    base64(&Hmac::<Sha256>::new_from_slice(KEY.as_bytes()).unwrap().chain_update(signed).finalize().into_bytes())
}

/// A signature of Twilio's over `signed`: by SHA-1 with the account's token, and by SHA-256 with a shared key.
fn of_twilio(signed: &str) -> [String; 2] {
    let sha1 = Hmac::<Sha1>::new_from_slice(KEY.as_bytes()).unwrap().chain_update(signed).finalize().into_bytes();
    let sha256 = Hmac::<Sha256>::new_from_slice(KEY.as_bytes()).unwrap().chain_update(signed).finalize().into_bytes();
    [base64(&sha1), base64(&sha256)]
}

/// Twilio puts the hash of a JSON body into the URL that it signs.
#[test]
fn a_body_that_the_url_has_another_hash_of_is_searched_too() {
    let url = format!("https://hooks.example/twilio?bodySHA256={}", hex(&sha256(&[BODY.as_bytes()])));
    for signature in of_twilio(&url) {
        let headers = [("x-twilio-signature", &*signature)];
        assert!(of("twilio", &headers, "POST", &url, BODY).ok);
        assert_near(&of("twilio", &headers, "POST", &url, &format!("{BODY}\n")), "final_newline_removed");
        let spaced = BODY.replace(':', ": ").replace(',', ", ");
        assert_near(&of("twilio", &headers, "POST", &url, &spaced), "json_compact");
        let behind_a_proxy = url.replace("https", "http");
        assert_near(&of("twilio", &headers, "POST", &behind_a_proxy, BODY), "url");
        let other = of("twilio", &headers, "POST", &url, "{}");
        assert_eq!(other.verdict.detail, "the URL and the body do not belong together");
    }
}

#[test]
fn a_form_is_searched_under_either_hash() {
    for signature in of_twilio(&format!("{CALLED}BodyAhoyTo+1")) {
        let headers = [("x-twilio-signature", &*signature)];
        let form = "To=%2B1&Body=Ahoy";
        let genuine = of("twilio", &headers, "POST", CALLED, form);
        assert!(genuine.ok, "{:?}", genuine.verdict);
        let compared: Vec<_> = genuine.comparisons.iter().map(|row| (row.expected.as_deref(), row.matches)).collect();
        assert_eq!(compared, [(Some(&*signature), true)], "with the hash of its length alone");
        assert_near(&of("twilio", &headers, "POST", &CALLED.replace("https", "http"), form), "url");
    }
}
