//! The tables of ids: which event has an id, in any of them.

use countersign::gateway::dedupe::EventKey;
use countersign::inbox::StoreFault;
use wasm_bindgen::prelude::*;

use super::database::{Database, but, fault, integer, key, short_key};

impl Database {
    /// Takes an id for the event of that number, unless any table knows it.
    pub(super) fn claim(&self, event: EventKey, number: u64) -> Result<bool, StoreFault> {
        let claimed = self.number(&self.claiming(), &[short_key(event), integer(number), key(event)]);
        Ok(claimed.map_err(fault)?.is_some())
    }

    /// Marks an id as one of a newer shard, unless any table knows it: the mark is the shard as a negative number.
    pub(super) fn claim_mark(&self, event: EventKey, shard: u32) -> Result<bool, StoreFault> {
        let mark = JsValue::from_f64(-1.0 - f64::from(shard));
        let claimed = self.number(&self.claiming(), &[short_key(event), mark, key(event)]);
        Ok(claimed.map_err(fault)?.is_some())
    }

    /// The statement that claims an id for a number.
    fn claiming(&self) -> String {
        let ids = self.ids.borrow();
        let mut older = ids.iter().rev();
        let youngest = older.next().map_or(0, |table| table.number);
        let mut sql = format!(
            "INSERT INTO ids_{youngest} (key, number) SELECT ?1, ?2 WHERE NOT EXISTS (SELECT 1 FROM kept WHERE key = ?3{})",
            but(&self.lost.borrow())
        );
        for table in older {
            sql.push_str(&format!(" AND NOT EXISTS (SELECT 1 FROM ids_{} WHERE key = ?1)", table.number));
        }
        if self.has_legacy.get() {
            sql.push_str(" AND NOT EXISTS (SELECT 1 FROM events_2 WHERE key = ?3)");
        }
        sql.push_str(" ON CONFLICT DO NOTHING RETURNING number");
        sql
    }

    /// Takes back a claim of this turn.
    pub(super) fn unclaim(&self, event: EventKey) -> Result<(), StoreFault> {
        self.recount().map_err(fault)?;
        let Some(table) = self.ids.borrow().last().map(|table| table.number) else { return Ok(()) };
        self.run(&format!("DELETE FROM ids_{table} WHERE key = ?"), &[short_key(event)]).map_err(fault)
    }

    /// The number under which an id is known; negative for a mark of a newer shard.
    pub(super) fn find(&self, event: EventKey) -> Result<Option<i64>, ()> {
        // A compound SELECT may have five terms here, and there are up to seven tables.
        let kept = but(&self.lost.borrow());
        let mut sql = format!("SELECT coalesce((SELECT number FROM kept WHERE key = ?2{kept})");
        for table in self.ids.borrow().iter().rev() {
            sql.push_str(&format!(", (SELECT number FROM ids_{} WHERE key = ?1)", table.number));
        }
        if self.has_legacy.get() {
            sql.push_str(", (SELECT max(number, 1) FROM events_2 WHERE key = ?2)");
        }
        sql.push_str(", NULL)");
        self.number(&sql, &[short_key(event), key(event)])
    }

    /// Whether the event of that number is another one. Then an id was claimed under it and its event not stored, for example as the
    /// instance ended in between, and the number was given again.
    pub(super) fn is_anothers(&self, number: u64, event: EventKey) -> Result<bool, ()> {
        // An older schema gave one number to several.
        if self.has_legacy.get() {
            return Ok(false);
        }
        for table in self.tables_of(number) {
            let sql = format!("SELECT key <> ? FROM {table} WHERE number = ?");
            if let Some(is_another) = self.number(&sql, &[key(event), integer(number)])? {
                return Ok(is_another > 0);
            }
        }
        Ok(false)
    }

    /// The id of an event that is still in the log, or waits.
    pub(super) fn id_of(&self, number: u64) -> Option<String> {
        let found = self.tables_of(number).into_iter().filter_map(|table| {
            let rows = self.rows(&format!("SELECT id FROM {table} WHERE number = ?"), &[integer(number)]).ok()?;
            rows.first()?.get(0).as_string()
        });
        found.last()
    }

    /// Removes an id.
    pub(super) fn erase_id(&self, event: EventKey) -> Result<(), ()> {
        self.recount()?;
        for table in self.ids.borrow().iter() {
            self.run(&format!("DELETE FROM ids_{} WHERE key = ?", table.number), &[short_key(event)])?;
        }
        if self.has_legacy.get() {
            self.run("DELETE FROM events_2 WHERE key = ?", &[key(event)])?;
        }
        Ok(())
    }
}
