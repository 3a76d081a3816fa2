//! Any headers and any body: no panic, no acceptance without a signature, and a report that agrees with the verifier.
//!
//! Input: a byte that chooses scheme and signature, then id, timestamp and signature, a line each; the rest is the body.

use super::{NOW, SECRETS, cut, judge, policy};
use countersign::crypto::Portable;
use countersign::{SecretKey, Timestamp, sign};

/// Runs one input.
///
/// # Panics
/// If the core breaks a promise, which is what the fuzzer looks for.
pub fn check(data: &[u8]) {
    let Some((choice, data)) = data.split_first() else { return };
    let [id, timestamp, signature, body] = cut(data);
    let policy = policy(choice >> 1);
    if choice & 1 == 0 {
        // What is signed with a key set's RSA key would be a token of somebody else's.
        assert!(!judge(&policy, [id, timestamp, signature], body, None), "accepted without a signature");
        return;
    }
    let Ok(SecretKey::Hmac(key)) = SecretKey::parse(SECRETS[0]) else { return };
    let right = sign(&[key], id, Timestamp::from_unix(NOW), body, &Portable).unwrap_or_default();
    let list = [signature, b" ", right.as_bytes()].concat();
    judge(&policy, [id, NOW.to_string().as_bytes(), &list], body, None);
}
