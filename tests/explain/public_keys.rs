//! Reports about senders with public keys and with tokens: what is compared, and what is never shown.

use countersign::explain::{Report, Ruling, State};
use countersign_vectors::{FILES, File};

fn report(file: &str, case: &str) -> Report {
    let (_, text) = FILES.iter().find(|(name, _)| *name == file).unwrap();
    let cases = File::parse(text).unwrap().cases;
    let case = cases.iter().find(|one| one.name == case).unwrap();
    case.explain(case.scheme().unwrap())
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
