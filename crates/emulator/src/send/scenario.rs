//! Scenarios: valid deliveries that a receiver should accept, and invalid ones that it should refuse.
//!
//! Validity follows the Standard Webhooks specification, read strictly.

use anyhow::Result;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::draft::{Draft, Field, Sender};
use super::judge::Expectation::{self, Accepted, AcceptedOrBusy, Refused};
use crate::random;

/// A kind of delivery, or a group of deliveries.
#[derive(Debug)]
pub struct Scenario {
    /// As `--scenario` takes it.
    pub name: &'static str,
    /// What is sent.
    pub about: &'static str,
    /// The response it expects.
    pub expects: Expectation,
    /// Countersign's codes for the refusal.
    pub codes: &'static [&'static str],
    /// Whether its deliveries are sent concurrently.
    pub parallel: bool,
    pub(super) build: fn(&Sender) -> Result<Vec<Draft>>,
}

/// All scenarios, valid ones first.
pub const SCENARIOS: &[Scenario] = &[
    accepted("valid", "one signed delivery", |sender| one(sender.fresh()?)),
    accepted("duplicate", "the same event twice, signed anew: what a retry looks like", |sender| {
        let (id, later) = (random::message_id()?, sender.now.saturating_add(1));
        Ok(vec![sender.signed(&id, sender.now, &sender.body), sender.signed(&id, later, &sender.body)])
    }),
    accepted("replay", "the very same delivery twice", |sender| Ok(vec![sender.fresh()?; 2])),
    Scenario {
        parallel: true,
        expects: AcceptedOrBusy,
        ..accepted("parallel", "the same delivery four times at once", |sender| Ok(vec![sender.fresh()?; 4]))
    },
    accepted("rotated", "signed with an unknown key and with the right one", |sender| {
        let (id, now) = (random::message_id()?, sender.now);
        let both = [&sender.stranger, &sender.signer].map(|key| key.sign(&id, now, &sender.body));
        one(Draft::new(&id, now, both.join(" "), &sender.body))
    }),
    accepted("unknown-version", "a signature of a version still to come, and the right one", |sender| {
        one(sender.fresh()?.with_signature(|right| format!("v9,AAAA {right}")))
    }),
    accepted("unknown-type", "an event of a type that nobody knows", |sender| {
        one(sender.signed(&random::message_id()?, sender.now, br#"{"type":"nobody.knows","data":{}}"#))
    }),
    accepted("binary-body", "a body that is not text: bytes are signed, not JSON", |sender| {
        one(sender.signed(&random::message_id()?, sender.now, &[0xff, 0x00, 0xfe, b'\n']))
    }),
    refused("tampered", "the body changed after it was signed", &["no_matching_signature"], |sender| {
        let mut draft = sender.fresh()?;
        draft.body.push(b' ');
        one(draft)
    }),
    refused("wrong-key", "signed with another key", &["no_matching_signature"], |sender| {
        let (id, now) = (random::message_id()?, sender.now);
        one(Draft::new(&id, now, sender.stranger.sign(&id, now, &sender.body), &sender.body))
    }),
    refused("stale", "rightly signed, too long ago", &["timestamp_too_old"], |sender| {
        let then = sender.now.saturating_sub(sender.tolerance).saturating_sub(BEYOND);
        one(sender.signed(&random::message_id()?, then, &sender.body))
    }),
    refused("future", "rightly signed, for too far ahead", &["timestamp_too_new"], |sender| {
        let then = sender.now.saturating_add(sender.tolerance).saturating_add(BEYOND);
        one(sender.signed(&random::message_id()?, then, &sender.body))
    }),
    refused("milliseconds", "a timestamp in milliseconds", &["timestamp_too_new"], |sender| {
        one(sender.signed(&random::message_id()?, sender.now.saturating_mul(1000), &sender.body))
    }),
    refused("fractional-timestamp", "a timestamp with a fraction", &["invalid_timestamp"], |sender| {
        one(sender.fresh()?.with(Field::Timestamp, format!("{}.5", sender.now)))
    }),
    refused("missing-header", "each of the three headers left out in turn", &["missing_header"], |sender| {
        let without = |field| Ok(sender.fresh()?.without(field));
        [Field::Id, Field::Timestamp, Field::Signature].into_iter().map(without).collect()
    }),
    refused("repeated-id", "two lines of the header that names the event", &["invalid_header"], |sender| {
        let mut draft = sender.fresh()?;
        draft.headers.push((Field::Id, random::message_id()?));
        one(draft)
    }),
    refused("malformed-signature", "signatures that are none, in several ways", &["no_matching_signature"], |sender| {
        let forms = ["signature", "v1", "v1,", "v1a,", "v1,%%%", "v1=AAAA", "v1a,AAAA", "v1,AAAA,AAAA"];
        let malformed = |form: &str| Ok(sender.fresh()?.with(Field::Signature, form.to_owned()));
        forms.into_iter().map(malformed).collect()
    }),
    refused("truncated-signature", "a signature that ends too early", &["no_matching_signature"], |sender| {
        let short = |right: String| right.get(..right.len().saturating_sub(8)).unwrap_or_default().to_owned();
        one(sender.fresh()?.with_signature(short))
    }),
    refused("wrong-version", "the right signature under another version", &["no_matching_signature"], |sender| {
        let as_v2 = |right: String| format!("v2,{}", right.split_once(',').map_or("", |(_, text)| text));
        one(sender.fresh()?.with_signature(as_v2))
    }),
    refused("wrong-form", "an algorithm that the key is not for", &["no_matching_signature"], |sender| {
        let (id, now) = (random::message_id()?, sender.now);
        one(Draft::new(&id, now, sender.signer.in_other_form(&id, now, &sender.body)?, &sender.body))
    }),
    refused("many-signatures", "a hundred signatures, none of them right", MANY, |sender| {
        let (id, now) = (random::message_id()?, sender.now);
        let wrong: Vec<_> = (0..100).map(|n| sender.stranger.sign(&format!("{id}-{n}"), now, &sender.body)).collect();
        one(Draft::new(&id, now, wrong.join(" "), &sender.body))
    }),
    refused("token", "an unsigned token in place of a signature", &["no_matching_signature", "jwt_alg"], |sender| {
        let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
        let claims = format!("{{\"exp\":{}}}", sender.now.saturating_add(BEYOND));
        let token = format!("{}.{}.", part(r#"{"alg":"none"}"#), part(&claims));
        one(sender.fresh()?.with(Field::Signature, token))
    }),
    refused("shifted-boundary", "an old delivery, its timestamp moved into the id", &["invalid_header"], |sender| {
        let (id, old, payload) = (random::message_id()?, sender.now.saturating_sub(86_400), b"payload");
        let signed = [sender.now.to_string().as_bytes(), b".", payload].concat();
        let signature = sender.signer.sign(&id, old, &signed);
        one(Draft::new(&format!("{id}.{old}"), sender.now, signature, payload))
    }),
];

/// Seconds beyond the tolerance: more than two clocks should differ.
pub(super) const BEYOND: u64 = 60;
const MANY: &[&str] = &["no_matching_signature", "too_many_signatures"];

const fn accepted(name: &'static str, about: &'static str, build: fn(&Sender) -> Result<Vec<Draft>>) -> Scenario {
    Scenario { name, about, expects: Accepted, codes: &[], parallel: false, build }
}

const fn refused(
    name: &'static str,
    about: &'static str,
    codes: &'static [&'static str],
    build: fn(&Sender) -> Result<Vec<Draft>>,
) -> Scenario {
    Scenario { name, about, expects: Refused, codes, parallel: false, build }
}

fn one(draft: Draft) -> Result<Vec<Draft>> {
    Ok(vec![draft])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::send::signer::Signer;
    use countersign::HmacKey;

    #[test]
    fn names_are_unique_and_every_scenario_can_be_built() {
        let signer = Signer::V1(HmacKey::from_bytes(&[7; 32]).unwrap());
        let stranger = signer.stranger().unwrap();
        let sender = Sender { signer, stranger, now: 1_800_000_000, tolerance: 300, body: b"{}".to_vec() };
        for (at, scenario) in SCENARIOS.iter().enumerate() {
            assert!(SCENARIOS[..at].iter().all(|other| other.name != scenario.name), "{}", scenario.name);
            assert!(!(scenario.build)(&sender).unwrap().is_empty(), "{}", scenario.name);
            assert_eq!(scenario.codes.is_empty(), scenario.expects != Refused, "{}", scenario.name);
        }
    }
}
