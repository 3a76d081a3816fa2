//! The SQLite database of one object: statements, and the values that go in and come out.
//!
//! These are the bindings of the `worker` crate without its conversions. Those copy every body into Wasm, and their errors weigh 7 KB.

use std::cell::{Cell, RefCell};

use countersign::gateway::dedupe::EventKey;
use countersign::inbox::{Report, StoreFault, Table};
use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;
use worker::worker_sys::DurableObjectStorage;
use worker::worker_sys::types::SqlStorage;

use super::log::log_error;

/// The database of one object.
pub(super) struct Database {
    sql: SqlStorage,
    /// The tables of events, oldest first, as the machine knows them.
    pub(super) logs: RefCell<Vec<Table>>,
    /// The tables of ids, oldest first.
    pub(super) ids: RefCell<Vec<Table>>,
    /// How many ids are known from an event on, and what the next event's number was then: see `counts.rs`.
    pub(super) counted: RefCell<Vec<KnownFrom>>,
    /// Whether that is written down.
    pub(super) is_count_noted: Cell<bool>,
    /// By destination, the number before which no open event waits there: see `waiting.rs`.
    pub(super) first_open: RefCell<Vec<(String, u64)>>,
    /// Events that cannot be read. They are shown as dead, and are in nobody's way.
    pub(super) aside: RefCell<Vec<u64>>,
    /// Those that are gone and left rows that nobody may touch: they may be on a damaged page.
    pub(super) lost: RefCell<Vec<u64>>,
    /// Whether events of an older schema are still to be brought over.
    pub(super) has_legacy: Cell<bool>,
    /// What is reported in the transition under way, to be written with it.
    pub(super) reports: RefCell<Vec<Report>>,
    /// What is known of attempts at each destination.
    pub(super) recent: RefCell<Vec<Recent>>,
}

/// How many ids are known from an event on.
#[derive(Clone, Copy)]
pub(super) struct KnownFrom {
    pub(super) first: u64,
    /// The number that the next event was to have when they were counted.
    pub(super) next: u64,
    pub(super) count: u64,
}

/// What is known of the attempts at one destination.
#[derive(Default)]
pub(super) struct Recent {
    pub(super) destination: String,
    /// The reports that no row of attempts holds yet.
    pub(super) reports: Vec<Report>,
    /// All attempts that were reported.
    pub(super) attempts: u64,
}

impl Database {
    pub(super) fn new(storage: &DurableObjectStorage) -> Self {
        Self {
            sql: storage.sql(),
            logs: RefCell::default(),
            ids: RefCell::default(),
            counted: RefCell::default(),
            is_count_noted: Cell::default(),
            first_open: RefCell::default(),
            aside: RefCell::default(),
            lost: RefCell::default(),
            has_legacy: Cell::new(false),
            reports: RefCell::default(),
            recent: RefCell::default(),
        }
    }

    /// Bytes of the database.
    pub(super) fn size(&self) -> u64 {
        self.sql.database_size() as u64
    }

    /// Executes a statement.
    pub(super) fn run(&self, sql: &str, values: &[JsValue]) -> Result<(), ()> {
        self.rows(sql, values).map(drop)
    }

    /// The number in the first row of a statement, if there is one and it is not null.
    pub(super) fn number(&self, sql: &str, values: &[JsValue]) -> Result<Option<i64>, ()> {
        let first = self.rows(sql, values)?.into_iter().next();
        Ok(first.map(|row| row.get(0)).filter(|value| !value.is_null()).map(|value| signed(&value)))
    }

    /// The rows of a statement, each an array. A failure is logged.
    pub(super) fn rows(&self, sql: &str, values: &[JsValue]) -> Result<Vec<Array>, ()> {
        self.read(sql, values).map_err(|error| log_error(&error))
    }

    fn read(&self, sql: &str, values: &[JsValue]) -> Result<Vec<Array>, JsValue> {
        let cursor = self.sql.exec(sql, values.iter().collect())?.raw();
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

/// The part of a key that tables of ids have: 16 bytes tell more events apart than there ever are.
pub(super) fn short_key(event: EventKey) -> JsValue {
    Uint8Array::from(event.as_bytes().first_chunk::<16>().map_or(&[] as &[u8], |bytes| bytes)).into()
}

/// An integer up to 2^53, beyond any date, as a value.
pub(super) fn integer(number: u64) -> JsValue {
    JsValue::from_f64(number as f64)
}

/// An integer or null, as a value.
pub(super) fn maybe(number: Option<u64>) -> JsValue {
    number.map_or(JsValue::NULL, integer)
}

/// A value as an integer; 0 if it is none.
pub(super) fn signed(value: &JsValue) -> i64 {
    value.as_f64().map_or(0, |number| number as i64)
}

/// A value as a natural number; 0 if it is none.
pub(super) fn unsigned(value: &JsValue) -> u64 {
    value.as_f64().map_or(0, |number| number as u64)
}

/// A value as a natural number, or nothing for null.
pub(super) fn optional(value: &JsValue) -> Option<u64> {
    (!value.is_null()).then(|| unsigned(value))
}

/// The condition that leaves out events by their numbers.
pub(super) fn but(numbers: &[u64]) -> String {
    if numbers.is_empty() { String::new() } else { [" AND number NOT IN (", &listed(numbers), ")"].concat() }
}

/// Numbers of events, separated by commas.
pub(super) fn listed(numbers: &[u64]) -> String {
    numbers.iter().map(u64::to_string).collect::<Vec<_>>().join(",")
}

/// What the state machine is told of a failure, which is logged already.
pub(super) fn fault((): ()) -> StoreFault {
    StoreFault
}
