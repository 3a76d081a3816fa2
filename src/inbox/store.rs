//! What the state machine of an object asks of its database.
//!
//! A shell implements [`Store`] with SQL; the model that checks the machine implements it in memory, and fails between any two writes.

use super::breaker::Breaker;
use super::cursor::Cursor;
use super::pauses::Pauses;
use super::states::Progress;
use super::tables::{Kind, Table};
use crate::gateway::dedupe::EventKey;

/// The database does not do what it is asked. Nothing of the call was written, or the object ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoreFault;

/// What is known of one destination, as it is stored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stored {
    /// How far it is.
    pub cursor: Cursor,
    /// Since when it is broken.
    pub broken_since: Option<u64>,
    /// Until when it is held back.
    pub held_until: u64,
    /// When an operator paused it.
    pub pauses: Pauses,
    /// Since when it is not configured any more.
    pub orphaned: Option<u64>,
}

/// The database of one object.
///
/// Each method is a transaction. `destination` is a destination's name, `number` the sequence number of an event.
pub trait Store {
    /// An event as it arrives.
    type Event;

    /// The tables of a kind, oldest first.
    ///
    /// # Errors
    /// As every method: the database does not answer.
    fn tables(&self, kind: Kind) -> Result<Vec<Table>, StoreFault>;
    /// Creates a table; the one before it is written down with its last row.
    fn open_table(&self, kind: Kind, table: &Table, before: Option<&Table>) -> Result<(), StoreFault>;
    /// Writes down what is known of a table.
    fn note_table(&self, kind: Kind, table: &Table) -> Result<(), StoreFault>;
    /// Drops a table. `next` is the sequence number of the next event.
    fn drop_table(&self, kind: Kind, number: u32, next: u64) -> Result<(), StoreFault>;
    /// The sequence number of the next event, and when the last one was accepted; as the tables and what was dropped of them say.
    fn next(&self, tables: &[Table]) -> Result<(u64, u64), StoreFault>;

    /// Stores an event and its id, in the youngest table of each kind; `false` if the id is known, in any table.
    fn insert(&self, event: &Self::Event, key: EventKey, number: u64) -> Result<bool, StoreFault>;
    /// When an event of the log was accepted; `None` if it is not there.
    fn accepted_at(&self, number: u64) -> Result<Option<u64>, StoreFault>;
    /// The numbers of the events of the log from `first` to `last` whose rows say that they are not for a destination, in their order.
    fn filtered(&self, destination: &str, first: u64, last: u64) -> Result<Vec<u64>, StoreFault>;
    /// Has the row of an event of the log say that it is for a destination.
    fn want(&self, destination: &str, number: u64) -> Result<(), StoreFault>;
    /// The numbers of events of the log from `from` on, in their order, each with its lane; the first `limit` of them.
    fn lanes(&self, from: u64, limit: usize) -> Result<Vec<(u64, Option<u64>)>, StoreFault>;

    /// What is stored of each destination, by its name.
    fn destinations(&self) -> Result<Vec<(String, Stored)>, StoreFault>;
    /// Writes since when a destination is not configured any more, if so.
    fn write_orphaned(&self, destination: &str, since: Option<u64>) -> Result<(), StoreFault>;
    /// Removes what is stored of a destination of which no waiting event is left.
    fn remove_destination(&self, destination: &str) -> Result<(), StoreFault>;
    /// Writes how far a destination is.
    fn write_cursor(&self, destination: &str, cursor: &Cursor) -> Result<(), StoreFault>;
    /// Writes whether a destination is attempted.
    fn write_breaker(&self, destination: &str, breaker: &Breaker, pauses: &Pauses) -> Result<(), StoreFault>;

    /// The numbers of all waiting events of a destination from `from` on.
    fn waiting_from(&self, destination: &str, from: u64) -> Result<Vec<u64>, StoreFault>;
    /// A waiting event.
    fn waiting(&self, destination: &str, number: u64) -> Result<Option<Progress>, StoreFault>;
    /// Copies an event from the log to the waiting ones.
    fn put_waiting(&self, destination: &str, number: u64, progress: &Progress) -> Result<(), StoreFault>;
    /// Writes the progress of a waiting event.
    fn set_waiting(&self, destination: &str, number: u64, progress: &Progress) -> Result<(), StoreFault>;
    /// Removes a waiting event. Its id goes to the youngest table of ids as well, whether or not an older one knows it.
    fn remove_waiting(&self, destination: &str, number: u64) -> Result<(), StoreFault>;
    /// The pending events that are due at `now`, or after `latest`: the first `limit` of them, but for those in `under_way`.
    fn due(
        &self,
        destination: &str,
        now: u64,
        latest: u64,
        under_way: &[u64],
        limit: usize,
    ) -> Result<Vec<(u64, Progress)>, StoreFault>;
    /// When the first pending event is due that is not in `under_way`.
    fn next_due(&self, destination: &str, under_way: &[u64]) -> Result<Option<u64>, StoreFault>;
    /// The lanes of pending events and of those behind, each with whether an event of it is pending.
    fn lanes_waiting(&self, destination: &str) -> Result<Vec<(u64, bool)>, StoreFault>;
    /// The first event of a lane that is behind.
    fn first_behind(&self, destination: &str, lane: u64) -> Result<Option<(u64, Progress)>, StoreFault>;
    /// Has one event of each lane pending at most, the first of those that are, and the others behind it; or, without an order, none
    /// behind. Whether anything changed.
    fn settle_order(&self, destination: &str, is_ordered: bool) -> Result<bool, StoreFault>;
    /// Waiting events whose time is over at `now`: finished ones that are due, and pending ones that began at `began` or before; with
    /// `u64::MAX` for both, all.
    fn over(&self, destination: &str, now: u64, began: u64, limit: usize) -> Result<Vec<(u64, Progress)>, StoreFault>;
    /// When the first finished event among the waiting ones is due.
    fn next_over(&self, destination: &str) -> Result<Option<u64>, StoreFault>;
}
