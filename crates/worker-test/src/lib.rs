//! What tests need of the Worker and nobody else may have: a trap, sources that take any key, and the core's vectors inside Wasm.

use countersign::HmacKey;
use countersign::crypto::{Crypto, Ed25519Key, P256Key, Portable, RsaKey, install_rs256};
use countersign_vectors::{Case, Outcome};
use countersign_worker::{Body, Platform};
use js_sys::Uint8Array;
use serde_json::{Value, json};
use wasm_bindgen::prelude::*;

/// Runs one case, as `tests/e2e/vectors.test.mjs` describes it, and returns its outcome as JSON.
#[wasm_bindgen]
pub fn run_vector(request: &str) -> String {
    // The vectors run by both implementations in one process, and RS256 is to be the platform's in each.
    install_rs256::<Body, Platform>();
    outcome(request).unwrap_or_else(|error| json!({ "outcome": "broken", "error": error.to_string() })).to_string()
}

/// Says how many bytes an inbox may hold; 0 means nothing fits; without a number, what is configured counts.
#[wasm_bindgen]
pub fn set_limit(bytes: Option<f64>) {
    countersign_worker::set_limit(bytes.map(|bytes| bytes as u64));
}

/// Makes this instance of the Wasm accept any key: the vectors have short and well-known ones. To be called before sources are read.
#[wasm_bindgen]
pub fn take_any_key() {
    countersign_worker::take_any_key();
}

/// Panics.
#[wasm_bindgen]
#[expect(clippy::panic, reason = "what happens then is what is tested")]
pub fn trap() {
    panic!("a trap, on purpose");
}

fn outcome(request: &str) -> Result<Value, serde_json::Error> {
    let request: Value = serde_json::from_str(request)?;
    let case: Case = serde_json::from_value(request.get("case").cloned().unwrap_or_default())?;
    let strict = request.get("strict").and_then(Value::as_bool).unwrap_or_default();
    let outcome = match case.scheme() {
        None => Outcome::Unsupported,
        Some(scheme) if request.get("crypto").and_then(Value::as_str) == Some("platform") => {
            case.run(scheme, &Held(Platform), strict)
        }
        Some(scheme) => case.run(scheme, &Portable, strict),
    };
    Ok(match outcome {
        Outcome::Accept => json!({ "outcome": "accept" }),
        Outcome::Reject(error) => json!({ "outcome": "reject", "error": error.code() }),
        Outcome::OtherId(id) => json!({ "outcome": "accept", "id": id }),
        Outcome::Unsupported => json!({ "outcome": "unsupported" }),
    })
}

/// The platform's arithmetic over bodies that it does not hold yet.
struct Held(Platform);

impl Crypto<Vec<u8>> for Held {
    fn hmac_sha256(&self, key: &HmacKey, prefix: &[u8], body: &Vec<u8>) -> [u8; 32] {
        self.0.hmac_sha256(key, prefix, &held(body))
    }

    fn hmac_sha1(&self, key: &HmacKey, message: &[u8]) -> Option<[u8; 20]> {
        Crypto::<Body>::hmac_sha1(&self.0, key, message)
    }

    fn hmac_sha512(&self, key: &HmacKey, message: &[u8]) -> Option<[u8; 64]> {
        Crypto::<Body>::hmac_sha512(&self.0, key, message)
    }

    fn message(&self, prefix: &[u8], body: &Vec<u8>) -> Vec<u8> {
        self.0.message(prefix, &held(body))
    }

    fn sha256(&self, prefix: &[u8], body: &Vec<u8>, suffix: &[u8]) -> [u8; 32] {
        self.0.sha256(prefix, &held(body), suffix)
    }

    fn ed25519(&self, key: &Ed25519Key, message: &[u8], signature: &[u8; 64]) -> bool {
        Crypto::<Body>::ed25519(&self.0, key, message, signature)
    }

    fn p256(&self, key: &P256Key, message: &[u8], signature: &[u8; 64]) -> bool {
        Crypto::<Body>::p256(&self.0, key, message, signature)
    }

    fn rs256(key: &RsaKey, message: &[u8], signature: &[u8]) -> bool {
        <Platform as Crypto<Body>>::rs256(key, message, signature)
    }
}

fn held(bytes: &[u8]) -> Body {
    Body::new(Uint8Array::from(bytes), None)
}
