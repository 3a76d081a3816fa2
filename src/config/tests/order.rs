//! What events are ordered by.

use super::*;

#[test]
fn an_order_rests_on_what_is_signed() {
    let durable = |order: &str| gemini(&format!(r#","durable":true,"order":"{order}""#));
    for order in ["{data.id}", "{/data/object/customer}", "{source}", "{type}:{data.id}", "{id}", "all"] {
        assert_ready(&durable(order));
    }
    for order in ["", "{data}", "{id", "id}", "{{id}}", "{}", "{/a~2}"] {
        assert_fault(&durable(order), "order");
    }
    assert_fault(&gemini(r#","order":"{data.id}""#), "order");
    assert_ready(&gemini(r#","durable":true,"shards":8,"order":"{data.id}""#));
    let of = |scheme: &str, secret: &str, order: &str| {
        format!(r#""scheme":"{scheme}","secrets":["{secret}"],"durable":true,{FORWARD},"order":"{order}""#)
    };
    assert_ready(&of("github", "GOOD", "{/repository/id}"));
    assert!(faults(&of("github", "GOOD", "{type}")).starts_with("`order` rests on what this sender does not sign; "));
    assert_ready(&of("gitlab-token", "TOKEN", "{source}"));
    assert_fault(&of("gitlab-token", "TOKEN", "{data.id}"), "order");
    let source = |order: &str| format!(r#"{{"s":{{{}}}}}"#, durable(order));
    let config = Config::parse(Some(&source("{data.id}")), &Known);
    assert_eq!(config.source(0).and_then(|source| source.order.as_deref()), Some("{data.id}"));
}
