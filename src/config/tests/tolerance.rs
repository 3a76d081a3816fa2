//! `tolerance`: how far a signed time may be off.

use super::*;

/// Where a tolerance judges nothing, it would let its reader believe in a protection that is not there.
#[test]
fn a_tolerance_is_for_senders_that_sign_a_time() {
    let source = |scheme: &str| format!(r#""scheme":"{scheme}","secrets":["GOOD"],"tolerance":"1h",{FORWARD}"#);
    for dated in ["gemini", "stripe", "slack"] {
        assert_ready(&source(dated));
    }
    for undated in ["github", "shopify", "gitlab-token"] {
        assert_fault(&source(undated), "tolerance");
    }
    let configured = r#""scheme":"hmac","signature":{"header":"X-Sig"},"secrets":["GOOD"],"tolerance":"1h""#;
    assert_fault(&format!("{configured},{FORWARD}"), "tolerance");
    let dated = r#""timestamp":{"header":"X-Time"},"signed":"{timestamp}.{body}""#;
    assert_ready(&format!("{configured},{dated},{FORWARD}"));
    let misspelt = dated.replace("X-Time\"", "X-Time\",\"unit\":\"sec\"");
    let said = faults(&format!("{configured},{misspelt},{FORWARD}"));
    assert!(said.starts_with("`timestamp.unit` ") && !said.contains('\n'), "one mistake is one fault: {said}");
}
