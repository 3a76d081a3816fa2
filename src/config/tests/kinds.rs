//! The keys that a scheme takes: each sender's own kind, in its own writing.

use super::*;

/// A secret of each kind.
struct Kinds;

impl Environment for Kinds {
    fn secret(&self, name: &str) -> Secret {
        let value = match name {
            "TEXT" => "a-made-up-signing-secret",
            "BASIC" => "Basic YWRtaW46c3VwZXJzZWNyZXQ=",
            "HEX" => "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            "ED25519" => "A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=",
            "P256" => {
                "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE83T4O/n84iotIvIW4mdBgQ/7dAfSmpqIM8kF9mN1flpVKS3GRqe62gw+2fNNRaINXvVpiglSI8eNEc6wEA3F+g=="
            }
            "TOKEN" => "a-t0ken-of-22-letters.",
            _ => return Secret::Missing,
        };
        Secret::Value(Zeroizing::new(value.to_owned()))
    }

    fn has(&self, _: Binding<'_>) -> bool {
        true
    }
}

fn faults(scheme: &str, more: &str) -> String {
    let sources = format!(r#"{{"s":{{"scheme":"{scheme}",{FORWARD}{more}}}}}"#);
    let config = Config::parse(Some(&sources), &Kinds);
    config.faults().iter().flat_map(|one| one.faults.iter().map(Fault::to_string)).collect::<Vec<_>>().join("\n")
}

#[test]
fn each_sender_takes_keys_of_its_own_kind_alone() {
    for (scheme, taken) in
        [("discord", "HEX"), ("telnyx", "ED25519"), ("sendgrid", "P256"), ("gitlab-token", "TEXT"), ("okta", "BASIC")]
    {
        for name in ["TEXT", "BASIC", "HEX", "ED25519", "P256"] {
            let faults = faults(scheme, &format!(r#","secrets":["{name}"]"#));
            // A token is any text, and a base64 key is text as well.
            let fits = name == taken || taken == "BASIC" || (taken == "TEXT" && name != "BASIC");
            assert_eq!(faults.is_empty(), fits, "{scheme} with {name}: {faults}");
            assert!(fits || faults.starts_with("`secrets` "), "{faults}");
        }
    }
}

#[test]
fn a_missing_key_is_described_as_the_sender_shows_it() {
    for (scheme, words) in [
        ("discord", "64 hexadecimal digits"),
        ("telnyx", "base64 of 32 bytes"),
        ("sendgrid", "`MFkw`"),
        ("gitlab-token", "signing secret"),
        ("okta", "the whole value of its header"),
    ] {
        let faults = faults(scheme, "");
        assert!(faults.starts_with("`secrets` are required") && faults.contains(words), "{scheme}: {faults}");
    }
}

#[test]
fn keys_that_sign_for_every_customer_need_a_token_in_the_url() {
    assert_eq!(faults("fal", r#","url_token":"TOKEN""#), "");
    assert!(faults("fal", "").starts_with("`url_token` is required"));
    let own = faults("fal", r#","url_token":"TOKEN","secrets":["ED25519"]"#);
    assert!(own.starts_with("`secrets` do not go with a key set"), "{own}");
    let elsewhere = r#","jwks":"https://rest.fal.ai/.well-known/jwks.json""#;
    assert!(faults("standard-webhooks", elsewhere).starts_with("`url_token` is required"));
}
