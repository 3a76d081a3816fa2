//! Whether an object of the inbox may trust the clock with what cannot be undone. Milliseconds throughout.

/// What an object knows of the clock: when it last read it, and until when it must not forget an id or give up an event.
///
/// A clock that was wrong for a while must not cost an id or an event. So after it moved by more than a quarter of the time for which
/// ids are remembered, nothing is removed or given up for an hour. A long sleep looks the same and is treated the same.
///
/// ```
/// use countersign::inbox::Watch;
///
/// let (hour, now) = (3_600_000, 1_800_000_000_000);
/// let mut watch = Watch::new(now);
/// assert!(watch.look(now + 100 * hour, 72 * hour), "the clock jumped");
/// assert!(watch.holds(now + 100 * hour) && !watch.holds(now + 101 * hour));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Watch {
    seen: u64,
    until: u64,
}

impl Watch {
    /// Starts in an empty object.
    pub const fn new(now: u64) -> Self {
        Self { seen: now, until: 0 }
    }

    /// Starts in an object that a version without this check wrote.
    pub const fn wary(now: u64) -> Self {
        Self { seen: now, until: now.saturating_add(HOUR) }
    }

    /// Reads the clock, if ids are remembered for `remember`. Returns whether it moved too far at once.
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

    /// Until when nothing is forgotten; a past time if nothing is held.
    pub const fn holds_until(self) -> u64 {
        self.until
    }

    /// Whether nothing may be forgotten now.
    pub const fn holds(self, now: u64) -> bool {
        now < self.until
    }

    /// Whether this is worth storing in place of an older one: once an hour is enough.
    pub const fn is_news_to(self, stored: Self) -> bool {
        self.until > stored.until || self.seen < stored.seen || self.seen >= stored.seen.saturating_add(HOUR)
    }

    /// The text that is stored.
    pub fn to_text(self) -> String {
        format!("{} {}", self.seen, self.until)
    }

    /// What [`Watch::to_text`] wrote.
    pub fn parse(text: &str) -> Option<Self> {
        let (seen, until) = text.split_once(' ')?;
        Some(Self { seen: seen.parse().ok()?, until: until.parse().ok()? })
    }
}

const HOUR: u64 = 3_600_000;

#[cfg(test)]
mod tests {
    use super::*;

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

    /// Whoever looks, and however often: the hour ends, and an object that wakes at its end may drop what expired.
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
}
