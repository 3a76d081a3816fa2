//! Whether one more event fits into an object.

use std::cell::Cell;

use countersign::inbox::{Limits, MEASURE_EVERY};

use super::database::Database;

thread_local! {
    static LIMITS: Cell<Limits> = const { Cell::new(Limits::DEFAULT) };
}

/// Sets how much an object may hold, for tests of a full inbox.
pub fn set_limits(limits: Limits) {
    LIMITS.set(limits);
}

/// What an object holds, as far as it limits what may be stored.
#[derive(Default)]
pub(super) struct Capacity {
    /// Pending events.
    pub(super) pending: Cell<u64>,
    /// The limits under which the database was measured last and had room, and the events that may be stored before it is measured again.
    unmeasured: Cell<Option<(Limits, u32)>>,
}

impl Capacity {
    /// Whether there is room for one more event, which then counts as stored. Measuring the database takes a tenth of an insert.
    pub(super) fn take(&self, database: &Database) -> bool {
        let (limits, pending) = (LIMITS.get(), self.pending.get());
        let left =
            self.unmeasured.get().filter(|(measured, _)| *measured == limits).and_then(|(_, left)| left.checked_sub(1));
        let (fits, left) = match left {
            Some(left) => (pending < limits.pending, Some((limits, left))),
            None if limits.admit(pending, database.size()) => (true, Some((limits, MEASURE_EVERY))),
            None => (false, None),
        };
        self.unmeasured.set(left);
        fits
    }

    /// Counts an event that became pending.
    pub(super) fn add(&self) {
        self.pending.set(self.pending.get().saturating_add(1));
    }

    /// Counts an event that is no longer pending.
    pub(super) fn remove(&self) {
        self.pending.set(self.pending.get().saturating_sub(1));
    }
}
