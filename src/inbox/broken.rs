//! When a destination that is down is probed. Milliseconds throughout.

/// Since when a destination is broken, and what is known of its probes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Broken {
    pub(super) since: u64,
    pub(super) probes: u32,
    pub(super) next_probe: u64,
}

impl Broken {
    /// One whose probes were made when they were due, up to `written_at`.
    pub(super) fn restored(since: u64, written_at: u64) -> Self {
        let (mut probes, mut next_probe) = (0, since.saturating_add(probe_delay(0)));
        while probes < LAST_DELAY && next_probe <= written_at {
            probes = probes.saturating_add(1);
            next_probe = next_probe.saturating_add(probe_delay(probes));
        }
        Self { since, probes, next_probe: written_at.max(since).saturating_add(probe_delay(probes)) }
    }
}

/// The longest that [`probe_delay`] comes to.
pub(super) const LONGEST_PROBE_DELAY: u64 = 120_000;

/// After so many probes, the delay stays what it is.
const LAST_DELAY: u32 = 3;

/// How long after the probe before, or after the failure, one is made.
pub(super) const fn probe_delay(probes: u32) -> u64 {
    match probes {
        0 => 5_000,
        1 => 30_000,
        2 => LONGEST_PROBE_DELAY,
        _ => 60_000,
    }
}
