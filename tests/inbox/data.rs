//! What the database of one object holds. It survives a crash.

use std::collections::BTreeMap;

use countersign::inbox::{Cursor, EventState, Kind, Pauses, Progress, Table};

/// An event, reduced to its id, the time of its acceptance, and its filters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Event {
    pub(crate) id: u64,
    pub(crate) at: u64,
    /// The destinations that its row says it is not for.
    pub(crate) filtered: &'static [&'static str],
}

impl Event {
    /// The filters that are left, if a destination wants the event.
    pub(crate) fn without(&self, destination: &str) -> &'static [&'static str] {
        let place = self.filtered.iter().position(|name| *name == destination);
        match place {
            None => self.filtered,
            Some(place) => {
                assert!(self.filtered.len() <= 2, "one is left at most");
                let (before, after) = self.filtered.split_at(place);
                if before.is_empty() { &after[1..] } else { before }
            }
        }
    }
}

/// What is stored of a source.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Data {
    /// Tables of events, by their numbers.
    pub(crate) logs: Vec<(Table, BTreeMap<u64, Event>)>,
    /// Tables of ids, each with its event's number.
    pub(crate) ids: Vec<(Table, BTreeMap<u64, u64>)>,
    pub(crate) destinations: BTreeMap<String, Destination>,
    /// The number of the next event, when a table was dropped.
    pub(crate) next: u64,
}

/// What is stored of one destination.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Destination {
    pub(crate) waiting: BTreeMap<u64, (Event, Progress)>,
    pub(crate) cursor: Cursor,
    pub(crate) broken_since: Option<u64>,
    pub(crate) held_until: u64,
    pub(crate) pauses: Pauses,
    pub(crate) orphaned: Option<u64>,
}

impl Data {
    /// The number of the event with that id, as a look-up by id finds it.
    pub(crate) fn find(&self, id: u64) -> Option<u64> {
        let in_tables = self.ids.iter().rev().find_map(|(_, ids)| ids.get(&id).copied());
        in_tables.or_else(|| self.all_waiting().find(|(_, event)| event.id == id).map(|(number, _)| number))
    }

    /// An event of the log.
    pub(crate) fn in_log(&self, number: u64) -> Option<Event> {
        self.logs.iter().rev().find_map(|(_, rows)| rows.get(&number).copied())
    }

    /// The state that is stored for an event at a destination; `None` if it is not stored there any more.
    pub(crate) fn state(&self, destination: &str, number: u64) -> Option<EventState> {
        let stored = self.destinations.get(destination)?;
        if let Some((_, progress)) = stored.waiting.get(&number) {
            return Some(progress.state);
        }
        let event = self.in_log(number)?;
        Some(match stored.cursor.died_at(number) {
            _ if event.filtered.contains(&destination) => EventState::Filtered,
            Some(_) => EventState::Dead,
            None if stored.cursor.is_done(number) => EventState::Delivered,
            None => EventState::Pending,
        })
    }

    /// Whether an event is stored: in the log, or waiting for any destination.
    pub(crate) fn has(&self, number: u64) -> bool {
        self.in_log(number).is_some() || self.all_waiting().any(|(waiting, _)| waiting == number)
    }

    /// How many rows it has.
    pub(crate) fn rows(&self) -> usize {
        let logs = self.logs.iter().map(|(_, rows)| rows.len());
        let ids = self.ids.iter().map(|(_, rows)| rows.len());
        logs.chain(ids).sum::<usize>() + self.all_waiting().count()
    }

    pub(crate) fn all_waiting(&self) -> impl Iterator<Item = (u64, &Event)> {
        let waiting = self.destinations.values().flat_map(|stored| &stored.waiting);
        waiting.map(|(number, (event, _))| (*number, event))
    }

    pub(crate) fn table(&mut self, kind: Kind, number: u32) -> Option<&mut Table> {
        match kind {
            Kind::Log => self.logs.iter_mut().map(|(table, _)| table).find(|table| table.number == number),
            Kind::Ids => self.ids.iter_mut().map(|(table, _)| table).find(|table| table.number == number),
        }
    }
}

impl Destination {
    pub(crate) fn pending(&self, under_way: &[u64]) -> impl Iterator<Item = (u64, Progress)> {
        let pending = self.waiting.iter().filter(|(_, (_, progress))| progress.state == EventState::Pending);
        pending.filter(|(number, _)| !under_way.contains(number)).map(|(number, (_, progress))| (*number, *progress))
    }
}
