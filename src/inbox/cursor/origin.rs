//! Which events a destination begins with, and when.

use super::Cursor;

impl Cursor {
    /// Begins with an event: those before were there before the destination was.
    pub fn begin_with(&mut self, first: u64) {
        self.from = first;
        self.skip_before(first);
    }

    /// Notes that the events before `next` are for the destination from `now` on, in milliseconds, whenever they were accepted.
    pub(in crate::inbox) fn offer_before(&mut self, next: u64, now: u64) {
        self.offered = (self.from < next).then_some((next, now));
    }

    /// The first event that the destination was there for.
    pub const fn from(&self) -> u64 {
        self.from
    }

    /// Since when an event is for the destination, which was accepted at a time.
    pub(in crate::inbox) fn offered_at(&self, number: u64, accepted: u64) -> u64 {
        self.offered.filter(|(next, _)| number < *next).map_or(accepted, |(_, at)| at.max(accepted))
    }
}
