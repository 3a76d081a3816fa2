//! What waiting events have in common: statements that look for them by anything but their numbers.
//!
//! An object may keep hundreds of thousands of them, the dead ones for a month, and each row that a statement reads is billed. So what an
//! attempt or an alarm asks is answered by an index, and reads hardly more rows than it finds. SQLite takes the index of destinations and
//! states where that has all that is asked for, or a time is asked for as well; for anything else it would read all events of a destination.

use countersign::inbox::{EventState, Progress};

use super::database::{Database, integer, unsigned};

/// To be delivered, at its turn.
pub(super) const PENDING: &str = "state = 0";
/// To be delivered, at its turn or behind another event of its lane.
pub(super) const OPEN: &str = "state IN (0, 4)";
/// Not delivered: open, or given up.
pub(super) const UNDELIVERED: &str = "state IN (0, 2, 4)";
/// Delivered.
pub(super) const DELIVERED: &str = "state = 1";
/// Given up.
pub(super) const DEAD: &str = "state = 2";
/// Behind another event of its lane.
pub(super) const BEHIND: &str = "state = 4";

const _: () = assert!(
    EventState::Pending.number() == 0
        && EventState::Delivered.number() == 1
        && EventState::Dead.number() == 2
        && EventState::Behind.number() == 4
);

/// Begins a statement with a table `waited_for` of the destinations that events wait at. Each costs a seek, as the keys of `waiting` begin
/// with them; a number without a destination would be looked for in every row.
pub(super) const WAITED_FOR: &str = "WITH RECURSIVE waited_for (destination) AS (
    SELECT min(destination) FROM waiting UNION ALL
    SELECT (SELECT min(waiting.destination) FROM waiting WHERE waiting.destination > waited_for.destination)
      FROM waited_for WHERE destination IS NOT NULL)";

impl Database {
    /// The number of the first open event that waits at a destination. Looked for among the open ones once; from then on, from where it was
    /// found: whatever opens an event before that says so.
    pub(super) fn first_open(&self, destination: &str) -> Result<Option<u64>, ()> {
        let mut firsts = self.first_open.borrow_mut();
        if !firsts.iter().any(|(name, _)| name == destination) {
            firsts.push((destination.to_owned(), UNKNOWN));
        }
        let known = firsts.iter_mut().find(|(name, _)| name == destination);
        let Some((_, first)) = known.filter(|(_, first)| *first != NONE) else { return Ok(None) };
        // A `+` keeps SQLite from an order: of states, which would have all that are open read, or of numbers, all that are finished.
        let sql = if *first == UNKNOWN {
            format!("SELECT min(+number) FROM waiting WHERE destination = ? AND +number >= ? AND {OPEN}")
        } else {
            format!("SELECT min(number) FROM waiting WHERE destination = ? AND number >= ? AND +{OPEN}")
        };
        let found = self.number(&sql, &[destination.into(), integer(*first)])?;
        let found = found.and_then(|number| u64::try_from(number).ok());
        *first = found.unwrap_or(NONE);
        Ok(found)
    }

    /// Has [`Self::first_open`] know of an event that may be open from now on.
    pub(super) fn note_open(&self, destination: &str, number: u64, progress: &Progress) {
        if !progress.state.is_pending() {
            return;
        }
        let mut firsts = self.first_open.borrow_mut();
        if let Some((_, first)) = firsts.iter_mut().find(|(name, _)| name == destination) {
            *first = number.min(*first);
        }
    }

    /// Removes an event from those that wait, at every destination.
    pub(super) fn remove_everywhere(&self, number: u64) -> Result<(), ()> {
        let sql = format!(
            "{WAITED_FOR} DELETE FROM waiting WHERE number = ? AND destination IN (SELECT destination FROM waited_for)"
        );
        self.run(&sql, &[integer(number)])
    }

    /// How many open events wait, at all destinations.
    pub(super) fn count_open(&self) -> Result<u64, ()> {
        let sql =
            format!("{WAITED_FOR} SELECT count(*) FROM waited_for CROSS JOIN waiting USING (destination) WHERE {OPEN}");
        Ok(self.number(&sql, &[])?.and_then(|count| u64::try_from(count).ok()).unwrap_or_default())
    }

    /// Has waiting events attempted whose state does not exist: they would be neither delivered nor seen. Whether there were any.
    pub(super) fn mend_strays(&self, destination: &str) -> Result<bool, ()> {
        let strays = ["state < 0", "state = 3", "state > 4"].map(numbers).join(" UNION ALL ");
        let sql = format!("UPDATE waiting SET {PENDING} WHERE destination = ?1 AND number IN ({strays}) RETURNING 1");
        let are_there = self.number(&sql, &[destination.into()])?.is_some();
        if are_there {
            self.first_open.borrow_mut().clear();
        }
        Ok(are_there)
    }

    /// The lanes of open events, each with whether an event of it is pending.
    pub(super) fn open_lanes(&self, destination: &str) -> Result<Vec<(u64, bool)>, ()> {
        let sql = format!(
            "SELECT lane, max({PENDING}) FROM waiting
             WHERE destination = ?1 AND number IN ({}) AND lane IS NOT NULL GROUP BY lane",
            numbers(OPEN)
        );
        let rows = self.rows(&sql, &[destination.into()])?;
        Ok(rows.iter().map(|row| (unsigned(&row.get(0)), unsigned(&row.get(1)) > 0)).collect())
    }

    /// Has one event of each lane pending at most, the first of those that are, and the others behind it; or, without an order, none
    /// behind. Whether anything changed.
    pub(super) fn settle_lanes(&self, destination: &str, is_ordered: bool) -> Result<bool, ()> {
        let sql = if is_ordered {
            // Only ordered sources have it, and only events that are behind cost its rows.
            let index =
                "CREATE INDEX IF NOT EXISTS waiting_behind ON waiting (destination, lane, number) WHERE state = 4";
            self.run(index, &[])?;
            let pending = format!("destination = ?1 AND number IN ({}) AND lane IS NOT NULL", numbers(PENDING));
            format!(
                "UPDATE waiting SET {BEHIND} WHERE {pending} AND number NOT IN
                   (SELECT min(number) FROM waiting WHERE {pending} GROUP BY lane) RETURNING 1"
            )
        } else {
            let behind = numbers(BEHIND);
            format!("UPDATE waiting SET {PENDING} WHERE destination = ?1 AND number IN ({behind}) RETURNING 1")
        };
        Ok(self.number(&sql, &[destination.into()])?.is_some())
    }
}

/// A statement for the numbers of a destination's events in some states. It reads the index alone.
fn numbers(states: &str) -> String {
    format!("SELECT number FROM waiting WHERE destination = ?1 AND {states}")
}

/// In place of the first open event's number, until it was looked for.
const UNKNOWN: u64 = 0;

/// In place of the first open event's number, if there is none.
const NONE: u64 = u64::MAX;
