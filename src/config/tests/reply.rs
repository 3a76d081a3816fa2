//! `reply`: whose response the sender gets.

use super::*;

fn origin_replies(more: &str) -> Option<bool> {
    let sources = format!(r#"{{"s":{{{}}}}}"#, gemini(more));
    Config::parse(Some(&sources), &Known).source(0).map(|source| source.origin_replies)
}

#[test]
fn the_sender_gets_countersigns_response_unless_the_source_says_otherwise() {
    assert_eq!(origin_replies(""), Some(false));
    assert_eq!(origin_replies(r#","reply":"own""#), Some(false));
    assert_eq!(origin_replies(r#","reply":"own","durable":true"#), Some(false));
    assert_eq!(origin_replies(r#","reply":"origin""#), Some(true));
    assert_fault(&gemini(r#","reply":"both""#), "reply");
    assert_fault(&gemini(r#","reply":true"#), "reply");
}

#[test]
fn what_is_stored_is_acknowledged_before_the_origin_can_respond() {
    assert_eq!(
        faults(&gemini(r#","reply":"origin","durable":true"#)),
        "`reply` cannot be \"origin\" with `durable`, which responds before the origin does; \
         remove `durable`, or set reply = \"own\""
    );
}
