//! The tables of a log: opened by time and bytes, and dropped whole. Milliseconds throughout.
//!
//! Dropping a table costs nothing, whatever it holds, where deleting its rows would cost as much as writing them. So what is stored
//! leaves table by table: the events once all are finished and `keep` is over, their ids once `dedupe` is over too.

use super::lifecycle::Retention;
use super::ranges::Ranges;

/// What a table holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// Events, by their sequence numbers.
    Log,
    /// Sequence numbers, by the ids of their events.
    Ids,
}

/// One table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Table {
    /// Its number among those of its kind; part of its name.
    pub number: u32,
    /// The first sequence number in it.
    pub first: u64,
    /// When it was opened.
    pub opened_at: u64,
    /// The last sequence number in it, once the next table is open.
    pub last: Option<u64>,
    /// When it got its last row; while it is open, when that was last written down.
    pub youngest_at: u64,
    /// When all its events were found to be finished.
    pub finished_at: Option<u64>,
    /// Whether some of its ids are marks of a newer shard.
    pub has_marks: bool,
}

impl Table {
    /// A table that begins with the event `first`.
    pub const fn new(number: u32, first: u64, now: u64) -> Self {
        Self { number, first, opened_at: now, last: None, youngest_at: now, finished_at: None, has_marks: false }
    }

    /// Whether the next table has to be opened.
    pub fn is_over(&self, kind: Kind, bytes: u64, now: u64, retention: &Retention) -> bool {
        let span = match kind {
            Kind::Log => retention.log_span(),
            Kind::Ids => retention.ids_span(),
        };
        // A clock that was put back must not keep a table open for as long as it was ahead.
        now.abs_diff(self.opened_at) >= span || (kind == Kind::Log && bytes >= MOST_BYTES)
    }

    /// When it may be dropped, if all its events are finished.
    pub fn expires_at(&self, kind: Kind, retention: &Retention) -> Option<u64> {
        let kept = match kind {
            Kind::Log => retention.keep,
            Kind::Ids if self.has_marks => retention.remember_marks(),
            Kind::Ids => retention.remember,
        };
        Some(self.finished_at?.max(self.youngest_at).saturating_add(kept))
    }
}

/// The events behind the first one of the log whose tables are gone. `next` is the sequence number of the next event.
pub(super) fn gone(logs: &[Table], next: u64) -> Ranges {
    let mut gone = Ranges::default();
    let ends = logs.iter().skip(1).map(|table| table.first).chain([next]);
    for (last, end) in logs.iter().zip(ends).filter_map(|(table, end)| Some((table.last?, end))) {
        gone.insert(last.saturating_add(1), end.saturating_sub(1));
    }
    gone
}

/// The size of a table of events above which the next one is opened.
const MOST_BYTES: u64 = 64 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: u64 = 3_600_000;
    const RETENTION: Retention = Retention { remember: 72 * HOUR, keep: 24 * HOUR };

    #[test]
    fn a_table_is_over_after_a_quarter_of_what_it_is_kept_for() {
        let table = Table::new(1, 1, 1_000 * HOUR);
        let is_over = |kind, hours: u64, bytes| table.is_over(kind, bytes, hours * HOUR, &RETENTION);
        assert_eq!([1_005, 1_006, 994].map(|hours| is_over(Kind::Log, hours, 0)), [false, true, true]);
        assert_eq!([1_017, 1_018].map(|hours| is_over(Kind::Ids, hours, u64::MAX)), [false, true]);
        assert!(is_over(Kind::Log, 1_000, MOST_BYTES));
    }

    #[test]
    fn what_has_no_table_behind_the_first_is_gone() {
        let closed = |first, last| Table { last: Some(last), ..Table::new(1, first, 0) };
        let of = |logs: &[Table]| gone(logs, 30).iter().collect::<Vec<_>>();
        assert_eq!(of(&[closed(5, 9), closed(10, 14), closed(18, 20)]), [(15, 17), (21, 29)]);
        assert_eq!(of(&[closed(5, 9), Table::new(2, 20, 0)]), [(10, 19)]);
        assert_eq!(of(&[closed(5, 29)]), []);
        assert_eq!(of(&[]), []);
    }

    #[test]
    fn a_table_goes_when_its_events_are_finished_and_its_time_is_over() {
        let table = Table { youngest_at: 5 * HOUR, ..Table::new(1, 1, 0) };
        assert_eq!(table.expires_at(Kind::Log, &RETENTION), None);
        let finished = Table { finished_at: Some(9 * HOUR), ..table };
        assert_eq!(finished.expires_at(Kind::Log, &RETENTION), Some(33 * HOUR));
        assert_eq!(finished.expires_at(Kind::Ids, &RETENTION), Some(81 * HOUR));
        let marked = Table { has_marks: true, ..finished };
        assert_eq!(marked.expires_at(Kind::Ids, &RETENTION), Some(105 * HOUR));
    }
}
