//! Whether a destination is attempted: open, broken or held back, and how it is approached again. Milliseconds throughout.
//!
//! ```text
//!           a row of failures that mean "down"
//!   open ───────────────────────────────────────▶ broken ──┐ one probe at a time: after 5 s,
//!    ▲                                              │  ▲   │ 30 s, 2 min, then every minute
//!    └──────────── a probe is answered ─────────────┘  └───┘
//! ```
//!
//! While a destination is broken nothing is attempted but the probe, so that what waits costs nothing. Once it is open again, attempts
//! under way at once grow from one, twofold with each answer.

use super::broken::{Broken, LONGEST_PROBE_DELAY, probe_delay};

/// What a failed attempt says of the destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sign {
    /// It is there, and refused this event: any status but 5xx and 429.
    Up,
    /// It asks for fewer requests: 429.
    Busy,
    /// It cannot do its work: 5xx.
    Down,
    /// There was no connection, or it was lost.
    Silent,
    /// There was no answer in time.
    Stalled,
}

impl Sign {
    /// What an answer of that status means; 0 is no answer. What stalled has none either: see [`Report::outcome`](super::Report::outcome).
    pub const fn of(status: u16) -> Self {
        match status {
            0 => Self::Silent,
            429 => Self::Busy,
            500..600 => Self::Down,
            _ => Self::Up,
        }
    }
}

/// Whether a destination is attempted, and how much at once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Breaker {
    /// Since when it is broken, and what is known of its probes.
    broken: Option<Broken>,
    /// `Retry-After`: nothing is attempted before.
    held_until: u64,
    /// How many attempts may be under way while it is approached again; `None` without such a limit.
    ramp: Option<usize>,
    /// The events whose attempts failed in a row, in the way that means "down": so many that it can be told.
    failed: Vec<u64>,
    /// How many of the row had no answer at all.
    silent: u32,
}

/// How many different events, or attempts without any answer, in a row mean that a destination is down.
const ROW: usize = 3;

/// The longest that `Retry-After` holds a destination back.
const LONGEST_HOLD: u64 = 4 * 3_600_000;

impl Breaker {
    /// One as it was when the object ended: an idle object ends between two probes, and must make no more of them for it. When the last
    /// one was made is not stored, but no later than `written_at`, which a probe moves.
    pub fn restored(broken_since: Option<u64>, held_until: u64, written_at: u64, now: u64) -> Self {
        let broken = broken_since.map(|since| Broken::restored(since, written_at));
        // By a clock that was ahead, it could be held for longer than anybody asked for.
        let held_until = held_until.min(now.saturating_add(LONGEST_HOLD));
        let ramp = (held_until > now).then_some(1);
        Self { broken, held_until, ramp, ..Self::default() }
    }

    /// Since when the destination is broken, if it is.
    pub fn broken_since(&self) -> Option<u64> {
        self.broken.map(|broken| broken.since)
    }

    /// Until when `Retry-After` holds it back; a past time if nothing does.
    pub const fn held_until(&self) -> u64 {
        self.held_until
    }

    /// When a probe may begin, if the destination is broken.
    pub fn next_probe(&self) -> Option<u64> {
        self.broken.map(|broken| broken.next_probe.max(self.held_until))
    }

    /// When an attempt or a probe may begin; a past time if one may now.
    pub(super) fn opens_at(&self, now: u64) -> u64 {
        let probe = self.broken.map(|broken| credible(broken.next_probe, now, LONGEST_PROBE_DELAY));
        probe.unwrap_or_default().max(credible(self.held_until, now, LONGEST_HOLD))
    }

    /// How many attempts may be under way now, of `most` that are configured: one, if the destination is broken and a probe is due.
    pub fn allowed(&self, most: usize, now: u64) -> usize {
        match self.broken {
            _ if now < self.opens_at(now) => 0,
            Some(_) => 1,
            None => self.ramp.unwrap_or(most).min(most),
        }
    }

    /// A 2xx: the row of failures ends. Whether the destination was broken until now.
    pub fn succeed(&mut self) -> bool {
        self.failed.clear();
        self.silent = 0;
        let was_broken = self.broken.take().is_some();
        if was_broken {
            (self.ramp, self.held_until) = (Some(1), 0);
        } else {
            // Twice as many, until no limit is needed.
            self.ramp = self.ramp.map(|ramp| ramp.saturating_mul(2)).filter(|ramp| *ramp < RAMP_END);
        }
        was_broken
    }

    /// A failed attempt at an event; whether the destination changed to broken or held by it.
    pub fn fail(&mut self, event: u64, sign: Sign, not_before: Option<u64>, now: u64) -> bool {
        self.held_until = credible(self.held_until, now, LONGEST_HOLD);
        let was_held = now < self.held_until;
        if let Some(until) = not_before {
            self.held_until = self.held_until.max(until.min(now.saturating_add(LONGEST_HOLD)));
            self.ramp = Some(1);
        }
        let is_news = now < self.held_until && !was_held;
        if let Some(broken) = &mut self.broken {
            if now >= credible(broken.next_probe, now, LONGEST_PROBE_DELAY) {
                broken.probes = broken.probes.saturating_add(1);
                broken.next_probe = now.saturating_add(probe_delay(broken.probes));
            }
            return is_news;
        }
        match sign {
            Sign::Up => {
                self.failed.clear();
                self.silent = 0;
            }
            Sign::Busy => {}
            Sign::Down | Sign::Silent | Sign::Stalled => {
                if !self.failed.contains(&event) {
                    self.failed.push(event);
                }
                self.silent = self.silent.saturating_add(u32::from(sign != Sign::Down));
            }
        }
        let is_down = self.failed.len() >= ROW || self.silent as usize >= ROW;
        if is_down {
            self.broken = Some(Broken { since: now, probes: 0, next_probe: now.saturating_add(probe_delay(0)) });
            self.failed.clear();
            self.silent = 0;
        }
        is_down || is_news
    }

    /// Has the next probe made now.
    pub fn probe_now(&mut self, now: u64) {
        if let Some(broken) = &mut self.broken {
            broken.next_probe = now;
        }
        self.held_until = self.held_until.min(now);
    }
}

/// From here on, only what is configured limits the attempts under way.
const RAMP_END: usize = 256;

/// A time that is at most so far off; a later one was set by a clock that was ahead, and is over.
fn credible(at: u64, now: u64, most: u64) -> u64 {
    if at > now.saturating_add(most) { 0 } else { at }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_800_000_000_000;

    fn broken() -> Breaker {
        let mut breaker = Breaker::default();
        let changes = [1, 2, 3].map(|event| breaker.fail(event, Sign::Down, None, NOW));
        assert_eq!(changes, [false, false, true]);
        breaker
    }

    #[test]
    fn three_events_in_a_row_break_it_and_one_alone_does_not() {
        let mut breaker = Breaker::default();
        for _ in 0..9 {
            assert!(!breaker.fail(7, Sign::Down, None, NOW), "the same event");
        }
        assert_eq!(breaker.allowed(16, NOW), 16);
        breaker.fail(8, Sign::Down, None, NOW);
        breaker.fail(9, Sign::Up, None, NOW);
        assert!(!breaker.fail(10, Sign::Down, None, NOW), "an answer ends the row");
        assert_eq!(broken().allowed(16, NOW), 0);
    }

    #[test]
    fn three_attempts_without_an_answer_break_it_whatever_they_were_of() {
        let mut breaker = Breaker::default();
        assert!(!breaker.fail(7, Sign::Silent, None, NOW));
        assert!(!breaker.fail(7, Sign::Silent, None, NOW));
        breaker.succeed();
        assert!(!breaker.fail(7, Sign::Silent, None, NOW));
        assert!(!breaker.fail(7, Sign::Silent, None, NOW));
        assert!(breaker.fail(7, Sign::Silent, None, NOW));
        assert_eq!(breaker.broken_since(), Some(NOW));
    }

    #[test]
    fn a_broken_one_is_probed_one_at_a_time_and_less_and_less_often() {
        let mut breaker = broken();
        let mut now = NOW;
        for wait in [5_000, 30_000, 120_000, 60_000, 60_000] {
            assert_eq!(breaker.allowed(16, now + wait - 1), 0);
            now += wait;
            assert_eq!((breaker.allowed(16, now), breaker.next_probe()), (1, Some(now)));
            assert!(!breaker.fail(1, Sign::Silent, None, now));
        }
        assert_eq!(breaker.broken_since(), Some(NOW));
        assert!(!breaker.fail(5, Sign::Down, None, now + 10), "what was under way when it broke");
        assert_eq!(breaker.next_probe(), Some(now + 60_000), "is no probe");
    }

    #[test]
    fn an_answer_opens_it_and_attempts_grow_from_one() {
        let mut breaker = broken();
        assert!(breaker.succeed());
        let allowed: Vec<_> = (0..10)
            .map(|_| {
                let allowed = breaker.allowed(128, NOW);
                breaker.succeed();
                allowed
            })
            .collect();
        assert_eq!(allowed, [1, 2, 4, 8, 16, 32, 64, 128, 128, 128]);
    }

    #[test]
    fn a_restart_leaves_the_probes_when_they_are_due() {
        for (seconds, next) in [(0, 5), (4, 9), (5, 35), (35, 155), (155, 215), (955, 1_015)] {
            let restored = Breaker::restored(Some(NOW), 0, NOW + seconds * 1000, NOW);
            assert_eq!(restored.next_probe(), Some(NOW + next * 1000), "{seconds}");
        }
        for written_at in [0, u64::MAX] {
            assert_eq!(
                Breaker::restored(Some(NOW), 0, written_at, NOW).allowed(16, NOW + 5_000),
                1,
                "or the clock was ahead"
            );
        }
    }

    #[test]
    fn a_clock_that_was_ahead_puts_nothing_off() {
        let day = 24 * 3_600_000;
        let mut breaker = broken();
        breaker.fail(1, Sign::Down, Some(NOW + day), NOW + day);
        assert_eq!((breaker.allowed(16, NOW), breaker.opens_at(NOW) <= NOW), (1, true), "a probe is due");
        breaker.fail(1, Sign::Down, None, NOW);
        assert_eq!(breaker.allowed(16, NOW), 0, "one");
        let mut breaker = Breaker::default();
        breaker.fail(1, Sign::Busy, Some(NOW + day), NOW + day);
        assert_eq!(breaker.allowed(16, NOW), 1, "nobody asked to wait for a day");
        breaker.fail(1, Sign::Busy, Some(NOW + 60_000), NOW);
        assert_eq!((breaker.allowed(16, NOW), breaker.opens_at(NOW)), (0, NOW + 60_000));
    }

    #[test]
    fn retry_after_holds_everything_back_and_for_four_hours_at_most() {
        let mut breaker = Breaker::default();
        assert!(breaker.fail(1, Sign::Busy, Some(NOW + 60_000), NOW));
        assert!(!breaker.fail(2, Sign::Busy, Some(NOW + 60_000), NOW), "it is held already");
        assert_eq!((breaker.allowed(16, NOW + 59_999), breaker.allowed(16, NOW + 60_000)), (0, 1));
        breaker.fail(3, Sign::Busy, Some(u64::MAX), NOW);
        assert_eq!(breaker.held_until(), NOW + LONGEST_HOLD);
        let restored = Breaker::restored(Some(NOW - 5), u64::MAX, 0, NOW);
        assert_eq!((restored.held_until(), restored.broken_since()), (NOW + LONGEST_HOLD, Some(NOW - 5)));
    }
}
