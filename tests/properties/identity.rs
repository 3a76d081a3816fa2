//! An identity token that differs in one byte, or that stands there twice, proves nothing.

use countersign::crypto::Portable;
use countersign::{Delivery, Error, Headers, Jwks, JwtPolicy, Keys, Policy, Timestamp, scheme};
use proptest::prelude::*;
use serde_json::Value;

/// The genuine delivery of the vectors.
fn genuine() -> Value {
    let file: Value = serde_json::from_str(include_str!("../vectors/google-pubsub.json")).unwrap();
    file["cases"][0].clone()
}

fn text(case: &Value, name: &str) -> String {
    case[name].as_str().unwrap().to_owned()
}

/// Whether a receiver accepts these lines of `authorization`.
fn accepts(case: &Value, lines: &[&str]) -> bool {
    verified(case, Some(text(case, "email")), lines).is_ok()
}

fn verified(case: &Value, email: Option<String>, lines: &[&str]) -> Result<(), Error> {
    let scheme = scheme::find("google-pubsub").unwrap();
    let jwks = Jwks::parse(case["jwks"].to_string().as_bytes()).unwrap();
    let jwt = JwtPolicy {
        audience: text(case, "audience"),
        issuer: scheme.identity().map(|identity| identity.issuer.to_owned()),
        email,
        leeway: 0,
        longest: None,
    };
    let policy = Policy { jwt: Some(jwt), ..Policy::of(scheme) };
    let headers: Headers<'_> = lines.iter().map(|value| ("authorization", value.as_bytes())).collect();
    let keys = Keys { jwks: Some(&jwks), ..Keys::default() };
    let now = Timestamp::from_unix(case["now"].as_u64().unwrap());
    policy.verify(keys, &Delivery::new(headers, "{}"), now, &Portable).map(drop)
}

#[test]
fn one_token_counts_and_its_method_has_no_case() {
    let case = genuine();
    let value = case["headers"][0][1].as_str().unwrap().to_owned();
    let token = value.trim_start_matches("Bearer ");
    for good in [value.clone(), format!("bearer {token}"), format!("BEARER {token}")] {
        assert!(accepts(&case, &[&good]), "{good}");
    }
    for bad in [
        token.to_owned(),
        format!("Bearer  {token}"),
        format!("Bearer\t{token}"),
        format!("Bearer {token} "),
        format!("Bearer {token},{token}"),
    ] {
        assert!(!accepts(&case, &[&bad]), "{bad}");
    }
    assert!(!accepts(&case, &[]) && !accepts(&case, &[&value, &value]));
}

#[test]
fn without_an_account_every_token_is_refused() {
    let case = genuine();
    let value = case["headers"][0][1].as_str().unwrap().to_owned();
    assert_eq!(verified(&case, None, &[&value]), Err(Error::JwtClaims("email")));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn a_changed_byte_of_a_token_proves_nothing(at in any::<prop::sample::Index>(), bit in 0..7_u8) {
        let case = genuine();
        let mut value = case["headers"][0][1].as_str().unwrap().as_bytes().to_vec();
        let place = "Bearer ".len() + at.index(value.len() - "Bearer ".len());
        value[place] ^= 1 << bit;
        prop_assert!(!accepts(&case, &[std::str::from_utf8(&value).unwrap()]), "bit {bit} of byte {place}");
    }
}
