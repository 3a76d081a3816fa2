//! What is stored of each destination.

use countersign::inbox::{Breaker, Cursor, Pauses, Report, Stored};
use countersign::json::{printed, value};

use super::database::{Database, Recent, integer, maybe, optional, unsigned};

impl Database {
    /// What is stored of each destination, by its name.
    pub(super) fn read_destinations(&self) -> Result<Vec<(String, Stored)>, ()> {
        let sql = "SELECT name, cursor, broken_since, held_until, pauses, orphaned, recent, attempts FROM destinations";
        let rows = self.rows(sql, &[])?;
        let mut recent = self.recent.borrow_mut();
        recent.clear();
        let read = rows.iter().map(|row| {
            let name = row.get(0).as_string().unwrap_or_default();
            let json = |at| row.get(at).as_string().and_then(|text| value(&text));
            let reports = json(6).as_ref().map(Report::read_all).unwrap_or_default();
            recent.push(Recent { destination: name.clone(), reports, attempts: unsigned(&row.get(7)) });
            let stored = Stored {
                // Without it, events would be delivered again that were delivered: that is better than not at all.
                cursor: json(1).as_ref().and_then(Cursor::from_json).unwrap_or_default(),
                broken_since: optional(&row.get(2)),
                held_until: unsigned(&row.get(3)),
                pauses: json(4).as_ref().and_then(Pauses::from_json).unwrap_or_default(),
                orphaned: optional(&row.get(5)),
            };
            (name, stored)
        });
        Ok(read.collect())
    }

    /// Writes how far a destination is, with what was reported of it.
    pub(super) fn set_cursor(&self, destination: &str, cursor: &Cursor) -> Result<(), ()> {
        let (recent, attempts) = self.keep_reports(destination).map_err(drop)?;
        let sql = "INSERT INTO destinations (name, cursor, recent, attempts) VALUES (?1, ?2, ?3, ?4)
                   ON CONFLICT (name) DO UPDATE SET cursor = ?2, recent = ?3, attempts = ?4";
        let values = [destination.into(), printed(&cursor.to_json()).into(), recent.into(), integer(attempts)];
        self.run(sql, &values)
    }

    /// Writes whether a destination is attempted.
    pub(super) fn set_breaker(&self, destination: &str, breaker: &Breaker, pauses: &Pauses) -> Result<(), ()> {
        let sql = "INSERT INTO destinations (name, broken_since, held_until, pauses) VALUES (?1, ?2, ?3, ?4)
                   ON CONFLICT (name) DO UPDATE SET broken_since = ?2, held_until = ?3, pauses = ?4";
        let values = [
            destination.into(),
            maybe(breaker.broken_since()),
            integer(breaker.held_until()),
            printed(&pauses.to_json()).into(),
        ];
        self.run(sql, &values)
    }

    /// Writes why a destination is broken, if that is another reason than before.
    pub(super) fn set_why(&self, destination: &str, why: &str) -> Result<(), ()> {
        self.run(
            "UPDATE destinations SET why = ?2 WHERE name = ?1 AND why IS NOT ?2",
            &[destination.into(), why.into()],
        )
    }
}
