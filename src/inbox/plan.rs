//! What a source asks of its stored events now. Milliseconds throughout.

use super::lifecycle::{Lifecycle, Retention};

/// The limits of a destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// The durations.
    pub lifecycle: Lifecycle,
    /// How many attempts may be under way at once.
    pub concurrency: usize,
    /// The microseconds from one attempt to the next, on average over a second; 0 without a limit.
    pub interval: u64,
    /// How long events are gathered to be attempted together, up to `concurrency` of them; 0 if each is attempted at once, by itself.
    pub gather: u64,
    /// Whether a new destination begins with what is stored, and not with what comes next.
    pub from_stored: bool,
}

/// What a source asks of its stored events: how long they are kept, and where they go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// How long what is finished is kept.
    pub retention: Retention,
    /// The destinations by their names; none for a source that is not configured.
    pub destinations: Vec<(String, Rules)>,
    /// Whether events of one lane are delivered one after the other.
    pub is_ordered: bool,
    /// Whether the clock may be wrong, so that nothing is given up or dropped.
    pub is_patient: bool,
}

impl Plan {
    /// The limits of a destination; `None` if it is not configured.
    pub fn rules(&self, destination: &str) -> Option<&Rules> {
        self.destinations.iter().find(|(name, _)| name == destination).map(|(_, rules)| rules)
    }

    /// The longest lease of an attempt at any destination; 0 without destinations.
    pub fn longest_lease(&self) -> u64 {
        self.destinations.iter().map(|(_, rules)| rules.lifecycle.lease()).max().unwrap_or_default()
    }
}
