//! Any document as a key set, and a delivery and a token against it: no panic, and a report that agrees with the verifier.
//!
//! Input: signature or token, then the document.

use super::{NOW, cut, judge, policy};
use countersign::Jwks;

/// Runs one input.
///
/// # Panics
/// If the core breaks a promise, which is what the fuzzer looks for.
pub fn check(data: &[u8]) {
    let [signature, document] = cut(data);
    if let Ok(set) = Jwks::parse(document) {
        assert!(set.usable() <= set.len());
    }
    for scheme in 0..4 {
        let accepted = judge(&policy(scheme), [b"msg_1", NOW.to_string().as_bytes(), signature], b"{}", Some(document));
        // Keys are in the input, but nobody signs.
        assert!(!accepted, "accepted without a signature");
    }
}
