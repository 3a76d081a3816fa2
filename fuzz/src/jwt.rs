//! Any token, and any header and claims that are signed, so that the claims are checked as well.
//!
//! Input: a byte that chooses between the two, then a token, or header and claims separated by a line feed.

use std::sync::LazyLock;

use super::{GEMINI_DYNAMIC, cut, judge, policy};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rsa::pkcs8::DecodePrivateKey;
use rsa::traits::PublicKeyParts;
use sha2::{Digest, Sha256};

struct Signer {
    private: rsa::PrivateKey,
    set: Vec<u8>,
}

static SIGNER: LazyLock<Signer> = LazyLock::new(|| {
    let private = rsa::PrivateKey::from_pkcs8_pem(include_str!("../../crates/emulator/src/test-only-rs256.pem"));
    let private = private.expect("the emulator's key");
    let number = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    let (n, e) = (number(&private.n_bytes()), number(&private.e_bytes()));
    let set = serde_json::json!({ "keys": [{ "kty": "RSA", "kid": "k", "n": n, "e": e }] });
    Signer { private, set: set.to_string().into_bytes() }
});

/// Runs one input.
///
/// # Panics
/// If the core breaks a promise, which is what the fuzzer looks for.
pub fn check(data: &[u8]) {
    let Some((choice, data)) = data.split_first() else { return };
    let policy = policy(GEMINI_DYNAMIC);
    let mut token = data.to_vec();
    if choice & 1 == 1 {
        let [header, claims] = cut(data);
        let input = [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part)).join(".");
        let padding = rsa::Pkcs1v15Sign::new::<Sha256>();
        let signature = SIGNER.private.sign(padding, &Sha256::digest(&input)).expect("a signature");
        token = format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature)).into_bytes();
    }
    let accepted = judge(&policy, [b"", b"", &token], b"{}", Some(&SIGNER.set));
    assert!(!accepted || choice & 1 == 1, "accepted without a signature");
}
