//! What is known of a destination.

use countersign::inbox::DEAD_KEPT;

/// One destination.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Site {
    pub(crate) is_configured: bool,
    /// Whether it begins with what is stored, if it is new.
    pub(crate) from_stored: bool,
    /// Whether the database has anything of it.
    pub(crate) is_known: bool,
    /// Since when it is not configured any more.
    pub(crate) removed_at: Option<u64>,
}

impl Site {
    /// Whether it was removed so long ago that nothing of it is kept.
    pub(crate) fn is_over(&self, now: u64) -> bool {
        self.removed_at.is_some_and(|at| now >= at + DEAD_KEPT)
    }
}
