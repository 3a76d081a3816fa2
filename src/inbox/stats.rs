//! Counts over stored events, and the last failure.

use serde_json::{Map, Value, json};

use super::latency::Latency;

/// Counts over stored events, of one shard or of all; an event counts once for each destination. Times are Unix
/// milliseconds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Events that wait for delivery.
    pub pending: u64,
    /// Delivered events that are remembered.
    pub delivered: u64,
    /// Events given up after their last attempt.
    pub dead: u64,
    /// Events that are not for a destination, since it was added.
    pub filtered: u64,
    /// Attempts made for the events above.
    pub attempts: u64,
    /// When the oldest pending event was accepted.
    pub oldest_pending: Option<u64>,
    /// The last failure that no later attempt made up for.
    pub last_error: Option<LastError>,
    /// Size of the databases, in bytes.
    pub bytes: u64,
    /// Each destination by its name: `state`, `since`, `why`, `held_until` and `under_way`, and its own counts.
    pub destinations: Value,
}

/// An attempt that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastError {
    /// The status of the destination; 0: no response.
    pub status: u16,
    /// `destination_failed` or `destination_timeout`.
    pub code: String,
    /// Why the destination did not respond, if that is known.
    pub cause: Option<String>,
    /// When the event is attempted again, or removed.
    pub due: u64,
}

/// Code and cause of a failure as one text, for one column; [`noted_parts`] separates them.
///
/// ```
/// use countersign::inbox::{noted, noted_parts};
///
/// assert_eq!(noted_parts(&noted("destination_failed", Some("dns"))), ("destination_failed", Some("dns")));
/// ```
pub fn noted(code: &str, cause: Option<&str>) -> String {
    cause.map_or_else(|| code.to_owned(), |cause| [code, "/", cause].concat())
}

/// The code and the cause that [`noted`] put together.
pub fn noted_parts(text: &str) -> (&str, Option<&str>) {
    text.split_once('/').map_or((text, None), |(code, cause)| (code, Some(cause)))
}

impl Stats {
    /// The JSON that operators read, and that objects respond with.
    pub fn to_json(&self) -> Value {
        let error = self
            .last_error
            .as_ref()
            .map(|error| json!({ "status": error.status, "code": error.code, "cause": error.cause, "due": error.due }));
        json!({
            "pending": self.pending, "delivered": self.delivered, "dead": self.dead, "filtered": self.filtered, "attempts": self.attempts,
            "oldest_pending": self.oldest_pending, "last_error": error, "bytes": self.bytes,
            "destinations": self.destinations,
        })
    }

    /// What [`Stats::to_json`] wrote.
    pub fn from_json(json: &Value) -> Self {
        let number = |value: Option<&Value>| value.and_then(Value::as_u64);
        let count = |name: &str| number(json.get(name)).unwrap_or_default();
        let last_error = json.get("last_error").and_then(|error| {
            Some(LastError {
                status: number(error.get("status"))?.try_into().ok()?,
                code: error.get("code")?.as_str()?.to_owned(),
                cause: error.get("cause").and_then(Value::as_str).map(str::to_owned),
                due: number(error.get("due"))?,
            })
        });
        Self {
            pending: count("pending"),
            delivered: count("delivered"),
            dead: count("dead"),
            filtered: count("filtered"),
            attempts: count("attempts"),
            oldest_pending: number(json.get("oldest_pending")),
            last_error,
            bytes: count("bytes"),
            destinations: json.get("destinations").cloned().unwrap_or_default(),
        }
    }

    /// The sum over two shards.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let oldest = [self.oldest_pending, other.oldest_pending].into_iter().flatten().min();
        let last = [self.last_error, other.last_error].into_iter().flatten().max_by_key(|error| error.due);
        Self {
            pending: self.pending.saturating_add(other.pending),
            delivered: self.delivered.saturating_add(other.delivered),
            dead: self.dead.saturating_add(other.dead),
            filtered: self.filtered.saturating_add(other.filtered),
            attempts: self.attempts.saturating_add(other.attempts),
            oldest_pending: oldest,
            last_error: last,
            bytes: self.bytes.saturating_add(other.bytes),
            destinations: worse(self.destinations, other.destinations),
        }
    }
}

/// Of two shards' views of each destination, the one that an operator has to know: it is paused everywhere at once, and broken for one
/// shard after the other.
fn worse(one: Value, other: Value) -> Value {
    let (Value::Object(mut all), Value::Object(others)) = (one.clone(), other.clone()) else {
        return if one.is_object() { one } else { other };
    };
    let rank = |view: &Value| match view.get("state").and_then(Value::as_str) {
        Some("orphaned") => 3,
        Some("paused") => 2,
        Some("broken") => 1,
        _ => 0,
    };
    let count = |view: &Value, name| view.get(name).and_then(Value::as_u64);
    for (name, other) in others {
        let known = all.entry(name).or_insert_with(|| json!({}));
        let sums = ["under_way", "pending", "delivered", "dead", "filtered", "attempts"].map(|name| {
            (
                name,
                json!(count(known, name).unwrap_or_default().saturating_add(count(&other, name).unwrap_or_default())),
            )
        });
        let latencies = ["latency", "lately"].map(|name| {
            let mut latency = latency_of(known, name);
            latency.add(&latency_of(&other, name));
            (name, latency.to_json())
        });
        let first = ["oldest_pending", "next_attempt"]
            .map(|name| (name, json!([&*known, &other].into_iter().filter_map(|view| count(view, name)).min())));
        let failing = ("failing", added(known.get("failing"), other.get("failing")));
        if known.get("state").is_none() || rank(&other) > rank(known) {
            *known = other;
        }
        if let Some(members) = known.as_object_mut() {
            sums.into_iter().chain(first).chain(latencies).chain([failing]).for_each(|(name, sum)| {
                members.insert(name.to_owned(), sum);
            });
        }
    }
    Value::Object(all)
}

/// The sums of two JSON objects of counts; what is no object has none.
pub fn added(one: Option<&Value>, other: Option<&Value>) -> Value {
    let mut sums = Map::new();
    for (name, count) in [one, other].into_iter().flatten().filter_map(Value::as_object).flatten() {
        let before = sums.get(name).and_then(Value::as_u64).unwrap_or_default();
        sums.insert(name.clone(), before.saturating_add(count.as_u64().unwrap_or_default()).into());
    }
    sums.into()
}

/// How long attempts at a destination took, as its view has it: `latency` since its objects were started, `lately` the latest ones.
pub fn latency_of(view: &Value, member: &str) -> Latency {
    view.get(member).map(Latency::from_json).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_added_and_the_oldest_shown() {
        let error = |due| {
            let (code, cause) = ("destination_failed".to_owned(), Some("dns".to_owned()));
            Some(LastError { status: 0, code, cause, due })
        };
        let one = Stats { pending: 1, attempts: 3, oldest_pending: Some(9), last_error: error(5), ..Stats::default() };
        let two = Stats { pending: 2, dead: 1, oldest_pending: Some(8), last_error: error(6), ..Stats::default() };
        let both = Stats::from_json(&one.to_json()).and(Stats::from_json(&two.to_json()));
        let expected = Stats { pending: 3, dead: 1, attempts: 3, oldest_pending: Some(8), ..two };
        assert_eq!(both, expected);
        assert_eq!(both.and(Stats::default()), expected);
    }

    #[test]
    fn a_destination_of_two_shards_is_one() {
        let slow = |ms| {
            let mut latency = Latency::default();
            latency.note(ms);
            latency.to_json()
        };
        let views = [
            json!({ "state": "open", "pending": 1, "next_attempt": 9, "failing": { "a": 1, "b": 2 }, "lately": slow(7) }),
            json!({ "state": "broken", "pending": 2, "next_attempt": 8, "failing": { "b": 3 }, "lately": slow(70) }),
            json!({ "state": "open", "pending": 0, "next_attempt": null, "failing": {} }),
        ];
        let all = views.into_iter().map(|view| Stats { destinations: json!({ "billing": view }), ..Stats::default() });
        let both = all.reduce(Stats::and).unwrap().destinations;
        let seen = both.get("billing").unwrap();
        let found = ["state", "pending", "next_attempt", "failing"].map(|name| seen.get(name).cloned().unwrap());
        assert_eq!(found, [json!("broken"), json!(3), json!(8), json!({ "a": 1, "b": 5 })]);
        assert_eq!((latency_of(seen, "lately").count(), latency_of(seen, "latency").count()), (2, 0));
    }
}
