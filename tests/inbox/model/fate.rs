//! What is known of an event, and was promised for it.

use countersign::inbox::EventState;

use crate::NAMES;

/// What is known of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Known {
    pub(crate) id: u64,
    /// Whether its sender has a 202.
    pub(crate) is_promised: bool,
    pub(crate) accepted_at: u64,
    /// Whether an operator asked to forget it, and whether that was done.
    pub(crate) is_unwanted: bool,
    pub(crate) is_erased: bool,
    /// What it means to each destination; `None` where it is owed nothing.
    pub(crate) fates: [Option<Fate>; NAMES.len()],
}

/// What an event means to one destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Fate {
    /// When it was accepted or last replayed, less what the destination was not configured for.
    pub(crate) since: u64,
    /// The highest number of an attempt at it.
    pub(crate) attempt: u32,
    /// The highest number of an attempt at it when it was last replayed.
    pub(crate) replayed_after: u32,
    /// Whether the destination answered 2xx since then.
    pub(crate) is_answered: bool,
    /// Whether it is not for the destination.
    pub(crate) is_filtered: bool,
    /// What became of it, and when that was written.
    pub(crate) finished: Option<(EventState, u64)>,
}

impl Known {
    /// The destinations that it is stored for, and what it means to them.
    pub(crate) fn fates(&self) -> impl Iterator<Item = (usize, &Fate)> {
        self.fates.iter().enumerate().filter_map(|(to, fate)| Some((to, fate.as_ref()?)))
    }
}

impl Fate {
    /// What an event means to a destination that has to get it, unless that filters it.
    pub(crate) fn new(id: u64, to: usize, since: u64) -> Self {
        Self {
            since,
            attempt: 0,
            replayed_after: 0,
            is_answered: false,
            is_filtered: is_filtered(id, to),
            finished: None,
        }
    }
}

/// Whether a destination filters an event: the second one every other.
pub(crate) const fn is_filtered(id: u64, to: usize) -> bool {
    to == 1 && id.is_multiple_of(2)
}
