//! Reports about signatures inside the body, which cover some of its members.

use countersign::explain::{Report, State};
use countersign_vectors::{FILES, File};

fn report(case: &str) -> Report {
    let (_, text) = FILES.iter().find(|(name, _)| *name == "adyen-standard").unwrap();
    let cases = File::parse(text).unwrap().cases;
    let case = cases.iter().find(|one| one.name == case).unwrap();
    case.explain(case.scheme().unwrap())
}

#[test]
fn the_signature_in_the_body_is_compared() {
    let genuine = report("genuine");
    assert!(genuine.ok && genuine.form == Some("hmac-sha256-fields"));
    assert!(genuine.comparisons.len() == 1 && genuine.comparisons[0].matches);
    let [signed] = &genuine.signed.unwrap()[..] else { panic!("one part") };
    let text = "7914073381342284::ExampleAccount:order-1:1130:EUR:AUTHORISATION:true";
    assert_eq!((signed.part, signed.text.as_deref()), ("fields", Some(text)));
    let changed = report("success-changed");
    assert!(!changed.ok && changed.comparisons.iter().all(|row| !row.matches && row.expected.is_some()));
}

#[test]
fn a_body_that_could_be_read_in_two_ways_is_named() {
    for case in ["two-items", "member-twice", "account-with-a-colon"] {
        let report = report(case);
        let step = report.steps.iter().find(|step| step.name == "match").unwrap();
        assert_eq!(step.state, State::Fail, "{case}");
        assert!(step.detail.starts_with("the body is not JSON with one item"), "{case}: {}", step.detail);
    }
    let unsigned = report("signature-missing");
    assert!(unsigned.signatures.is_empty() && unsigned.code == Some("no_matching_signature"));
}
