//! Attempts that stall: each holds a place until the time limit, and so, most likely, does the next attempt at its event. Milliseconds
//! throughout.

use super::plan::Rules;

/// When an attempt stalled last, as far as it is known in memory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Stalls {
    last: Option<u64>,
}

impl Stalls {
    /// Notes an attempt that had no answer in time.
    pub(super) const fn note(&mut self, now: u64) {
        self.last = Some(now);
    }

    /// How many retries may be under way at once: while attempts stall, a quarter of all, so that retries that stall again leave room for
    /// other events.
    pub(super) fn most_retries(self, now: u64, rules: &Rules) -> usize {
        // By a clock that went back, a stall is in the future; it says nothing.
        let is_recent = self.last.is_some_and(|last| last <= now && now < last.saturating_add(REMEMBERED));
        if is_recent { rules.concurrency.div_euclid(4).max(1) } else { rules.concurrency }
    }
}

/// How long a stall limits retries: longer than the first retry waits, so that the limit holds before it begins.
const REMEMBERED: u64 = 60_000;

#[cfg(test)]
mod tests {
    use super::super::lifecycle::{Lifecycle, Retention};
    use super::*;

    const NOW: u64 = 1_800_000_000_000;

    fn rules(concurrency: usize) -> Rules {
        let retention = Retention { remember: 0, keep: 0 };
        let lifecycle = Lifecycle { timeout: 10_000, give_up_after: 0, retention };
        Rules { lifecycle, concurrency, interval: 0, gather: 0, from_stored: false }
    }

    #[test]
    fn a_stall_leaves_retries_a_quarter_of_the_places_for_a_minute() {
        let mut stalls = Stalls::default();
        assert_eq!(stalls.most_retries(NOW, &rules(64)), 64);
        stalls.note(NOW);
        assert_eq!([0, 59_999, 60_000].map(|later| stalls.most_retries(NOW + later, &rules(64))), [16, 16, 64]);
        assert_eq!(stalls.most_retries(NOW - 1, &rules(64)), 64, "the clock went back");
    }

    #[test]
    fn one_retry_may_always_be_under_way() {
        let mut stalls = Stalls::default();
        stalls.note(NOW);
        assert_eq!([1, 3, 4, 8].map(|concurrency| stalls.most_retries(NOW, &rules(concurrency))), [1, 1, 1, 2]);
    }
}
