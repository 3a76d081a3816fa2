//! The SQLite database of one object: statements, and the values that go in and come out.
//!
//! These are the bindings of the `worker` crate without its conversions. Those copy every body into Wasm, and their errors weigh 7 KB.

use countersign::gateway::dedupe::EventKey;
use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;
use worker::worker_sys::DurableObjectStorage;
use worker::worker_sys::types::SqlStorage;

use super::log::log_error;

/// The database of one object.
pub(super) struct Database(SqlStorage);

impl Database {
    pub(super) fn new(storage: &DurableObjectStorage) -> Self {
        Self(storage.sql())
    }

    /// Bytes of the database.
    pub(super) fn size(&self) -> u64 {
        self.0.database_size() as u64
    }

    /// Executes a statement.
    pub(super) fn run(&self, sql: &str, values: &[JsValue]) -> Result<(), ()> {
        self.rows(sql, values).map(drop)
    }

    /// The number in the first row of a statement, if there is one.
    pub(super) fn number(&self, sql: &str, values: &[JsValue]) -> Result<Option<i64>, ()> {
        let first = self.rows(sql, values)?.into_iter().next();
        Ok(first.map(|row| signed(&row.get(0))))
    }

    /// The rows of a statement, each an array. A failure is logged.
    pub(super) fn rows(&self, sql: &str, values: &[JsValue]) -> Result<Vec<Array>, ()> {
        self.read(sql, values).map_err(|error| log_error(&error))
    }

    fn read(&self, sql: &str, values: &[JsValue]) -> Result<Vec<Array>, JsValue> {
        let cursor = self.0.exec(sql, values.iter().collect())?.raw();
        let mut rows = Vec::new();
        // A damaged page shows while rows are read.
        loop {
            let next = cursor.next()?;
            if next.done() {
                return Ok(rows);
            }
            rows.push(next.value().unchecked_into());
        }
    }
}

/// The key of an event, as a value.
pub(super) fn key(event: EventKey) -> JsValue {
    Uint8Array::from(event.as_bytes().as_slice()).into()
}

/// An integer up to 2^53, beyond any date, as a value.
pub(super) fn integer(number: u64) -> JsValue {
    JsValue::from_f64(number as f64)
}

/// The number of an event, as a value.
pub(super) fn place(number: i64) -> JsValue {
    JsValue::from_f64(number as f64)
}

/// A value as a number of an event; 0 if it is none.
pub(super) fn signed(value: &JsValue) -> i64 {
    value.as_f64().map_or(0, |number| number as i64)
}

/// A value as an integer; 0 if it is none.
pub(super) fn unsigned(value: &JsValue) -> u64 {
    value.as_f64().map_or(0, |number| number as u64)
}

/// The condition that leaves out what was set aside.
pub(super) fn but(aside: &[i64]) -> String {
    if aside.is_empty() { String::new() } else { [" AND number NOT IN (", &listed(aside), ")"].concat() }
}

/// Numbers of events, separated by commas.
pub(super) fn listed(numbers: &[i64]) -> String {
    numbers.iter().map(i64::to_string).collect::<Vec<_>>().join(",")
}
