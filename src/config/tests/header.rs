//! The header of a token, as a source has it.

use super::*;

fn source(fields: &str) -> Source {
    let sources = format!(r#"{{"s":{{{fields},"secrets":["GOOD"],{FORWARD}}}}}"#);
    match Config::parse(Some(&sources), &Known).entries.into_iter().next() {
        Some((_, Entry::Ready(source))) => *source,
        other => panic!("{other:?}"),
    }
}

fn headers(fields: &str) -> Vec<&'static str> {
    source(fields).policy.scheme.header_names().collect()
}

#[test]
fn it_is_the_senders_own_unless_the_configuration_names_another() {
    assert_eq!(headers(r#""scheme":"assemblyai""#), ["x-webhook-secret"]);
    assert_eq!(headers(r#""scheme":"assemblyai","header":"X-Mine""#), ["x-mine"]);
    let okta = source(r#""scheme":"okta","header":"X-Hook_Key.1""#).policy.scheme;
    let preset = crate::scheme::find("okta").unwrap();
    assert_eq!(okta.header_names().collect::<Vec<_>>(), ["x-hook_key.1"]);
    assert_eq!((okta.name, okta.event_type, okta.handshake), (preset.name, preset.event_type, preset.handshake));
    assert_eq!(headers(r#""scheme":"vapi-token","header":"X-Vapi-Secret""#), ["x-vapi-secret"]);
}

#[test]
fn it_is_a_name_and_only_for_senders_that_let_the_customer_choose() {
    let with =
        |scheme: &str, header: &str| format!(r#""scheme":"{scheme}","secrets":["GOOD"],{FORWARD},"header":{header}"#);
    for header in [r#""""#, "7", r#""X Y""#, r#""X-Mine:""#, r#""Content-Type""#, r#""countersign-form""#, r#""Host""#]
    {
        assert_fault(&with("assemblyai", header), "header");
    }
    for header in ["Accept", "Accept-Language", "CF-Ray", "TE", "connection"] {
        assert_fault(&with("assemblyai", &format!("\"{header}\"")), "header");
    }
    for header in ["Tenant-Secret", "Hosting-Token", "Acceptance-Key"] {
        let own = format!(r#""scheme":"assemblyai","header":"{header}""#);
        assert_eq!(headers(&own), [header.to_ascii_lowercase()], "only the beginning is that of a reserved name");
    }
    for scheme in ["gitlab-token", "github", "gemini", "standard-webhooks"] {
        let said = faults(&with(scheme, r#""X-Mine""#));
        assert!(said.starts_with("`header` does not go with this scheme"), "{scheme}: {said}");
    }
    let hmac = r#""scheme":"hmac","signature":{"header":"X-Signature"}"#;
    assert_fault(&format!(r#"{hmac},"secrets":["GOOD"],{FORWARD},"header":"X-Mine""#), "header");
}
