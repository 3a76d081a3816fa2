//! How the secrets of senders with key formats of their own are read.

use super::*;
use crate::crypto::{Ed25519SigningKey, HmacKey};
use crate::key::SecretKey;

/// An environment with this value as its only secret.
struct Only<'a>(&'a str);

impl Environment for Only<'_> {
    fn secret(&self, name: &str) -> Secret {
        if name == "SECRET" { Secret::Value(Zeroizing::new(self.0.to_owned())) } else { Secret::Missing }
    }

    fn has(&self, _: Binding<'_>) -> bool {
        true
    }
}

/// The keys of a source whose one secret has this value, or what is said of it.
fn keys(scheme: &str, secret: &str) -> Result<Vec<SecretKey>, String> {
    let sources = format!(r#"{{"s":{{"scheme":"{scheme}","secrets":["SECRET"],{FORWARD}}}}}"#);
    let config = Config::parse(Some(&sources), &Only(secret));
    let said =
        || config.faults().iter().flat_map(|one| one.faults).map(ToString::to_string).collect::<Vec<_>>().join("\n");
    config.source(0).map(|source| source.secrets.clone()).ok_or_else(said)
}

/// The bytes of each shared key, by all rules that it may have.
fn bytes(keys: &[SecretKey]) -> Vec<Vec<Vec<u8>>> {
    let of = |key: &HmacKey| key.readings().map(|key| key.as_bytes().to_vec()).collect();
    keys.iter().map(|key| if let SecretKey::Hmac(key) = key { of(key) } else { Vec::new() }).collect()
}

#[track_caller]
fn assert_keys(scheme: &str, secret: &str, expected: &[&[&[u8]]]) {
    let found = keys(scheme, secret).map(|keys| bytes(&keys));
    let expected = expected.iter().map(|readings| readings.iter().map(|key| key.to_vec()).collect()).collect();
    assert_eq!(found, Ok(expected), "{scheme}: {secret}");
}

/// What is said holds one line, these words, and no word of the secret.
#[track_caller]
fn assert_refused(scheme: &str, secret: &str, words: &str) {
    let said = keys(scheme, secret).expect_err(secret);
    assert!(said.starts_with("`secrets` names a secret, which cannot be used: "), "{scheme}: {said}");
    assert!(said.contains(words) && said.lines().count() == 1, "{scheme}: {secret}: {said}");
    let parts = secret.split(|c: char| c.is_whitespace() || c == '|').filter(|part| part.len() >= 12);
    assert!(parts.clone().all(|part| !said.contains(part)), "{scheme}: {said}");
}

const A: &str = "whsec_q4f1Zx8mB0yR2tUvW3sK5nJ7hG9dL6aP";
const B: &str = "whsec_Kk2Vf0xP7cQh9ZtYw3BnLrE6sJdUaMgX";

fn decoded(text: &str) -> Vec<u8> {
    HmacKey::parse(text).unwrap().as_bytes().to_vec()
}

#[test]
fn text_is_the_key_whatever_it_begins_with() {
    for scheme in ["stripe", "github"] {
        for secret in [A, "It's a text with spaces", "16 letters of it"] {
            assert_keys(scheme, secret, &[&[secret.as_bytes()]]);
            assert_keys(scheme, &format!(" {secret}\r\n\n{B}\n"), &[&[secret.as_bytes()], &[B.as_bytes()]]);
        }
        assert_keys(scheme, &format!("{A} {B}"), &[&[A.as_bytes()], &[B.as_bytes()]]);
        assert_refused(scheme, "too short", "shorter than 16 bytes");
        assert_refused(scheme, &format!("{A}\ntoo short"), "one of its lines is no key");
        assert_refused(scheme, &format!("\"{A}\""), "quotes");
        assert_refused(scheme, &format!("STRIPE_SECRET={A}"), "other text next to it");
        assert_refused(scheme, "undefined", "missing value");
        assert_refused(scheme, "It's a Secret to Everybody", "documentation prints");
    }
}

#[test]
fn openai_reads_base64_after_its_prefix_and_else_text() {
    let (a, b) = (decoded(A), decoded(B));
    for scheme in ["openai", "aimlapi"] {
        assert_keys(scheme, A, &[&[&a]]);
        assert_keys(scheme, &format!("{A}\n{B}"), &[&[&a], &[&b]]);
        assert_keys(scheme, &format!("{A} {B}"), &[&[&a], &[&b]]);
        let text = A.trim_start_matches("whsec_");
        assert_keys(scheme, text, &[&[text.as_bytes()]]);
        assert_keys(scheme, &format!("a text of several words\n{A}"), &[&[b"a text of several words"], &[&a]]);
        assert_refused(scheme, &format!("{A}%"), "not standard base64");
        assert_refused(scheme, &A.replace("whsec_", "whpk_"), "`whpk_` is a public key");
        assert_refused(scheme, "sixteen\u{200b}letters", "zero-width space");
    }
}

#[test]
fn polar_has_two_rules_for_one_secret() {
    let (a, b) = (decoded(A), decoded(B));
    assert_keys("polar", A, &[&[&a, A.as_bytes()]]);
    assert_keys("polar", &format!("{A}\n{B}"), &[&[&a, A.as_bytes()], &[&b, B.as_bytes()]]);
    let old = "polar_whs_q4f1Zx8mB0yR2tUvW3sK5nJ7hG9dL6aP";
    assert_keys("polar", &format!("{old}\na merchant's own words"), &[&[old.as_bytes()], &[b"a merchant's own words"]]);
    let chosen = "whsec_6f1c0d2a-6a9c-4f30-9c5e-0d8f4f0b9a11";
    assert_keys("polar", &format!("{chosen}\n{A}"), &[&[chosen.as_bytes()], &[&a, A.as_bytes()]]);
    assert_refused("polar", &format!("\"{A}\""), "quotes around it");
    assert_refused("polar", "whsec_", "is empty");
    assert_refused("polar", &format!("{old}\nshort"), "shorter than 16 bytes");
}

#[test]
fn supabase_joins_its_secrets_by_bars() {
    let (a, b) = (decoded(A), decoded(B));
    assert_keys("supabase-auth", &format!("v1,{A}"), &[&[&a]]);
    for between in ["|", " | ", "\n"] {
        assert_keys("supabase-auth", &format!("v1,{A}{between}v1,{B}\n"), &[&[&a], &[&b]]);
    }
    assert_keys("supabase-auth", &format!("v1,{A}|"), &[&[&a]]);
    assert_refused("supabase-auth", "|", "is empty");
    assert_refused("supabase-auth", &format!("v1,{A}|v1,{B}%"), "not standard base64");
    assert_refused("supabase-auth", &format!("v1,{A},v1,{B}"), "more than once");
    assert!(keys("svix", &format!("v1,{A}|v1,{B}")).is_err(), "no other sender joins them");
}

/// A public key in PEM, as epilot hands it out, and what else stands between such lines.
#[test]
fn epilot_hands_out_pem() {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    let public = Ed25519SigningKey::from_seed(&[7; 32]).public_key();
    let pem = |der: &[u8]| format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", STANDARD.encode(der));
    let spki = [&b"\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00"[..], public.as_bytes()].concat();
    let good = pem(&spki);
    for secret in [
        &good,
        &good.replace('\n', "\r\n"),
        &good.replace('\n', " "),
        &good.replace('\n', ""),
        &good.replace('\n', "\\n"),
    ] {
        let found = keys("epilot", secret).unwrap();
        assert!(matches!(&found[..], [SecretKey::Ed25519(key)] if key.as_bytes() == public.as_bytes()), "{secret}");
    }
    assert_keys("epilot", A, &[&[&decoded(A)]]);
    let (short, other) = (pem(&spki[..43]), pem(&[&b"\x30\x59\x30\x13\x06\x07"[..], &[4; 85]].concat()));
    for secret in [short, other, good.repeat(2), format!("{good}{A}"), good.replace("-----END PUBLIC KEY-----", "")] {
        assert_refused("epilot", &secret, "not one Ed25519 key in PEM");
    }
    assert_refused("epilot", &format!("{A}\n{good}"), "key file");
    assert_refused("epilot", &good.replace("PUBLIC KEY", "PRIVATE KEY"), "key file");
    assert_refused("svix", &good, "key file");
}
