//! The events of an inbox, statement by statement.

use countersign::gateway::dedupe::EventKey;
use countersign::gateway::inbox::{Progress, State};
use countersign::json::printed;
use js_sys::{Array, JsString, Uint8Array};
use serde_json::json;
use wasm_bindgen::prelude::*;

use super::pass::{Leased, restored};
use crate::host::{Cursor, Sql, Storage};

/// Claim and event in one statement.
const INSERT: &str = "INSERT INTO events (key, id, form, headers, body, bytes, received_at, state, attempts, tries, since, due, finished)
    VALUES (?, ?, ?, ?, ?, ?, ?, 0, 0, 0, ?, ?, 0) ON CONFLICT (key) DO NOTHING RETURNING number";

/// Events tidied away in one pass.
const BATCH: u32 = 500;

/// What is stored of an event when it is accepted.
pub(crate) struct Row {
    pub(crate) key: EventKey,
    /// These are never looked at in Wasm.
    pub(crate) id: JsString,
    pub(crate) form: JsString,
    pub(crate) headers: JsString,
    pub(crate) received_at: u64,
}

/// The tables of one object.
pub(crate) struct Table(pub(super) Sql);

impl Table {
    pub(crate) fn new(storage: &Storage) -> Self {
        Self(storage.sql())
    }

    /// When the first event came to this shard.
    pub(crate) fn born(&self, source: &str, shard: u32, now: u64) -> Option<u64> {
        if let Some(born) = self.meta("born").and_then(|value| value.as_f64()) {
            return Some(born as u64);
        }
        self.set_meta("source", &source.into()).ok()?;
        self.set_meta("shard", &shard.into()).ok()?;
        self.set_meta("born", &integer(now)).ok()?;
        Some(now)
    }

    /// The source whose events these are.
    pub(crate) fn source(&self) -> Option<String> {
        self.meta("source")?.as_string()
    }

    /// Claims the id and stores the event in one statement; `false` where the id is known.
    pub(crate) fn insert(&self, row: &Row, body: &Uint8Array, progress: Progress) -> Result<bool, ()> {
        let length = f64::from(body.length());
        let [received_at, since, due] = [row.received_at, progress.since, progress.due].map(|number| number as f64);
        let (sql, key) = (INSERT, key(row.key));
        let inserted =
            self.0.insert(sql, &key, &row.id, &row.form, &row.headers, body, length, received_at, since, due);
        // One row or none: whatever is in it, an object costs less than a second cursor.
        let rows = inserted.and_then(|cursor| cursor.to_array());
        rows.map(|rows| rows.length() > 0).map_err(|error| report(&error))
    }

    /// Marks an id as taken over by a newer shard.
    pub(crate) fn insert_moved(&self, event: EventKey, id: &str, progress: Progress) -> Result<(), ()> {
        self.run(
            "INSERT INTO events (key, id, form, headers, bytes, received_at, state, attempts, tries, since, due, finished)
             VALUES (?, ?, '', '[]', 0, 0, 3, 0, 0, ?, ?, ?)",
            &[key(event), id.into(), integer(progress.since), integer(progress.due), integer(progress.finished)],
        )
    }

    pub(crate) fn state(&self, event: EventKey) -> Option<State> {
        self.progress(event).map(|(_, progress, _)| progress.state)
    }

    /// The number of an event, its progress, and whether its body is there.
    pub(crate) fn progress(&self, event: EventKey) -> Option<(u64, Progress, bool)> {
        let rows = self.rows(&format!("SELECT {PROGRESS} FROM events WHERE key = ?"), &[key(event)]).ok()?;
        rows.iter().next().map(|row| progress(&row.unchecked_into()))
    }

    /// Writes the progress of an event, and the end of an attempt: what was answered (0: nothing), and the code of a failure.
    pub(crate) fn set(&self, number: u64, now: Progress, ended: Option<(u16, &str)>) -> Result<(), ()> {
        let (status, error) = ended.unzip();
        self.run(
            "UPDATE events SET state = ?, attempts = ?, tries = ?, since = ?, due = ?, finished = ?,
               last_status = coalesce(?, last_status), last_error = coalesce(?, last_error) WHERE number = ?",
            &[
                now.state.number().into(),
                now.attempts.into(),
                now.tries.into(),
                integer(now.since),
                integer(now.due),
                integer(now.finished),
                status.map_or(JsValue::NULL, JsValue::from),
                error.map_or(JsValue::NULL, JsValue::from),
                integer(number),
            ],
        )
    }

    /// Writes that an event was delivered, and drops its body with that.
    pub(crate) fn finish(&self, number: u64, now: Progress, status: u16) -> Result<(), ()> {
        self.run(
            "UPDATE events SET state = ?, due = ?, finished = ?, last_status = ?, last_error = '', body = NULL, headers = '[]'
             WHERE number = ?",
            &[now.state.number().into(), integer(now.due), integer(now.finished), status.into(), integer(number)],
        )
    }

    /// Writes that an attempt failed, of an event that was not delivered meanwhile: that, nothing takes back.
    pub(crate) fn fail(&self, number: u64, now: Progress, status: u16, code: &str) -> Result<(), ()> {
        self.run(
            "UPDATE events SET state = ?, due = ?, finished = ?, last_status = ?, last_error = ?
             WHERE number = ? AND state = 0 AND attempts = ?",
            &[
                now.state.number().into(),
                integer(now.due),
                integer(now.finished),
                status.into(),
                code.into(),
                integer(number),
                now.attempts.into(),
            ],
        )
    }

    pub(crate) fn drop_body(&self, number: u64, due: u64) -> Result<(), ()> {
        self.run(
            "UPDATE events SET body = NULL, headers = '[]', due = ? WHERE number = ?",
            &[integer(due), integer(number)],
        )
    }

    pub(crate) fn remove(&self, number: u64) -> Result<(), ()> {
        self.run("DELETE FROM events WHERE number = ?", &[integer(number)])
    }

    /// The pending event that has waited longest, if one is due.
    pub(crate) fn due(&self, now: u64) -> Option<Leased> {
        let sql = format!(
            "SELECT {PROGRESS}, key, id, form, headers, received_at, body FROM events
             WHERE state = 0 AND due <= ? ORDER BY due LIMIT 1"
        );
        let row: Array = self.rows(&sql, &[integer(now)]).ok()?.iter().next()?.unchecked_into();
        let (number, progress, _) = progress(&row);
        let text = |at| row.get(at).as_string().unwrap_or_default();
        let body = Uint8Array::new(&row.get(13));
        let event = restored(&text(9), &text(10), &text(11), unsigned(&row.get(12)), body);
        let key: [u8; 32] = Uint8Array::new(&row.get(8)).to_vec().try_into().ok()?;
        Some(Leased { number, key: EventKey::from_bytes(key), progress, event })
    }

    /// When the first event of a state is due.
    pub(crate) fn next(&self, state: State) -> Option<u64> {
        let rows = self.rows("SELECT min(due) FROM events WHERE state = ?", &[state.number().into()]).ok()?;
        let first: Array = rows.iter().next()?.unchecked_into();
        first.get(0).as_f64().map(|due| due as u64)
    }

    /// When the first event is to be tidied.
    pub(crate) fn next_tidy(&self) -> Option<u64> {
        [State::Delivered, State::Dead, State::Moved].into_iter().filter_map(|state| self.next(state)).min()
    }

    /// Events that are not pending and whose `due` has come.
    pub(crate) fn to_tidy(&self, now: u64) -> Vec<(u64, Progress, bool)> {
        let sql = format!("SELECT {PROGRESS} FROM events WHERE state IN (1, 2, 3) AND due <= ? LIMIT {BATCH}");
        let rows = self.rows(&sql, &[integer(now)]).unwrap_or_default();
        rows.iter().map(|row| progress(&row.unchecked_into())).collect()
    }

    pub(crate) fn count(&self, state: State) -> u64 {
        let rows = self.rows("SELECT count(*) FROM events WHERE state = ?", &[state.number().into()]);
        let first = rows.ok().and_then(|rows| rows.iter().next()).map(Array::unchecked_from_js);
        first.map_or(0, |row| unsigned(&row.get(0)))
    }

    /// Sets all events of a state whose bodies are there to be delivered anew; how many.
    pub(crate) fn replay_all(&self, state: State, anew: Progress) -> f64 {
        let rows = self.rows(
            "UPDATE events SET state = 0, tries = 0, since = ?, due = ?, finished = 0 WHERE state = ? AND body IS NOT NULL
             RETURNING 1",
            &[integer(anew.since), integer(anew.due), state.number().into()],
        );
        rows.map_or(0.0, |rows| f64::from(rows.length()))
    }

    pub(super) fn meta(&self, name: &str) -> Option<JsValue> {
        let rows = self.rows("SELECT value FROM meta WHERE name = ?", &[name.into()]).ok()?;
        let row: Array = rows.iter().next()?.unchecked_into();
        Some(row.get(0))
    }

    pub(super) fn set_meta(&self, name: &str, value: &JsValue) -> Result<(), ()> {
        self.run("INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)", &[name.into(), value.clone()])
    }

    pub(super) fn run(&self, sql: &str, values: &[JsValue]) -> Result<(), ()> {
        self.rows(sql, values).map(drop)
    }

    /// The rows of a statement, each an array.
    pub(super) fn rows(&self, sql: &str, values: &[JsValue]) -> Result<Array, ()> {
        self.cursor(sql, values)?.raw().to_array().map_err(|error| report(&error))
    }

    fn cursor(&self, sql: &str, values: &[JsValue]) -> Result<Cursor, ()> {
        self.0.exec(sql, &values.iter().collect()).map_err(|error| report(&error))
    }
}

/// What SQLite says goes to the log; it holds no values.
fn report(error: &JsValue) {
    log_failure(crate::host::property(error, "message").and_then(|text| text.as_string()).as_deref());
}

/// One line for a storage that does not work.
pub(super) fn log_failure(detail: Option<&str>) {
    crate::host::log(&printed(&json!({ "ev": "inbox", "code": "storage_unavailable", "detail": detail })));
}

/// The columns that [`progress`] reads.
const PROGRESS: &str = "number, state, attempts, tries, since, due, finished, body IS NOT NULL";

fn progress(row: &Array) -> (u64, Progress, bool) {
    let count = |at| u32::try_from(unsigned(&row.get(at))).unwrap_or(u32::MAX);
    let progress = Progress {
        state: State::from_number(u8::try_from(count(1)).unwrap_or_default()),
        attempts: count(2),
        tries: count(3),
        since: unsigned(&row.get(4)),
        due: unsigned(&row.get(5)),
        finished: unsigned(&row.get(6)),
    };
    (unsigned(&row.get(0)), progress, unsigned(&row.get(7)) > 0)
}

pub(super) fn key(event: EventKey) -> JsValue {
    Uint8Array::from(event.as_bytes().as_slice()).into()
}

/// An integer up to 2^53, beyond any date.
fn integer(number: u64) -> JsValue {
    JsValue::from_f64(number as f64)
}

pub(super) fn unsigned(value: &JsValue) -> u64 {
    value.as_f64().map_or(0, |number| number as u64)
}
