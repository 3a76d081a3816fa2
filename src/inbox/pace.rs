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
    /// One as it was when the object ended.
    pub(super) const fn restored(over: u64) -> Self {
        Self { over }
    }

    /// What is to be stored of it: nothing where attempts come so often that a restart matters little and each write would cost.
    pub(super) fn stored(&self, rules: &Rules) -> u64 {
        if rules.interval >= STORED_FROM { self.over } else { 0 }
    }

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

    /// Takes back that one began, as it was not made.
    pub(super) fn take_back(&mut self, rules: &Rules) {
        self.over = self.over.saturating_sub(rules.interval);
    }

    /// From when on the next attempt counts, and until when it may. By a clock that was ahead, it could be far off.
    fn window(&self, now: u64, rules: &Rules) -> (u64, u64) {
        let now = now.saturating_mul(1_000);
        let end = now.saturating_add(rules.interval.max(SECOND));
        let is_ahead = self.over > end.saturating_add(rules.interval);
        (if is_ahead { now } else { self.over.clamp(now, end) }, end)
    }
}

/// In microseconds.
const SECOND: u64 = 1_000_000;

/// From this interval on, the pace is stored with each attempt.
const STORED_FROM: u64 = 5 * SECOND;

#[cfg(test)]
mod tests {
    use super::super::lifecycle::{Lifecycle, Retention};
    use super::*;

    const NOW: u64 = 1_800_000_000_000;

    const fn every(interval: u64) -> Rules {
        let retention = Retention { remember: 1, keep: 1 };
        let lifecycle = Lifecycle { timeout: 10_000, give_up_after: 1, retention };
        Rules { lifecycle, concurrency: 64, interval, gather: 0, from_stored: false }
    }

    /// Begins all that may begin now; how many that is.
    fn begin_all(pace: &mut Pace, now: u64, rules: &Rules) -> usize {
        let room = pace.room(now, rules);
        (0..room).for_each(|_| pace.begin(now, rules));
        room
    }

    #[test]
    fn without_a_rate_nothing_is_held_back() {
        let (mut pace, rules) = (Pace::default(), every(0));
        (0..9_999).for_each(|_| pace.begin(NOW, &rules));
        assert_eq!((pace, pace.room(NOW, &rules)), (Pace::default(), usize::MAX));
        assert!(pace.next_at(NOW, &rules) <= NOW);
    }

    #[test]
    fn a_rate_is_kept_over_time_after_a_second_worth_at_once() {
        for (interval, a_second) in [(20_000, 50), (333_334, 2), (1_000_000, 1)] {
            let (mut pace, rules) = (Pace::default(), every(interval));
            assert_eq!(begin_all(&mut pace, NOW, &rules), a_second, "at once");
            let later: usize = (1..=6_000).map(|tenth| begin_all(&mut pace, NOW + tenth * 10, &rules)).sum();
            let expected = usize::try_from(60_000_000 / interval).unwrap();
            assert!(later.abs_diff(expected) <= 2, "{later} in a minute, not {expected}");
        }
    }

    #[test]
    fn the_next_may_begin_when_it_says_and_not_before() {
        for interval in [7_001, 20_000, 250_000, 60_000_000] {
            let (mut pace, rules) = (Pace::default(), every(interval));
            begin_all(&mut pace, NOW, &rules);
            let next = pace.next_at(NOW, &rules);
            assert!(next > NOW, "every {interval} µs");
            assert_eq!((pace.room(next - 1, &rules), pace.room(next, &rules) > 0), (0, true), "every {interval} µs");
        }
    }

    #[test]
    fn a_clock_that_was_ahead_holds_nothing_back_for_long() {
        let (mut pace, rules) = (Pace::default(), every(100_000));
        begin_all(&mut pace, NOW + 99_000_000, &rules);
        assert_eq!(begin_all(&mut pace, NOW, &rules), 10);
        assert_eq!(pace.next_at(NOW, &rules), NOW + 100);
    }
}
