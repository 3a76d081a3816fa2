//! The attempts that are under way.

use super::lifecycle::Lifecycle;
use super::states::Progress;

/// An attempt under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Lease {
    /// The event's sequence number.
    pub(super) number: u64,
    /// When its report is late.
    pub(super) until: u64,
    pub(super) attempt: u32,
    /// The waiting event, unless the event is in the log.
    pub(super) waiting: Option<Progress>,
    /// Its lane, if it is ordered.
    pub(super) lane: Option<u64>,
}

impl Lease {
    /// When its report is late: at once, if it began while the clock was ahead.
    pub(super) fn lapses(&self, now: u64, lifecycle: &Lifecycle) -> u64 {
        if self.until > now.saturating_add(lifecycle.lease()) { now } else { self.until }
    }
}

/// The attempts under way, by the numbers of their events. There are 128 at most, or 1,000 where events are gathered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Leases(Vec<Lease>);

impl Leases {
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Lease> {
        self.0.iter()
    }

    pub(super) fn get(&self, number: u64) -> Option<&Lease> {
        self.0.get(self.place(number).ok()?)
    }

    /// Begins an attempt, in place of another at the same event.
    pub(super) fn begin(&mut self, lease: Lease) {
        self.end(lease.number);
        let place = self.place(lease.number).unwrap_or_else(|place| place);
        self.0.insert(place, lease);
    }

    pub(super) fn end(&mut self, number: u64) {
        if let Ok(place) = self.place(number) {
            self.0.remove(place);
        }
    }

    /// Where an event's attempt is, or would be.
    fn place(&self, number: u64) -> Result<usize, usize> {
        self.0.binary_search_by_key(&number, |lease| lease.number)
    }
}
