//! The rows of events by when they are due: those to deliver, and those to expire.

use countersign::gateway::stored::Columns;
use countersign::inbox::{EventState, Progress};
use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;

use super::database::{Database, but, integer, place, unsigned};
use super::events::{PROGRESS, progress};

/// An event's row.
pub(super) struct Row {
    pub(super) progress: Progress,
    pub(super) columns: Columns,
    pub(super) body: Uint8Array,
}

/// Events to tidy: number, progress, and whether the body is there.
type Batch = Vec<(i64, Progress, bool)>;

impl Database {
    /// The number of the pending event that has waited longest, if one is due. An event that is due after `latest` counts as due now.
    ///
    /// It comes from the index alone, so that damage to an event does not hide its number.
    pub(super) fn due(&self, now: u64, latest: u64, aside: &[i64]) -> Result<Option<i64>, ()> {
        let but = but(aside);
        let first = |condition: &str, at: u64| {
            let sql =
                format!("SELECT number FROM events WHERE state = 0 AND due {condition} ?{but} ORDER BY due LIMIT 1");
            self.number(&sql, &[integer(at)])
        };
        match first("<=", now)? {
            None => first(">", latest),
            due => Ok(due),
        }
    }

    /// The row of an event; `None` if it is not there, or damaged.
    pub(super) fn read_row(&self, number: i64) -> Result<Option<Row>, ()> {
        let sql =
            format!("SELECT {PROGRESS}, key, id, form, headers, received_at, body, bytes FROM events WHERE number = ?");
        let rows = self.rows(&sql, &[place(number)])?;
        Ok(rows.first().and_then(whole))
    }

    /// Writes that an attempt begins; whether the event is there.
    pub(super) fn lease(&self, number: i64, now: Progress) -> Result<bool, ()> {
        let leased = self.number(
            "UPDATE events SET attempts = ?, tries = ?, since = ?, due = ? WHERE number = ? RETURNING number",
            &[now.attempts.into(), now.tries.into(), integer(now.since), integer(now.due), place(number)],
        );
        Ok(leased? == Some(number))
    }

    /// Moves the next attempt; whether the event is there.
    pub(super) fn postpone(&self, number: i64, due: u64) -> Result<bool, ()> {
        let sql = "UPDATE events SET due = ? WHERE number = ? RETURNING number";
        Ok(self.number(sql, &[integer(due), place(number)])? == Some(number))
    }

    /// Makes an event dead that cannot be delivered as it is stored; whether the event is there.
    pub(super) fn bury(&self, number: i64, now: u64) -> Result<bool, ()> {
        let sql = format!("UPDATE events SET {UNREADABLE} WHERE number = ?2 RETURNING number");
        Ok(self.number(&sql, &[integer(now), place(number)])? == Some(number))
    }

    /// The same for all events in a state that does not exist; whether there were any.
    pub(super) fn bury_strays(&self, now: u64) -> Result<bool, ()> {
        let sql = format!(
            "UPDATE events SET {UNREADABLE} WHERE state < 0 OR state > 3 OR state IS NULL OR (state = 0 AND due IS NULL) RETURNING number"
        );
        Ok(self.number(&sql, &[integer(now)])?.is_some())
    }

    /// When the first and the last pending event are due. What is no number is due at the end of time.
    pub(super) fn pending_span(&self, aside: &[i64]) -> Result<Option<(u64, u64)>, ()> {
        let but = but(aside);
        let one = |which: &str| format!("(SELECT {which}(due) FROM events WHERE state = 0{but})");
        let rows = self.rows(&format!("SELECT {}, {}", one("min"), one("max")), &[])?;
        let Some(row) = rows.first() else { return Ok(None) };
        let at = |index| {
            let due = row.get(index);
            (!due.is_null()).then(|| due.as_f64().map_or(u64::MAX, |due| due as u64))
        };
        Ok(at(0).zip(at(1)))
    }

    /// When the first event of a state is due.
    fn next(&self, state: EventState, aside: &[i64]) -> Result<Option<u64>, ()> {
        let sql = format!("SELECT min(due) FROM events WHERE state = ?{}", but(aside));
        let rows = self.rows(&sql, &[state.number().into()])?;
        Ok(rows.first().filter(|row| !row.get(0).is_null()).map(|row| unsigned(&row.get(0))))
    }

    /// When the first pending event is due.
    pub(super) fn next_attempt(&self, aside: &[i64]) -> Result<Option<u64>, ()> {
        self.next(EventState::Pending, aside)
    }

    /// When the first event expires.
    pub(super) fn next_tidy(&self, aside: &[i64]) -> Result<Option<u64>, ()> {
        let [delivered, dead, moved] =
            [EventState::Delivered, EventState::Dead, EventState::Moved].map(|state| self.next(state, aside));
        Ok([delivered?, dead?, moved?].into_iter().flatten().min())
    }

    /// Events that are not pending and whose `due` has come; and whether there may be more.
    pub(super) fn to_tidy(&self, now: u64) -> Result<(Batch, bool), ()> {
        let sql = format!("SELECT {PROGRESS} FROM events WHERE state IN (1, 2, 3) AND due <= ? LIMIT {BATCH}");
        let rows = self.rows(&sql, &[integer(now)])?;
        Ok((rows.iter().map(progress).collect(), rows.len() == BATCH))
    }
}

/// An event, from the columns that [`Database::read_row`] asks for; `None` if one of them is not of its type, or the body of another length.
fn whole(row: &Array) -> Option<Row> {
    let (_, progress, _) = progress(row);
    let body = Uint8Array::new(&blob(&row.get(13))?);
    (f64::from(body.length()) == row.get(14).as_f64()?).then_some(())?;
    let columns = Columns {
        key: Uint8Array::new(&blob(&row.get(8))?).to_vec().try_into().ok()?,
        id: row.get(9).as_string()?,
        form: row.get(10).as_string()?,
        headers: row.get(11).as_string()?,
        received_at: row.get(12).as_f64()? as u64,
    };
    Some(Row { progress, columns, body })
}

/// A value, if it is bytes.
fn blob(value: &JsValue) -> Option<JsValue> {
    value.is_instance_of::<js_sys::ArrayBuffer>().then(|| value.clone())
}

/// An event that cannot be delivered as it is stored is dead from `?1` on, and kept as long as other dead events.
const UNREADABLE: &str = "state = 2, due = ?1 + 2592000000, finished = ?1, last_error = 'unreadable'";

/// The events that expire in one pass.
const BATCH: usize = 500;
