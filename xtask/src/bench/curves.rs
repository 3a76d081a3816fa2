//! How cost grows as work grows: the plots.

/// Ids that are stored in an inbox before it is measured.
pub(super) const STORED: [u32; 5] = [0, 1_000, 10_000, 100_000, 1_000_000];
