//! When an object of the inbox wakes up, and whether the clock may be trusted with what cannot be taken back. Milliseconds throughout.

use super::inbox::Terms;

/// What an object knows of the clock: when it looked last, and until when it forgets nothing and gives nothing up.
///
/// A clock that is set wrong and put right again must not cost an id or an event. So after it moved by more than a quarter of the time
/// for which ids are remembered, nothing is removed and nothing dies for an hour. A long sleep looks the same, and is treated the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Watch {
    seen: u64,
    until: u64,
}

impl Watch {
    /// Begins at a time, with nothing that could be forgotten.
    pub const fn new(now: u64) -> Self {
        Self { seen: now, until: 0 }
    }

    /// Begins beside what was stored before anybody watched the clock.
    pub const fn wary(now: u64) -> Self {
        Self { seen: now, until: now.saturating_add(HOUR) }
    }

    /// Looks at the clock, where ids are remembered for `remember`; whether it moved too far at once.
    pub fn look(&mut self, now: u64, remember: u64) -> bool {
        let step = remember.div_euclid(4);
        // With a short `remember`, waiting for the hour to end is itself such a step; it must not begin another hour.
        let expected = if step > 2 * HOUR { self.seen } else { self.seen.max(self.until) };
        let moved = now > expected.saturating_add(step) || now.saturating_add(step) < self.seen;
        let longest = now.saturating_add(HOUR);
        self.until = if moved { longest } else { self.until.min(longest) };
        self.seen = now;
        moved
    }

    /// Until when nothing is forgotten, if that is to come.
    pub const fn holds_until(self) -> u64 {
        self.until
    }

    /// Whether nothing is to be forgotten now.
    pub const fn holds(self, now: u64) -> bool {
        now < self.until
    }

    /// Whether this is worth storing in place of an older one: hourly is enough.
    pub const fn is_news_to(self, stored: Self) -> bool {
        self.until > stored.until || self.seen < stored.seen || self.seen >= stored.seen.saturating_add(HOUR)
    }

    /// As it is stored.
    pub fn to_text(self) -> String {
        format!("{} {}", self.seen, self.until)
    }

    /// What [`Watch::to_text`] wrote.
    pub fn parse(text: &str) -> Option<Self> {
        let (seen, until) = text.split_once(' ')?;
        Some(Self { seen: seen.parse().ok()?, until: until.parse().ok()? })
    }
}

/// What an object has to be woken for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Agenda {
    /// When the first and the last pending event are due.
    pub attempts: Option<(u64, u64)>,
    /// Since when the first thing to tidy has been due.
    pub tidy: Option<u64>,
    /// Whether what is to be tidied is to go soon: there is more than one batch, or no room.
    pub soon: bool,
    /// Nothing is tidied before this time.
    pub not_before: u64,
}

impl Agenda {
    /// When to wake up. Tidying can wait an hour from when it is due, so that it is done in batches; from nothing that moves while
    /// somebody looks.
    pub fn wake_at(self, now: u64, terms: &Terms) -> Option<u64> {
        let attempt = self.attempts.map(|(first, last)| if terms.is_too_far(last, now) { now } else { first });
        let tidy = self.tidy.map(|due| {
            let at = if self.soon { due.max(now.saturating_add(BREATH)) } else { due.saturating_add(TIDY_EVERY) };
            at.max(self.not_before)
        });
        attempt.into_iter().chain(tidy).min()
    }
}

const HOUR: u64 = 3_600_000;
const TIDY_EVERY: u64 = HOUR;

/// Between two batches of tidying, for everything else.
const BREATH: u64 = 1_000;

#[cfg(test)]
mod tests {
    use super::*;

    const TERMS: Terms = Terms { timeout: 10_000, give_up_after: 72 * HOUR, remember: 72 * HOUR, keep_body: 0 };
    const DAY: u64 = 24 * HOUR;
    const NOW: u64 = 20_000 * DAY;

    #[test]
    fn after_a_jump_either_way_nothing_is_forgotten_for_an_hour() {
        for remember in [600_000, HOUR, 8 * HOUR, 9 * HOUR, 72 * HOUR] {
            let step = remember / 4;
            for now in [NOW + step + 1, NOW + 100 * DAY, NOW - step - 1, NOW - 100 * DAY] {
                let mut watch = Watch::new(NOW);
                assert!(watch.look(now, remember));
                assert!(watch.holds(now) && watch.holds(now + HOUR - 1) && !watch.holds(now + HOUR));
            }
            for now in [NOW + step, NOW - step, NOW] {
                let mut watch = Watch::new(NOW);
                assert!(!watch.look(now, remember) && !watch.holds(now));
            }
        }
    }

    /// Whoever looks, and however often: the hour ends, and an object that wakes at its end may tidy.
    #[test]
    fn looking_does_not_move_the_hours_end() {
        for remember in [600_000, HOUR, 72 * HOUR] {
            for every in [60_000, HOUR / 2, HOUR] {
                let mut watch = Watch::new(NOW);
                assert!(watch.look(NOW + 10 * DAY, remember));
                let end = watch.holds_until();
                let mut now = NOW + 10 * DAY;
                while now < end {
                    now += every;
                    assert!(!watch.look(now, remember), "{remember} {every}");
                }
                assert!(!watch.holds(now));
            }
        }
    }

    #[test]
    fn a_clock_that_is_put_right_begins_an_hour_of_its_own() {
        let mut watch = Watch::new(NOW);
        watch.look(NOW + 100 * DAY, 72 * HOUR);
        watch.look(NOW + 60_000, 72 * HOUR);
        assert_eq!(watch.holds_until(), NOW + 60_000 + HOUR);
    }

    #[test]
    fn it_is_stored_hourly_and_when_an_hour_begins() {
        let stored = Watch::new(NOW);
        assert_eq!(Watch::parse(&stored.to_text()), Some(stored));
        assert_eq!(Watch::parse("1"), None);
        let mut watch = stored;
        watch.look(NOW + HOUR - 1, 72 * HOUR);
        assert!(!watch.is_news_to(stored));
        watch.look(NOW + HOUR, 72 * HOUR);
        assert!(watch.is_news_to(stored));
        assert!(Watch::wary(NOW).is_news_to(stored));
    }

    #[test]
    fn what_is_due_later_than_it_could_be_is_due_now() {
        let now = 1_000 * HOUR;
        let wake = |first, last| Agenda { attempts: Some((first, last)), ..Agenda::default() }.wake_at(now, &TERMS);
        let longest = 4 * HOUR * 6 / 5;
        assert_eq!(wake(now + 5, now + longest), Some(now + 5));
        assert_eq!(wake(now + 5, now + longest + 1), Some(now));
        let patient = Terms { timeout: 9 * HOUR, ..TERMS };
        let far = now + patient.lease();
        assert_eq!(Agenda { attempts: Some((far, far)), ..Agenda::default() }.wake_at(now, &patient), Some(far));
        for tries in 1..20 {
            for seed in 0..500 {
                assert!(!TERMS.is_too_far(now + crate::gateway::inbox::delay(tries, seed), now));
            }
        }
    }

    #[test]
    fn tidying_waits_an_hour_and_no_longer_whoever_looks() {
        let due = 1_000 * HOUR;
        let agenda = Agenda { tidy: Some(due), ..Agenda::default() };
        for now in [due - HOUR, due, due + HOUR - 1, due + 9 * HOUR] {
            assert_eq!(agenda.wake_at(now, &TERMS), Some(due + HOUR), "at {now}");
            let soon = Agenda { soon: true, ..agenda }.wake_at(now, &TERMS).unwrap();
            assert_eq!(soon, due.max(now + BREATH));
            let held = Agenda { not_before: now + 2 * HOUR, ..agenda }.wake_at(now, &TERMS).unwrap();
            assert!(held >= now + 2 * HOUR);
        }
        let both = Agenda { attempts: Some((due + 7, due + 7)), ..agenda };
        assert_eq!(both.wake_at(due, &TERMS), Some(due + 7));
    }
}
