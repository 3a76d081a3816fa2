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
//! Each destination has its own cursor and its own waiting events; the log and its ids are there once.
//!
//! Every call is a transition: it decides, writes through the [`Store`], and only then changes what it knows. A call that fails leaves
//! a machine that has to be loaded again.

use super::handout::Handout;
use super::lifecycle::Retention;
use super::outlet::Outlet;
use super::plan::Plan;
use super::store::{Store, StoreFault};
use super::tables::{Kind, Table, gone};
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
    /// The destinations, those that are no longer configured among them.
    pub(super) outlets: Vec<Outlet>,
    /// Whose turn it is when nobody asks for a certain destination.
    pub(super) turn: usize,
}

/// An event that arrives.
#[derive(Debug)]
pub struct Arrival<'a, E> {
    /// The event.
    pub event: &'a E,
    /// Its key.
    pub key: EventKey,
    /// Its size.
    pub bytes: u64,
    /// The names of the destinations that it is not for.
    pub filtered: &'a [&'a str],
    /// Its lane, if it is ordered.
    pub lane: Option<u64>,
}

/// What came of an event that arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Accepted {
    /// It is stored, under this number; these first attempts may begin at once.
    New(u64, Vec<Handout>),
    /// Its id is known.
    Known,
}

impl Machine {
    /// Reads what a database holds. [`Machine::fit`] says which destinations are configured.
    ///
    /// # Errors
    /// If it does not answer.
    pub fn load<S: Store>(store: &S, now: u64) -> Result<Self, StoreFault> {
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
        let mut stored = store.destinations()?;
        // What has no table any more needs no attempt, even if the cursor was lost.
        let first = logs.first().map_or(next, |table| table.first);
        let gone = gone(&logs, next);
        for cursor in stored.iter_mut().map(|(_, stored)| &mut stored.cursor) {
            cursor.skip_before(first);
            cursor.skip(&gone);
        }
        // The last event may have been removed, and its number is not used again.
        let used = stored.iter().filter_map(|(_, stored)| stored.cursor.done().last()).max();
        let next = used.map_or(next, |last| next.max(last.saturating_add(1)));
        let outlets = stored.into_iter().map(|(name, stored)| Outlet::load(store, &name, stored, next, now));
        let outlets = outlets.collect::<Result<Vec<_>, _>>()?;
        let finished_at = outlets.iter().map(|outlet| outlet.finished_at(now)).max();
        let mut machine = Self { next, logs, ids, noted, bytes: 0, outlets, turn: 0 };
        machine.refresh(finished_at.unwrap_or(now), now);
        Ok(machine)
    }

    /// The destinations, those that are no longer configured among them. A destination's place is what other methods take for it.
    pub fn outlets(&self) -> &[Outlet] {
        &self.outlets
    }

    /// The place of a destination.
    pub fn place(&self, name: &str) -> Option<usize> {
        self.outlets.iter().position(|outlet| outlet.name() == name)
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

    /// How many events of the log are neither finished at a destination nor waiting there by themselves.
    pub fn backlog(&self, outlet: &Outlet) -> u64 {
        let last = self.next.saturating_sub(1);
        last.saturating_sub(outlet.cursor().done().count(1, last))
    }

    /// How many events of the log wait for nothing but room at a destination, as far as is known.
    pub fn ready(&self, outlet: &Outlet) -> usize {
        outlet.ready(self.next)
    }

    /// Stores an event, unless its id is known. With `may_begin`, the caller delivers it at once where there is room.
    ///
    /// # Errors
    /// If it could not be stored.
    pub fn accept<S: Store>(
        &mut self,
        store: &S,
        arrival: &Arrival<'_, S::Event>,
        may_begin: bool,
        now: u64,
        plan: &Plan,
    ) -> Result<Accepted, StoreFault> {
        self.open_tables(store, now, &plan.retention)?;
        let number = self.next;
        if !store.insert(arrival.event, arrival.key, number)? {
            return Ok(Accepted::Known);
        }
        self.next = number.saturating_add(1);
        self.bytes = self.bytes.saturating_add(arrival.bytes);
        for table in [&mut self.logs, &mut self.ids].into_iter().filter_map(|tables| tables.last_mut()) {
            (table.youngest_at, table.finished_at) = (now, None);
        }
        let mut begun = Vec::new();
        for (place, outlet) in self.outlets.iter_mut().enumerate() {
            let Some(rules) = plan.rules(outlet.name()) else { continue };
            let is_filtered = arrival.filtered.contains(&outlet.name());
            if is_filtered {
                outlet.pass_by_new(store, number, now)?;
            }
            let is_free = outlet.arrive(number, arrival.lane);
            if !is_filtered && (rules.gather > 0 || (may_begin && is_free)) {
                begun.extend(outlet.begin_first(store, place, (number, arrival.lane), now, rules)?);
            }
        }
        if !arrival.filtered.is_empty() {
            // If it is for no destination, nothing is reported that would find its table finished.
            self.refresh(now, now);
        }
        Ok(Accepted::New(number, begun))
    }

    /// Opens the table of each kind that the next row goes to, unless it is open.
    ///
    /// # Errors
    /// If it could not be opened.
    pub fn open_tables<S: Store>(&mut self, store: &S, now: u64, retention: &Retention) -> Result<(), StoreFault> {
        self.open_table(store, Kind::Log, now, retention)?;
        self.open_table(store, Kind::Ids, now, retention)
    }

    /// Opens the table of a kind that the next row goes to, unless it is open.
    pub(super) fn open_table<S: Store>(
        &mut self,
        store: &S,
        kind: Kind,
        now: u64,
        retention: &Retention,
    ) -> Result<(), StoreFault> {
        let (bytes, last) = (self.bytes, self.next.saturating_sub(1));
        let tables = self.tables(kind);
        // A look-up asks every table of ids, so there are only so many.
        let may_open = kind == Kind::Log || tables.len() < MOST_ID_TABLES;
        let open = tables.last().filter(|open| open.last.is_none());
        if open.is_some_and(|open| !may_open || !open.is_over(kind, bytes, now, retention)) {
            return Ok(());
        }
        let closed = open.map(|open| Table { last: Some(last), ..*open });
        let number = tables.last().map_or(1, |last| last.number.saturating_add(1));
        let table = Table::new(number, self.next, now);
        store.open_table(kind, &table, closed.as_ref())?;
        match kind {
            Kind::Log => self.bytes = 0,
            // Written with what comes next.
            Kind::Ids => self.outlets.iter_mut().for_each(|outlet| outlet.cursor.open_ids(table.first)),
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
}

/// A look-up of an id asks so many tables at most.
const MOST_ID_TABLES: usize = 5;
