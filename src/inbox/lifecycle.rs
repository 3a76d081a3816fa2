//! The durations that govern a stored event. Milliseconds throughout.

use super::schedule::LONGEST_DELAY;

/// The durations that a source configures for its stored events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifecycle {
    /// The timeout of an attempt.
    pub timeout: u64,
    /// How long after acceptance or replay an event is attempted.
    pub give_up_after: u64,
    /// How long the id of a delivered event is remembered.
    pub remember: u64,
    /// How long the body of a delivered event is kept for replay.
    pub keep_body: u64,
}

impl Lifecycle {
    /// How long an event is leased for an attempt: its timeout, and a margin.
    pub const fn lease(&self) -> u64 {
        self.timeout.saturating_add(LEASE_SLACK)
    }

    /// The latest time at which a pending event can be due. A later time was written while the clock was ahead; that event is due now.
    pub fn latest_due(&self, now: u64) -> u64 {
        now.saturating_add(self.lease().max(LONGEST_DELAY.saturating_mul(6).div_euclid(5)))
    }

    /// The same without giving up, for as long as the clock may be wrong.
    #[must_use]
    pub const fn patient(self) -> Self {
        Self { give_up_after: u64::MAX, ..self }
    }

    pub(super) fn is_too_far(&self, due: u64, now: u64) -> bool {
        due > self.latest_due(now)
    }
}

/// How much longer a lease is than its attempt's timeout.
pub const LEASE_SLACK: u64 = 5_000;
