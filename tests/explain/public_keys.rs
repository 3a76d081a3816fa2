//! Reports about senders with public keys and with tokens: what is compared, and what is never shown.

use countersign::explain::{self, Receiver, Report, Ruling, Secret, State};
use countersign::{Delivery, Headers, Policy, Timestamp};
use countersign_vectors::{Case, FILES, File};

use crate::support::assert_near;

fn case(file: &str, name: &str) -> Case {
    let (_, text) = FILES.iter().find(|(name, _)| *name == file).unwrap();
    File::parse(text).unwrap().cases.into_iter().find(|one| one.name == name).unwrap()
}

fn report(file: &str, name: &str) -> Report {
    let case = case(file, name);
    case.explain(case.scheme().unwrap())
}

/// A genuine delivery, with another body.
fn report_on(file: &str, change: impl Fn(&[u8]) -> Vec<u8>) -> Report {
    let case = case(file, "genuine");
    let scheme = case.scheme().unwrap();
    let now = Timestamp::from_unix(case.explain(scheme).now);
    let (_, texts) = case.keys(scheme);
    let jwks = case.jwks().map(ToString::to_string);
    let secrets: Vec<_> = texts.iter().map(|text| Secret::Text(text)).collect();
    let lines: Vec<_> = scheme.header_names().filter_map(|name| Some((name, case.header(name)?))).collect();
    let headers = lines.iter().map(|(name, value)| (*name, value.as_bytes())).collect::<Headers<'_>>();
    let jwks = jwks.as_deref().map(str::as_bytes);
    let receiver = Receiver { policy: &Policy::of(scheme), secrets: &secrets, jwks, now };
    explain::report(&receiver, &Delivery::new(headers, change(&case.body())))
}

/// SendGrid's bodies end with a line break, which frameworks drop.
#[test]
fn a_changed_body_is_recognised_before_a_public_key_is_suspected() {
    for file in ["discord", "telnyx", "sendgrid", "fal"] {
        assert!(report_on(file, <[u8]>::to_vec).ok, "{file}");
        assert_near(&report_on(file, |body| [body, b"\n"].concat()), "final_newline_removed");
        assert_near(&report_on(file, |body| [b"\xef\xbb\xbf", body].concat()), "bom_removed");
        let quoted = |body: &[u8]| serde_json::to_vec(str::from_utf8(body).unwrap()).unwrap();
        assert_near(&report_on(file, quoted), "json_unquoted");
    }
}

#[test]
fn a_public_key_is_compared_without_an_expected_signature() {
    for file in ["discord", "telnyx", "sendgrid", "fal"] {
        for (case, matches) in [("genuine", true), ("wrong-key", false)] {
            let report = report(file, case);
            assert_eq!(report.ok, matches, "{file} {case}");
            assert_eq!(report.comparisons.iter().any(|row| row.matches), matches, "{file} {case}");
            assert!(report.comparisons.iter().all(|row| row.expected.is_none()), "{file} {case}");
            assert_eq!(report.signatures.iter().filter(|row| row.accepted).count(), 1, "{file} {case}");
        }
        assert_eq!(report(file, "wrong-key").verdict.code, "other_key", "{file}");
    }
    let set = report("fal", "genuine");
    assert_eq!(set.keys.iter().map(|row| (row.tried, row.matches)).collect::<Vec<_>>(), [(true, false), (true, true)]);
}

#[test]
fn a_signature_in_another_spelling_is_named() {
    for (file, case, words) in [
        ("discord", "signature-upper-case-hex", "not a canonical Ed25519 signature"),
        ("telnyx", "signature-malleable", "not a canonical Ed25519 signature"),
        ("sendgrid", "signature-raw-r-and-s", "not an ECDSA signature in DER"),
    ] {
        let report = report(file, case);
        let detail = report.signatures[0].detail.unwrap();
        assert!(detail.starts_with(words), "{file} {case}: {detail}");
        assert!(report.steps.iter().any(|step| step.name == "signatures" && step.state == State::Fail));
    }
}

#[test]
fn a_token_is_compared_and_never_expected() {
    for file in ["gitlab-token", "assemblyai", "okta", "vapi-token"] {
        assert!(report(file, "genuine").comparisons.iter().all(|row| row.matches && row.expected.is_none()), "{file}");
        let report = report(file, "wrong-secret");
        assert_eq!((report.verdict.state, report.verdict.code), (Ruling::Refused, "other_key"), "{file}");
        assert_eq!(report.verdict.detail, "the token in the header is not the secret", "{file}");
        assert!(report.near_misses.is_empty() && report.comparisons.iter().all(|row| row.expected.is_none()), "{file}");
    }
}
