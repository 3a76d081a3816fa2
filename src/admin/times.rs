//! Times as the API writes and reads them: RFC 3339 in UTC.

use serde_json::Value;

use crate::calendar;

/// Milliseconds since 1970 as `2026-11-28T18:03:11.204Z`.
pub fn time(milliseconds: u64) -> String {
    let (seconds, rest) = (milliseconds.div_euclid(1000), milliseconds.rem_euclid(1000));
    let text = calendar::written(seconds);
    format!("{}.{rest:03}Z", text.strip_suffix('Z').unwrap_or(&text))
}

/// The Unix milliseconds of an RFC 3339 time. What is finer than a millisecond is dropped.
pub fn milliseconds(text: &str) -> Option<u64> {
    let seconds = calendar::rfc3339(text.as_bytes())?;
    let fraction = text.split_once('.').map_or("", |(_, fraction)| fraction);
    let digits = fraction.bytes().take_while(u8::is_ascii_digit).chain(std::iter::repeat(b'0')).take(3);
    let rest =
        digits.fold(0_u64, |sum, digit| sum.saturating_mul(10).saturating_add(u64::from(digit.saturating_sub(b'0'))));
    Some(seconds.saturating_mul(1000).saturating_add(rest))
}

/// Writes the times in a response, which are numbers of Unix milliseconds until then: members called `at`, `since`, `until`, `due`,
/// `oldest_pending` or `…_at` or `…_until`.
pub fn with_times(mut value: Value) -> Value {
    write_times(&mut value);
    value
}

fn write_times(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                match member.as_u64().filter(|_| is_time(name)) {
                    Some(at) => *member = Value::String(time(at)),
                    None => write_times(member),
                }
            }
        }
        Value::Array(elements) => elements.iter_mut().for_each(write_times),
        _ => {}
    }
}

fn is_time(name: &str) -> bool {
    // `looked_at` is how many events a job has looked at.
    let is_at = name.ends_with("_at") && name != "looked_at";
    is_at || name.ends_with("_until") || matches!(name, "at" | "since" | "until" | "due" | "oldest_pending")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn times_are_read_as_they_are_written() {
        assert_eq!(time(1_700_000_000_007), "2023-11-14T22:13:20.007Z");
        for text in ["2023-11-14T22:13:20.007Z", "2023-11-14T22:13:20.0079Z", "2023-11-14T23:13:20.007+01:00"] {
            assert_eq!(milliseconds(text), Some(1_700_000_000_007), "{text}");
        }
        assert_eq!(milliseconds("2023-11-14T22:13:20.5Z"), Some(1_700_000_000_500));
        assert_eq!(milliseconds("2023-11-14T22:13:20Z"), Some(1_700_000_000_000));
        assert_eq!(milliseconds("1700000000"), None);
    }

    #[test]
    fn only_times_are_written_as_times() {
        let value = json!({ "received_at": 1000, "looked_at": 1000, "next_attempt_at": null, "since": { "at": 0, "ms": 7 }, "all": [{ "due": 1 }] });
        let expected = json!({
            "received_at": "1970-01-01T00:00:01.000Z", "looked_at": 1000, "next_attempt_at": null,
            "since": { "at": "1970-01-01T00:00:00.000Z", "ms": 7 }, "all": [{ "due": "1970-01-01T00:00:00.001Z" }],
        });
        assert_eq!(with_times(value), expected);
    }
}
