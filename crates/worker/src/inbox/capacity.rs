//! Whether one more event fits into an object.

use std::cell::Cell;

use countersign::inbox::MEASURE_EVERY;

use super::database::Database;

thread_local! {
    static LIMIT: Cell<Option<u64>> = const { Cell::new(None) };
}

/// What a refused delivery's record and `/healthz` say of an object without room.
pub(super) const FULL: &str = "the inbox is full: see /admin/{source}/stats for what waits, or raise `shards`";

/// Sets the bytes that an object may hold, whatever is configured: for tests of a full inbox.
pub fn set_limit(bytes: Option<u64>) {
    LIMIT.set(bytes);
}

/// What an object holds, as far as it limits what may be stored.
#[derive(Default)]
pub(super) struct Capacity {
    /// The limit under which the database was measured last and had room, and the events that may be stored before it is measured again.
    unmeasured: Cell<Option<(u64, u32)>>,
}

impl Capacity {
    /// Whether there is room for one more event, which then counts as stored. Measuring the database takes a tenth of an insert.
    pub(super) fn take(&self, database: &Database, configured: u64) -> bool {
        let limit = Self::limit(configured);
        let unmeasured = self.unmeasured.get().filter(|(measured, _)| *measured == limit);
        let left = match unmeasured.and_then(|(_, left)| left.checked_sub(1)) {
            Some(left) => Some((limit, left)),
            None => (database.size() < limit).then_some((limit, MEASURE_EVERY)),
        };
        self.unmeasured.set(left);
        left.is_some()
    }

    /// The bytes that an object may hold.
    pub(super) fn limit(configured: u64) -> u64 {
        LIMIT.get().unwrap_or(configured)
    }
}
