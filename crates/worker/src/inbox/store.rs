//! What the state machine asks of the database, in SQL.

use countersign::gateway::dedupe::EventKey;
use countersign::inbox::{Breaker, Cursor, EventState, Kind, Pauses, Progress, Store, StoreFault, Stored, Table};

use super::database::{Database, but, fault, integer, maybe, optional, unsigned};
use super::new_event::NewEvent;
use super::rows::{EVENT, PROGRESS, code, path_to, progress, table, values};
use super::waiting::{BEHIND, DEAD, DELIVERED, OPEN, PENDING, WAITED_FOR};

impl Store for Database {
    type Event = NewEvent;

    fn tables(&self, kind: Kind) -> Result<Vec<Table>, StoreFault> {
        let rows = self.rows(
            "SELECT number, first, opened_at, last, youngest_at, finished_at, has_marks FROM tables WHERE kind = ? ORDER BY number",
            &[code(kind)],
        );
        let tables: Vec<_> = rows.map_err(fault)?.iter().map(table).collect();
        *self.known(kind).borrow_mut() = tables.clone();
        Ok(tables)
    }

    fn open_table(&self, kind: Kind, table: &Table, before: Option<&Table>) -> Result<(), StoreFault> {
        let number = table.number;
        // One may be there already: only its row in `tables` says that it is in use.
        let sql = match kind {
            Kind::Log => format!(
                "CREATE TABLE IF NOT EXISTS log_{number} (
                   number INTEGER PRIMARY KEY, key BLOB NOT NULL, id TEXT NOT NULL, form TEXT NOT NULL, headers TEXT NOT NULL,
                   received_at INTEGER NOT NULL, type TEXT, matched INTEGER, bytes INTEGER NOT NULL, body BLOB, filtered TEXT, lane INTEGER);
                 CREATE TABLE IF NOT EXISTS attempts_{number} (place INTEGER PRIMARY KEY, first INTEGER, last INTEGER, reports TEXT)"
            ),
            Kind::Ids => format!(
                "CREATE TABLE IF NOT EXISTS ids_{number} (key BLOB PRIMARY KEY, number INTEGER NOT NULL) WITHOUT ROWID"
            ),
        };
        self.run(&sql, &[]).map_err(fault)?;
        if let Some(before) = before {
            self.note_table(kind, before)?;
        }
        self.note_table(kind, table)?;
        self.known(kind).borrow_mut().push(*table);
        Ok(())
    }

    fn note_table(&self, kind: Kind, table: &Table) -> Result<(), StoreFault> {
        let values = [
            code(kind),
            table.number.into(),
            integer(table.first),
            integer(table.opened_at),
            maybe(table.last),
            integer(table.youngest_at),
            maybe(table.finished_at),
            u8::from(table.has_marks).into(),
        ];
        let sql =
            "INSERT OR REPLACE INTO tables (kind, number, first, opened_at, last, youngest_at, finished_at, has_marks)
                   VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
        self.run(sql, &values).map_err(fault)
    }

    fn drop_table(&self, kind: Kind, number: u32, next: u64) -> Result<(), StoreFault> {
        // Written first: the number of an event is never given twice.
        self.set_meta("next", &integer(next)).map_err(fault)?;
        let sql = match kind {
            Kind::Log => format!("DROP TABLE IF EXISTS log_{number}; DROP TABLE IF EXISTS attempts_{number}"),
            Kind::Ids => format!("DROP TABLE IF EXISTS ids_{number}"),
        };
        self.run(&sql, &[]).map_err(fault)?;
        self.recount().map_err(fault)?;
        let known = "DELETE FROM tables WHERE kind = ? AND number = ?";
        self.run(known, &[code(kind), number.into()]).map_err(fault)?;
        self.known(kind).borrow_mut().retain(|table| table.number != number);
        Ok(())
    }

    fn next(&self, logs: &[Table]) -> Result<(u64, u64), StoreFault> {
        let noted = self.meta("next").map_err(fault)?.map_or(1, |next| unsigned(&next));
        let Some(table) = logs.last() else { return Ok((noted.max(1), 0)) };
        let sql = format!("SELECT number, received_at FROM log_{} ORDER BY number DESC LIMIT 1", table.number);
        let rows = self.rows(&sql, &[]).map_err(fault)?;
        let (last, at) = rows.first().map_or((0, 0), |row| (unsigned(&row.get(0)), unsigned(&row.get(1))));
        Ok((noted.max(table.first).max(last.saturating_add(1)), at.saturating_mul(1000)))
    }

    fn insert(&self, event: &NewEvent, key: EventKey, number: u64) -> Result<bool, StoreFault> {
        if !self.claim(key, number)? {
            return Ok(false);
        }
        let appended = self.append(event, key, number);
        if appended.is_err() {
            // Without its event, the id must not make a duplicate of the next delivery.
            self.unclaim(key)?;
        }
        appended.map(|()| true)
    }

    fn accepted_at(&self, number: u64) -> Result<Option<u64>, StoreFault> {
        let Some(table) = self.log_of(number) else { return Ok(None) };
        let sql = format!("SELECT received_at FROM {table} WHERE number = ? AND id <> ''");
        let at = self.number(&sql, &[integer(number)]).map_err(fault)?;
        Ok(at.map(|at| u64::try_from(at).unwrap_or_default().saturating_mul(1000)))
    }

    fn filtered(&self, destination: &str, first: u64, last: u64) -> Result<Vec<u64>, StoreFault> {
        let mut found = Vec::new();
        for table in self.logs.borrow().iter() {
            if table.first <= last && table.last.is_none_or(|last| last >= first) {
                let sql = format!(
                    "SELECT number FROM log_{} WHERE number BETWEEN ? AND ? AND filtered ->> ? IS NOT NULL ORDER BY number",
                    table.number
                );
                let rows = self.rows(&sql, &[integer(first), integer(last), path_to(destination)]).map_err(fault)?;
                found.extend(rows.iter().map(|row| unsigned(&row.get(0))));
            }
        }
        Ok(found)
    }

    fn want(&self, destination: &str, number: u64) -> Result<(), StoreFault> {
        let Some(table) = self.log_of(number) else { return Ok(()) };
        let sql =
            format!("UPDATE {table} SET filtered = json_remove(filtered, ?) WHERE number = ? AND filtered IS NOT NULL");
        self.run(&sql, &[path_to(destination), integer(number)]).map_err(fault)
    }

    fn lanes(&self, from: u64, limit: usize) -> Result<Vec<(u64, Option<u64>)>, StoreFault> {
        let mut found = Vec::new();
        for table in self.logs.borrow().iter() {
            let left = limit.saturating_sub(found.len());
            if left > 0 && table.last.is_none_or(|last| last >= from) {
                let sql = format!(
                    "SELECT number, lane FROM log_{} WHERE number >= ? ORDER BY number LIMIT {left}",
                    table.number
                );
                let rows = self.rows(&sql, &[integer(from)]).map_err(fault)?;
                found.extend(rows.iter().map(|row| (unsigned(&row.get(0)), optional(&row.get(1)))));
            }
        }
        Ok(found)
    }

    fn destinations(&self) -> Result<Vec<(String, Stored)>, StoreFault> {
        self.read_destinations().map_err(fault)
    }

    fn write_orphaned(&self, destination: &str, since: Option<u64>) -> Result<(), StoreFault> {
        let sql = "UPDATE destinations SET orphaned = ? WHERE name = ?";
        self.run(sql, &[maybe(since), destination.into()]).map_err(fault)
    }

    fn remove_destination(&self, destination: &str) -> Result<(), StoreFault> {
        self.recent.borrow_mut().retain(|recent| recent.destination != destination);
        self.run("DELETE FROM destinations WHERE name = ?", &[destination.into()]).map_err(fault)
    }

    fn write_cursor(&self, destination: &str, cursor: &Cursor) -> Result<(), StoreFault> {
        self.set_cursor(destination, cursor).map_err(fault)
    }

    fn write_breaker(&self, destination: &str, breaker: &Breaker, pauses: &Pauses) -> Result<(), StoreFault> {
        self.set_breaker(destination, breaker, pauses).map_err(fault)
    }

    fn waiting_from(&self, destination: &str, from: u64) -> Result<Vec<u64>, StoreFault> {
        let sql = "SELECT number FROM waiting WHERE destination = ? AND number >= ?";
        let rows = self.rows(sql, &[destination.into(), integer(from)]).map_err(fault)?;
        Ok(rows.iter().map(|row| unsigned(&row.get(0))).collect())
    }

    fn waiting(&self, destination: &str, number: u64) -> Result<Option<Progress>, StoreFault> {
        let sql = format!("SELECT {PROGRESS} FROM waiting WHERE destination = ? AND number = ?");
        let rows = self.rows(&sql, &[destination.into(), integer(number)]).map_err(fault)?;
        Ok(rows.first().map(|row| progress(row).1))
    }

    fn put_waiting(&self, destination: &str, number: u64, progress: &Progress) -> Result<(), StoreFault> {
        if let Some(table) = self.log_of(number) {
            let sql = format!("INSERT OR IGNORE INTO kept ({EVENT}) SELECT {EVENT} FROM {table} WHERE number = ?");
            self.run(&sql, &[integer(number)]).map_err(fault)?;
        }
        let (history, status, error) = self.history_of(destination, number);
        let sql = "INSERT OR REPLACE INTO waiting
                     (destination, number, state, attempts, tries, since, due, finished, last_status, last_error, history, lane)
                   VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
        let at = [destination.into(), integer(number)];
        let noted = [status, error, history, maybe(progress.lane)];
        let values: Vec<_> = at.into_iter().chain(values(progress)).chain(noted).collect();
        self.run(sql, &values).map_err(fault)?;
        self.note_open(destination, number, progress);
        Ok(())
    }

    fn set_waiting(&self, destination: &str, number: u64, progress: &Progress) -> Result<(), StoreFault> {
        let (history, status, error) = self.history_of(destination, number);
        let sql = "UPDATE waiting SET state = ?, attempts = ?, tries = ?, since = ?, due = ?, finished = ?,
                     last_status = coalesce(?, last_status), last_error = coalesce(?, last_error),
                     history = CASE WHEN ?9 IS NULL THEN history WHEN history IS NULL OR length(history) > 16000 THEN ?9
                               ELSE substr(history, 1, length(history) - 1) || ',' || substr(?9, 2) END
                   WHERE destination = ? AND number = ?";
        let at = [destination.into(), integer(number)];
        let values: Vec<_> = values(progress).into_iter().chain([status, error, history]).chain(at).collect();
        self.run(sql, &values).map_err(fault)?;
        self.note_open(destination, number, progress);
        Ok(())
    }

    fn remove_waiting(&self, destination: &str, number: u64) -> Result<(), StoreFault> {
        let is_aside = self.aside.borrow().contains(&number);
        if is_aside {
            self.lose(number).map_err(fault)?;
        } else if let Some(ids) = self.ids.borrow().last() {
            let sql = format!(
                "INSERT OR IGNORE INTO ids_{} (key, number) SELECT substr(key, 1, 16), number FROM kept WHERE number = ?
                 RETURNING number",
                ids.number
            );
            // Most ids are known still.
            if self.number(&sql, &[integer(number)]).map_err(fault)?.is_some() {
                self.recount().map_err(fault)?;
            }
        }
        let sql = "DELETE FROM waiting WHERE destination = ? AND number = ?";
        self.run(sql, &[destination.into(), integer(number)]).map_err(fault)?;
        if is_aside {
            return Ok(());
        }
        let sql = format!(
            "{WAITED_FOR} DELETE FROM kept WHERE number = ?1 AND NOT EXISTS
               (SELECT 1 FROM waited_for CROSS JOIN waiting USING (destination) WHERE number = ?1)"
        );
        self.run(&sql, &[integer(number)]).map_err(fault)
    }

    fn due(
        &self,
        destination: &str,
        now: u64,
        latest: u64,
        under_way: &[u64],
        limit: usize,
    ) -> Result<Vec<(u64, Progress)>, StoreFault> {
        let sql = format!(
            "SELECT {PROGRESS} FROM waiting WHERE destination = ?1 AND {PENDING} AND (due <= ?2 OR due > ?3){} ORDER BY due LIMIT {limit}",
            but(under_way)
        );
        let rows = self.rows(&sql, &[destination.into(), integer(now), integer(latest)]).map_err(fault)?;
        Ok(rows.iter().map(progress).collect())
    }

    fn next_due(&self, destination: &str, under_way: &[u64]) -> Result<Option<u64>, StoreFault> {
        let sql = format!("SELECT min(due) FROM waiting WHERE destination = ? AND {PENDING}{}", but(under_way));
        let due = self.number(&sql, &[destination.into()]).map_err(fault)?;
        Ok(due.map(|due| u64::try_from(due).unwrap_or_default()))
    }

    fn lanes_waiting(&self, destination: &str) -> Result<Vec<(u64, bool)>, StoreFault> {
        self.open_lanes(destination).map_err(fault)
    }

    fn first_behind(&self, destination: &str, lane: u64) -> Result<Option<(u64, Progress)>, StoreFault> {
        let sql = format!(
            "SELECT {PROGRESS} FROM waiting WHERE destination = ? AND lane = ? AND {BEHIND} ORDER BY number LIMIT 1"
        );
        let rows = self.rows(&sql, &[destination.into(), integer(lane)]).map_err(fault)?;
        Ok(rows.first().map(progress))
    }

    fn settle_order(&self, destination: &str, is_ordered: bool) -> Result<bool, StoreFault> {
        self.settle_lanes(destination, is_ordered).map_err(fault)
    }

    fn over(&self, destination: &str, now: u64, began: u64, limit: usize) -> Result<Vec<(u64, Progress)>, StoreFault> {
        let sql = format!(
            "SELECT {PROGRESS} FROM waiting WHERE destination = ?1 AND {DELIVERED} AND due <= ?2 UNION ALL
             SELECT {PROGRESS} FROM waiting WHERE destination = ?1 AND {DEAD} AND due <= ?2 UNION ALL
             SELECT {PROGRESS} FROM waiting WHERE ?3 > 0 AND destination = ?1 AND {OPEN} AND since <= ?3 LIMIT {limit}"
        );
        let rows = self.rows(&sql, &[destination.into(), integer(now), integer(began)]).map_err(fault)?;
        Ok(rows.iter().map(progress).collect())
    }

    fn next_over(&self, destination: &str) -> Result<Option<u64>, StoreFault> {
        let next = |state: EventState| {
            let sql = "SELECT min(due) FROM waiting WHERE destination = ? AND state = ?";
            self.number(sql, &[destination.into(), state.number().into()]).map_err(fault)
        };
        let next = [next(EventState::Delivered)?, next(EventState::Dead)?].into_iter().flatten().min();
        Ok(next.map(|due| u64::try_from(due).unwrap_or_default()))
    }
}
