//! Single events: reading one for an attempt or for a copy of it, and removing one.

use countersign::gateway::dedupe::EventKey;
use countersign::inbox::{Handout, Machine, Outlet};
use countersign::json::value;
use js_sys::{Array, Object, Uint8Array};
use wasm_bindgen::prelude::*;

use super::database::{Database, integer, optional, unsigned};
use super::rows::path_to;
use super::waiting::UNDELIVERED;

#[wasm_bindgen]
extern "C" {
    /// An event that is handed to a courier, with the members below.
    #[wasm_bindgen(extends = Object)]
    #[derive(Clone)]
    pub type Handed;

    /// The name of the destination.
    #[wasm_bindgen(method, getter)]
    pub(crate) fn destination(this: &Handed) -> String;
    #[wasm_bindgen(method, setter)]
    fn set_destination(this: &Handed, destination: &str);
    #[wasm_bindgen(method, getter)]
    pub(crate) fn number(this: &Handed) -> f64;
    #[wasm_bindgen(method, setter)]
    fn set_number(this: &Handed, number: f64);
    #[wasm_bindgen(method, getter)]
    pub(crate) fn attempt(this: &Handed) -> u32;
    #[wasm_bindgen(method, setter)]
    fn set_attempt(this: &Handed, attempt: u32);
    #[wasm_bindgen(method, getter)]
    pub(crate) fn cause(this: &Handed) -> String;
    #[wasm_bindgen(method, setter)]
    fn set_cause(this: &Handed, cause: &str);
    /// Whether an operator named the destination for it.
    #[wasm_bindgen(method, getter)]
    pub(crate) fn named(this: &Handed) -> bool;
    #[wasm_bindgen(method, setter)]
    fn set_named(this: &Handed, named: bool);
    /// The columns key, id, form, headers, received_at, bytes, body and type.
    #[wasm_bindgen(method, getter)]
    pub(crate) fn row(this: &Handed) -> Array;
    #[wasm_bindgen(method, setter)]
    fn set_row(this: &Handed, row: &Array);
}

/// What is read of an event that was handed out.
pub(super) enum Read {
    /// The event.
    Event(Handed),
    /// It is not for the destination.
    Filtered,
    /// There is none, or a column is not of its type.
    Damaged,
}

impl Database {
    /// Reads an event for an attempt.
    pub(super) fn read_for(&self, handout: &Handout, destination: &str) -> Result<Read, ()> {
        let (table, filtered) = match handout.is_waiting {
            true => (Some("kept".to_owned()), "NULL"),
            false => (self.log_of(handout.number), "filtered"),
        };
        let Some(table) = table else { return Ok(Read::Damaged) };
        let columns = "key, id, form, headers, received_at, bytes, body, type";
        let sql = format!("SELECT {columns}, {filtered} FROM {table} WHERE number = ?");
        let rows = self.rows(&sql, &[integer(handout.number)])?;
        let Some(row) = rows.first().filter(|row| is_whole(row)) else { return Ok(Read::Damaged) };
        let filtered = row.get(8).as_string().and_then(|text| value(&text));
        if filtered.is_some_and(|filtered| filtered.get(destination).is_some()) {
            return Ok(Read::Filtered);
        }
        let handed: Handed = Object::new().unchecked_into();
        handed.set_destination(destination);
        handed.set_number(handout.number as f64);
        handed.set_attempt(handout.attempt);
        handed.set_cause(handout.cause.as_str());
        handed.set_named(handout.is_named);
        handed.set_row(row);
        Ok(Read::Event(handed))
    }

    /// The tables that may have an event, that of the waiting ones first; none if nobody may touch what is left of it.
    pub(super) fn tables_of(&self, number: u64) -> Vec<String> {
        let tables = ["kept".to_owned()].into_iter().chain(self.log_of(number));
        tables.filter(|_| !self.has_lost(number)).collect()
    }

    /// Whether rows are left of an event that nobody may touch.
    pub(super) fn has_lost(&self, number: u64) -> bool {
        self.lost.borrow().contains(&number)
    }

    /// Whether an event is there to be delivered.
    pub(super) fn is_stored(&self, number: u64) -> Result<bool, ()> {
        for table in self.tables_of(number) {
            let sql = format!("SELECT 1 FROM {table} WHERE number = ? AND id <> ''");
            if self.number(&sql, &[integer(number)])?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The headers of an event that may still be delivered anywhere, and the most attempts that were begun at it.
    pub(super) fn headers_of(&self, number: u64, machine: &Machine) -> Result<Option<(String, u32)>, ()> {
        let mut found: Option<(String, u32)> = None;
        for outlet in machine.outlets() {
            if let Some((headers, begun)) = self.headers_for(number, outlet)? {
                let most = found.map_or(begun, |(_, most)| most.max(begun));
                found = Some((headers, most));
            }
        }
        Ok(found)
    }

    fn headers_for(&self, number: u64, outlet: &Outlet) -> Result<Option<(String, u32)>, ()> {
        let sql = format!(
            "SELECT kept.headers, waiting.attempts FROM waiting JOIN kept USING (number)
             WHERE waiting.destination = ? AND waiting.number = ? AND {UNDELIVERED}"
        );
        let rows = self.rows(&sql, &[outlet.name().into(), integer(number)])?;
        if let Some(row) = rows.first() {
            let begun = unsigned(&row.get(1)).saturating_add(u64::from(outlet.is_under_way(number)));
            return Ok(row.get(0).as_string().zip(u32::try_from(begun).ok()));
        }
        let is_open = !outlet.cursor().is_done(number) || outlet.cursor().died_at(number).is_some();
        let Some(table) = self.log_of(number).filter(|_| is_open) else { return Ok(None) };
        let rows = self.rows(&format!("SELECT headers FROM {table} WHERE number = ?"), &[integer(number)])?;
        let begun = outlet.cursor().attempts(number).saturating_add(u32::from(outlet.is_under_way(number)));
        Ok(rows.first().and_then(|row| row.get(0).as_string()).map(|headers| (headers, begun)))
    }

    /// Writes the headers of an event, wherever it is stored.
    pub(super) fn set_headers(&self, number: u64, headers: &str) -> Result<(), ()> {
        let values = [headers.into(), integer(number)];
        self.run("UPDATE kept SET headers = ? WHERE number = ?", &values)?;
        let Some(table) = self.log_of(number) else { return Ok(()) };
        self.run(&format!("UPDATE {table} SET headers = ? WHERE number = ?"), &values)
    }

    /// Notes that an event turned out not to be for a destination, and by which condition.
    pub(super) fn note_filtered(&self, number: u64, destination: &str, condition: &str) -> Result<(), ()> {
        let Some(table) = self.log_of(number) else { return Ok(()) };
        let sql = format!("UPDATE {table} SET filtered = json_set(coalesce(filtered, '{{}}'), ?, ?) WHERE number = ?");
        self.run(&sql, &[path_to(destination), condition.into(), integer(number)])
    }

    /// Removes all that is stored of an event, and its id.
    pub(super) fn erase(&self, number: u64, event: EventKey) -> Result<(), ()> {
        let numbers = [integer(number)];
        self.remove_everywhere(number)?;
        self.run("DELETE FROM kept WHERE number = ?", &numbers)?;
        if let Some(table) = self.log_of(number) {
            // The row stays, so that its number is not given again.
            let sql = format!(
                "UPDATE {table} SET key = x'', id = '', form = '', headers = '', type = NULL, bytes = 0, body = NULL,
                   filtered = NULL WHERE number = ?"
            );
            self.run(&sql, &numbers)?;
        }
        self.erase_id(event)
    }

    /// Takes the id from an event that is lost, so that a copy can have it. The event's own rows are not touched.
    pub(super) fn release(&self, number: u64, event: EventKey) -> Result<(), ()> {
        self.erase_id(event)?;
        self.remove_everywhere(number)?;
        self.lose(number)
    }

    /// Reads something of each table that attempts need.
    pub(super) fn probe(&self) -> Result<(), ()> {
        self.run("SELECT 1 FROM waiting LIMIT 1", &[])?;
        self.run("SELECT 1 FROM kept LIMIT 1", &[])?;
        self.run("SELECT 1 FROM destinations LIMIT 1", &[])?;
        for table in self.logs.borrow().iter().rev().take(1) {
            self.run(&format!("SELECT number FROM log_{} ORDER BY number DESC LIMIT 1", table.number), &[])?;
        }
        for table in self.ids.borrow().iter() {
            self.run(&format!("SELECT 1 FROM ids_{} LIMIT 1", table.number), &[])?;
        }
        Ok(())
    }
}

/// Whether the columns of an event are of their types, and its body as long as it was.
fn is_whole(row: &Array) -> bool {
    let bytes = |at| row.get(at).dyn_into::<js_sys::ArrayBuffer>().ok();
    let is_text = |at| row.get(at).is_string();
    let body = bytes(6).map(|body| Uint8Array::new(&body).length());
    bytes(0).is_some_and(|key| key.byte_length() == 32)
        && [1, 2, 3].into_iter().all(is_text)
        && row.get(4).as_f64().is_some()
        && body.is_some_and(|length| Some(u64::from(length)) == optional(&row.get(5)))
}
