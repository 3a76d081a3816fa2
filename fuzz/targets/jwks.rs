//! Any document as a key set, and a delivery and a token against it: no panic, and a report that agrees with the verifier.
//!
//! Input: signature or token, then the document.

#![no_main]

use countersign::Jwks;
use countersign_fuzz::{NOW, cut, judge, policy};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let [signature, document] = cut(data);
    if let Ok(set) = Jwks::parse(document) {
        assert!(set.usable() <= set.len() && set.is_empty() == (set.len() == 0));
    }
    for scheme in 0..4 {
        let accepted = judge(&policy(scheme), [b"msg_1", NOW.to_string().as_bytes(), signature], b"{}", Some(document));
        // Keys are in the input, but nobody signs.
        assert!(!accepted, "accepted without a signature");
    }
});
