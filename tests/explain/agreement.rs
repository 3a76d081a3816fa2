//! A report says what the verifier says, over every vector and over random deliveries.

use countersign::crypto::Portable;
use countersign::explain::{self, Receiver, Secret, State};
use countersign::scheme::{self, Form};
use countersign::{
    Delivery, Headers, HmacKey, Keys, Policy, SecretKey, SigningKey, Target, Timestamp, Unsigned, sign, sign_as,
};
use countersign_vectors::Outcome;
use proptest::prelude::*;

use crate::support::{Explained, NOW, SECRET, explained, key};

const HEX: &str = "71e55fe3d57c2a1f9b04c86d2e7a90b35c18f4d6a2e7093b";

#[test]
fn a_report_agrees_with_the_verifier_on_every_vector() {
    for Explained { case, scheme, report } in explained() {
        match case.run(scheme, &Portable, false) {
            Outcome::Accept => assert_eq!((report.ok, report.code), (true, None), "{}", case.title()),
            // The verifier cannot be built without a secret; a report uses the gateway's code for that.
            Outcome::Reject(error) if report.code == Some("keys_unavailable") => {
                assert_eq!(error.code(), "empty_secret", "{}", case.title());
            }
            Outcome::Reject(error) => {
                assert_eq!((report.ok, report.code), (false, Some(error.code())), "{}", case.title())
            }
            Outcome::OtherId(_) | Outcome::Unsupported => panic!("{} has a scheme", case.title()),
        }
    }
}

/// The steps are judged separately, so they must add up to the verdict: either all of them hold, or one has its code.
#[test]
fn the_steps_add_up_to_the_verdict() {
    for Explained { case, report, .. } in explained() {
        let counted = report.steps.iter().filter(|step| !["json", "type"].contains(&step.name));
        let failed: Vec<_> = counted.filter(|step| step.state == State::Fail).collect();
        assert_eq!(report.ok, failed.is_empty(), "{}: {failed:?}", case.title());
        assert!(report.ok || failed.iter().any(|step| step.code == report.code), "{}: {failed:?}", case.title());
        assert!(failed.iter().all(|step| step.fix.is_some()), "{}", case.title());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    /// A report is `ok` exactly if the verifier accepts, and otherwise has the verifier's code.
    #[test]
    fn a_report_never_says_ok_where_the_verifier_says_no(
        id in "(msg_1|msg_[a-z.0-9]{0,20}|\\PC{0,5})", shift in -400_i64..400, signature in "(v1,)?[A-Za-z0-9+/]{43}=|.{0,20}", genuine in any::<bool>(),
        body in proptest::collection::vec(any::<u8>(), 0..80), secret in prop_oneof![Just(SECRET.to_owned()), "\\PC{0,40}"], at in 0_usize..4
    ) {
        let timestamp = NOW.saturating_add_signed(shift).to_string();
        let real = sign(&[HmacKey::from_bytes(&key()).unwrap()], id.as_bytes(), Timestamp::parse(timestamp.as_bytes()).unwrap(), body.as_slice(), &Portable)
            .unwrap_or_default();
        let signature = if genuine { real } else { signature };
        let lines = [("webhook-id", id.as_bytes()), ("webhook-timestamp", timestamp.as_bytes()), ("webhook-signature", signature.as_bytes())];
        let mut policy = Policy::of(scheme::ALL[at]);
        policy.forms.retain(|form| *form != Form::Jwt);
        let now = Timestamp::from_unix(NOW);
        let receiver = Receiver { policy: &policy, secrets: &[Secret::Text(&secret)], jwks: None, now };
        let delivery = Delivery::new(Headers::from_iter(lines), body);
        let report = explain::report(&receiver, &delivery);
        let verified = SecretKey::parse(&secret).and_then(|key| {
            let keys = [key];
            policy.verify(Keys { secrets: &keys, ..Keys::default() }, &delivery, now, &Portable).map(drop)
        });
        prop_assert_eq!(report.ok, verified.is_ok());
        prop_assert_eq!(report.code, verified.err().map(|error| error.code()));
        prop_assert!(serde_json::to_string(&report).is_ok());
    }
}

proptest! {
    // Each refusal is searched for near misses, which takes a hundred times as long as the check.
    #![proptest_config(ProptestConfig::with_cases(120))]

    /// The same for every scheme, over a delivery that its own sender could have signed: at another time, with a header less or changed,
    /// with another body, or for another secret.
    #[test]
    fn a_report_agrees_with_the_verifier_about_every_sender(
        scheme in prop::sample::select(scheme::ALL), hex in any::<bool>(), right in any::<bool>(), shift in -400_i64..400, change in 0_usize..8,
        value in "[!-~]{0,70}", id in "[A-Za-z0-9_-]{1,20}", text in "\\PC{0,20}", milliseconds in any::<bool>()
    ) {
        let at = NOW.saturating_add_signed(shift);
        let stated = if milliseconds { at * 1000 } else { at };
        let body = serde_json::json!({ "id": id, "event_id": id, "text": text, "webhookTimestamp": stated }).to_string();
        let secret = if hex { HEX } else { SECRET };
        let target = Target { method: "POST", url: "https://example.com/hook" };
        let unsigned = Unsigned { id: &id, timestamp: Timestamp::from_unix(at), target: Some(target), body: body.as_bytes() };
        let keys: Vec<_> = scheme.secrets.parse(secret).into_iter().flatten().filter_map(|key| match key {
            SecretKey::Hmac(key) => Some(SigningKey::Hmac(key)),
            _ => None,
        }).collect();
        let mut headers = sign_as(scheme, &keys, &unsigned, &Portable).unwrap_or_default();
        let mut sent = body.clone().into_bytes();
        match change {
            0 => sent.push(b' '),
            1 if !headers.is_empty() => drop(headers.remove(shift.unsigned_abs() as usize % headers.len())),
            2 => headers.last_mut().into_iter().for_each(|header| header.1.clone_from(&value)),
            3 => headers.last_mut().into_iter().for_each(|header| header.1.push_str(&value)),
            _ => {}
        }
        let secret = if right { secret } else { "another secret, in plain text" };
        let (policy, now) = (Policy::of(scheme), Timestamp::from_unix(NOW));
        let receiver = Receiver { policy: &policy, secrets: &[Secret::Text(secret)], jwks: None, now };
        let lines = headers.iter().map(|(name, value)| (*name, value.as_bytes()));
        let delivery = Delivery::new(Headers::from_iter(lines), sent).with_target(target);
        let report = explain::report(&receiver, &delivery);
        let verified = scheme.secrets.parse(secret).and_then(|keys| {
            policy.verify(Keys { secrets: &keys, ..Keys::default() }, &delivery, now, &Portable).map(drop)
        });
        prop_assert_eq!((report.ok, report.code), (verified.is_ok(), verified.err().map(|error| error.code())), "{}", scheme.name);
        let failed = report.steps.iter().any(|step| step.state == State::Fail && !["json", "type"].contains(&step.name));
        prop_assert_eq!(report.ok, !failed, "{}: {:?}", scheme.name, report.steps);
    }
}
