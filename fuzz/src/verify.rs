//! Any headers and any body: no panic, no acceptance without a signature, and a report that agrees with the verifier.
//!
//! Input: a byte that chooses scheme and signature, then id, timestamp and signature, a line each; the rest is the body.

use super::{NOW, TARGET, cut, judge, judge_lines, keys, policy};
use countersign::crypto::Portable;
use countersign::{SecretKey, SigningKey, Timestamp, Unsigned, sign_as};

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
    let signing = keys(policy.scheme).into_iter().find_map(|key| match key {
        SecretKey::Hmac(key) => Some(SigningKey::Hmac(key)),
        _ => None,
    });
    let id = String::from_utf8_lossy(id);
    let unsigned = Unsigned { id: &id, timestamp: Timestamp::from_unix(NOW), target: Some(TARGET), body };
    let keys: Vec<_> = signing.into_iter().collect();
    let Ok(mut headers) = sign_as(policy.scheme, &keys, &unsigned, &Portable) else { return };
    // What the input has as a signature stands in the same list, or in front of the one signature.
    let separator = match policy.scheme.template() {
        Some(template) => template.layout.signatures.separator.map(char::from).map(String::from).unwrap_or_default(),
        None => " ".to_owned(),
    };
    let Some((name, right)) = headers.pop() else { return };
    let list = if signature.is_empty() {
        right.into_bytes()
    } else {
        [signature, separator.as_bytes(), right.as_bytes()].concat()
    };
    let mut lines: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_bytes())).collect();
    lines.push((name, &list));
    judge_lines(&policy, &lines, body, None);
}
