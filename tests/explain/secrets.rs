//! A secret that was read in the wrong way, or cannot be read, is recognised.

use countersign::explain::Secret;

use crate::support::{BODY, SECRET, Sent, assert_near, key};

#[test]
fn a_secret_that_was_read_in_the_wrong_way_is_recognised() {
    let body = BODY.as_bytes();
    let near = |key: &[u8], secret: Secret<'_>| Sent::signed(key, body).report(&[secret]);
    let text = SECRET.as_bytes();
    assert_near(&near(text, Secret::Text(SECRET)), "secret_as_text");
    assert_near(&near(&text[6..], Secret::Text(SECRET)), "secret_as_text_without_prefix");
    assert_near(&near(&[0xab; 24], Secret::Text(&"ab".repeat(24))), "secret_hex");
    assert_near(&near(text, Secret::Raw(&[text, b"\n"].concat())), "secret_raw_trimmed");
    assert_near(&near(&[text, b"\n"].concat(), Secret::Raw(text)), "secret_raw_newline");
    assert_near(&near(&key(), Secret::Raw(text)), "secret_base64");
}

/// A secret that does not parse is refused before anything is compared, and the report names its fault.
#[test]
fn an_unreadable_secret_is_named() {
    for (secret, words) in [
        (format!("\"{SECRET}\""), "quotes"),
        ("whsec_--__--__--__--__--__--__--__--__".to_owned(), "URL-safe"),
        ("whsk_AAAA".to_owned(), "private key"),
        (String::new(), "empty"),
    ] {
        let report = Sent::signed(&key(), b"{}").report(&[Secret::Text(&secret)]);
        assert!(report.secrets[0].detail.as_ref().unwrap().contains(words), "{report:?}");
        assert_eq!(report.code, report.secrets[0].code);
    }
    let quoted = format!("\"{SECRET}\"");
    let report = Sent::signed(&key(), b"{}").report(&[Secret::Text(&quoted)]);
    assert_eq!(report.near_misses[0].code, "secret_unquoted");
}
