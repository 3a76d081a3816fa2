//! The rows of events: what is written when one is accepted, attempted, finished, replayed and removed.

use countersign::gateway::dedupe::EventKey;
use countersign::inbox::{EventState, Progress};
use js_sys::Array;
use wasm_bindgen::prelude::*;

use super::database::{Database, integer, key, place, signed, unsigned};
use super::new_event::NewEvent;

/// The parts of an event that matter once a copy of it comes.
pub(super) struct Copy {
    pub(super) number: i64,
    pub(super) state: EventState,
    pub(super) attempts: u32,
    pub(super) is_unreadable: bool,
    /// Only if it may still be delivered.
    pub(super) headers: Option<String>,
}

impl Database {
    /// Stores an event under its key; `false` if the key is known.
    pub(super) fn insert(&self, event: EventKey, new: &NewEvent, progress: Progress) -> Result<bool, ()> {
        let body = new.body();
        let inserted = self.number(
            "INSERT INTO events (key, id, form, headers, body, bytes, received_at, state, attempts, tries, since, due, finished)
             VALUES (?, ?, ?, ?, ?, ?, ?, 0, 0, 0, ?, ?, 0) ON CONFLICT (key) DO NOTHING RETURNING number",
            &[
                key(event),
                new.id().into(),
                new.form().into(),
                new.headers().into(),
                body.clone().into(),
                body.length().into(),
                new.received_at().into(),
                integer(progress.since),
                integer(progress.due),
            ],
        );
        inserted.map(|number| number.is_some())
    }

    /// Stores that an id was surrendered to a newer shard.
    pub(super) fn insert_moved(&self, event: EventKey, id: &str, progress: Progress) -> Result<(), ()> {
        self.run(
            "INSERT INTO events (key, id, form, headers, bytes, received_at, state, attempts, tries, since, due, finished)
             VALUES (?, ?, '', '[]', 0, 0, 3, 0, 0, ?, ?, ?)",
            &[key(event), id.into(), integer(progress.since), integer(progress.due), integer(progress.finished)],
        )
    }

    /// The number of an event, from the index alone.
    pub(super) fn find(&self, event: EventKey) -> Result<Option<i64>, ()> {
        self.number("SELECT number FROM events WHERE key = ?", &[key(event)])
    }

    /// What is stored of an event of which a copy came.
    pub(super) fn copy(&self, event: EventKey) -> Result<Option<Copy>, ()> {
        let rows = self.rows(
            "SELECT number, state, attempts, coalesce(last_error, '') = 'unreadable', CASE WHEN state IN (0, 2) THEN headers END
             FROM events WHERE key = ?",
            &[key(event)],
        )?;
        Ok(rows.first().map(|row| Copy {
            number: signed(&row.get(0)),
            state: EventState::from_number(unsigned(&row.get(1)).try_into().unwrap_or_default()),
            attempts: unsigned(&row.get(2)).try_into().unwrap_or(u32::MAX),
            is_unreadable: unsigned(&row.get(3)) > 0,
            headers: row.get(4).as_string(),
        }))
    }

    /// Writes the headers of an event.
    pub(super) fn set_headers(&self, number: i64, headers: &str) -> Result<(), ()> {
        self.run("UPDATE events SET headers = ? WHERE number = ?", &[headers.into(), place(number)])
    }

    /// The number of an event, its progress, and whether its body is there.
    pub(super) fn progress(&self, event: EventKey) -> Result<Option<(i64, Progress, bool)>, ()> {
        let rows = self.rows(&format!("SELECT {PROGRESS} FROM events WHERE key = ?"), &[key(event)])?;
        Ok(rows.first().map(progress))
    }

    /// Writes the progress of an event, and the end of an attempt: the status of the response (0: none) and the code of a failure.
    pub(super) fn set(&self, number: i64, now: Progress, ended: Option<(u16, &str)>) -> Result<(), ()> {
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

    /// Writes that an event was delivered, and drops its body.
    pub(super) fn finish(&self, number: i64, now: Progress, status: u16) -> Result<(), ()> {
        self.run(
            "UPDATE events SET state = ?, due = ?, finished = ?, last_status = ?, last_error = '', body = NULL, headers = '[]'
             WHERE number = ?",
            &[now.state.number().into(), integer(now.due), integer(now.finished), status.into(), place(number)],
        )
    }

    /// Writes that an attempt failed, unless the event was delivered meanwhile.
    pub(super) fn fail(&self, number: i64, now: Progress, status: u16, code: &str) -> Result<(), ()> {
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

    /// Drops the body of an event, whose id expires at `due`.
    pub(super) fn drop_body(&self, number: i64, due: u64) -> Result<(), ()> {
        self.run(
            "UPDATE events SET body = NULL, headers = '[]', due = ? WHERE number = ?",
            &[integer(due), place(number)],
        )
    }

    /// Removes an event.
    pub(super) fn remove(&self, number: i64) -> Result<(), ()> {
        self.run("DELETE FROM events WHERE number = ?", &[place(number)])
    }

    /// Removes an event: its number, if it was there.
    pub(super) fn forget(&self, event: EventKey) -> Result<Option<i64>, ()> {
        self.number("DELETE FROM events WHERE key = ? RETURNING number", &[key(event)])
    }

    /// The number of events in a state.
    pub(super) fn count(&self, state: EventState) -> Result<u64, ()> {
        let rows = self.rows("SELECT count(*) FROM events WHERE state = ?", &[state.number().into()])?;
        Ok(rows.first().map_or(0, |row| unsigned(&row.get(0))))
    }

    /// Makes all events in a state pending again that have their bodies; how many.
    pub(super) fn replay_all(&self, state: EventState, anew: Progress) -> Result<u32, ()> {
        let rows = self.rows(
            "UPDATE events SET state = 0, tries = 0, since = ?, due = ?, finished = 0 WHERE state = ? AND body IS NOT NULL
             RETURNING 1",
            &[integer(anew.since), integer(anew.due), state.number().into()],
        );
        rows.map(|rows| u32::try_from(rows.len()).unwrap_or(u32::MAX))
    }
}

/// The columns that [`progress`] reads.
pub(super) const PROGRESS: &str = "number, state, attempts, tries, since, due, finished, body IS NOT NULL";

/// The number of an event, its progress, and whether its body is there.
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
