//! A sender that proves its identity by a token, as a source has it.

use super::*;

fn source(more: &str) -> String {
    format!(r#""scheme":"google-pubsub",{FORWARD}{more}"#)
}

const BOTH: &str = r#","audience":"https://a.example/push","email":"a@b.iam.gserviceaccount.com""#;

fn policy(more: &str) -> crate::JwtPolicy {
    let sources = format!(r#"{{"s":{{{}}}}}"#, source(&[BOTH, more].concat()));
    match Config::parse(Some(&sources), &Known).entries.into_iter().next() {
        Some((_, Entry::Ready(source))) => {
            assert!(source.jwks.is_some_and(|url| url.starts_with("https://")));
            source.policy.jwt.unwrap()
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_token_has_to_name_receiver_and_sender() {
    let jwt = policy("");
    assert_eq!(jwt.audience, "https://a.example/push");
    assert_eq!(jwt.email.as_deref(), Some("a@b.iam.gserviceaccount.com"));
    assert_eq!(jwt.issuer.as_deref(), Some("https://accounts.google.com"));
    assert_eq!(jwt.longest, Some(7 * 24 * 3600));
    assert_fault(&source(r#","email":"a@b.example""#), "audience");
    assert_fault(&source(r#","audience":"x""#), "email");
    for email in [r#""""#, "7", r#""pusher""#] {
        let said = faults(&source(&format!(r#","audience":"x","email":{email}"#)));
        assert!(said.starts_with("`email` ") && said.lines().count() == 1, "{email}: {said}");
    }
}

#[test]
fn another_issuer_has_its_own_keys() {
    let jwt = policy(r#","issuer":"https://issuer.example","jwks":"https://issuer.example/certs""#);
    assert_eq!(jwt.issuer.as_deref(), Some("https://issuer.example"));
}

#[test]
fn it_needs_neither_secrets_nor_a_token_in_the_url() {
    assert_fault(&source(&format!(r#"{BOTH},"secrets":["GOOD"]"#)), "secrets");
    assert_ready(&source(&format!(r#"{BOTH},"url_token":"TOKEN""#)));
    assert_fault(&source(&format!(r#"{BOTH},"accept":["jwt"]"#)), "accept");
    for other in
        [gemini(r#","email":"a@b.example""#), dynamic(r#","accept":["jwt"],"audience":"x","email":"a@b.example""#)]
    {
        assert_fault(&other, "email");
    }
}
