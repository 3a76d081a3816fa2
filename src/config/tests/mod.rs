//! What a source takes, and what it says of the rest. `Known` is an environment with a secret of each kind.

#![allow(clippy::arithmetic_side_effects, reason = "a test fails by panicking")]

use proptest::prelude::*;
use zeroize::Zeroizing;

use super::*;

mod admin;
mod alerts;
mod dedupe;
mod dedupe_header;
mod destinations;
mod formats;
mod header;
mod hmac;
mod identity;
mod kinds;
mod order;
mod public_url;
mod queue;
mod reply;
mod secrets;
mod shared_keys;
mod tolerance;
mod variables;

struct Known;

impl Environment for Known {
    fn secret(&self, name: &str) -> Secret {
        let value = match name {
            "GOOD" => "whsec_q4f1Zx8mB0yR2tUvW3sK5nJ7hG9dL6aP",
            "TWO" => "whsec_q4f1Zx8mB0yR2tUvW3sK5nJ7hG9dL6aP\n whsec_Kk2Vf0xP7cQh9ZtYw3BnLrE6sJdUaMgX ",
            "PUBLIC" => "whpk_f4hTkmlGXfI1r63/IWB2LVDnn2V8QDPn0Jvc9L9fxww=",
            "BAD" => "\"quoted\"",
            "BLANK" => " ",
            "TOKEN" => "a-t0ken-of-22-letters.\n",
            _ => return Secret::Missing,
        };
        Secret::Value(Zeroizing::new(value.to_owned()))
    }

    fn has(&self, binding: Binding<'_>) -> bool {
        matches!(
            binding,
            Binding::Kv("EVENTS")
                | Binding::Service("APP")
                | Binding::DurableObject("ROOMS" | "INBOX")
                | Binding::Queue("JOBS")
                | Binding::R2("BODIES")
        )
    }
}

const FORWARD: &str = r#""forward":{"origin":"https://a.example/x"}"#;

fn faults(fields: &str) -> String {
    let sources = format!(r#"{{"s":{{{fields}}}}}"#);
    let config = Config::parse(Some(&sources), &Known);
    let faults =
        config.faults().iter().find(|one| one.name == "s").map(|one| one.faults.iter().map(Fault::to_string).collect());
    faults.map(|faults: Vec<_>| faults.join("\n")).unwrap_or_default()
}

#[track_caller]
fn assert_ready(fields: &str) {
    assert_eq!(faults(fields), "");
}

#[track_caller]
fn assert_fault(fields: &str, key: &str) {
    let faults = faults(fields);
    assert!(faults.starts_with(&format!("`{key}` ")), "{fields}: {faults}");
}

fn gemini(more: &str) -> String {
    format!(r#""scheme":"gemini","secrets":["GOOD"],{FORWARD}{more}"#)
}

fn dynamic(more: &str) -> String {
    format!(r#""scheme":"gemini-dynamic","url_token":"TOKEN",{FORWARD}{more}"#)
}

#[test]
fn what_the_contract_shows_is_ready() {
    assert_ready(&gemini(""));
    assert_ready(&dynamic(""));
    assert_ready(&dynamic(r#","accept":["v1a","jwt"],"audience":"x","issuer":"y""#));
    assert_ready(&gemini(r#","tolerance":"0s","max_body":"1B","dedupe":"60s""#));
    assert_ready(&gemini(r#","dedupe":"off""#));
    assert_ready(&gemini(r#","durable":true,"shards":1024,"keep":"1d","max_body":"1792KiB""#));
    assert_ready(&format!(r#""scheme":"svix","secrets":["TWO","PUBLIC"],{FORWARD}"#));
    assert_ready(&format!(r#""scheme":"standard-webhooks","jwks":"https://a.example/jwks",{FORWARD}"#));
    assert_ready(
        r#""scheme":"gemini","secrets":["GOOD"],"forward":{"service":"APP","sign_with":"TWO","timeout":"1s"}"#,
    );
    assert_ready(r#""scheme":"gemini","secrets":["GOOD"],"forward":{"durable_object":"ROOMS","name":"{data.id}"}"#);
}

#[test]
fn every_fault_names_its_key() {
    assert_fault(&gemini(r#","tolerence":"5m""#), "tolerence");
    assert_fault(&gemini(r#","tolerance":"5""#), "tolerance");
    assert_fault(&gemini(r#","max_body":"1MB""#), "max_body");
    assert_fault(&gemini(r#","max_body":"0B""#), "max_body");
    assert_fault(&gemini(r#","durable":true,"max_stored":"0B""#), "max_stored");
    assert_fault(&gemini(r#","dedupe":"59s""#), "dedupe");
    assert_fault(&gemini(r#","durable":true,"shards":1025"#), "shards");
    assert_fault(&gemini(r#","durable":true,"dedupe":"off""#), "dedupe");
    assert_fault(&gemini(r#","durable":true,"max_body":"1793KiB""#), "max_body");
    assert_fault(&gemini(r#","durable":1"#), "durable");
    assert_fault(&gemini(r#","shards":2"#), "shards");
    assert_fault(&gemini(r#","durable":true,"keep_bodies":"1d""#), "keep_bodies");
    assert_fault(&gemini(r#","keep":"1d""#), "keep");
    assert_fault(&gemini(r#","accept":["v1a"]"#), "accept");
    assert_fault(&gemini(r#","accept":[]"#), "accept");
    assert_fault(&gemini(r#","accept":["v1","jwt"],"audience":"x""#), "accept");
    assert_fault(&gemini(r#","jwks":"https://a.example""#), "jwks");
    assert_fault(&gemini(r#","url_token":"NONE""#), "url_token");
    assert_fault(&format!(r#""secrets":["GOOD"],{FORWARD}"#), "scheme");
    assert_fault(&format!(r#""scheme":"nope","secrets":["GOOD"],{FORWARD}"#), "scheme");
    assert_fault(&format!(r#""scheme":"gemini",{FORWARD}"#), "secrets");
    assert_fault(r#""scheme":"gemini","secrets":["GOOD"]"#, "forward");
    for names in [r#""NONE""#, r#""BLANK""#, r#""BAD""#, r#""PUBLIC""#, r#""GOOD","BAD""#, "", "7"] {
        assert_fault(&format!(r#""scheme":"gemini","secrets":[{names}],{FORWARD}"#), "secrets");
    }
    assert_fault(&dynamic(r#","jwks":"http://a.example""#), "jwks");
    assert_fault(&dynamic(r#","accept":["jwt"]"#), "audience");
    assert_fault(&dynamic(r#","accept":["v1","v1a"]"#), "accept");
    assert_fault(&dynamic(r#","audience":"x""#), "audience");
    assert_fault(&dynamic(r#","issuer":"y""#), "issuer");
    assert_fault(&gemini(r#","audience":"x""#), "audience");
    assert_fault(&dynamic(r#","secrets":["GOOD"]"#), "secrets");
    assert_fault(&format!(r#""scheme":"gemini-dynamic",{FORWARD}"#), "url_token");
}

#[test]
fn a_verify_token_is_for_senders_that_have_one() {
    let source = |scheme: &str, name: &str| {
        format!(r#""scheme":"{scheme}","secrets":["TOKEN"],"verify_token":"{name}",{FORWARD}"#)
    };
    assert_ready(&source("meta", "TOKEN"));
    assert_fault(&source("meta", "NONE"), "verify_token");
    assert_fault(&source("meta", "BLANK"), "verify_token");
    assert_fault(&source("meta", "BAD"), "verify_token");
    assert_fault(&source("slack", "TOKEN"), "verify_token");
}

#[test]
fn exactly_one_destination() {
    let forward = |fields: &str| format!(r#""scheme":"gemini","secrets":["GOOD"],"forward":{{{fields}}}"#);
    assert_fault(&forward(""), "forward.origin");
    assert_fault(&forward(r#""origin":"https://a.example","service":"APP""#), "forward.origin");
    assert_fault(&forward(r#""origin":"a.example""#), "forward.origin");
    assert_fault(&forward(r#""service":"NOPE""#), "forward.service");
    assert_fault(&forward(r#""durable_object":"INBOX""#), "forward.durable_object");
    assert_fault(&forward(r#""durable_object":"APP""#), "forward.durable_object");
    assert_fault(&forward(r#""durable_object":"ROOMS","name":"{what}""#), "forward.name");
    assert_fault(&forward(r#""durable_object":"ROOMS","name":"{source}{id}""#), "forward.name");
    assert_fault(&forward(r#""durable_object":"ROOMS","name":"{type}{data.id}""#), "forward.name");
    assert_fault(&forward(r#""origin":"https://a.example","name":"{id}""#), "forward.name");
    assert_ready(&forward(r#""origin":"https://a.example","timeout":"5m""#));
    for timeout in ["0s", "301s", "1h", "400d"] {
        assert_fault(&forward(&format!(r#""origin":"https://a.example","timeout":"{timeout}""#)), "forward.timeout");
    }
    assert_fault(&forward(r#""origin":"https://a.example","sign_with":"PUBLIC""#), "forward.sign_with");
    assert_fault(&forward(r#""origin":"https://a.example","extra":1"#), "forward.extra");
}

/// What people paste: keys, tokens, in any alphabet.
fn pasted() -> impl Strategy<Value = String> {
    prop_oneof![
        "whsec_[A-Za-z0-9+/]{10}[0-9][A-Za-z0-9+/]{21}",
        "[A-Z2-7]{16,40}",
        "[0-9a-f]{15}[0-9][0-9a-f]{10,40}",
        "[A-Z0-9]{8}[0-9][A-Z0-9_]{7,40}",
        "sk_live_[A-Za-z0-9]{10}[0-9]",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Wherever a secret was written, also where its name or a key belongs, no fault and no label repeats it.
    #[test]
    fn no_fault_repeats_a_value(secret in pasted(), other in pasted()) {
        let base = [
            ("scheme", "gemini-dynamic"), ("url_token", "TOKEN"), ("jwks", "https://a.example"), ("tolerance", "5m"),
            ("audience", "x"), ("issuer", "y"), ("max_body", "1MiB"), ("dedupe", "72h"),
        ];
        let mut tables: Vec<String> = base.iter().map(|(key, _)| {
            let fields = base.iter().map(|(name, value)| format!(r#""{name}":"{}""#, if name == key { &secret } else { *value }));
            format!("{},{FORWARD}", fields.collect::<Vec<_>>().join(","))
        }).collect();
        for key in ["durable", "shards", "keep", "accept", "secrets", "forward", "Scheme", "allow_short_keys", "public_url"] {
            tables.push(gemini("").replace(r#""scheme""#, &format!(r#""{key}":"{secret}","scheme""#)));
        }
        for key in ["origin", "service", "durable_object", "name", "sign_with", "timeout", "give_up_after", "concurrency"] {
            tables.push(format!(r#""scheme":"gemini","secrets":["GOOD"],"forward":{{"{key}":"{secret}"}}"#));
        }
        tables.push(format!(r#""scheme":"gemini","secrets":["{other}","{secret}"],{FORWARD}"#));
        tables.push(format!(r#""scheme":"gemini","secrets":["GOOD"],"accept":["{secret}"],{FORWARD}"#));
        tables.push(gemini(&format!(r#","{secret}":true"#)));
        tables.push(format!(r#""scheme":"gemini","secrets":["GOOD"],"forward":{{"origin":"https://a.example","{secret}":1}}"#));
        for table in tables {
            let config = Config::parse(Some(&format!(r#"{{"s":{{{table}}}}}"#)), &Known);
            let text = format!("{:?}", config.faults());
            prop_assert!(!text.contains(&secret) && !text.contains(&other), "{}", text);
        }
        let invalid = format!("{secret}_");
        let config = Config::parse(Some(&format!(r#"{{"{invalid}":{{{}}}}}"#, gemini(""))), &Known);
        let text = format!("{:?}", config.faults());
        prop_assert!(text.contains("source 1 by name") && !text.contains(&secret), "{}", text);
    }
}

#[test]
fn an_unknown_scheme_names_the_one_that_was_meant() {
    let with = |scheme: &str| faults(&format!(r#""scheme":"{scheme}","secrets":["GOOD"],{FORWARD}"#));
    assert!(with("strpe").contains("`scheme` is not known; did you mean `stripe`?"), "{}", with("strpe"));
    assert!(with("carrier-pigeon").contains("is not known; use one of standard-webhooks, svix, "));
}

#[test]
fn a_key_in_the_wrong_place_is_told_where_it_belongs() {
    assert!(faults(&gemini(r#","orgin":"https://a.example""#)).contains("did you mean `origin`, under `forward`?"));
    let misspelt = faults(r#""scheme":"gemini","secrets":["GOOD"],"forward":{"orgin":"https://a.example"}"#);
    assert!(
        misspelt.contains("`forward.orgin` is not a key of the configuration; did you mean `origin`?"),
        "{misspelt}"
    );
    assert!(
        faults(&gemini(r#","whsec_0A":1"#))
            .contains("a key that is not repeated here is not a key of the configuration")
    );
}

#[test]
fn names_are_paths() {
    let sources = |name: &str| format!(r#"{{"{name}":{{{}}}}}"#, gemini(""));
    for (name, good) in [
        ("a", true),
        ("a-1", true),
        ("", false),
        ("A", false),
        ("-a", false),
        ("a_b", false),
        ("admin", false),
        ("console", false),
        ("healthz", false),
        ("a/b", false),
    ] {
        assert_eq!(Config::parse(Some(&sources(name)), &Known).faults().is_empty(), good, "{name}");
    }
}

#[test]
fn a_configuration_that_is_none_is_a_fault_of_the_whole() {
    for sources in [None, Some(""), Some("[]"), Some("{}"), Some(r#"{"a":{},"a":{}}"#)] {
        assert!(Config::parse(sources, &Known).faults().iter().any(|one| one.name == "SOURCES"), "{sources:?}");
    }
}
