//! `dedupe_header`: an unsigned header that is part of an event's id.

use super::*;

#[test]
fn a_header_tells_events_apart_whose_id_is_not_signed() {
    let github = |more: &str| format!(r#""scheme":"github","secrets":["GOOD"],{FORWARD}{more}"#);
    let header = |fields: &str| {
        let config = Config::parse(Some(&format!(r#"{{"s":{{{fields}}}}}"#)), &Known);
        config.source(0).and_then(|source| source.dedupe_header)
    };
    assert_eq!(header(&github("")), None);
    assert_eq!(header(&github(r#","dedupe_header":"X-GitHub-Delivery""#)), Some("x-github-delivery"));
    assert_eq!(header(&github(r#","dedupe_header":"X-Request-Id","durable":true"#)), Some("x-request-id"));
    for wrong in ["X Y", "Content-Type", "cf-ray", ""] {
        assert_fault(&github(&format!(r#","dedupe_header":"{wrong}""#)), "dedupe_header");
    }
}

#[test]
fn a_signed_id_needs_no_unsigned_header() {
    assert_eq!(
        faults(&gemini(r#","dedupe_header":"X-Delivery""#)),
        "`dedupe_header` does not go with this scheme, whose sender signs the event's id; remove it"
    );
    assert_fault(
        &format!(r#""scheme":"twitch","secrets":["GOOD"],{FORWARD},"dedupe_header":"X-Delivery""#),
        "dedupe_header",
    );
}

/// With such a header in the key, no copy of an event would be one.
#[test]
fn a_header_that_differs_in_copies_is_none() {
    let source = |scheme: &str, header: &str| {
        format!(r#""scheme":"{scheme}","secrets":["GOOD"],{FORWARD},"dedupe_header":"{header}""#)
    };
    for (scheme, header) in [
        ("github", "X-Hub-Signature-256"),
        ("stripe", "stripe-signature"),
        ("slack", "X-Slack-Request-Timestamp"),
        ("gitlab-token", "X-Gitlab-Token"),
    ] {
        assert!(faults(&source(scheme, header)).contains("can differ in a copy"), "{scheme}: {header}");
    }
    assert_ready(&source("slack", "X-Slack-Retry-Num"));
}
