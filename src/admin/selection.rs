//! Which events a list, a count or a replay is about.

use serde_json::{Value, json};

use super::query::Query;
use super::times::{milliseconds, time};
use crate::gateway::dedupe::EventKey;
use crate::gateway::response::Refusal;
use crate::inbox::EventState;

/// The conditions that an event must satisfy, all of them. Without a state, filtered events are left out; test events are left out unless
/// they are asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Its state at a destination.
    pub state: Option<EventState>,
    /// Its type, or how it begins if `*` is at the end.
    pub event_type: Option<String>,
    /// The code with which its last attempt failed. Only events that failed by themselves have one.
    pub code: Option<String>,
    /// The name of the destination.
    pub destination: Option<String>,
    /// `data.id` in its body. Only bodies that are kept are read.
    pub data_id: Option<String>,
    /// The first millisecond in which it was received.
    pub from: Option<u64>,
    /// The last one.
    pub to: Option<u64>,
    /// Whether test events are included.
    pub has_tests: bool,
    /// The one event that has this key, in hexadecimal digits.
    pub key: Option<String>,
}

impl Selection {
    /// Reads the parameters of a query about a source's events.
    ///
    /// # Errors
    /// `invalid_query` if it names events by both `id` and `hash`.
    pub fn read(query: &Query, source: &str) -> Result<Self, Refusal> {
        let text = |name| query.get(name).map(str::to_owned);
        let id = query.get("id").map(|id| EventKey::new(source, id.as_bytes()).to_hex());
        let key = match (id, text("hash")) {
            (Some(_), Some(_)) => return Err(Refusal::InvalidQuery),
            (id, hash) => id.or(hash),
        };
        Ok(Self {
            state: query.state(),
            event_type: text("type"),
            code: text("code"),
            destination: text("destination"),
            data_id: text("data_id"),
            from: query.get("from").and_then(milliseconds),
            to: query.get("to").and_then(milliseconds),
            has_tests: query.get("test") == Some("true"),
            key,
        })
    }

    /// Whether it leaves out nothing that is listed anyway. Test events are only more of them.
    pub fn is_everything(&self) -> bool {
        *self == Self { has_tests: self.has_tests, ..Self::default() }
    }

    /// Whether events of this type are selected.
    pub fn has_type(&self, event_type: Option<&str>) -> bool {
        let Some(wanted) = self.event_type.as_deref() else { return true };
        event_type.is_some_and(|event_type| match wanted.strip_suffix('*') {
            Some(beginning) => event_type.starts_with(beginning),
            None => event_type == wanted,
        })
    }

    /// Whether events in this state at a destination are selected.
    pub fn has_state(&self, state: EventState) -> bool {
        match self.state {
            None => state != EventState::Filtered,
            Some(EventState::Pending) => state.is_pending(),
            Some(wanted) => state == wanted,
        }
    }

    /// Whether events received at this time are selected.
    pub fn has_time(&self, at: u64) -> bool {
        self.from.is_none_or(|from| from <= at) && self.to.is_none_or(|to| at <= to)
    }

    /// The key of the one event that it is about, if it names one.
    pub fn event_key(&self) -> Option<EventKey> {
        let digits = self.key.as_deref()?.as_bytes();
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks(2)) {
            *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
        }
        Some(EventKey::from_bytes(bytes))
    }

    /// The conditions as the query names them, for a job that an operator looks at.
    pub fn to_json(&self) -> Value {
        let members = [
            ("state", self.state.map(|state| json!(state.as_str()))),
            ("type", self.event_type.as_ref().map(|value| json!(value))),
            ("code", self.code.as_ref().map(|value| json!(value))),
            ("destination", self.destination.as_ref().map(|value| json!(value))),
            ("data_id", self.data_id.as_ref().map(|value| json!(value))),
            ("from", self.from.map(|value| json!(time(value)))),
            ("to", self.to.map(|value| json!(time(value)))),
            ("test", self.has_tests.then(|| json!("true"))),
            ("hash", self.key.as_ref().map(|value| json!(value))),
        ];
        let set = members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
        Value::Object(set.collect())
    }

    /// What [`Selection::to_json`] wrote.
    pub fn from_json(json: &Value) -> Self {
        let text = |name: &str| json.get(name).and_then(Value::as_str).map(str::to_owned);
        Self {
            state: text("state").as_deref().and_then(EventState::parse),
            event_type: text("type"),
            code: text("code"),
            destination: text("destination"),
            data_id: text("data_id"),
            from: text("from").as_deref().and_then(milliseconds),
            to: text("to").as_deref().and_then(milliseconds),
            has_tests: text("test").is_some(),
            key: text("hash"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::admin::parse;

    fn read(query: &str) -> Result<Selection, Refusal> {
        let url = format!("https://a.example/admin/gemini/events?{query}");
        let request = parse("GET", &url).unwrap();
        Selection::read(&request.query, "gemini")
    }

    #[test]
    fn it_comes_back_as_it_was() {
        let all = "state=dead&type=invoice.*&code=destination_failed&destination=a&id=m&data_id=7&from=2023-11-14T22:13:20Z\
                   &to=2023-11-14T22:13:20.5Z&test=true";
        let selection = read(all).unwrap();
        assert_eq!((selection.from, selection.to), (Some(1_700_000_000_000), Some(1_700_000_000_500)));
        assert_eq!(Selection::from_json(&selection.to_json()), selection);
        assert!(
            !selection.is_everything()
                && read("").unwrap().is_everything()
                && read("test=true").unwrap().is_everything()
        );
        let hash = EventKey::new("gemini", b"m").to_hex();
        assert_eq!(read(&format!("hash={hash}")).unwrap(), read("id=m").unwrap());
        assert_eq!(read("id=m").unwrap().event_key(), Some(EventKey::new("gemini", b"m")));
        assert_eq!(read(&format!("id=m&hash={hash}")), Err(Refusal::InvalidQuery));
    }

    #[test]
    fn each_condition_selects() {
        let all = Selection::default();
        assert!(all.has_type(None) && all.has_state(EventState::Behind) && !all.has_state(EventState::Filtered));
        let some = read("state=pending&type=a.*&from=1970-01-01T00:00:01Z&to=1970-01-01T00:00:02Z").unwrap();
        assert!(some.has_type(Some("a.b")) && !some.has_type(Some("a")) && !some.has_type(None));
        assert!(some.has_state(EventState::Behind) && !some.has_state(EventState::Dead));
        assert_eq!([999, 1000, 2000, 2001].map(|at| some.has_time(at)), [false, true, true, false]);
        assert!(read("type=a").unwrap().has_type(Some("a")));
    }
}
