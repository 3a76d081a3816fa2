//! Several destinations: their names, limits and filters.

use super::*;

const DURABLE: &str = r#""scheme":"gemini","secrets":["GOOD"],"durable":true,"#;
const ORIGIN: &str = r#""origin":"https://a.example/x""#;

fn config(destinations: &str) -> String {
    format!(r#"{DURABLE}"destinations":{{{destinations}}}"#)
}

fn source(fields: &str) -> Config {
    assert_ready(fields);
    Config::parse(Some(&format!(r#"{{"s":{{{fields}}}}}"#)), &Known)
}

#[test]
fn each_has_a_name_and_limits_of_its_own() {
    let config = source(&config(&format!(
        r#""billing":{{{ORIGIN},"timeout":"5s","concurrency":9,"rate":"50/s"}},"audit":{{{ORIGIN},"from":"stored","give_up_after":"1h"}}"#
    )));
    let plan = config.source(0).unwrap().plan(false);
    let rules = |name| *plan.rules(name).unwrap();
    assert_eq!((rules("billing").lifecycle.timeout, rules("billing").concurrency), (5_000, 9));
    assert_eq!((rules("billing").interval, rules("billing").from_stored), (20_000, false));
    assert_eq!((rules("audit").interval, rules("audit").from_stored), (0, true));
    assert_eq!(rules("audit").lifecycle.give_up_after, 3_600_000);
    assert_eq!(plan.rules("default"), None);
}

#[test]
fn a_shard_has_its_share_of_a_rate() {
    let config = source(&format!(r#"{DURABLE}"shards":4,"forward":{{{ORIGIN},"rate":"50/s"}}"#));
    let plan = config.source(0).unwrap().plan(false);
    assert_eq!(plan.rules("default").unwrap().interval, 80_000);
}

#[test]
fn what_cannot_be_meant_is_a_fault_of_its_key() {
    let one = format!(r#""billing":{{{ORIGIN}}}"#);
    assert_fault(&format!(r#"{},{FORWARD}"#, config(&one)), "destinations");
    assert_fault(&format!(r#""scheme":"gemini","secrets":["GOOD"],"destinations":{{{one}}}"#), "destinations");
    assert_fault(&config(""), "destinations");
    let many: Vec<_> = (0..17).map(|n| format!(r#""d{n}":{{{ORIGIN}}}"#)).collect();
    assert_fault(&config(&many.join(",")), "destinations");
    assert_fault(&config(&format!(r#""Billing":{{{ORIGIN}}}"#)), "destinations");
    assert_fault(&config(r#""billing":{}"#), "destinations.billing.origin");
    assert_fault(&config(&format!(r#""billing":{{{ORIGIN},"orgin":1}}"#)), "destinations.billing.orgin");
    for (key, value) in [("rate", "\"50\""), ("rate", "\"0/s\""), ("from", "\"later\""), ("when", "[]")] {
        assert_fault(&config(&format!(r#""b":{{{ORIGIN},"{key}":{value}}}"#)), &format!("destinations.b.{key}"));
    }
}

#[test]
fn without_an_inbox_there_is_nothing_to_wait_in() {
    for (key, value) in [("rate", "\"50/s\""), ("from", "\"stored\""), ("when", r#"{"type":["a"]}"#)] {
        let fields = format!(r#""scheme":"gemini","secrets":["GOOD"],"forward":{{{ORIGIN},"{key}":{value}}}"#);
        assert_fault(&fields, &format!("forward.{key}"));
    }
}

#[test]
fn a_filter_is_one_table_or_several() {
    let when = |when: &str| format!(r#"{DURABLE}"forward":{{{ORIGIN},"when":{when}}}"#);
    for good in [
        r#"{"type":["invoice.*","charge.refunded"]}"#,
        r#"{"pointer":"/data/livemode","equals":true}"#,
        r#"{"type":["a"],"pointer":"/a","one_of":["x",1,null]}"#,
        r#"[{"pointer":"/a","begins":"x"},{"pointer":"/b","equals":123456789012345}]"#,
    ] {
        let config = source(&when(good));
        assert!(config.source(0).unwrap().destinations[0].when.is_some());
    }
    for (bad, key) in [
        ("{}", "when"),
        (r#"{"type":[]}"#, "when.type"),
        (r#"{"type":["in*oice"]}"#, "when.type"),
        (r#"{"pointer":"/a"}"#, "when.pointer"),
        (r#"{"pointer":"/a","equals":1,"begins":"x"}"#, "when.pointer"),
        (r#"{"pointer":"a","equals":1}"#, "when.pointer"),
        (r#"{"pointer":"/a","equals":[1]}"#, "when.equals"),
        (r#"{"pointer":"/a","equals":12345678901234567890}"#, "when.equals"),
        (r#"{"pointer":"/a","one_of":[]}"#, "when.one_of"),
        (r#"{"type":["a"],"equals":1}"#, "when.pointer"),
        (r#"{"type":["a"],"begin":"x"}"#, "when.begin"),
    ] {
        assert_fault(&when(bad), &format!("forward.{key}"));
    }
}
