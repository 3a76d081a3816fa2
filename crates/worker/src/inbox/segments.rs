//! The tables of the log: which one has an event, and how one is appended.

use std::cell::RefCell;

use countersign::gateway::dedupe::EventKey;
use countersign::inbox::{Kind, StoreFault, Table};

use super::database::{Database, fault, integer, key, maybe};
use super::new_event::NewEvent;
use super::rows::EVENT;

impl Database {
    /// The tables of a kind, oldest first.
    pub(super) fn known(&self, kind: Kind) -> &RefCell<Vec<Table>> {
        match kind {
            Kind::Log => &self.logs,
            Kind::Ids => &self.ids,
        }
    }

    /// The name of the table that has an event, or would have it.
    pub(super) fn log_of(&self, number: u64) -> Option<String> {
        let logs = self.logs.borrow();
        let table = logs.iter().rev().find(|table| table.first <= number)?;
        Some(format!("log_{}", table.number))
    }

    /// Appends an event to the youngest table.
    pub(super) fn append(&self, event: &NewEvent, event_key: EventKey, number: u64) -> Result<(), StoreFault> {
        let table = self.log_of(number).ok_or(StoreFault)?;
        let body = event.body();
        let sql = format!("INSERT INTO {table} ({EVENT}, filtered, lane) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
        let values = [
            integer(number),
            key(event_key),
            event.id().into(),
            event.form().into(),
            event.headers().into(),
            event.received_at().into(),
            event.event_type(),
            event.matched(),
            body.length().into(),
            body.into(),
            event.filtered(),
            maybe(event.order()),
        ];
        self.run(&sql, &values).map_err(fault)
    }
}
