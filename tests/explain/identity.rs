//! Reports about senders that prove their identity by a token: every step, and the body as the event.

use countersign::explain::{Report, State};
use countersign_vectors::{FILES, File};
use serde_json::Value;

fn report(case: &str) -> Report {
    let (_, text) = FILES.iter().find(|(name, _)| *name == "google-pubsub").unwrap();
    let cases = File::parse(text).unwrap().cases;
    let case = cases.iter().find(|one| one.name == case).unwrap();
    case.explain(case.scheme().unwrap())
}

fn step(report: &Report, name: &str) -> (State, String) {
    let step = report.steps.iter().find(|step| step.name == name).unwrap();
    (step.state, step.detail.clone())
}

#[test]
fn every_claim_has_its_step() {
    let genuine = report("genuine");
    assert!(genuine.ok && genuine.form == Some("id-token"));
    let names: Vec<_> = genuine.steps.iter().map(|step| step.name).collect();
    let expected = [
        "headers",
        "token",
        "algorithm",
        "keys",
        "key",
        "signature",
        "claims",
        "expiry",
        "start",
        "audience",
        "issuer",
        "email",
        "json",
        "type",
    ];
    assert_eq!(names, expected);
    assert!(step(&genuine, "signature").1.contains("covers nothing of the body"));
    for (case, failed, words) in [
        ("audience-of-another", "audience", "must be `https://example.com/pubsub`"),
        ("issuer-of-another", "issuer", "issuer"),
        ("email-of-another", "email", "expected: pusher@example-project.iam.gserviceaccount.com"),
        ("email-not-verified", "email", "`email_verified` is `false`"),
        ("expired", "expiry", "expired"),
    ] {
        let report = report(case);
        let (state, detail) = step(&report, failed);
        assert!(state == State::Fail && detail.contains(words), "{case}: {detail}");
        let others = report.steps.iter().filter(|step| step.state == State::Fail && step.name != failed);
        assert_eq!(others.map(|step| step.name).collect::<Vec<_>>(), [""; 0], "{case}");
    }
}

#[test]
fn a_header_without_a_token_is_named() {
    let (_, absent) = step(&report("header-missing"), "headers");
    assert!(absent.contains("`authorization` is missing"), "{absent}");
    let basic = report("another-method");
    assert_eq!(basic.code, Some("missing_header"));
    assert_eq!(step(&basic, "headers"), (State::Fail, "`authorization` does not begin with `Bearer`".to_owned()));
    assert_eq!(step(&basic, "signature").0, State::Skip);
}

#[test]
fn a_receiver_that_names_no_account_has_a_step_that_fails() {
    let (_, text) = FILES.iter().find(|(name, _)| *name == "google-pubsub").unwrap();
    let mut file: Value = serde_json::from_str(text).unwrap();
    let genuine = &mut file["cases"][0];
    assert_eq!(genuine["name"], "genuine");
    genuine.as_object_mut().unwrap().remove("email");
    let case = File::parse(&file.to_string()).unwrap().cases.remove(0);
    let report = case.explain(case.scheme().unwrap());
    assert_eq!((report.ok, report.code), (false, Some("jwt_claims")));
    let failed = report.steps.iter().filter(|step| step.state == State::Fail).map(|step| step.name);
    assert_eq!(failed.collect::<Vec<_>>(), ["email"]);
    assert!(step(&report, "email").1.contains("the receiver names none"));
}
