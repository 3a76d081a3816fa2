//! The schema of an inbox's database, and the way to it from older ones.

use super::table::Table;
use crate::host::Storage;

/// What leads from each version of the schema to the next. A step that was released is never changed.
///
/// One index serves what is due, what is to be tidied, lists and counts; the unique key is the claim.
const STEPS: [&str; 2] = [
    "CREATE TABLE events (
       number INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE, id TEXT NOT NULL, form TEXT NOT NULL, headers TEXT NOT NULL,
       body BLOB, bytes INTEGER NOT NULL, received_at INTEGER NOT NULL, state INTEGER NOT NULL, attempts INTEGER NOT NULL,
       tries INTEGER NOT NULL, since INTEGER NOT NULL, due INTEGER NOT NULL, finished INTEGER NOT NULL);
     CREATE INDEX events_by_due ON events (state, due)",
    "ALTER TABLE events ADD COLUMN last_status INTEGER;
     ALTER TABLE events ADD COLUMN last_error TEXT",
];

/// Creates the tables, or brings older ones up to date; all of it or nothing.
///
/// # Errors
/// What is wrong, where the database cannot be used.
pub(crate) fn migrate(storage: &Storage, table: &Table) -> Result<(), &'static str> {
    let mut outcome = Err("the database could not be brought up to date; the next call tries again");
    let done = storage.transaction_sync(&mut || outcome = table.upgrade());
    done.map_err(|_| "the database does not answer").and(outcome)
}

impl Table {
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
