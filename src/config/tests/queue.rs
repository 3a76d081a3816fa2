//! Queues and archives as destinations.

use super::*;

fn queue(forward: &str, more: &str) -> String {
    format!(r#""scheme":"gemini","secrets":["GOOD"],"forward":{{{forward}}}{more}"#)
}

#[test]
fn a_queue_takes_events_of_a_durable_source() {
    let durable = r#","durable":true"#;
    let small = r#","durable":true,"max_body":"64KiB""#;
    assert_ready(&queue(r#""queue":"JOBS","large":"BODIES","sign_with":"GOOD","timeout":"5s""#, durable));
    assert_ready(&queue(r#""queue":"JOBS""#, small));
    assert_fault(&queue(r#""queue":"JOBS","large":"BODIES""#, ""), "forward.queue");
    assert_fault(&queue(r#""queue":"NONE","large":"BODIES""#, durable), "forward.queue");
    assert_fault(&queue(r#""queue":"BODIES","large":"BODIES""#, durable), "forward.queue");
    assert_fault(&queue(r#""queue":"JOBS","large":"JOBS""#, durable), "forward.large");
    assert_fault(&queue(r#""queue":"JOBS","large":"BODIES","name":"{id}""#, durable), "forward.name");
    assert_fault(&queue(r#""queue":"JOBS","large":"BODIES","origin":"https://a.example""#, durable), "forward.origin");
    assert_fault(&queue(r#""origin":"https://a.example","large":"BODIES""#, durable), "forward.large");
    assert!(faults(&queue(r#""queue":"JOBS""#, durable)).starts_with(
        "`forward.large` is required: a message of a queue has at most 128 KB, and `max_body` allows more; "
    ));
    assert_fault(&queue(r#""queue":"JOBS""#, r#","durable":true,"max_body":"65KiB""#), "forward.large");
}

#[test]
fn an_archive_takes_many_events_of_a_durable_source_together() {
    let archive = queue(r#""r2":"BODIES""#, r#","durable":true,"max_body":"64KiB""#);
    assert_ready(&archive);
    let config = Config::parse(Some(&format!(r#"{{"s":{{{archive}}}}}"#)), &Known);
    let rules = config.source(0).map(|source| source.destinations[0].rules).unwrap();
    assert_eq!((rules.gather, rules.concurrency), (30_000, 256));
    assert_fault(&queue(r#""r2":"BODIES""#, ""), "forward.r2");
    assert_fault(&queue(r#""r2":"JOBS""#, r#","durable":true"#), "forward.r2");
    assert_fault(&queue(r#""r2":"BODIES","concurrency":4"#, r#","durable":true"#), "forward.concurrency");
    assert_fault(&queue(r#""r2":"BODIES","rate":"50/s""#, r#","durable":true"#), "forward.rate");
    assert_fault(&queue(r#""r2":"BODIES","queue":"JOBS","large":"BODIES""#, r#","durable":true"#), "forward.origin");
}
