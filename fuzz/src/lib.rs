//! The fuzz targets, each a function over bytes, and what they share: a receiver, and the assertion that verifier and report agree
//! about every delivery.
//!
//! `cargo test` runs the same functions over the committed corpus, in `tests/corpus.rs`.

pub mod config;
pub mod jwks;
pub mod jwt;
pub mod verify;

use std::sync::LazyLock;

use countersign::config::describe_hmac;
use countersign::crypto::Portable;
use countersign::explain::{self, Receiver, Report, Secret, State, Step};
use countersign::scheme::{self, Scheme};
use countersign::{Delivery, Jwks, JwtPolicy, KeyFormat, Keys, Policy, SecretKey, Target, Timestamp};

/// The time of every check.
pub const NOW: u64 = 1_614_265_330;
/// The keys of every receiver.
pub const SECRETS: [&str; 2] =
    ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4="];

/// Where every delivery is sent.
pub const TARGET: Target<'static> = Target { method: "POST", url: "https://example.com/hook" };

/// The place of the scheme that accepts tokens.
pub const GEMINI_DYNAMIC: u8 = 3;

/// The keys of a receiver of that scheme, in the form in which the sender shows them.
fn secrets(scheme: &Scheme) -> [&'static str; 2] {
    match scheme.secrets {
        KeyFormat::Ed25519Hex => ["d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"; 2],
        KeyFormat::Ed25519Base64 => ["A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg="; 2],
        KeyFormat::Hex => ["d4a5fbe2c0b14e7b8f6a3c29715e0d8a46b1f2c3d4e5968778695a4b3c2d1e0f"; 2],
        KeyFormat::P256Spki => [P256_KEY; 2],
        KeyFormat::PrefixedOrText | KeyFormat::TextOrDecoded => [SECRETS[0]; 2],
        _ => SECRETS,
    }
}

/// The key of SendGrid's own tests.
const P256_KEY: &str = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE83T4O/n84iotIvIW4mdBgQ/7dAfSmpqIM8kF9mN1flpVKS3GRqe62gw+2fNNRaINXvVpiglSI8eNEc6wEA3F+g==";

/// Senders that a configuration describes, behind those of the registry: none of those signs with SHA-512.
static DESCRIBED: LazyLock<Vec<&'static Scheme>> = LazyLock::new(|| {
    let descriptions = [
        r#"{"signature":{"header":"S"},"hash":"sha512","id":"/id"}"#,
        r#"{"signature":{"header":"S","member":"v1","encoding":"base64"},"timestamp":{"header":"S","member":"t"},"signed":"{timestamp}.{body}","hash":"sha512"}"#,
    ];
    descriptions.map(|description| describe_hmac(description).expect("a description")).into()
});

/// A policy that accepts everything that a scheme can accept, tokens included.
pub fn policy(place: u8) -> Policy {
    let place = usize::from(place) % (scheme::ALL.len() + DESCRIBED.len());
    let scheme = scheme::ALL.get(place).copied().unwrap_or_else(|| DESCRIBED[place - scheme::ALL.len()]);
    // Without one, no token of an identity is looked at.
    let email = scheme.identity().map(|_| "a".to_owned());
    let jwt = JwtPolicy { audience: "a".into(), issuer: None, email, leeway: 60, longest: None };
    Policy { forms: scheme.forms.to_vec(), jwt: Some(jwt), ..Policy::of(scheme) }
}

/// The input, cut at the first line feeds.
pub fn cut<const N: usize>(data: &[u8]) -> [&[u8]; N] {
    let mut parts = data.splitn(N, |byte| *byte == b'\n');
    std::array::from_fn(|_| parts.next().unwrap_or_default())
}

/// [`judge_lines`] with values for the scheme's headers, in their order.
///
/// # Panics
/// If verifier and report disagree, which is what the fuzzer looks for.
pub fn judge(policy: &Policy, values: [&[u8]; 3], body: &[u8], jwks: Option<&[u8]>) -> bool {
    let lines: Vec<_> = policy.scheme.header_names().zip(values).collect();
    judge_lines(policy, &lines, body, jwks)
}

/// Verifies a delivery and explains it. `true` if it is accepted.
///
/// # Panics
/// If verifier and report disagree, which is what the fuzzer looks for.
pub fn judge_lines(policy: &Policy, lines: &[(&str, &[u8])], body: &[u8], jwks: Option<&[u8]>) -> bool {
    let delivery = Delivery::new(lines.iter().copied().collect(), body).with_target(TARGET);
    let now = Timestamp::from_unix(NOW);
    let texts = secrets(policy.scheme).map(Secret::Text);
    let report = explain::report(&Receiver { policy, secrets: &texts, jwks, now }, &delivery);
    let set = match jwks.map(Jwks::parse) {
        Some(Err(_)) => return assert_refused(&report),
        Some(Ok(set)) => Some(set),
        None => None,
    };
    let secrets = keys(policy.scheme);
    let verdict =
        policy.verify(Keys { secrets: &secrets, jwks: set.as_ref(), recent: None }, &delivery, now, &Portable);
    let code = verdict.as_ref().err().map(|error| error.code());
    assert_eq!((report.ok, report.code), (verdict.is_ok(), code));
    let has_failed = |step: &Step| step.state == State::Fail && !["json", "type"].contains(&step.name);
    assert_eq!(report.ok, !report.steps.iter().any(has_failed), "{:?}", report.steps);
    verdict.is_ok()
}

/// The keys of a scheme's receiver.
pub fn keys(scheme: &Scheme) -> Vec<SecretKey> {
    secrets(scheme).iter().flat_map(|text| scheme.secrets.parse(text).expect("a key")).collect()
}

/// With a set that cannot be read a gateway does not get to the signature, so a report is not genuine either.
fn assert_refused(report: &Report) -> bool {
    assert!(!report.ok);
    false
}
