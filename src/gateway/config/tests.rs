use super::*;

struct Known;

impl Environment for Known {
    fn secret(&self, name: &str) -> Secret {
        let value = match name {
            "GOOD" => "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "TWO" => "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD ",
            "PUBLIC" => "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=",
            "BAD" => "\"quoted\"",
            "BLANK" => " ",
            "TOKEN" => "t0ken\n",
            _ => return Secret::Missing,
        };
        Secret::Value(Zeroizing::new(value.to_owned()))
    }

    fn has(&self, binding: Binding<'_>) -> bool {
        matches!(binding, Binding::Kv("EVENTS") | Binding::Service("APP") | Binding::DurableObject("ROOMS" | "INBOX"))
    }
}

const FORWARD: &str = r#""forward":{"origin":"https://a.example/x"}"#;

fn faults(fields: &str) -> String {
    let sources = format!(r#"{{"s":{{{fields}}}}}"#);
    let config = Config::parse(Some(&sources), &Known);
    config.faults().into_iter().find(|(name, _)| *name == "s").map(|(_, faults)| faults.join("\n")).unwrap_or_default()
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
    assert_ready(&gemini(r#","tolerance":"0s","max_body":"0B","dedupe":"60s""#));
    assert_ready(&gemini(r#","dedupe":"off""#));
    assert_ready(&gemini(r#","durable":true,"shards":64,"keep_bodies":"1d","max_body":"1792KiB""#));
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
    assert_fault(&gemini(r#","dedupe":"59s""#), "dedupe");
    assert_fault(&gemini(r#","durable":true,"shards":65"#), "shards");
    assert_fault(&gemini(r#","durable":true,"dedupe":"off""#), "dedupe");
    assert_fault(&gemini(r#","durable":true,"max_body":"1793KiB""#), "max_body");
    assert_fault(&gemini(r#","durable":1"#), "durable");
    assert_fault(&gemini(r#","shards":2"#), "shards");
    assert_fault(&gemini(r#","keep_bodies":"1d""#), "keep_bodies");
    assert_fault(&gemini(r#","accept":["v1a"]"#), "accept");
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
    assert_fault(&dynamic(r#","secrets":["GOOD"]"#), "secrets");
    assert_fault(&format!(r#""scheme":"gemini-dynamic",{FORWARD}"#), "url_token");
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
    assert_fault(&forward(r#""origin":"https://a.example","name":"{id}""#), "forward.name");
    assert_fault(&forward(r#""origin":"https://a.example","timeout":"0s""#), "forward.timeout");
    assert_fault(&forward(r#""origin":"https://a.example","sign_with":"PUBLIC""#), "forward.sign_with");
    assert_fault(&forward(r#""origin":"https://a.example","extra":1"#), "forward.extra");
}

/// A secret that was written where its name belongs is not repeated in a log.
#[test]
fn no_fault_repeats_a_value() {
    let secret = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let text = faults(&format!(
        r#""scheme":"gemini","secrets":["whsec_{secret}","{secret}"],"url_token":"{secret}","tolerance":"{secret}",{FORWARD}"#
    ));
    assert!(!text.is_empty() && !text.contains(secret), "{text}");
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
        ("healthz", false),
        ("a/b", false),
    ] {
        assert_eq!(Config::parse(Some(&sources(name)), &Known).faults().is_empty(), good, "{name}");
    }
}

#[test]
fn a_configuration_that_is_none_is_a_fault_of_the_whole() {
    for sources in [None, Some(""), Some("[]"), Some("{}"), Some(r#"{"a":{},"a":{}}"#)] {
        assert!(Config::parse(sources, &Known).faults().iter().any(|(name, _)| *name == "SOURCES"), "{sources:?}");
    }
}
