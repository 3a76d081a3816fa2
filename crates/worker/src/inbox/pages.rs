//! What an operator sees of one event.

use countersign::crypto::Crypto;
use countersign::gateway::dedupe::EventKey;
use countersign::inbox::{DEAD_KEPT, EventState, Machine, Report, noted_parts};
use countersign::json::printed;
use js_sys::Uint8Array;
use serde_json::{Map, Value, json};
use wasm_bindgen::prelude::*;

use super::database::{Database, integer};
use super::object::Object;
use crate::body::Body;
use crate::crypto::Platform;

impl Object {
    /// One event with its history, as JSON: its state at the destination that an operator has to look at first, and that at each. Times are
    /// in milliseconds, and `stored_headers` are as they are stored.
    pub(super) fn describe(&self, number: u64, id: &str) -> Result<String, ()> {
        let described = self.with(|machine| Ok(self.history_page(number, id, machine)));
        let mut event = described.and_then(|event| event)?;
        // Not while the machine is borrowed: the first use of `node:crypto` loads it, and what else waits in this isolate runs meanwhile.
        event.extend(self.stored(number)?);
        Ok(printed(&Value::Object(event)))
    }

    /// What the machine and the history say of an event.
    fn history_page(&self, number: u64, id: &str, machine: &Machine) -> Result<Map<String, Value>, ()> {
        let history = self.database.history(number)?;
        let places: Vec<_> = (0..machine.outlets().len()).collect();
        let events = self.read_listed(&[number], machine, &places)?;
        let mut all = Vec::new();
        if let Some(event) = events.first() {
            for (place, outlet) in machine.outlets().iter().enumerate() {
                if let Some((state, Value::Object(row))) = event.row_at(place, machine, &history) {
                    let own = history.iter().filter(|report| report.destination == outlet.name());
                    all.push((state, self.with_attempts(row, state, own)));
                }
            }
        }
        let rank = |state: EventState| EventState::BY_URGENCY.iter().position(|known| *known == state);
        let first = all.iter().min_by_key(|(state, _)| rank(*state));
        let mut event = first.map_or_else(|| known(id), |(_, row)| row.clone());
        for name in ["name", "history"] {
            event.remove(name);
        }
        if let Some(last) = history.last() {
            event.insert("last_status".to_owned(), json!(last.status));
        }
        let forgotten = all.iter().map(|(_, row)| row.get("forgotten_at").and_then(Value::as_u64));
        let forgotten = forgotten.collect::<Option<Vec<_>>>().and_then(|all| all.into_iter().max());
        event.insert("forgotten_at".to_owned(), json!(forgotten));
        event.insert("history".to_owned(), history.iter().map(shown).collect());
        event.insert("destinations".to_owned(), all.into_iter().map(|(_, row)| Value::Object(row)).collect());
        Ok(event)
    }

    /// The row of an event at a destination, with its attempts there and when it is forgotten.
    fn with_attempts<'r>(
        &self,
        mut row: Map<String, Value>,
        state: EventState,
        own: impl Iterator<Item = &'r Report>,
    ) -> Map<String, Value> {
        let kept = match state {
            EventState::Delivered => Some(self.durable().retention.keep),
            EventState::Dead => Some(DEAD_KEPT),
            _ => None,
        };
        let finished = row.get("finished_at").and_then(Value::as_u64);
        let forgotten = finished.zip(kept).map(|(finished, kept)| finished.saturating_add(kept));
        row.insert("forgotten_at".to_owned(), json!(forgotten));
        row.insert("name".to_owned(), row.get("destination").cloned().unwrap_or_default());
        row.insert("history".to_owned(), own.map(attempt).collect());
        row
    }

    /// What is stored of an event besides its columns: its headers, and the hash of its body.
    fn stored(&self, number: u64) -> Result<Map<String, Value>, ()> {
        let found = self.database.stored_body(number)?;
        let mut members = Map::new();
        members.insert("body".to_owned(), json!(if found.is_some() { "kept" } else { "gone" }));
        if let Some((headers, body)) = found {
            let hash = Platform.sha256(&[], &Body::new(body, None), &[]);
            let hash = EventKey::from_bytes(hash).to_hex();
            members.insert("body_sha256".to_owned(), json!(hash));
            members.insert("stored_headers".to_owned(), json!(headers));
        }
        Ok(members)
    }
}

impl Database {
    /// The headers and the body of an event, wherever it is stored.
    pub(super) fn stored_body(&self, number: u64) -> Result<Option<(String, Uint8Array)>, ()> {
        for table in self.tables_of(number).iter().rev() {
            let sql = format!("SELECT headers, body FROM {table} WHERE number = ? AND id <> ''");
            let rows = self.rows(&sql, &[integer(number)])?;
            let found = rows.first().and_then(|row| {
                let body = row.get(1).dyn_into::<js_sys::ArrayBuffer>().ok()?;
                Some((row.get(0).as_string()?, Uint8Array::new(&body)))
            });
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }
}

/// An event of which nothing but its id is known.
fn known(id: &str) -> Map<String, Value> {
    let known = json!({ "id": id, "state": "delivered", "replayable": false, "last_error": null, "last_code": null });
    known.as_object().cloned().unwrap_or_default()
}

/// An event that cannot be read.
pub(super) fn unreadable(id: Option<&str>) -> Value {
    json!({ "id": id, "state": "dead", "replayable": false, "last_error": "unreadable", "last_code": "unreadable" })
}

/// An attempt in the history of a destination.
fn attempt(report: &Report) -> Value {
    let (code, detail) = report.failure.as_deref().map(noted_parts).unzip();
    json!({
        "n": report.attempt, "at": report.at, "cause": report.cause.as_str(), "status": report.status, "code": code,
        "detail": detail.flatten(), "ms": report.ms, "answer": report.answer,
    })
}

/// An attempt in the history over all destinations, under the names that it had before there were several.
fn shown(report: &Report) -> Value {
    let (code, cause) = report.failure.as_deref().map(noted_parts).unzip();
    json!({
        "destination": report.destination, "attempt": report.attempt, "at": report.at, "why": report.cause.as_str(),
        "status": report.status, "code": code, "cause": cause.flatten(), "ms": report.ms, "answer": report.answer,
    })
}
