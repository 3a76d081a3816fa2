//! The schema of an inbox's database, and the way to it from older ones.

use countersign::config::DEFAULT;
use countersign::inbox::Cursor;
use countersign::json::printed;
use wasm_bindgen::prelude::*;
use worker::worker_sys::DurableObjectStorage;

use super::database::{Database, unsigned};

#[wasm_bindgen]
extern "C" {
    /// The storage of an object, with the method that `worker_sys` lacks.
    #[wasm_bindgen(extends = DurableObjectStorage)]
    type Transactions;
    #[wasm_bindgen(method, js_name = transactionSync, catch)]
    fn transaction_sync(this: &Transactions, work: &mut dyn FnMut()) -> Result<(), JsValue>;
}

/// The version of the schema.
pub(crate) const VERSION: usize = 4;

/// The tables, but for those of events and ids, which come and go.
///
/// Each index of a table costs a row for each row written, so only what fails has any. A waiting event is copied to `kept`, so that its
/// progress can be written without its body. In `destinations`, `recent` has the reports that no row of `attempts_…` holds yet.
const TABLES: &str = "
    CREATE TABLE tables (
      kind INTEGER NOT NULL, number INTEGER NOT NULL, first INTEGER NOT NULL, opened_at INTEGER NOT NULL, last INTEGER,
      youngest_at INTEGER NOT NULL, finished_at INTEGER, has_marks INTEGER NOT NULL, PRIMARY KEY (kind, number)) WITHOUT ROWID;
    CREATE TABLE destinations (
      name TEXT PRIMARY KEY, cursor TEXT, recent TEXT, attempts INTEGER, broken_since INTEGER, held_until INTEGER, pauses TEXT,
      why TEXT, orphaned INTEGER) WITHOUT ROWID;
    CREATE TABLE waiting (
      destination TEXT NOT NULL, number INTEGER NOT NULL, state INTEGER NOT NULL, attempts INTEGER NOT NULL,
      tries INTEGER NOT NULL, since INTEGER NOT NULL, due INTEGER NOT NULL, finished INTEGER NOT NULL, last_status INTEGER,
      last_error TEXT, history TEXT, lane INTEGER, PRIMARY KEY (destination, number)) WITHOUT ROWID;
    CREATE INDEX waiting_by_due ON waiting (destination, state, due);
    CREATE TABLE kept (
      number INTEGER PRIMARY KEY, key BLOB NOT NULL, id TEXT NOT NULL, form TEXT NOT NULL, headers TEXT NOT NULL,
      received_at INTEGER NOT NULL, type TEXT, matched INTEGER, bytes INTEGER NOT NULL, body BLOB);
    CREATE INDEX kept_by_key ON kept (key)";

/// Schema 2, which had one table for everything, becomes the table from which events are brought over: see `legacy.rs`. Their numbers are
/// those of events that need no attempt from the log.
const FROM_2: &str = "
    ALTER TABLE events RENAME TO events_2;
    INSERT INTO meta (name, value) SELECT 'next', coalesce(max(max(number), 0), 0) + 1 FROM events_2 WHERE true
      ON CONFLICT (name) DO UPDATE SET value = excluded.value";

/// Schema 1 lacked what the last attempt said.
const FROM_1: &str = "ALTER TABLE events ADD COLUMN last_status INTEGER; ALTER TABLE events ADD COLUMN last_error TEXT";

/// Schema 3 had one destination, and nothing that was not for it.
const FROM_3: &str = "
    ALTER TABLE destinations ADD COLUMN orphaned INTEGER;
    ALTER TABLE waiting ADD COLUMN lane INTEGER";

/// Creates the tables, or brings older ones up to date; all of it or nothing.
///
/// # Errors
/// Why the database cannot be used.
pub(super) fn migrate(storage: &DurableObjectStorage, database: &Database) -> Result<(), &'static str> {
    let mut outcome = Err(FAILED);
    let storage: &Transactions = storage.unchecked_ref();
    let done = storage.transaction_sync(&mut || outcome = database.upgrade());
    done.map_err(|_| "the database does not answer").and(outcome)
}

impl Database {
    fn upgrade(&self) -> Result<(), &'static str> {
        let run = |sql: &str| self.run(sql, &[]).map_err(|()| FAILED);
        run("CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID")?;
        let schema = self.meta("schema").map_err(|()| FAILED)?;
        let version = schema.and_then(|value| value.as_f64()).map_or(0, |version| version as usize);
        if version > VERSION {
            return Err("the database was written by a newer version of Countersign; deploy that version again");
        }
        if version == VERSION {
            return Ok(());
        }
        if version == 3 {
            run(FROM_3)?;
            self.widen_logs().map_err(|()| FAILED)?;
            self.run("INSERT OR IGNORE INTO destinations (name) VALUES (?)", &[DEFAULT.into()]).map_err(|()| FAILED)?;
            return self.set_meta("schema", &VERSION.into()).map_err(|()| FAILED);
        }
        run(TABLES)?;
        if version == 1 {
            run(FROM_1)?;
        }
        if version > 0 {
            run(FROM_2)?;
            let next = self.meta("next").map_err(|()| FAILED)?.map_or(1, |next| unsigned(&next));
            let mut cursor = Cursor::default();
            cursor.skip_before(next);
            let sql = "INSERT INTO destinations (name, cursor) VALUES (?, ?)";
            self.run(sql, &[DEFAULT.into(), printed(&cursor.to_json()).into()]).map_err(|()| FAILED)?;
        }
        self.set_meta("schema", &VERSION.into()).map_err(|()| FAILED)
    }

    /// Adds the columns that came with schema 4 to the tables of events.
    fn widen_logs(&self) -> Result<(), ()> {
        for row in self.rows("SELECT number FROM tables WHERE kind = 0", &[])? {
            let log = unsigned(&row.get(0));
            self.run(&format!("ALTER TABLE log_{log} ADD COLUMN filtered TEXT"), &[])?;
            self.run(&format!("ALTER TABLE log_{log} ADD COLUMN lane INTEGER"), &[])?;
        }
        Ok(())
    }
}

const FAILED: &str = "the database could not be brought up to date; the next call tries again";
