//! How many attempts may begin in a second. Milliseconds, but where microseconds are named.

use super::plan::Rules;

/// When the attempts of a destination with a rate would be over, if they began one after the other. A second's worth may begin at once.
///
/// ```
/// use countersign::inbox::{Lifecycle, Pace, Retention, Rules};
///
/// let lifecycle = Lifecycle { timeout: 10_000, give_up_after: 1, retention: Retention { remember: 1, keep: 1 } };
/// let rules = Rules { lifecycle, concurrency: 64, interval: 100_000, gather: 0, from_stored: false };
/// let mut pace = Pace::default();
/// (0..10).for_each(|_| pace.begin(5_000, &rules));
/// assert_eq!((pace.room(5_000, &rules), pace.next_at(5_000, &rules)), (0, 5_100), "ten a second");
/// assert_eq!(pace.room(5_250, &rules), 2);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Pace {
    /// In microseconds.
    over: u64,
}

impl Pace {
    /// How many attempts may begin now.
    pub fn room(&self, now: u64, rules: &Rules) -> usize {
        let (start, end) = self.window(now, rules);
        let room = end.saturating_sub(start).checked_div(rules.interval);
        room.map_or(usize::MAX, |room| usize::try_from(room).unwrap_or(usize::MAX))
    }

    /// When the next may begin; a past time if it may now.
    pub fn next_at(&self, now: u64, rules: &Rules) -> u64 {
        let (start, _) = self.window(now, rules);
        let burst = rules.interval.max(SECOND);
        start.saturating_add(rules.interval).saturating_sub(burst).div_ceil(1_000)
    }

    /// Notes that one begins.
    pub fn begin(&mut self, now: u64, rules: &Rules) {
        if rules.interval > 0 {
            self.over = self.window(now, rules).0.saturating_add(rules.interval);
        }
    }

    /// From when on the next attempt counts, and until when it may. By a clock that was ahead, it could be far off.
    fn window(&self, now: u64, rules: &Rules) -> (u64, u64) {
        let now = now.saturating_mul(1_000);
        let end = now.saturating_add(rules.interval.max(SECOND));
        (self.over.clamp(now, end), end)
    }
}

/// In microseconds.
const SECOND: u64 = 1_000_000;
