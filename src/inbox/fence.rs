//! What keeps a lane waiting after a restart: an attempt that the former instance began may still be under way.
//!
//! Leases are in memory alone, so a new instance knows neither which attempts are under way nor when they end. It knows that a lane has one
//! at most, that its event is not finished, and how long a lease is. So it attempts nothing in a lane with an event that may be under
//! way, until the lease would be over or the outcome of that attempt is written.

use std::collections::BTreeSet;

use serde_json::{Value, json};

/// What a database holds about attempts that may be under way, with the cursor. Milliseconds throughout.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Fence {
    /// The lease of the attempts that were begun since the object was last loaded with unfinished events; 0 if there was none.
    lease: u64,
    /// The lease of those begun before.
    earlier: u64,
    /// When the last of those begun before is over.
    until: u64,
}

impl Fence {
    /// Notes that attempts begin, with a lease that long. Whether that is new.
    pub(super) fn begin(&mut self, lease: u64) -> bool {
        std::mem::replace(&mut self.lease, lease) != lease
    }

    /// Notes that nothing is under way that was begun since the object was loaded.
    pub(super) const fn end(&mut self) {
        self.lease = 0;
    }

    /// Notes that the object was loaded, so that what was begun until now may be under way for its lease.
    pub(super) fn load(&mut self, now: u64) {
        if self.lease > 0 {
            *self = Self { lease: 0, earlier: self.lease, until: now.saturating_add(self.lease) };
        }
    }

    /// The fence around the events up to `last`, and waiting ones due at `due` or before; `None` if nothing of before is under way.
    pub(super) fn around(self, last: u64, due: u64, now: u64) -> Option<Fenced> {
        let fenced = Fenced { until: self.until, lease: self.earlier, last, due, free: BTreeSet::new() };
        (!fenced.is_over(now)).then_some(fenced)
    }

    /// The JSON that [`Fence::from_json`] reads.
    pub(super) fn to_json(self) -> Value {
        json!([self.lease, self.earlier, self.until])
    }

    /// Reads what [`Fence::to_json`] wrote. An earlier version wrote nothing.
    pub(super) fn from_json(json: Option<&Value>) -> Self {
        let at = |place: usize| json.and_then(|json| json.get(place)?.as_u64()).unwrap_or_default();
        Self { lease: at(0), earlier: at(1), until: at(2) }
    }
}

/// The events of which an attempt may be under way that a former instance began.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Fenced {
    until: u64,
    lease: u64,
    last: u64,
    due: u64,
    /// Lanes in which nothing of before is under way any more.
    free: BTreeSet<u64>,
}

impl Fenced {
    /// When it ends.
    pub(super) const fn until(&self) -> u64 {
        self.until
    }

    /// Whether it has ended, or began while the clock was ahead.
    pub(super) const fn is_over(&self, now: u64) -> bool {
        now >= self.until || self.until > now.saturating_add(self.lease)
    }

    /// Whether an event of the log may be under way.
    pub(super) fn holds(&self, number: u64, lane: u64) -> bool {
        number <= self.last && !self.is_free(lane)
    }

    /// Whether an event that waits by itself, and is due at `due`, may be under way.
    pub(super) fn holds_waiting(&self, number: u64, lane: u64, due: u64) -> bool {
        due <= self.due && self.holds(number, lane)
    }

    /// Whether nothing of before is under way in a lane.
    pub(super) fn is_free(&self, lane: u64) -> bool {
        self.free.contains(&lane)
    }

    /// Notes that the outcome of a lane's attempt was written.
    pub(super) fn free(&mut self, lane: u64) {
        self.free.insert(lane);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attempts_of_before_are_waited_for_once() {
        let mut fence = Fence::default();
        fence.load(1_000);
        assert_eq!(fence.around(9, 0, 1_000), None, "nothing was begun");
        assert!(fence.begin(15) && !fence.begin(15));
        fence.load(2_000);
        let mut fenced = fence.around(9, 50, 2_000).unwrap();
        assert!(fenced.holds(9, 1) && !fenced.holds(10, 1));
        assert!(fenced.holds_waiting(9, 1, 50) && !fenced.holds_waiting(9, 1, 51));
        fenced.free(1);
        assert!(!fenced.holds(9, 1) && fenced.holds(9, 2));
        assert!(!fenced.is_over(2_014) && fenced.is_over(2_015) && fenced.is_over(1_900), "or the clock was ahead");
        assert_eq!(Fence::from_json(Some(&fence.to_json())), fence);
        fence.load(2_010);
        assert_eq!(fence.around(9, 50, 2_010).map(|fenced| fenced.until()), Some(2_015), "nothing was begun since");
        assert_eq!(fence.around(9, 50, 2_015), None);
        fence.begin(15);
        fence.end();
        fence.load(2_016);
        assert_eq!(fence.around(9, 50, 2_016), None, "all were reported");
        assert_eq!(Fence::from_json(None), Fence::default());
    }
}
