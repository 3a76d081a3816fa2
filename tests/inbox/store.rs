//! The database of one object, in memory. It records every write, and fails when it is told to: between any two writes.

use std::cell::{Cell, Ref, RefCell};
use std::collections::BTreeMap;

use countersign::gateway::dedupe::EventKey;
use countersign::inbox::{Breaker, Cursor, EventState, Kind, Pauses, Progress, Store, StoreFault, Stored, Table, seed};

/// An event, of which only its id and the time of its acceptance matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Event {
    pub(crate) id: u64,
    pub(crate) at: u64,
}

/// What is stored. It survives a crash.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Data {
    /// Tables of events, by their numbers.
    pub(crate) logs: Vec<(Table, BTreeMap<u64, Event>)>,
    /// Tables of ids, each with its event's number.
    pub(crate) ids: Vec<(Table, BTreeMap<u64, u64>)>,
    pub(crate) waiting: BTreeMap<u64, (Event, Progress)>,
    pub(crate) cursor: Cursor,
    broken_since: Option<u64>,
    held_until: u64,
    pub(crate) pauses: Pauses,
    /// The number of the next event, when a table was dropped.
    next: u64,
}

/// A write, for those who look at what was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Write {
    OpenTable(Kind, u32),
    NoteTable(Kind, u32),
    DropTable(Kind, u32),
    Insert(u64),
    Cursor,
    Breaker,
    PutWaiting(u64),
    SetWaiting(u64),
    RemoveWaiting(u64),
    Erase(u64),
}

/// A [`Store`] in memory.
#[derive(Debug, Default)]
pub(crate) struct MemoryStore {
    data: RefCell<Data>,
    writes: RefCell<Vec<Write>>,
    /// How many more writes succeed; all, if it is `None`.
    allowed: Cell<Option<usize>>,
}

impl Data {
    /// The number of the event with that id, as a look-up by id finds it.
    pub(crate) fn find(&self, id: u64) -> Option<u64> {
        let in_tables = self.ids.iter().rev().find_map(|(_, ids)| ids.get(&id).copied());
        in_tables.or_else(|| self.waiting.iter().find(|(_, (event, _))| event.id == id).map(|(number, _)| *number))
    }

    /// An event of the log.
    pub(crate) fn in_log(&self, number: u64) -> Option<Event> {
        self.logs.iter().rev().find_map(|(_, rows)| rows.get(&number).copied())
    }

    /// The state that is stored for an event; `None` if it is stored no more.
    pub(crate) fn state(&self, number: u64) -> Option<EventState> {
        if let Some((_, progress)) = self.waiting.get(&number) {
            return Some(progress.state);
        }
        self.in_log(number)?;
        Some(match self.cursor.died_at(number) {
            Some(_) => EventState::Dead,
            None if self.cursor.is_done(number) => EventState::Delivered,
            None => EventState::Pending,
        })
    }

    /// How many rows it has.
    pub(crate) fn rows(&self) -> usize {
        let logs = self.logs.iter().map(|(_, rows)| rows.len());
        let ids = self.ids.iter().map(|(_, rows)| rows.len());
        logs.chain(ids).sum::<usize>() + self.waiting.len()
    }

    fn table(&mut self, kind: Kind, number: u32) -> Option<&mut Table> {
        match kind {
            Kind::Log => self.logs.iter_mut().map(|(table, _)| table).find(|table| table.number == number),
            Kind::Ids => self.ids.iter_mut().map(|(table, _)| table).find(|table| table.number == number),
        }
    }

    fn pending(&self, under_way: &[u64]) -> impl Iterator<Item = (u64, Progress)> {
        let pending = self.waiting.iter().filter(|(_, (_, progress))| progress.state == EventState::Pending);
        pending.filter(|(number, _)| !under_way.contains(number)).map(|(number, (_, progress))| (*number, *progress))
    }
}

impl MemoryStore {
    /// A database with that contents, of which so many writes succeed.
    pub(crate) fn new(data: Data, allowed: Option<usize>) -> Self {
        Self { data: RefCell::new(data), writes: RefCell::default(), allowed: Cell::new(allowed) }
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
            let event = data.in_log(number).or_else(|| data.waiting.get(&number).map(|(event, _)| *event));
            data.logs.iter_mut().for_each(|(_, rows)| rows.retain(|row, _| *row != number));
            data.waiting.remove(&number);
            let id = event.map(|event| event.id);
            data.ids.iter_mut().for_each(|(_, ids)| ids.retain(|known, _| Some(*known) != id));
        })
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
            || self.data().waiting.values().any(|(waiting, _)| waiting.id == id);
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

    fn last_accepted_by(&self, at: u64) -> Result<u64, StoreFault> {
        let data = self.data();
        let mut newest_first = data.logs.iter().rev().flat_map(|(_, rows)| rows.iter().rev());
        Ok(newest_first.find(|(_, event)| event.at <= at).map_or(0, |(number, _)| *number))
    }

    fn destination(&self, _: &str) -> Result<Stored, StoreFault> {
        let data = self.data();
        let (cursor, pauses) = (data.cursor.clone(), data.pauses.clone());
        Ok(Stored { cursor, broken_since: data.broken_since, held_until: data.held_until, pauses })
    }

    fn write_cursor(&self, _: &str, cursor: &Cursor) -> Result<(), StoreFault> {
        self.write(Write::Cursor, |data| data.cursor = cursor.clone())
    }

    fn write_breaker(&self, _: &str, breaker: &Breaker, pauses: &Pauses) -> Result<(), StoreFault> {
        self.write(Write::Breaker, |data| {
            (data.broken_since, data.held_until) = (breaker.broken_since(), breaker.held_until());
            data.pauses = pauses.clone();
        })
    }

    fn waiting_from(&self, _: &str, from: u64) -> Result<Vec<u64>, StoreFault> {
        Ok(self.data().waiting.range(from..).map(|(number, _)| *number).collect())
    }

    fn waiting(&self, _: &str, number: u64) -> Result<Option<Progress>, StoreFault> {
        Ok(self.data().waiting.get(&number).map(|(_, progress)| *progress))
    }

    fn put_waiting(&self, _: &str, number: u64, progress: &Progress) -> Result<(), StoreFault> {
        self.write(Write::PutWaiting(number), |data| {
            let event = data.in_log(number).unwrap();
            data.waiting.insert(number, (event, *progress));
        })
    }

    fn set_waiting(&self, _: &str, number: u64, progress: &Progress) -> Result<(), StoreFault> {
        self.write(Write::SetWaiting(number), |data| data.waiting.get_mut(&number).unwrap().1 = *progress)
    }

    fn remove_waiting(&self, _: &str, number: u64) -> Result<(), StoreFault> {
        self.write(Write::RemoveWaiting(number), |data| {
            let (event, _) = data.waiting.remove(&number).unwrap();
            data.ids.last_mut().unwrap().1.insert(event.id, number);
        })
    }

    fn due(
        &self,
        _: &str,
        now: u64,
        latest: u64,
        under_way: &[u64],
        limit: usize,
    ) -> Result<Vec<(u64, Progress)>, StoreFault> {
        let data = self.data();
        let due = data.pending(under_way).filter(|(_, progress)| progress.due <= now || progress.due > latest);
        let mut due: Vec<_> = due.collect();
        due.sort_by_key(|(number, progress)| (progress.due, *number));
        due.truncate(limit);
        Ok(due)
    }

    fn next_due(&self, _: &str, under_way: &[u64]) -> Result<Option<u64>, StoreFault> {
        Ok(self.data().pending(under_way).map(|(_, progress)| progress.due).min())
    }

    fn over(&self, _: &str, now: u64, began: u64, limit: usize) -> Result<Vec<(u64, Progress)>, StoreFault> {
        let data = self.data();
        let all = data.waiting.iter().map(|(number, (_, progress))| (*number, *progress));
        let over = all.filter(|(_, progress)| match progress.state {
            EventState::Pending => progress.since <= began,
            EventState::Delivered | EventState::Dead => progress.due <= now,
        });
        Ok(over.take(limit).collect())
    }

    fn next_over(&self, _: &str) -> Result<Option<u64>, StoreFault> {
        let data = self.data();
        let finished = data.waiting.values().filter(|(_, progress)| progress.state != EventState::Pending);
        Ok(finished.map(|(_, progress)| progress.due).min())
    }
}
