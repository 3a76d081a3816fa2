//! The database of one object, in memory. It records every write, and fails when it is told to: between any two writes.

use std::cell::{Cell, Ref, RefCell};
use std::collections::{BTreeMap, BTreeSet};

use countersign::gateway::dedupe::EventKey;
use countersign::inbox::{Breaker, Cursor, EventState, Kind, Pauses, Progress, Store, StoreFault, Stored, Table, seed};

use crate::data::{Data, Destination, Event};
use crate::write::Write;

/// A [`Store`] in memory.
#[derive(Debug, Default)]
pub(crate) struct MemoryStore {
    data: RefCell<Data>,
    writes: RefCell<Vec<Write>>,
    /// How many more writes succeed; all, if it is `None`.
    allowed: Cell<Option<usize>>,
    /// How many lanes the events have, by their ids; none, if it is 0.
    pub(crate) lanes: u64,
    /// Whether every event has a lane. Otherwise every so many have none.
    pub(crate) has_all: bool,
}

impl MemoryStore {
    /// A database with that contents, of which so many writes succeed.
    pub(crate) fn new(data: Data, allowed: Option<usize>) -> Self {
        Self {
            data: RefCell::new(data),
            writes: RefCell::default(),
            allowed: Cell::new(allowed),
            lanes: 0,
            has_all: false,
        }
    }

    /// Has so many more writes succeed.
    pub(crate) fn allow(&self, allowed: Option<usize>) {
        self.allowed.set(allowed);
    }

    /// The lane of an event. Some have none.
    pub(crate) fn lane(&self, event: &Event) -> Option<u64> {
        event.id.checked_rem(self.lanes).filter(|lane| *lane > 0 || self.has_all)
    }

    /// What is stored.
    pub(crate) fn data(&self) -> Ref<'_, Data> {
        self.data.borrow()
    }

    /// What is stored, after a crash.
    pub(crate) fn into_data(self) -> Data {
        self.data.into_inner()
    }

    /// The writes that succeeded since they were last taken.
    pub(crate) fn take_writes(&self) -> Vec<Write> {
        self.writes.take()
    }

    /// Removes an event and its id: the shell's part of forgetting it.
    pub(crate) fn erase(&self, number: u64) -> Result<(), StoreFault> {
        self.write(Write::Erase(number), |data| {
            let waiting = data.all_waiting().find(|(waiting, _)| *waiting == number).map(|(_, event)| *event);
            let id = data.in_log(number).or(waiting).map(|event| event.id);
            data.logs.iter_mut().for_each(|(_, rows)| rows.retain(|row, _| *row != number));
            data.destinations.values_mut().for_each(|stored| stored.waiting.retain(|waiting, _| *waiting != number));
            data.ids.iter_mut().for_each(|(_, ids)| ids.retain(|known, _| Some(*known) != id));
        })
    }

    fn of<T>(&self, destination: &str, read: impl FnOnce(&Destination) -> T) -> Result<T, StoreFault> {
        Ok(read(self.data().destinations.get(destination).unwrap()))
    }

    fn change(&self, write: Write, destination: &str, change: impl FnOnce(&mut Destination)) -> Result<(), StoreFault> {
        self.write(write, |data| change(data.destinations.get_mut(destination).unwrap()))
    }

    fn write<T>(&self, write: Write, change: impl FnOnce(&mut Data) -> T) -> Result<T, StoreFault> {
        match self.allowed.get() {
            Some(0) => return Err(StoreFault),
            Some(more) => self.allowed.set(Some(more - 1)),
            None => {}
        }
        self.writes.borrow_mut().push(write);
        Ok(change(&mut self.data.borrow_mut()))
    }
}

impl Store for MemoryStore {
    type Event = Event;

    fn tables(&self, kind: Kind) -> Result<Vec<Table>, StoreFault> {
        let data = self.data();
        Ok(match kind {
            Kind::Log => data.logs.iter().map(|(table, _)| *table).collect(),
            Kind::Ids => data.ids.iter().map(|(table, _)| *table).collect(),
        })
    }

    fn open_table(&self, kind: Kind, table: &Table, before: Option<&Table>) -> Result<(), StoreFault> {
        self.write(Write::OpenTable(kind, table.number), |data| {
            if let Some(before) = before {
                *data.table(kind, before.number).unwrap() = *before;
            }
            match kind {
                Kind::Log => data.logs.push((*table, BTreeMap::new())),
                Kind::Ids => data.ids.push((*table, BTreeMap::new())),
            }
        })
    }

    fn note_table(&self, kind: Kind, table: &Table) -> Result<(), StoreFault> {
        self.write(Write::NoteTable(kind, table.number), |data| *data.table(kind, table.number).unwrap() = *table)
    }

    fn drop_table(&self, kind: Kind, number: u32, next: u64) -> Result<(), StoreFault> {
        self.write(Write::DropTable(kind, number), |data| {
            data.next = data.next.max(next);
            match kind {
                Kind::Log => data.logs.retain(|(table, _)| table.number != number),
                Kind::Ids => data.ids.retain(|(table, _)| table.number != number),
            }
        })
    }

    fn next(&self, tables: &[Table]) -> Result<(u64, u64), StoreFault> {
        let data = self.data();
        let last = data.logs.iter().rev().find_map(|(_, rows)| rows.last_key_value());
        let first = tables.last().map_or(1, |table| table.first);
        let next = last.map_or(1, |(number, _)| number + 1).max(first).max(data.next);
        Ok((next, last.map_or(0, |(_, event)| event.at)))
    }

    fn insert(&self, event: &Event, key: EventKey, number: u64) -> Result<bool, StoreFault> {
        let id = seed(key);
        let is_known = self.data().ids.iter().any(|(_, ids)| ids.contains_key(&id))
            || self.data().all_waiting().any(|(_, waiting)| waiting.id == id);
        if is_known {
            return Ok(false);
        }
        self.write(Write::Insert(number), |data| {
            let (_, rows) = data.logs.last_mut().unwrap();
            assert!(rows.insert(number, *event).is_none(), "a number is used twice");
            data.ids.last_mut().unwrap().1.insert(id, number);
            true
        })
    }

    fn accepted_at(&self, number: u64) -> Result<Option<u64>, StoreFault> {
        Ok(self.data().in_log(number).map(|event| event.at))
    }

    fn filtered(&self, destination: &str, first: u64, last: u64) -> Result<Vec<u64>, StoreFault> {
        let data = self.data();
        let all = data.logs.iter().flat_map(|(_, rows)| rows.iter());
        let own =
            all.filter(|(number, event)| (first..=last).contains(*number) && event.filtered.contains(&destination));
        Ok(own.map(|(number, _)| *number).collect())
    }

    fn want(&self, destination: &str, number: u64) -> Result<(), StoreFault> {
        self.write(Write::Want(number), |data| {
            let event = data.logs.iter_mut().find_map(|(_, rows)| rows.get_mut(&number)).unwrap();
            event.filtered = event.without(destination);
        })
    }

    fn lanes(&self, from: u64, limit: usize) -> Result<Vec<(u64, Option<u64>)>, StoreFault> {
        let data = self.data();
        let all = data.logs.iter().flat_map(|(_, rows)| rows.range(from..));
        Ok(all.map(|(number, event)| (*number, self.lane(event))).take(limit).collect())
    }

    fn destinations(&self) -> Result<Vec<(String, Stored)>, StoreFault> {
        let data = self.data();
        let all = data.destinations.iter().map(|(name, stored)| {
            let Destination { cursor, broken_since, held_until, pauses, orphaned, .. } = stored.clone();
            (name.clone(), Stored { cursor, broken_since, held_until, pauses, orphaned })
        });
        Ok(all.collect())
    }

    fn write_orphaned(&self, destination: &str, since: Option<u64>) -> Result<(), StoreFault> {
        self.change(Write::Orphaned, destination, |stored| stored.orphaned = since)
    }

    fn remove_destination(&self, destination: &str) -> Result<(), StoreFault> {
        self.write(Write::RemoveDestination, |data| {
            let removed = data.destinations.remove(destination).unwrap();
            assert!(removed.waiting.is_empty(), "its waiting events are left");
        })
    }

    fn write_cursor(&self, destination: &str, cursor: &Cursor) -> Result<(), StoreFault> {
        self.write(Write::Cursor, |data| {
            data.destinations.entry(destination.to_owned()).or_default().cursor = cursor.clone();
        })
    }

    fn write_breaker(&self, destination: &str, breaker: &Breaker, pauses: &Pauses) -> Result<(), StoreFault> {
        self.change(Write::Breaker, destination, |stored| {
            (stored.broken_since, stored.held_until) = (breaker.broken_since(), breaker.held_until());
            stored.pauses = pauses.clone();
        })
    }

    fn waiting_from(&self, destination: &str, from: u64) -> Result<Vec<u64>, StoreFault> {
        self.of(destination, |stored| stored.waiting.range(from..).map(|(number, _)| *number).collect())
    }

    fn waiting(&self, destination: &str, number: u64) -> Result<Option<Progress>, StoreFault> {
        self.of(destination, |stored| stored.waiting.get(&number).map(|(_, progress)| *progress))
    }

    fn put_waiting(&self, destination: &str, number: u64, progress: &Progress) -> Result<(), StoreFault> {
        let event = self.data().in_log(number).unwrap();
        self.change(Write::PutWaiting(number), destination, |stored| {
            stored.waiting.insert(number, (event, *progress));
        })
    }

    fn set_waiting(&self, destination: &str, number: u64, progress: &Progress) -> Result<(), StoreFault> {
        self.change(Write::SetWaiting(number), destination, |stored| {
            stored.waiting.get_mut(&number).unwrap().1 = *progress;
        })
    }

    fn remove_waiting(&self, destination: &str, number: u64) -> Result<(), StoreFault> {
        self.write(Write::RemoveWaiting(number), |data| {
            let (event, _) = data.destinations.get_mut(destination).unwrap().waiting.remove(&number).unwrap();
            data.ids.last_mut().unwrap().1.insert(event.id, number);
        })
    }

    fn due(
        &self,
        destination: &str,
        now: u64,
        latest: u64,
        under_way: &[u64],
        limit: usize,
    ) -> Result<Vec<(u64, Progress)>, StoreFault> {
        self.of(destination, |stored| {
            let due = stored.pending(under_way).filter(|(_, progress)| progress.due <= now || progress.due > latest);
            let mut due: Vec<_> = due.collect();
            due.sort_by_key(|(number, progress)| (progress.due, *number));
            due.truncate(limit);
            due
        })
    }

    fn next_due(&self, destination: &str, under_way: &[u64]) -> Result<Option<u64>, StoreFault> {
        self.of(destination, |stored| stored.pending(under_way).map(|(_, progress)| progress.due).min())
    }

    fn lanes_waiting(&self, destination: &str) -> Result<Vec<(u64, bool)>, StoreFault> {
        self.of(destination, |stored| {
            let mut lanes = BTreeMap::new();
            for (_, progress) in stored.waiting.values().filter(|(_, progress)| progress.state.is_pending()) {
                if let Some(lane) = progress.lane {
                    *lanes.entry(lane).or_default() |= progress.state == EventState::Pending;
                }
            }
            lanes.into_iter().collect()
        })
    }

    fn first_behind(&self, destination: &str, lane: u64) -> Result<Option<(u64, Progress)>, StoreFault> {
        self.of(destination, |stored| {
            let all = stored.waiting.iter().map(|(number, (_, progress))| (*number, *progress));
            let mut own = all.filter(|(_, progress)| progress.lane == Some(lane));
            own.find(|(_, progress)| progress.state == EventState::Behind)
        })
    }

    fn settle_order(&self, destination: &str, is_ordered: bool) -> Result<bool, StoreFault> {
        let settled = self.of(destination, |stored| {
            let (mut stored, mut headed) = (stored.clone(), BTreeSet::new());
            for (_, progress) in stored.waiting.values_mut() {
                progress.state = match (progress.state, progress.lane) {
                    (EventState::Pending, Some(lane)) if is_ordered && !headed.insert(lane) => EventState::Behind,
                    (EventState::Behind, _) if !is_ordered => EventState::Pending,
                    (state, _) => state,
                };
            }
            stored
        })?;
        if self.of(destination, |stored| *stored == settled)? {
            return Ok(false);
        }
        self.change(Write::SettleOrder, destination, |stored| *stored = settled)?;
        Ok(true)
    }

    fn over(&self, destination: &str, now: u64, began: u64, limit: usize) -> Result<Vec<(u64, Progress)>, StoreFault> {
        self.of(destination, |stored| {
            let all = stored.waiting.iter().map(|(number, (_, progress))| (*number, *progress));
            let over = all.filter(|(_, progress)| match progress.state {
                EventState::Pending | EventState::Behind => progress.since <= began,
                _ => progress.due <= now,
            });
            over.take(limit).collect()
        })
    }

    fn next_over(&self, destination: &str) -> Result<Option<u64>, StoreFault> {
        self.of(destination, |stored| {
            let finished = stored.waiting.values().filter(|(_, progress)| !progress.state.is_pending());
            finished.map(|(_, progress)| progress.due).min()
        })
    }
}
