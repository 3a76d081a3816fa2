//! The events of an inbox, statement by statement.

use countersign::gateway::dedupe::EventKey;
use countersign::inbox::{EventState, Progress, Watch};

use countersign::json::printed;
use js_sys::{Array, JsString, Uint8Array};
use serde_json::json;
use wasm_bindgen::prelude::*;

use crate::host::{Cursor, Sql, Storage};

/// Claim and event in one statement.
const INSERT: &str = "INSERT INTO events (key, id, form, headers, body, bytes, received_at, state, attempts, tries, since, due, finished)
    VALUES (?, ?, ?, ?, ?, ?, ?, 0, 0, 0, ?, ?, 0) ON CONFLICT (key) DO NOTHING RETURNING number";

/// What is stored of an event when it is accepted.
pub(crate) struct Row {
    pub(crate) key: EventKey,
    /// These are never looked at in Wasm.
    pub(crate) id: JsString,
    pub(crate) form: JsString,
    pub(crate) headers: JsString,
    pub(crate) received_at: u64,
}

/// What counts of an event when a copy of it comes.
pub(crate) struct Copy {
    pub(crate) number: i64,
    pub(crate) state: EventState,
    pub(crate) attempts: u32,
    pub(crate) is_unreadable: bool,
    /// While it may still be delivered.
    pub(crate) headers: Option<String>,
}

/// What is known besides the events.
#[derive(Default)]
pub(crate) struct About {
    pub(crate) source: Option<String>,
    pub(crate) born: Option<u64>,
    pub(crate) watch: Option<Watch>,
    pub(crate) shard: Option<u32>,
    /// The event that was being read when the object ended, and those with which that happened before.
    pub(crate) reading: Option<i64>,
    pub(crate) aside: Vec<i64>,
    /// Whether the registry knows of this object.
    pub(crate) registered: bool,
}

/// The tables of one object.
pub(crate) struct Table(pub(super) Sql);

impl Table {
    pub(crate) fn new(storage: &Storage) -> Self {
        Self(storage.sql())
    }

    /// What is known besides the events.
    pub(crate) fn about(&self) -> Result<About, ()> {
        let mut about = About::default();
        for row in self.rows("SELECT name, value FROM meta", &[])? {
            let row: Array = row.unchecked_into();
            let value = row.get(1);
            match row.get(0).as_string().unwrap_or_default().as_str() {
                "source" => about.source = value.as_string(),
                "born" => about.born = value.as_f64().map(|born| born as u64),
                "shard" => about.shard = value.as_f64().map(|shard| shard as u32),
                "registered" => about.registered = true,
                "reading" => about.reading = value.as_f64().map(|number| number as i64),
                "aside" => {
                    let numbers = value.as_string().unwrap_or_default();
                    about.aside = numbers.split(',').filter_map(|number| number.parse().ok()).collect();
                }
                "clock" => about.watch = value.as_string().and_then(|text| Watch::parse(&text)),
                _ => {}
            }
        }
        Ok(about)
    }

    /// Writes whose shard this is, and when its first event came.
    pub(crate) fn begin(&self, source: &str, shard: u32, born: u64) -> Result<(), ()> {
        self.set_meta("source", &source.into())?;
        self.set_meta("shard", &shard.into())?;
        self.set_meta("born", &integer(born))
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

    /// Writes which event is about to be read.
    pub(crate) fn set_reading(&self, number: Option<i64>) -> Result<(), ()> {
        self.set_meta("reading", &number.map_or(JsValue::NULL, place))
    }

    /// Writes which events are left aside, among them the one that was being read.
    pub(crate) fn set_aside(&self, aside: &[i64]) -> Result<(), ()> {
        self.set_meta("aside", &listed(aside).into())?;
        self.set_reading(None)
    }

    /// The number of an event, from the index alone.
    pub(crate) fn find(&self, event: EventKey) -> Result<Option<i64>, ()> {
        self.number("SELECT number FROM events WHERE key = ?", &[key(event)])
    }

    /// What is stored of an event of which a copy came.
    pub(crate) fn copy(&self, event: EventKey) -> Result<Option<Copy>, ()> {
        let rows = self.rows(
            "SELECT number, state, attempts, coalesce(last_error, '') = 'unreadable', CASE WHEN state IN (0, 2) THEN headers END
             FROM events WHERE key = ?",
            &[key(event)],
        )?;
        let copy = |row: JsValue| {
            let row: Array = row.unchecked_into();
            Copy {
                number: signed(&row.get(0)),
                state: EventState::from_number(unsigned(&row.get(1)).try_into().unwrap_or_default()),
                attempts: unsigned(&row.get(2)).try_into().unwrap_or(u32::MAX),
                is_unreadable: unsigned(&row.get(3)) > 0,
                headers: row.get(4).as_string(),
            }
        };
        Ok(rows.iter().next().map(copy))
    }

    pub(crate) fn set_headers(&self, number: i64, headers: &str) -> Result<(), ()> {
        self.run("UPDATE events SET headers = ? WHERE number = ?", &[headers.into(), place(number)])
    }

    /// The number of an event, its progress, and whether its body is there.
    pub(crate) fn progress(&self, event: EventKey) -> Result<Option<(i64, Progress, bool)>, ()> {
        let rows = self.rows(&format!("SELECT {PROGRESS} FROM events WHERE key = ?"), &[key(event)])?;
        Ok(rows.iter().next().map(|row| progress(&row.unchecked_into())))
    }

    /// Writes the progress of an event, and the end of an attempt: what was answered (0: nothing), and the code of a failure.
    pub(crate) fn set(&self, number: i64, now: Progress, ended: Option<(u16, &str)>) -> Result<(), ()> {
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
                place(number),
            ],
        )
    }

    /// Writes that an event was delivered, and drops its body with that.
    pub(crate) fn finish(&self, number: i64, now: Progress, status: u16) -> Result<(), ()> {
        self.run(
            "UPDATE events SET state = ?, due = ?, finished = ?, last_status = ?, last_error = '', body = NULL, headers = '[]'
             WHERE number = ?",
            &[now.state.number().into(), integer(now.due), integer(now.finished), status.into(), place(number)],
        )
    }

    /// Writes that an attempt failed, of an event that was not delivered meanwhile: that, nothing takes back.
    pub(crate) fn fail(&self, number: i64, now: Progress, status: u16, code: &str) -> Result<(), ()> {
        self.run(
            "UPDATE events SET state = ?, due = ?, finished = ?, last_status = ?, last_error = ?
             WHERE number = ? AND state = 0 AND attempts = ?",
            &[
                now.state.number().into(),
                integer(now.due),
                integer(now.finished),
                status.into(),
                code.into(),
                place(number),
                now.attempts.into(),
            ],
        )
    }

    pub(crate) fn drop_body(&self, number: i64, due: u64) -> Result<(), ()> {
        self.run(
            "UPDATE events SET body = NULL, headers = '[]', due = ? WHERE number = ?",
            &[integer(due), place(number)],
        )
    }

    pub(crate) fn remove(&self, number: i64) -> Result<(), ()> {
        self.run("DELETE FROM events WHERE number = ?", &[place(number)])
    }

    /// Removes an event: its number, if it was there.
    pub(crate) fn forget(&self, event: EventKey) -> Result<Option<i64>, ()> {
        self.number("DELETE FROM events WHERE key = ? RETURNING number", &[key(event)])
    }

    pub(crate) fn count(&self, state: EventState) -> Result<u64, ()> {
        let rows = self.rows("SELECT count(*) FROM events WHERE state = ?", &[state.number().into()])?;
        let first: Array = rows.get(0).unchecked_into();
        Ok(unsigned(&first.get(0)))
    }

    /// Sets all events of a state whose bodies are there to be delivered anew; how many.
    pub(crate) fn replay_all(&self, state: EventState, anew: Progress) -> Result<u32, ()> {
        let rows = self.rows(
            "UPDATE events SET state = 0, tries = 0, since = ?, due = ?, finished = 0 WHERE state = ? AND body IS NOT NULL
             RETURNING 1",
            &[integer(anew.since), integer(anew.due), state.number().into()],
        );
        rows.map(|rows| rows.length())
    }

    pub(super) fn meta(&self, name: &str) -> Result<Option<JsValue>, ()> {
        let rows = self.rows("SELECT value FROM meta WHERE name = ?", &[name.into()])?;
        Ok(rows.iter().next().map(|row| row.unchecked_into::<Array>().get(0)))
    }

    pub(super) fn set_meta(&self, name: &str, value: &JsValue) -> Result<(), ()> {
        self.run("INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)", &[name.into(), value.clone()])
    }

    pub(super) fn run(&self, sql: &str, values: &[JsValue]) -> Result<(), ()> {
        self.rows(sql, values).map(drop)
    }

    /// The number in the first row of a statement, if there is one.
    pub(super) fn number(&self, sql: &str, values: &[JsValue]) -> Result<Option<i64>, ()> {
        let rows = self.rows(sql, values)?;
        Ok(rows.iter().next().map(|row| signed(&row.unchecked_into::<Array>().get(0))))
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
    log_failure(crate::env::property(error, "message").and_then(|text| text.as_string()).as_deref());
}

/// One line for a storage that does not work.
pub(super) fn log_failure(detail: Option<&str>) {
    crate::host::log(&printed(&json!({ "ev": "inbox", "code": "storage_unavailable", "detail": detail })));
}

/// One line for a source whose stored events need looking after.
pub(super) fn log_event(code: &str, source: Option<&str>, detail: &str) {
    crate::host::log(&printed(&json!({ "ev": "inbox", "code": code, "source": source, "detail": detail })));
}

/// The columns that [`progress`] reads.
pub(super) const PROGRESS: &str = "number, state, attempts, tries, since, due, finished, body IS NOT NULL";

pub(super) fn progress(row: &Array) -> (i64, Progress, bool) {
    let count = |at| u32::try_from(unsigned(&row.get(at))).unwrap_or(u32::MAX);
    let progress = Progress {
        state: EventState::from_number(u8::try_from(count(1)).unwrap_or_default()),
        attempts: count(2),
        tries: count(3),
        since: unsigned(&row.get(4)),
        due: unsigned(&row.get(5)),
        finished: unsigned(&row.get(6)),
    };
    (signed(&row.get(0)), progress, unsigned(&row.get(7)) > 0)
}

pub(super) fn key(event: EventKey) -> JsValue {
    Uint8Array::from(event.as_bytes().as_slice()).into()
}

/// An integer up to 2^53, beyond any date.
pub(super) fn integer(number: u64) -> JsValue {
    JsValue::from_f64(number as f64)
}

/// The condition that leaves out what was set aside.
pub(super) fn but(aside: &[i64]) -> String {
    if aside.is_empty() { String::new() } else { [" AND number NOT IN (", &listed(aside), ")"].concat() }
}

fn listed(numbers: &[i64]) -> String {
    numbers.iter().map(i64::to_string).collect::<Vec<_>>().join(",")
}

/// The number of an event.
pub(super) fn place(number: i64) -> JsValue {
    JsValue::from_f64(number as f64)
}

pub(super) fn signed(value: &JsValue) -> i64 {
    value.as_f64().map_or(0, |number| number as i64)
}

pub(super) fn unsigned(value: &JsValue) -> u64 {
    value.as_f64().map_or(0, |number| number as u64)
}
