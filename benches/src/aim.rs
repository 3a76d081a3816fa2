//! The target of a line of the table.

use serde::{Deserialize, Serialize};

/// What a line is to reach.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Aim {
    AtLeast(f64),
    AtMost(f64),
    /// Nothing: it is reported, because the least check reaches no more than we do.
    Reported,
}
