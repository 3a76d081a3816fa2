//! Bringing over the events of schema 2, which had one table for everything.

use countersign::config::DEFAULT;
use countersign::inbox::{EventState, Progress, Store, StoreFault};
use js_sys::Array;
use wasm_bindgen::JsCast;

use super::database::{Database, integer, signed, unsigned};
use super::object::Object;
use super::rows::progress;

impl Object {
    /// Brings a batch of older events over. Meanwhile their ids are known, and they are shown once they are here.
    pub(super) fn bring_over(&self) -> Result<(), ()> {
        if !self.database.has_legacy.get() {
            return Ok(());
        }
        let now = self.look();
        let retention = self.durable().retention;
        self.with(|machine| {
            machine.open_tables(&self.database, now, &retention)?;
            self.database.bring_over(now, retention.keep).map_err(|()| StoreFault)?;
            if let Some(place) = machine.place(DEFAULT) {
                machine.replayed_waiting(place, now);
            }
            Ok(())
        })
    }
}

impl Database {
    /// Whether there are events of an older schema.
    pub(super) fn find_legacy(&self) -> Result<bool, ()> {
        Ok(self.number("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'events_2'", &[])?.is_some())
    }

    /// Moves so many events; drops their table after the last one.
    fn bring_over(&self, now: u64, keep: u64) -> Result<(), ()> {
        let sql = format!(
            "SELECT number, state, attempts, tries, since, due, finished, body IS NOT NULL, key, last_status, last_error
             FROM events_2 ORDER BY number LIMIT {BATCH}"
        );
        let rows = self.rows(&sql, &[])?;
        if rows.is_empty() {
            self.run("DROP TABLE events_2", &[])?;
            self.has_legacy.set(false);
            return Ok(());
        }
        rows.iter().try_for_each(|row| self.bring(row, now, keep))
    }

    fn bring(&self, row: &Array, now: u64, keep: u64) -> Result<(), ()> {
        let place = signed(&row.get(0));
        let (_, known) = progress(row);
        let state = unsigned(&row.get(1));
        let has_body = unsigned(&row.get(7)) > 0;
        // Numbers from before are those of events that the cursor is past; one that is none of them gets the first.
        let number = u64::try_from(place).unwrap_or(1).max(1);
        let values = [integer(number), wasm_bindgen::JsValue::from_f64(place as f64)];
        match state {
            // A mark of a newer shard. Which one, only that shard knew.
            3 => self.id_from(row, -1.0 - f64::from(u32::MAX))?,
            1 if !has_body => self.id_from(row, number as f64)?,
            _ => {
                let copied = "INSERT OR IGNORE INTO kept (number, key, id, form, headers, received_at, bytes, body)
                              SELECT ?1, key, id, form, headers, received_at, bytes, body FROM events_2 WHERE number = ?2";
                self.run(copied, &values)?;
                let brought = match EventState::from_number(u8::try_from(state).unwrap_or_default()) {
                    EventState::Delivered => Progress { due: now.saturating_add(keep), ..known },
                    EventState::Dead => known,
                    // Where the clock was wrong, it is due now.
                    EventState::Pending | EventState::Filtered | EventState::Behind => Progress {
                        state: EventState::Pending,
                        due: known.due.min(now.saturating_add(5 * 3_600_000)),
                        ..known
                    },
                };
                self.put_waiting(DEFAULT, number, &brought).map_err(drop)?;
                let sql = "UPDATE waiting SET last_status = ?, last_error = nullif(?, '') WHERE destination = ? AND number = ?";
                self.run(sql, &[row.get(9), row.get(10), DEFAULT.into(), integer(number)])?;
            }
        }
        self.run("DELETE FROM events_2 WHERE number = ?", values.get(1..).unwrap_or_default())
    }

    fn id_from(&self, row: &Array, number: f64) -> Result<(), ()> {
        let Some(table) = self.ids.borrow().last().map(|table| table.number) else { return Err(()) };
        let Ok(key) = row.get(8).dyn_into::<js_sys::ArrayBuffer>() else { return Ok(()) };
        let short = js_sys::Uint8Array::new(&key).subarray(0, 16).slice(0, 16);
        self.recount()?;
        self.run(
            &format!("INSERT OR IGNORE INTO ids_{table} (key, number) VALUES (?, ?)"),
            &[short.into(), number.into()],
        )
    }
}

/// So many events are brought over by one alarm.
const BATCH: usize = 200;
