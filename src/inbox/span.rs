//! Runs of events that something became of together.

use serde_json::Value;

/// Events from `first` to `last`, and when something became of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Span {
    /// The first sequence number.
    pub first: u64,
    /// The last sequence number.
    pub last: u64,
    /// Milliseconds since 1970.
    pub at: u64,
}

impl Span {
    pub(super) const fn contains(self, number: u64) -> bool {
        self.first <= number && number <= self.last
    }

    /// What is left of it before and after the events from `first` to `last`.
    pub(super) fn without(self, first: u64, last: u64) -> [Option<Self>; 2] {
        if self.last < first || self.first > last {
            return [Some(self), None];
        }
        let before = (self.first < first).then(|| Self { last: self.last.min(first.saturating_sub(1)), ..self });
        let after = (self.last > last).then(|| Self { first: self.first.max(last.saturating_add(1)), ..self });
        [before, after]
    }

    /// Reads a JSON array that begins with the two numbers and the time.
    pub(super) fn from_json(json: &Value) -> Option<Self> {
        Some(Self { first: json.get(0)?.as_u64()?, last: json.get(1)?.as_u64()?, at: json.get(2)?.as_u64()? })
    }
}
