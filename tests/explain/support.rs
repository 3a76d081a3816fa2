//! What the tests share: a sender with one secret, and the vectors with their reports.

use std::sync::LazyLock;
use std::thread::{self, ScopedJoinHandle};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use countersign::crypto::Portable;
use countersign::explain::{self, Receiver, Report, Secret};
use countersign::scheme::{self, Scheme};
use countersign::{Delivery, Headers, HmacKey, Policy, SecretKey, Timestamp, sign};
use countersign_vectors::{Case, FILES, File};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

pub(crate) const NOW: u64 = 1_614_265_330;
pub(crate) const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
pub(crate) const BODY: &str = "{\"type\":\"batch.succeeded\",\"data\":{\"id\":\"é/1\"}}";

/// A test vector with its scheme and its report.
pub(crate) struct Explained {
    pub(crate) case: Case,
    pub(crate) scheme: &'static Scheme,
    pub(crate) report: Report,
}

/// Every test vector that has a scheme. The reports are made once: the search for near misses makes them the slowest part of these tests.
pub(crate) fn explained() -> &'static [Explained] {
    static ALL: LazyLock<Vec<Explained>> = LazyLock::new(|| {
        let cases: Vec<_> = FILES.iter().flat_map(|(_, text)| File::parse(text).unwrap().cases).collect();
        let threads = thread::available_parallelism().map_or(1, usize::from);
        thread::scope(|scope| {
            let every_nth = |first| cases.iter().skip(first).step_by(threads).cloned().filter_map(explain_one);
            let parts: Vec<_> = (0..threads).map(|first| scope.spawn(move || every_nth(first).collect())).collect();
            parts.into_iter().flat_map(|part: ScopedJoinHandle<'_, Vec<_>>| part.join().unwrap()).collect()
        })
    });
    &ALL
}

fn explain_one(case: Case) -> Option<Explained> {
    let scheme = case.scheme()?;
    let report = case.explain(scheme);
    Some(Explained { case, scheme, report })
}

/// One delivery, as a sender sends it.
pub(crate) struct Sent {
    pub(crate) id: String,
    pub(crate) timestamp: String,
    pub(crate) signature: String,
    pub(crate) body: Vec<u8>,
}

impl Sent {
    /// A delivery of `body`, signed with `key`.
    pub(crate) fn signed(key: &[u8], body: &[u8]) -> Self {
        let key = HmacKey::from_bytes(key).unwrap();
        let signature = sign(&[key], b"msg_1", Timestamp::from_unix(NOW), body, &Portable).unwrap();
        Self { id: "msg_1".into(), timestamp: NOW.to_string(), signature, body: body.to_vec() }
    }

    /// A delivery whose sender signed another prefix in front of the body.
    pub(crate) fn signed_over(prefix: &str) -> Self {
        let whole = [prefix.as_bytes(), BODY.as_bytes()].concat();
        // `sign` would put `id.timestamp.` in front.
        let mac = Hmac::<Sha256>::new_from_slice(&key()).unwrap().chain_update(&whole).finalize().into_bytes();
        let text = STANDARD.encode(mac);
        Self { signature: format!("v1,{text}"), ..Self::signed(&key(), BODY.as_bytes()) }
    }

    /// The report of a receiver with these secrets.
    pub(crate) fn report(&self, secrets: &[Secret<'_>]) -> Report {
        let lines = [
            ("webhook-id", self.id.as_bytes()),
            ("webhook-timestamp", self.timestamp.as_bytes()),
            ("webhook-signature", self.signature.as_bytes()),
        ];
        let policy = Policy::of(scheme::find("gemini").unwrap());
        let receiver = Receiver { policy: &policy, secrets, jwks: None, now: Timestamp::from_unix(NOW) };
        explain::report(&receiver, &Delivery::new(Headers::from_iter(lines), &self.body))
    }
}

/// The bytes of [`SECRET`].
pub(crate) fn key() -> Vec<u8> {
    match SecretKey::parse(SECRET).unwrap() {
        SecretKey::Hmac(key) => key.as_bytes().to_vec(),
        _ => panic!("a shared secret"),
    }
}

/// Asserts that the report is a refusal with that near miss.
#[track_caller]
pub(crate) fn assert_near(report: &Report, code: &str) {
    let codes: Vec<_> = report.near_misses.iter().map(|near| near.code).collect();
    assert!(!report.ok && codes.contains(&code), "{code} is not among {codes:?}");
    let step = report.steps.iter().find(|step| step.name == "match").unwrap();
    assert!(step.detail.starts_with("it matches if "), "{step:?}");
}
