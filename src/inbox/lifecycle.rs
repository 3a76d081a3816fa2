//! The durations that govern a stored event. Milliseconds throughout.

use super::schedule::LONGEST_DELAY;
use super::shards::ROLLOUT;

/// How long a source keeps what is finished at every destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// How long the id of an event is remembered.
    pub remember: u64,
    /// How long an event is kept whole, for replay.
    pub keep: u64,
}

/// The durations for stored events at one destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifecycle {
    /// The timeout of an attempt.
    pub timeout: u64,
    /// How long after acceptance or replay an event is attempted.
    pub give_up_after: u64,
    /// How long what is finished is kept.
    pub retention: Retention,
}

impl Retention {
    /// For how long one table takes events: a quarter of what they are kept for, but neither so short that most tables hold one event, nor
    /// so long that much is kept beyond its time.
    pub fn log_span(&self) -> u64 {
        self.keep.div_euclid(4).clamp(20 * MINUTE, 6 * HOUR)
    }

    /// For how long one table takes ids.
    pub fn ids_span(&self) -> u64 {
        self.remember.div_euclid(4).max(MINUTE)
    }

    /// How long the marks of a newer shard are remembered: Workers of the previous version may run for a while.
    pub const fn remember_marks(&self) -> u64 {
        self.remember.saturating_add(ROLLOUT)
    }
}

impl Lifecycle {
    /// How long an event is leased for an attempt: its timeout, and a margin.
    pub const fn lease(&self) -> u64 {
        self.timeout.saturating_add(LEASE_SLACK)
    }

    /// The latest time at which a waiting event can be due. A later time was written while the clock was ahead; that event is due now.
    pub fn latest_due(&self, now: u64) -> u64 {
        now.saturating_add(self.lease().max(LONGEST_DELAY.saturating_mul(6).div_euclid(5)))
    }

    /// The same without giving up, for as long as the clock may be wrong.
    #[must_use]
    pub const fn patient(self) -> Self {
        Self { give_up_after: u64::MAX, ..self }
    }
}

/// How much longer a lease is than its attempt's timeout.
pub const LEASE_SLACK: u64 = 5_000;

const MINUTE: u64 = 60_000;
const HOUR: u64 = 60 * MINUTE;
