//! When an object of the inbox has to wake up. Milliseconds throughout.

/// What an object has to wake up for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Agenda {
    /// When an attempt may begin, or the report of one is late.
    pub attempts: Option<u64>,
    /// When operators may have to be alerted.
    pub alerts: Option<u64>,
    /// When the first table or event expires.
    pub expiry: Option<u64>,
    /// Whether expiry is urgent: there is more than one batch, or the object is full.
    pub soon: bool,
    /// Nothing expires before this time.
    pub not_before: u64,
}

impl Agenda {
    /// When to wake up. Expiry waits up to half an hour, so that it happens in batches. That counts from when the first was due, so that
    /// no request can postpone it.
    pub fn wake_at(self, now: u64) -> Option<u64> {
        let expiry = self.expiry.map(|due| {
            let at = if self.soon { due.max(now.saturating_add(BREATH)) } else { due.saturating_add(EXPIRY_EVERY) };
            at.max(self.not_before)
        });
        self.attempts.into_iter().chain(self.alerts).chain(expiry).min()
    }
}

const EXPIRY_EVERY: u64 = 30 * 60_000;

/// The pause between two batches of expiry, in which the object serves everything else.
const BREATH: u64 = 1_000;

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: u64 = 3_600_000;

    #[test]
    fn expiry_waits_half_an_hour_and_no_longer_whoever_looks() {
        let due = 1_000 * HOUR;
        let agenda = Agenda { expiry: Some(due), ..Agenda::default() };
        for now in [due - HOUR, due, due + HOUR - 1, due + 9 * HOUR] {
            assert_eq!(agenda.wake_at(now), Some(due + EXPIRY_EVERY), "at {now}");
            let soon = Agenda { soon: true, ..agenda }.wake_at(now).unwrap();
            assert_eq!(soon, due.max(now + BREATH));
            let held = Agenda { not_before: now + 2 * HOUR, ..agenda }.wake_at(now).unwrap();
            assert!(held >= now + 2 * HOUR);
        }
        let both = Agenda { attempts: Some(due + 7), ..agenda };
        assert_eq!(both.wake_at(due), Some(due + 7));
    }
}
