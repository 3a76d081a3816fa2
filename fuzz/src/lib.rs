//! The fuzz targets, each a function over bytes, and what they share: a receiver, and the assertion that verifier and report agree
//! about every delivery.
//!
//! `cargo test` runs the same functions over the committed corpus, in `tests/corpus.rs`.

pub mod config;
pub mod jwks;
pub mod jwt;
pub mod verify;

use countersign::crypto::Portable;
use countersign::explain::{self, Receiver, Report, Secret};
use countersign::{Delivery, Headers, Jwks, JwtPolicy, KeyFormat, Keys, Policy, SecretKey, Timestamp, scheme};

/// The time of every check.
pub const NOW: u64 = 1_614_265_330;
/// The keys of every receiver.
pub const SECRETS: [&str; 2] =
    ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4="];

/// The place of the scheme that accepts tokens.
pub const GEMINI_DYNAMIC: u8 = 3;

/// The keys of a receiver of that scheme, in the form in which the sender shows them.
fn secrets(scheme: &scheme::Scheme) -> [&'static str; 2] {
    match scheme.secrets {
        KeyFormat::Ed25519Hex => ["d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"; 2],
        KeyFormat::Ed25519Base64 => ["A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg="; 2],
        KeyFormat::P256Spki => [P256_KEY; 2],
        _ => SECRETS,
    }
}

/// The key of SendGrid's own tests.
const P256_KEY: &str = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE83T4O/n84iotIvIW4mdBgQ/7dAfSmpqIM8kF9mN1flpVKS3GRqe62gw+2fNNRaINXvVpiglSI8eNEc6wEA3F+g==";

/// A policy that accepts everything that a scheme can accept, tokens included.
pub fn policy(place: u8) -> Policy {
    let scheme = scheme::ALL[usize::from(place) % scheme::ALL.len()];
    let jwt = JwtPolicy { audience: "a".into(), issuer: None, leeway: 60, longest: None };
    Policy { forms: scheme.forms.to_vec(), jwt: Some(jwt), ..Policy::of(scheme) }
}

/// The input, cut at the first line feeds.
pub fn cut<const N: usize>(data: &[u8]) -> [&[u8]; N] {
    let mut parts = data.splitn(N, |byte| *byte == b'\n');
    std::array::from_fn(|_| parts.next().unwrap_or_default())
}

/// Verifies a delivery and explains it. `true` if it is accepted.
///
/// # Panics
/// If verifier and report disagree, which is what the fuzzer looks for.
pub fn judge(policy: &Policy, values: [&[u8]; 3], body: &[u8], jwks: Option<&[u8]>) -> bool {
    let lines = policy.scheme.header_names().zip(values).map(|(name, value)| -> (&str, &[u8]) { (name, value) });
    let delivery = Delivery::new(Headers::from_iter(lines), body);
    let now = Timestamp::from_unix(NOW);
    let given = secrets(policy.scheme);
    let texts = given.map(Secret::Text);
    let report = explain::report(&Receiver { policy, secrets: &texts, jwks, now }, &delivery);
    let set = match jwks.map(Jwks::parse) {
        Some(Err(_)) => return assert_refused(&report),
        Some(Ok(set)) => Some(set),
        None => None,
    };
    let read = |text: &str| policy.scheme.secrets.parse(text).expect("a key");
    let secrets: Vec<SecretKey> = given.iter().flat_map(|text| read(text)).collect();
    let verdict =
        policy.verify(Keys { secrets: &secrets, jwks: set.as_ref(), recent: None }, &delivery, now, &Portable);
    let code = verdict.as_ref().err().map(|error| error.code());
    assert_eq!((report.ok, report.code), (verdict.is_ok(), code));
    verdict.is_ok()
}

/// With a set that cannot be read a gateway does not get to the signature, so a report is not genuine either.
fn assert_refused(report: &Report) -> bool {
    assert!(!report.ok);
    false
}
