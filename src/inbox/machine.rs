//! The state machine of one object: a log, its tables and its destinations. Milliseconds throughout.
//!
//! ```text
//!  accept ──▶ log ──▶ attempt ── 2xx ──────────────────────────▶ cursor ──▶ tables are dropped whole
//!                       │  │ else                                   ▲
//!                       │  └──▶ waiting ──▶ attempt ── 2xx ─────────┤
//!                       │          ▲           │ else, in time      │
//!                       │          └───────────┤                    │
//!                       ▼                      └──▶ dead, replayable
//!                    nobody reports: attempted again
//! ```
//!
//! Every call is a transition: it decides, writes through the [`Store`], and only then changes what it knows. A call that fails leaves
//! a machine that has to be loaded again.

use super::handout::Handout;
use super::lifecycle::Lifecycle;
use super::lifecycle::Rules;
use super::outcome::{Became, Outcome};
use super::outlet::Outlet;
use super::store::{Store, StoreFault};
use super::tables::{Kind, Table};
use crate::gateway::dedupe::EventKey;

/// What an object knows of its log.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Machine {
    /// The sequence number of the next event.
    pub(super) next: u64,
    pub(super) logs: Vec<Table>,
    pub(super) ids: Vec<Table>,
    /// Which closed tables were written down, and since when they are finished.
    pub(super) noted: Vec<(Kind, u32, Option<u64>)>,
    /// Bytes of the events in the youngest table, since this machine was loaded.
    bytes: u64,
    pub(super) outlet: Outlet,
}

/// What came of an event that arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accepted {
    /// It is stored, under this number; the first attempt may begin at once, if there is one.
    New(u64, Option<Handout>),
    /// Its id is known.
    Known,
}

impl Machine {
    /// Reads what a database holds.
    ///
    /// # Errors
    /// If it does not answer.
    pub fn load<S: Store>(store: &S, destination: &str, now: u64) -> Result<Self, StoreFault> {
        let (mut logs, mut ids) = (store.tables(Kind::Log)?, store.tables(Kind::Ids)?);
        let (next, accepted_at) = store.next(&logs)?;
        for table in [&mut logs, &mut ids].into_iter().filter_map(|tables| tables.last_mut()) {
            table.youngest_at = table.youngest_at.max(accepted_at);
            // Of an open table it may have been written before its last events arrived.
            table.finished_at = table.finished_at.filter(|_| table.last.is_some());
        }
        let closed = |kind, tables: &[Table]| {
            let closed = tables.iter().filter(|table| table.last.is_some());
            closed.map(|table| (kind, table.number, table.finished_at)).collect::<Vec<_>>()
        };
        let noted = [closed(Kind::Log, &logs), closed(Kind::Ids, &ids)].concat();
        // The last event may have been removed, and its number is not used again.
        let mut stored = store.destination(destination)?;
        // What has no table any more needs no attempt, even if the cursor was lost.
        stored.cursor.skip_before(logs.first().map_or(next, |table| table.first));
        let next = stored.cursor.done().last().map_or(next, |last| next.max(last.saturating_add(1)));
        let outlet = Outlet::load(store, destination, stored, next, now)?;
        let finished_at = outlet.cursor().written_at();
        let mut machine = Self { next, logs, ids, noted, bytes: 0, outlet };
        machine.refresh(finished_at);
        Ok(machine)
    }

    /// The destination.
    pub const fn outlet(&self) -> &Outlet {
        &self.outlet
    }

    /// The sequence number of the next event.
    pub const fn next(&self) -> u64 {
        self.next
    }

    /// The tables of a kind, oldest first.
    pub fn tables(&self, kind: Kind) -> &[Table] {
        match kind {
            Kind::Log => &self.logs,
            Kind::Ids => &self.ids,
        }
    }

    /// How many events of the log are neither finished nor waiting by themselves.
    pub fn backlog(&self) -> u64 {
        let last = self.next.saturating_sub(1);
        last.saturating_sub(self.outlet.cursor().done().count(1, last))
    }

    /// Stores an event of `bytes`, unless its id is known. With `may_begin`, the caller delivers it at once if there is room.
    ///
    /// # Errors
    /// If it could not be stored.
    pub fn accept<S: Store>(
        &mut self,
        store: &S,
        (event, key, bytes): (&S::Event, EventKey, u64),
        may_begin: bool,
        now: u64,
        rules: &Rules,
    ) -> Result<Accepted, StoreFault> {
        self.open_tables(store, now, &rules.lifecycle)?;
        let number = self.next;
        if !store.insert(event, key, number)? {
            return Ok(Accepted::Known);
        }
        self.next = number.saturating_add(1);
        self.bytes = self.bytes.saturating_add(bytes);
        for table in [&mut self.logs, &mut self.ids].into_iter().filter_map(|tables| tables.last_mut()) {
            (table.youngest_at, table.finished_at) = (now, None);
        }
        let handout = if may_begin { self.outlet.begin_first(number, now, rules) } else { None };
        Ok(Accepted::New(number, handout))
    }

    /// Opens the table of each kind that the next row goes to, unless it is open.
    ///
    /// # Errors
    /// If it could not be opened.
    pub fn open_tables<S: Store>(&mut self, store: &S, now: u64, lifecycle: &Lifecycle) -> Result<(), StoreFault> {
        self.open_table(store, Kind::Log, now, lifecycle)?;
        self.open_table(store, Kind::Ids, now, lifecycle)
    }

    /// Opens the table of a kind that the next row goes to, unless it is open.
    pub(super) fn open_table<S: Store>(
        &mut self,
        store: &S,
        kind: Kind,
        now: u64,
        lifecycle: &Lifecycle,
    ) -> Result<(), StoreFault> {
        let (bytes, last) = (self.bytes, self.next.saturating_sub(1));
        let tables = self.tables(kind);
        // A look-up asks every table of ids, so there are only so many.
        let may_open = kind == Kind::Log || tables.len() < MOST_ID_TABLES;
        let open = tables.last().filter(|open| open.last.is_none());
        if open.is_some_and(|open| !may_open || !open.is_over(kind, bytes, now, lifecycle)) {
            return Ok(());
        }
        let closed = open.map(|open| Table { last: Some(last), ..*open });
        let number = tables.last().map_or(1, |last| last.number.saturating_add(1));
        let table = Table::new(number, self.next, now);
        store.open_table(kind, &table, closed.as_ref())?;
        if kind == Kind::Log {
            self.bytes = 0;
        }
        let tables = self.tables_mut(kind);
        if let Some((last, closed)) = tables.last_mut().zip(closed) {
            *last = closed;
        }
        tables.push(table);
        Ok(())
    }

    fn tables_mut(&mut self, kind: Kind) -> &mut Vec<Table> {
        match kind {
            Kind::Log => &mut self.logs,
            Kind::Ids => &mut self.ids,
        }
    }

    /// Notes that the youngest table of ids has a mark of a newer shard.
    ///
    /// # Errors
    /// If that could not be written.
    pub fn mark<S: Store>(&mut self, store: &S) -> Result<(), StoreFault> {
        if let Some(table) = self.ids.last_mut().filter(|table| !table.has_marks) {
            let marked = Table { has_marks: true, ..*table };
            store.note_table(Kind::Ids, &marked)?;
            *table = marked;
        }
        Ok(())
    }

    /// Takes up to `most` events to be attempted now.
    ///
    /// # Errors
    /// If the database does not answer.
    pub fn hand_out<S: Store>(
        &mut self,
        store: &S,
        most: usize,
        now: u64,
        rules: &Rules,
    ) -> Result<Vec<Handout>, StoreFault> {
        self.outlet.hand_out(store, most, self.next, now, rules)
    }

    /// Takes what came of attempts.
    ///
    /// # Errors
    /// If the database does not answer.
    pub fn report<S: Store>(
        &mut self,
        store: &S,
        outcomes: &[Outcome],
        now: u64,
        rules: &Rules,
    ) -> Result<Vec<Became>, StoreFault> {
        let became = self.outlet.report(store, outcomes, now, rules)?;
        self.refresh(now);
        Ok(became)
    }

    /// When there is something to do for the destination: an attempt that may begin, or one whose report is late.
    pub fn attempts_at(&self, now: u64, rules: &Rules) -> Option<u64> {
        let outlet = &self.outlet;
        let lapse = outlet.next_lapse(now, &rules.lifecycle);
        if outlet.pauses().since().is_some() {
            return lapse;
        }
        let has_backlog = self.backlog() > outlet.log_under_way() as u64;
        let due = if has_backlog { Some(now) } else { outlet.next_due(now, &rules.lifecycle) };
        let earliest = outlet.breaker().next_probe().unwrap_or_default().max(outlet.breaker().held_until());
        let due = due.map(|due| due.max(earliest));
        // With no room, a report or a lapse makes some.
        let is_full = earliest <= now && outlet.room(now, rules) == 0;
        due.filter(|_| !is_full).into_iter().chain(lapse).min()
    }
}

/// A look-up of an id asks so many tables at most.
const MOST_ID_TABLES: usize = 5;
