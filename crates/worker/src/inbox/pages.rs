//! What an operator sees of an inbox.

use countersign::gateway::dedupe::EventKey;
use countersign::inbox::{EventState, LastError, Stats, noted_parts};
use countersign::json::printed;
use js_sys::Array;
use serde_json::{Value, json};

use super::database::{Database, but, key, unsigned};

impl Database {
    /// Counts. Events that were left `aside` count as dead, though their rows say pending. What a damaged event hides is left out.
    ///
    /// # Errors
    /// If events cannot be counted.
    pub(super) fn stats(&self, aside: &[i64]) -> Result<Stats, ()> {
        let one = |sql: &str| self.rows(sql, &[]).ok()?.into_iter().next();
        let number = |sql: &str| one(sql).and_then(|row| row.get(0).as_f64()).map(|number| number as u64);
        // What was left aside cannot even be read.
        let but = but(aside);
        let failed = one(&format!(
            "SELECT last_status, last_error, max(due) FROM events WHERE state IN (0, 2) AND last_error <> ''{but}"
        ));
        let last_error = failed.and_then(|row| {
            let status = u16::try_from(unsigned(&row.get(0))).unwrap_or_default();
            let noted = row.get(1).as_string()?;
            let (code, cause) = noted_parts(&noted);
            let (code, cause) = (code.to_owned(), cause.map(str::to_owned));
            Some(LastError { status, code, cause, due: unsigned(&row.get(2)).div_euclid(1000) })
        });
        let unreadable = aside.len() as u64;
        Ok(Stats {
            pending: self.count(EventState::Pending)?.saturating_sub(unreadable),
            delivered: self.count(EventState::Delivered)?,
            dead: self.count(EventState::Dead)?.saturating_add(unreadable),
            attempts: number(&format!("SELECT sum(attempts) FROM events WHERE true{but}")).unwrap_or_default(),
            oldest_pending: number(&format!("SELECT min(received_at) FROM events WHERE state = 0{but}")),
            last_error,
            bytes: self.size(),
        })
    }

    /// One event, as JSON.
    pub(super) fn describe(&self, event: EventKey) -> Result<Option<String>, ()> {
        let rows = self.rows(&format!("SELECT {SHOWN} FROM events WHERE key = ? AND state < 3"), &[key(event)])?;
        Ok(rows.first().map(|row| printed(&shown(row))))
    }

    /// Events in a state after a place, which is `due` and number: pending ones by their next attempt, others from the latest back. Each is
    /// an array of its place and the event. The events that were left `aside` come before the dead ones.
    ///
    /// # Errors
    /// If they cannot be read.
    pub(super) fn list(
        &self,
        state: EventState,
        due: f64,
        number: f64,
        limit: u32,
        aside: &[i64],
    ) -> Result<String, ()> {
        let (beyond, order) = if state == EventState::Pending { (">", "ASC") } else { ("<", "DESC") };
        let lost = if state == EventState::Dead && number == 0.0 { aside } else { &[] };
        // One row at least, from which the next page goes on.
        let limit = limit.saturating_sub(u32::try_from(lost.len()).unwrap_or(u32::MAX)).max(1);
        let sql = format!(
            "SELECT {SHOWN} FROM events WHERE state = ?1 AND (?3 = 0 OR (due, number) {beyond} (?2, ?3)){}
             ORDER BY due {order}, number {order} LIMIT ?4",
            but(aside)
        );
        let rows = self.rows(&sql, &[state.number().into(), due.into(), number.into(), limit.into()])?;
        let placed = rows.iter().map(|row| json!([unsigned(&row.get(6)), unsigned(&row.get(0)), shown(row)]));
        let lost = lost.iter().map(|number| json!([0, number, unreadable(None)]));
        Ok(printed(&Value::Array(lost.chain(placed).collect())))
    }
}

/// An event that cannot be read.
pub(super) fn unreadable(id: Option<&str>) -> Value {
    json!({ "id": id, "state": EventState::Dead.as_str(), "replayable": false, "last_error": "unreadable" })
}

/// The columns that [`shown`] reads.
const SHOWN: &str = "number, state, attempts, id, form, received_at, due, finished, bytes, body IS NOT NULL, last_status, \
                     last_error";

/// An event as an operator sees it, with times in Unix seconds.
fn shown(row: &Array) -> Value {
    let number = |at| unsigned(&row.get(at));
    let state = EventState::from_number(u8::try_from(number(1)).unwrap_or_default());
    let seconds = |at| number(at).div_euclid(1000);
    let (next, finished) = match state {
        EventState::Pending => (Some(seconds(6)), None),
        _ => (None, Some(seconds(7))),
    };
    let noted = row.get(11).as_string().filter(|error| !error.is_empty());
    let (error, cause) = noted.as_deref().map(noted_parts).unzip();
    json!({
        "id": row.get(3).as_string(), "state": state.as_str(), "attempts": number(2), "form": row.get(4).as_string(),
        "received_at": number(5), "next_attempt_at": next, "finished_at": finished, "bytes": number(8),
        "replayable": number(9) > 0, "last_status": row.get(10).as_f64().map(|status| status as u16),
        "last_error": error, "last_cause": cause.flatten(),
    })
}
