//! A secret that was read in the wrong way, or cannot be read, is recognised.

use countersign::explain::{self, Receiver, Report, Secret};
use countersign::scheme::{self, Scheme};
use countersign::{Delivery, Headers, Policy, Timestamp};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::support::{BODY, SECRET, Sent, assert_near, key};

#[test]
fn a_secret_that_was_read_in_the_wrong_way_is_recognised() {
    let body = BODY.as_bytes();
    let near = |key: &[u8], secret: Secret<'_>| Sent::signed(key, body).report(&[secret]);
    let text = SECRET.as_bytes();
    assert_near(&near(text, Secret::Text(SECRET)), "secret_as_text");
    assert_near(&near(&text[6..], Secret::Text(SECRET)), "secret_as_text_without_prefix");
    assert_near(&near(&[0xab; 24], Secret::Text(&"ab".repeat(24))), "secret_hex");
    let stored = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, SECRET);
    assert_near(&near(&key(), Secret::Text(&stored)), "secret_base64_twice");
    assert_near(&near(text, Secret::Raw(&[text, b"\n"].concat())), "secret_raw_trimmed");
    assert_near(&near(&[text, b"\n"].concat(), Secret::Raw(text)), "secret_raw_newline");
    assert_near(&near(&key(), Secret::Raw(text)), "secret_base64");
}

/// A secret that does not parse is refused before anything is compared, and the report names its fault.
#[test]
fn an_unreadable_secret_is_named() {
    for (secret, words) in [
        (format!("\"{SECRET}\""), "quotes"),
        ("whsec_--__--__--__--__--__--__--__--__".to_owned(), "URL-safe"),
        ("whsk_AAAA".to_owned(), "private key"),
        (String::new(), "empty"),
    ] {
        let report = Sent::signed(&key(), b"{}").report(&[Secret::Text(&secret)]);
        assert!(report.secrets[0].detail.as_ref().unwrap().contains(words), "{report:?}");
        assert_eq!(report.code, report.secrets[0].code);
    }
    let quoted = format!("\"{SECRET}\"");
    let report = Sent::signed(&key(), b"{}").report(&[Secret::Text(&quoted)]);
    assert_eq!(report.near_misses[0].code, "secret_unquoted");
}

/// The report of a receiver with `secret` on what GitHub or Stripe signed with `key`.
fn of_text(scheme: &'static Scheme, key: &str, secret: &str) -> Report {
    let mac = |signed: &str| {
        let mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).unwrap().chain_update(signed);
        countersign::crypto::hex(&mac.finalize().into_bytes())
    };
    let header = match scheme.name {
        "stripe" => ("stripe-signature", format!("t=1700000000,v1={}", mac(&format!("1700000000.{BODY}")))),
        _ => ("x-hub-signature-256", format!("sha256={}", mac(BODY))),
    };
    let delivery = Delivery::new(Headers::from_iter([(header.0, header.1.as_bytes())]), BODY);
    let (policy, secrets) = (Policy::of(scheme), [Secret::Text(secret)]);
    let now = Timestamp::from_unix(1_700_000_000);
    explain::report(&Receiver { policy: &policy, secrets: &secrets, jwks: None, now }, &delivery)
}

/// Senders whose key is the text that they show: it was cut or encoded on its way into the environment.
#[test]
fn text_that_lost_its_prefix_or_was_encoded_is_recognised() {
    let named = |name| scheme::find(name).unwrap();
    let (whole, cut) = ("whsec_aSecretThatStripeShows1234", "aSecretThatStripeShows1234");
    assert!(of_text(named("stripe"), whole, whole).ok);
    let report = of_text(named("stripe"), whole, cut);
    assert_near(&report, "secret_prefixed");
    assert_eq!(report.verdict.detail, "it matches if the secret begins with `whsec_`");
    let (old, new) = ("an-old-secret-of-github", "the-new-secret-of-github");
    let report = of_text(named("github"), new, &format!("{old} {new}"));
    assert_near(&report, "secret_word");
    assert!(report.verdict.fix.unwrap().contains("on a line of its own"));
    let text = "correct horse battery staple 42";
    let encoded = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, text);
    let report = of_text(named("github"), text, &encoded);
    assert_near(&report, "secret_base64");
    assert!(report.verdict.fix.unwrap().contains("as the sender shows it"));
    assert_near(&of_text(named("github"), text, &format!("whsec_{text}")), "secret_without_prefix");
    assert_near(&of_text(named("github"), text, &countersign::crypto::hex(text.as_bytes())), "secret_hex");
}
