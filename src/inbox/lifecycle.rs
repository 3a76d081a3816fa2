//! The durations that govern a stored event. Milliseconds throughout.

use super::schedule::LONGEST_DELAY;

/// What a source's configuration says about stored events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifecycle {
    /// How long an attempt may take.
    pub timeout: u64,
    /// How long attempts go on after acceptance or replay.
    pub give_up_after: u64,
    /// How long the id of a delivered event is remembered.
    pub remember: u64,
    /// How long the body of a delivered event is kept, so that it can be replayed.
    pub keep_body: u64,
}

impl Lifecycle {
    /// How long an event is leased for an attempt.
    pub const fn lease(&self) -> u64 {
        self.timeout.saturating_add(LEASE_SLACK)
    }

    /// The latest time at which a pending event can be due. What is later was written when the clock was ahead, and is due now.
    pub fn latest_due(&self, now: u64) -> u64 {
        now.saturating_add(self.lease().max(LONGEST_DELAY.saturating_mul(6).div_euclid(5)))
    }

    /// The same, with nothing given up: for as long as the clock may be wrong.
    #[must_use]
    pub const fn patient(self) -> Self {
        Self { give_up_after: u64::MAX, ..self }
    }

    pub(super) fn is_too_far(&self, due: u64, now: u64) -> bool {
        due > self.latest_due(now)
    }
}

/// A lease outlives its attempt's timeout by this much.
pub const LEASE_SLACK: u64 = 5_000;
