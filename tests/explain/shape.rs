//! The shape of a report, which the JavaScript side is written against.

use countersign::explain::Secret;
use serde_json::{Value, json};

use crate::support::{BODY, NOW, SECRET, Sent, key};

#[test]
fn the_shape_of_a_report() {
    let sent = Sent::signed(&key(), BODY.as_bytes());
    let report = serde_json::to_value(sent.report(&[Secret::Text(SECRET)])).unwrap();
    let text = sent.signature.strip_prefix("v1,").unwrap();
    let steps: Vec<_> =
        report["steps"].as_array().unwrap().iter().map(|step| json!([step["name"], step["state"]])).collect();
    let pass = |name| json!([name, "pass"]);
    let names = ["headers", "id", "timestamp", "age", "signatures", "keys", "match", "json", "type"];
    assert_eq!(steps, names.map(pass));
    let mut rest = report.as_object().unwrap().clone();
    rest.remove("steps");
    assert_eq!(
        Value::Object(rest),
        json!({
            "ok": true,
            "verdict": {"state": "genuine", "code": "genuine", "detail": "a `v1` signature matches"},
            "form": "v1", "key": 0, "id": "msg_1",
            "now": NOW, "tolerance": 300, "timestamp": NOW, "age": 0,
            "body": {"bytes": BODY.len(), "utf8": true, "bom": false, "crlf": 0, "lf": 0, "finalNewline": false},
            "signed": [
                {"part": "id", "text": "msg_1"}, {"part": "text", "text": "."}, {"part": "timestamp", "text": NOW.to_string()},
                {"part": "text", "text": "."}, {"part": "body"},
            ],
            "secrets": [{"index": 0, "kind": "hmac", "bytes": 24}],
            "keys": [],
            "signatures": [{"index": 0, "version": "v1", "text": text, "accepted": true}],
            "comparisons": [{"secret": 0, "signature": 0, "expected": text, "received": text, "matches": true}],
            "nearMisses": [],
        })
    );
}
