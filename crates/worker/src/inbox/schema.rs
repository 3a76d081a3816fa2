//! The schema of an inbox's database, and the way to it from older ones.

use wasm_bindgen::prelude::*;
use worker::worker_sys::DurableObjectStorage;

use super::database::Database;

#[wasm_bindgen]
extern "C" {
    /// The storage of an object, with the method that `worker_sys` lacks.
    #[wasm_bindgen(extends = DurableObjectStorage)]
    type Transactions;
    #[wasm_bindgen(method, js_name = transactionSync, catch)]
    fn transaction_sync(this: &Transactions, work: &mut dyn FnMut()) -> Result<(), JsValue>;
}

/// The migrations from each version of the schema to the next. A released one is never changed.
///
/// One index serves attempts, expiry, lists and counts. The unique key makes an id known.
const STEPS: [&str; 2] = [
    "CREATE TABLE events (
       number INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE, id TEXT NOT NULL, form TEXT NOT NULL, headers TEXT NOT NULL,
       body BLOB, bytes INTEGER NOT NULL, received_at INTEGER NOT NULL, state INTEGER NOT NULL, attempts INTEGER NOT NULL,
       tries INTEGER NOT NULL, since INTEGER NOT NULL, due INTEGER NOT NULL, finished INTEGER NOT NULL);
     CREATE INDEX events_by_due ON events (state, due)",
    "ALTER TABLE events ADD COLUMN last_status INTEGER;
     ALTER TABLE events ADD COLUMN last_error TEXT",
];

/// Creates the tables, or migrates older ones; all of it or nothing.
///
/// # Errors
/// Why the database cannot be used.
pub(super) fn migrate(storage: &DurableObjectStorage, database: &Database) -> Result<(), &'static str> {
    let mut outcome = Err("the database could not be brought up to date; the next call tries again");
    let storage: &Transactions = storage.unchecked_ref();
    let done = storage.transaction_sync(&mut || outcome = database.upgrade());
    done.map_err(|_| "the database does not answer").and(outcome)
}

impl Database {
    fn upgrade(&self) -> Result<(), &'static str> {
        let failed = |()| "the database could not be brought up to date; the next call tries again";
        self.run("CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID", &[])
            .map_err(failed)?;
        let version =
            self.meta("schema").map_err(failed)?.and_then(|value| value.as_f64()).map_or(0, |version| version as usize);
        if version > STEPS.len() {
            return Err("the database was written by a newer version of Countersign; deploy that version again");
        }
        for (step, done) in STEPS.iter().zip(1_usize..).skip(version) {
            self.run(step, &[]).map_err(failed)?;
            self.set_meta("schema", &done.into()).map_err(failed)?;
        }
        Ok(())
    }
}
