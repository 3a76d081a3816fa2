//! The signed bytes of a report are those that the signatures cover.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use countersign::crypto::{Crypto, Portable, hex};
use countersign::explain::Report;
use countersign::scheme::Scheme;
use countersign::{HmacKey, SecretKey};
use countersign_vectors::{Case, Outcome};
use ed25519_dalek::{Signature, VerifyingKey};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha1::Sha1;
use sha2::{Sha256, Sha512};

use crate::support::{Explained, explained};

/// The bytes that a report describes.
fn described(report: &Report, body: &[u8]) -> Vec<u8> {
    let parts = report.signed.as_ref().unwrap();
    let bytes = parts.iter().map(|part| match (&part.text, &part.base64) {
        (Some(text), None) => text.clone().into_bytes(),
        (None, Some(base64)) => STANDARD.decode(base64).unwrap(),
        (None, None) => {
            assert_eq!(part.part, "body");
            body.to_vec()
        }
        _ => panic!("text and base64: {part:?}"),
    });
    bytes.collect::<Vec<_>>().concat()
}

/// Whether a signature of the delivery is valid for these bytes, by implementations other than the verifier's.
fn is_signed(report: &Report, case: &Case, scheme: &'static Scheme, message: &[u8]) -> bool {
    let (keys, texts) = case.keys(scheme);
    let received = received(report, case);
    let shared = keys.iter().filter_map(|key| if let SecretKey::Hmac(key) = key { Some(key) } else { None });
    let shared = shared.map(HmacKey::as_bytes).chain(texts.iter().map(String::as_bytes)).map(<[u8]>::to_vec);
    let mut spelled = shared.flat_map(|key| match report.form.unwrap() {
        "hmac-sha1" => {
            spellings(&Hmac::<Sha1>::new_from_slice(&key).unwrap().chain_update(message).finalize().into_bytes())
        }
        "hmac-sha512" => {
            spellings(&Hmac::<Sha512>::new_from_slice(&key).unwrap().chain_update(message).finalize().into_bytes())
        }
        _ => spellings(&Hmac::<Sha256>::new_from_slice(&key).unwrap().chain_update(message).finalize().into_bytes()),
    });
    match report.form.unwrap() {
        "v1" | "hmac-sha256" | "hmac-sha1" | "hmac-sha512" | "hmac-sha256-fields" => {
            spelled.any(|text| received.contains(&text))
        }
        "v1a" | "ed25519" => {
            public_keys(case, &keys).iter().any(|key| received.iter().any(|text| verifies(key, text, message)))
        }
        "ecdsa-p256" => keys.iter().any(|key| {
            let SecretKey::P256(key) = key else { return false };
            let signature = p256::ecdsa::Signature::from_der(&STANDARD.decode(&received[0]).unwrap()).unwrap();
            Crypto::<[u8]>::p256(&Portable, key, message, &signature.to_bytes().into())
        }),
        form => panic!("{form}"),
    }
}

/// The signatures that match. A report compares 64 of them; in a longer list, each may be the one.
fn received(report: &Report, case: &Case) -> Vec<String> {
    let matching: Vec<_> =
        report.comparisons.iter().filter(|row| row.matches).map(|row| row.received.clone()).collect();
    let list = || case.header("webhook-signature").unwrap().split([' ', ',']).map(str::to_owned).collect();
    if matching.is_empty() { list() } else { matching }
}

fn spellings(mac: &[u8]) -> [String; 3] {
    [hex(mac), STANDARD.encode(mac), URL_SAFE_NO_PAD.encode(mac)]
}

/// The Ed25519 keys of a case: its own, and those of its key set.
fn public_keys(case: &Case, keys: &[SecretKey]) -> Vec<VerifyingKey> {
    let set = case.jwks().and_then(|set| set["keys"].as_array()).into_iter().flatten();
    let set = set.filter_map(|key| URL_SAFE_NO_PAD.decode(key["x"].as_str()?).ok()?.try_into().ok());
    let own =
        keys.iter().filter_map(|key| if let SecretKey::Ed25519(key) = key { Some(*key.as_bytes()) } else { None });
    own.chain(set).filter_map(|bytes| VerifyingKey::from_bytes(&bytes).ok()).collect()
}

fn verifies(key: &VerifyingKey, text: &str, message: &[u8]) -> bool {
    let bytes = if text.len() == 128 { from_hex(text) } else { STANDARD.decode(text).unwrap() };
    key.verify_strict(message, &Signature::from_slice(&bytes).unwrap()).is_ok()
}

fn from_hex(text: &str) -> Vec<u8> {
    text.as_bytes().chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

#[test]
fn the_signed_bytes_of_every_vector_are_those_that_its_signature_covers() {
    let mut schemes = Vec::new();
    for Explained { case, scheme, report } in explained() {
        if case.run(scheme, &Portable, false) != Outcome::Accept {
            continue;
        }
        let message = described(report, &case.body());
        match report.form.unwrap() {
            "token" => assert!(message.is_empty(), "{}", case.title()),
            form @ ("jwt" | "id-token") => {
                let header = if form == "jwt" { "webhook-signature" } else { "authorization" };
                let value = case.header(header).unwrap();
                let (signed, _) = value.trim_start_matches("Bearer ").rsplit_once('.').unwrap();
                assert_eq!(String::from_utf8(message).unwrap(), signed, "{}", case.title());
            }
            _ => {
                assert!(is_signed(report, case, scheme, &message), "{}: {:?}", case.title(), report.signed);
                let changed = [message, b" ".to_vec()].concat();
                assert!(!is_signed(report, case, scheme, &changed), "{}", case.title());
            }
        }
        schemes.push(scheme.name);
    }
    for scheme in countersign::scheme::ALL.iter().filter(|scheme| scheme.name != "gemini") {
        assert!(schemes.contains(&scheme.name), "no delivery of {} was accepted", scheme.name);
    }
}

/// The parts of a case that is accepted, as JSON.
fn parts(file: &str, case: &str) -> Value {
    json!(explained().iter().find(|one| one.scheme.name == file && one.case.name == case).unwrap().report.signed)
}

#[test]
fn each_part_is_named() {
    let names = |parts: &Value| parts.as_array().unwrap().iter().map(|part| part["part"].clone()).collect::<Value>();
    let slack = parts("slack", "genuine");
    assert_eq!(names(&slack), json!(["text", "timestamp", "text", "body"]));
    assert_eq!(slack[0], json!({"part": "text", "text": "v0:"}));
    assert_eq!(names(&parts("retell", "genuine")), json!(["body", "timestamp"]));
    assert_eq!(names(&parts("hubspot", "providers/v3")), json!(["method", "derived", "body", "timestamp"]));
    assert_eq!(names(&parts("twilio", "docs-form")), json!(["url", "derived"]));
    let fal = parts("fal", "genuine");
    assert_eq!(names(&fal), json!(["id", "text", "header", "text", "timestamp", "text", "body_sha256"]));
    assert_eq!(parts("gitlab-token", "genuine"), json!([]));
}
