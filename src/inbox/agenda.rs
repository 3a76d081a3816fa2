//! When an object of the inbox has to wake up. Milliseconds throughout.

use super::lifecycle::Lifecycle;

/// What an object has to wake up for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Agenda {
    /// When the first and the last pending event are due.
    pub attempts: Option<(u64, u64)>,
    /// When the first body or event expires.
    pub tidy: Option<u64>,
    /// Whether expiry is urgent: there is more than one batch, or the object is full.
    pub soon: bool,
    /// Nothing expires before this time.
    pub not_before: u64,
}

impl Agenda {
    /// When to wake up. Expiry waits up to an hour, so that it happens in batches. The hour counts from when the first item was due, so
    /// that no request can postpone it.
    pub fn wake_at(self, now: u64, lifecycle: &Lifecycle) -> Option<u64> {
        let attempt = self.attempts.map(|(first, last)| if lifecycle.is_too_far(last, now) { now } else { first });
        let tidy = self.tidy.map(|due| {
            let at = if self.soon { due.max(now.saturating_add(BREATH)) } else { due.saturating_add(TIDY_EVERY) };
            at.max(self.not_before)
        });
        attempt.into_iter().chain(tidy).min()
    }
}

const HOUR: u64 = 3_600_000;
const TIDY_EVERY: u64 = HOUR;

/// The pause between two batches of expiry, in which the object serves everything else.
const BREATH: u64 = 1_000;

#[cfg(test)]
mod tests {
    use super::*;

    const LIFECYCLE: Lifecycle =
        Lifecycle { timeout: 10_000, give_up_after: 72 * HOUR, remember: 72 * HOUR, keep_body: 0 };

    #[test]
    fn what_is_due_later_than_it_could_be_is_due_now() {
        let now = 1_000 * HOUR;
        let wake = |first, last| Agenda { attempts: Some((first, last)), ..Agenda::default() }.wake_at(now, &LIFECYCLE);
        let longest = 4 * HOUR * 6 / 5;
        assert_eq!(wake(now + 5, now + longest), Some(now + 5));
        assert_eq!(wake(now + 5, now + longest + 1), Some(now));
        let patient = Lifecycle { timeout: 9 * HOUR, ..LIFECYCLE };
        let far = now + patient.lease();
        assert_eq!(Agenda { attempts: Some((far, far)), ..Agenda::default() }.wake_at(now, &patient), Some(far));
        for tries in 1..20 {
            for seed in 0..500 {
                assert!(!LIFECYCLE.is_too_far(now + crate::inbox::delay(tries, seed), now));
            }
        }
    }

    #[test]
    fn tidying_waits_an_hour_and_no_longer_whoever_looks() {
        let due = 1_000 * HOUR;
        let agenda = Agenda { tidy: Some(due), ..Agenda::default() };
        for now in [due - HOUR, due, due + HOUR - 1, due + 9 * HOUR] {
            assert_eq!(agenda.wake_at(now, &LIFECYCLE), Some(due + HOUR), "at {now}");
            let soon = Agenda { soon: true, ..agenda }.wake_at(now, &LIFECYCLE).unwrap();
            assert_eq!(soon, due.max(now + BREATH));
            let held = Agenda { not_before: now + 2 * HOUR, ..agenda }.wake_at(now, &LIFECYCLE).unwrap();
            assert!(held >= now + 2 * HOUR);
        }
        let both = Agenda { attempts: Some((due + 7, due + 7)), ..agenda };
        assert_eq!(both.wake_at(due, &LIFECYCLE), Some(due + 7));
    }
}
