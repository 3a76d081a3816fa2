//! What a destination's conditions exclude, and what an operator wants there all the same.

use super::Cursor;

impl Cursor {
    /// Notes that an event is not for the destination, as its row says. One that is replayed with many others was counted before.
    pub fn pass_by(&mut self, number: u64) {
        if self.renewed_at(number).is_none() { self.exclude(number) } else { self.finish(number) }
    }

    /// Notes that an event turned out not to be for the destination, when it was attempted or as it arrived.
    pub fn exclude(&mut self, number: u64) {
        self.passed.add(number);
        self.finish(number);
    }

    /// Notes that an operator named the destination for an event.
    pub(in crate::inbox) fn name(&mut self, number: u64) {
        self.named.insert(number, number);
    }

    /// The events before `ids` for which an operator did.
    pub(in crate::inbox) fn named_before(&self, ids: u64) -> Vec<u64> {
        self.named.numbers(false, usize::MAX).into_iter().take_while(|number| *number < ids).collect()
    }

    /// Whether an operator did.
    pub fn is_named(&self, number: u64) -> bool {
        self.named.contains(number)
    }

    /// Notes that something became of events: the next replay is one by itself.
    pub(in crate::inbox) fn unname(&mut self, first: u64, last: u64) {
        self.named.remove(first, last);
    }

    /// Notes that an event that was passed by does not count as such any more.
    pub fn want(&mut self, number: u64) {
        self.passed.remove(number);
    }

    /// How many events were passed by whose ids are remembered.
    pub fn filtered(&self) -> u64 {
        self.passed.count()
    }

    /// Notes that the ids of the events from `first` on go to another table.
    pub fn open_ids(&mut self, first: u64) {
        self.passed.open_ids(first);
    }
}
