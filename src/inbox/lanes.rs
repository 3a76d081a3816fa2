//! The lanes of a destination: what is known in memory of events that are delivered one after the other.
//!
//! The events of one key make a lane. Of each lane only the first event that is not finished may be attempted:
//!
//! ```text
//!  log      ▪a ▪b ▪a ▪c ▪b        the first of each lane, unless one of it waits or is under way
//!  waiting  ▪d (head) ▪d ▪d       the head when it is due; the others are behind it
//! ```
//!
//! All of it is read from the database, so a machine that is in doubt forgets it and reads again.

use std::collections::{BTreeMap, BTreeSet};

use super::cursor::Cursor;
use super::fence::Fenced;
use super::leases::Leases;
use super::store::{Store, StoreFault};

/// The number of an event of the log, and its lane if it has one.
pub(super) type InLane = (u64, Option<u64>);

/// What is known of the lanes at one destination.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Lanes {
    /// Events of the log that are not done, oldest first, each with its lane. Those that were just finished may still be here.
    window: Vec<InLane>,
    /// The window has all of them that come before this number.
    end: u64,
    /// The lanes of which events wait by themselves, and whether one of these is the head; otherwise, all are behind.
    waiting: BTreeMap<u64, bool>,
    is_loaded: bool,
}

impl Lanes {
    /// Forgets everything: it is read again when it is needed.
    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }

    /// Reads what is not known yet, as far as there is room. `next` is the sequence number of the next event.
    pub(super) fn load<S: Store>(
        &mut self,
        store: &S,
        name: &str,
        cursor: &Cursor,
        next: u64,
    ) -> Result<(), StoreFault> {
        if !self.is_loaded {
            self.waiting = store.lanes_waiting(name)?.into_iter().collect();
            self.is_loaded = true;
        }
        self.prune(cursor);
        while self.has_more(next) {
            let from = cursor.done().first_missing(self.end.max(1));
            let limit = WINDOW.saturating_sub(self.window.len());
            let found = store.lanes(from, limit)?;
            self.end = match found.last() {
                Some((last, _)) if found.len() >= limit => last.saturating_add(1),
                _ => next,
            };
            self.window.extend(found.into_iter().filter(|(number, _)| !cursor.is_done(*number)));
        }
        Ok(())
    }

    /// Drops what is done.
    pub(super) fn prune(&mut self, cursor: &Cursor) {
        self.window.retain(|(number, _)| !cursor.is_done(*number));
    }

    /// Whether [`Lanes::load`] would read anything.
    pub(super) const fn has_more(&self, next: u64) -> bool {
        !self.is_loaded || (self.end < next && self.window.len() <= WINDOW.div_euclid(2))
    }

    /// Whether there is more than the window has room for.
    pub(super) const fn overflows(&self, next: u64) -> bool {
        self.is_loaded && self.end < next && self.window.len() > WINDOW.div_euclid(2)
    }

    /// Takes an event that arrives. Whether every event before it is known, and none of its lane is open.
    pub(super) fn arrive(&mut self, number: u64, lane: Option<u64>, cursor: &Cursor) -> bool {
        let is_known = self.is_loaded && self.end >= number;
        let is_free = lane
            .is_none_or(|lane| is_known && self.first_of(lane, cursor).is_none() && !self.waiting.contains_key(&lane));
        if is_known && self.window.len() < WINDOW {
            self.end = number.saturating_add(1);
            if !cursor.is_done(number) {
                self.window.push((number, lane));
            }
        }
        is_free
    }

    /// The first event of a lane in the log that is not done, as far as the window goes.
    pub(super) fn first_of(&self, lane: u64, cursor: &Cursor) -> Option<u64> {
        let mut own = self.window.iter().filter(|(_, other)| *other == Some(lane)).map(|(number, _)| *number);
        own.find(|number| !cursor.is_done(*number))
    }

    /// Up to `most` events of the log that may be attempted now, oldest first. Of a lane that is fenced, none may that was there before, nor
    /// one that came since if others are behind: the first of these may be before it.
    pub(super) fn ready(
        &self,
        cursor: &Cursor,
        under_way: &Leases,
        fenced: Option<&Fenced>,
        most: usize,
    ) -> Vec<InLane> {
        let heads = self.waiting.iter().filter(|(_, has_head)| **has_head).map(|(lane, _)| *lane);
        let mut taken: BTreeSet<u64> = heads.chain(under_way.iter().filter_map(|lease| lease.lane)).collect();
        let may_begin = |(number, lane): &&(u64, Option<u64>)| {
            let holds =
                |fenced: &Fenced, lane| fenced.holds(*number, lane) || (self.waits(lane) && !fenced.is_free(lane));
            let is_head = |lane| taken.insert(lane) && !fenced.is_some_and(|fenced| holds(fenced, lane));
            !cursor.is_done(*number) && lane.map_or_else(|| under_way.get(*number).is_none(), is_head)
        };
        self.window.iter().filter(may_begin).take(most).copied().collect()
    }

    /// The lanes of which all waiting events are behind.
    pub(super) fn headless(&self) -> impl Iterator<Item = u64> {
        self.waiting.iter().filter(|(_, has_head)| !**has_head).map(|(lane, _)| *lane)
    }

    /// Whether a lane has events that are fenced, as far as the window goes.
    pub(super) fn is_fenced(&self, fenced: &Fenced, cursor: &Cursor) -> bool {
        let holds = |(number, lane): &InLane| lane.is_some_and(|lane| fenced.holds(*number, lane));
        self.window.iter().any(|event| holds(event) && !cursor.is_done(event.0))
            || self.headless().any(|lane| !fenced.is_free(lane))
    }

    /// The lane of an event of the log that is not done, as far as the window goes.
    pub(super) fn lane_of(&self, number: u64) -> Option<u64> {
        self.window.iter().find(|(known, _)| *known == number).and_then(|(_, lane)| *lane)
    }

    /// Up to `most` events of the log in lanes of which others wait, oldest first.
    pub(super) fn held_back(&self, under_way: &Leases, most: usize) -> Vec<(u64, u64)> {
        let own = self.window.iter().filter_map(|(number, lane)| lane.map(|lane| (*number, lane)));
        let held = own.filter(|(number, lane)| self.waiting.contains_key(lane) && under_way.get(*number).is_none());
        held.take(most).collect()
    }

    /// Whether events of a lane wait by themselves.
    pub(super) fn waits(&self, lane: u64) -> bool {
        self.waiting.contains_key(&lane)
    }

    /// Notes that an event of a lane waits by itself: at its head, or behind others.
    pub(super) fn wait(&mut self, lane: u64, is_head: bool) {
        let known = self.waiting.entry(lane).or_default();
        *known |= is_head;
    }

    /// Notes that the head of a lane is finished. There may be others behind it.
    pub(super) fn lose_head(&mut self, lane: u64) {
        if let Some(has_head) = self.waiting.get_mut(&lane) {
            *has_head = false;
        }
    }

    /// Notes that no event of a lane waits by itself.
    pub(super) fn end_waiting(&mut self, lane: u64) {
        self.waiting.remove(&lane);
    }
}

/// So many events of the log are looked at. If all of them wait for others, those that do so for one that failed leave the log.
const WINDOW: usize = 4_096;
