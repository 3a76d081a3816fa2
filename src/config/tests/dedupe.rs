//! An id is remembered for as long as a copy of its delivery could be accepted.

#![allow(clippy::arithmetic_side_effects, reason = "a test fails by panicking")]

use proptest::prelude::*;

use super::*;
use crate::timestamp::Timestamp;

#[test]
fn dedupe_outlives_twice_the_tolerance() {
    for (tolerance, dedupe) in [("0s", "60s"), ("30s", "60s"), ("5m", "10m"), ("1h", "2h"), ("36h", "72h")] {
        assert_ready(&gemini(&format!(r#","tolerance":"{tolerance}","dedupe":"{dedupe}""#)));
        assert_ready(&gemini(&format!(r#","tolerance":"{tolerance}","dedupe":"{dedupe}","durable":true"#)));
    }
    for (tolerance, dedupe) in
        [("0s", "59s"), ("31s", "61s"), ("5m", "599s"), ("37h", "72h"), ("1099511627776s", "1099511627776s")]
    {
        for durable in [true, false] {
            assert_fault(
                &gemini(&format!(r#","tolerance":"{tolerance}","dedupe":"{dedupe}","durable":{durable}"#)),
                "dedupe",
            );
        }
    }
    assert_fault(&gemini(r#","dedupe":"599s""#), "dedupe");
    assert_ready(&gemini(r#","tolerance":"37h""#));
    assert_ready(&gemini(r#","tolerance":"37h","dedupe":"off""#));
}

fn ready(fields: &str) -> Config {
    let config = Config::parse(Some(&format!(r#"{{"s":{{{fields}}}}}"#)), &Known);
    assert!(config.source(0).is_some(), "{:?}", config.faults());
    config
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(5000))]

    /// No delivery that was accepted is accepted again once its id is forgotten. Clocks count whole seconds, as KV does. What is
    /// tried lies close to the edges: the latest timestamps and tokens that are accepted, and the moment at which a marker expires.
    #[test]
    fn no_replay_outlives_its_marker(
        tolerance in 0..2_000_u64, more in 0..3_u64, durable: bool, short in 0..3_u64, part in 0.0..1.0_f64,
        first_ms in 0..1_000_u64, late_ms in 0..3_000_u64,
    ) {
        let dedupe = (2 * tolerance).max(60) + more;
        let times = format!(r#","tolerance":"{tolerance}s","dedupe":"{dedupe}s","durable":{durable}"#);
        let first = NOW * 1000 + first_ms;
        let second = |ms: u64| Timestamp::from_unix(ms / 1000);
        // KV counts from the second of the write, the inbox from its millisecond.
        let forgotten = |source: &Source| match source.durable {
            Some(durable) => first + durable.retention.remember,
            None => (NOW + source.dedupe.unwrap()) * 1000,
        };

        let config = ready(&dynamic(&times));
        let source = config.source(0).unwrap();
        let signed = Timestamp::from_unix(NOW + tolerance - short.min(tolerance));
        let accepts = |at| source.policy.tolerance.check(signed, second(at)).is_ok();
        prop_assert!(accepts(first) && !accepts(forgotten(source) + late_ms));

        let config = ready(&dynamic(&format!(r#"{times},"accept":["v1a","jwt"],"audience":"x""#)));
        let source = config.source(0).unwrap();
        let claims = format!(r#"{{"aud":"x","exp":{}}}"#, (NOW + dedupe - short) as f64 + part);
        let claims = crate::json::Members::parse(claims.as_bytes()).unwrap();
        let accepts = |at| source.policy.jwt.as_ref().unwrap().check(&claims, second(at)).is_ok();
        prop_assert_eq!(accepts(first), short > 0 || part == 0.0);
        prop_assert!(!accepts(first) || !accepts(forgotten(source) + late_ms));
    }
}

const NOW: u64 = 1_700_000_000;

/// Bodies are kept to be replayed, and what has no id any more cannot be.
#[test]
fn an_id_is_remembered_as_long_as_its_body_is_kept() {
    let config = ready(&gemini(r#","durable":true,"dedupe":"1h","keep":"30d""#));
    let lifecycle = config.source(0).unwrap().durable.unwrap().retention;
    assert!(lifecycle.remember >= 3_600_000 && lifecycle.keep == 30 * 86_400_000);
}
