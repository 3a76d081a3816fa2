//! Runs of events that something became of together.

use serde_json::{Value, json};

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

/// Events that were given up together, at the time of the span.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Dead {
    /// Which, but for those of them that are not for the destination.
    pub span: Span,
    /// How many of them are not for the destination.
    pub filtered: u64,
}

impl Dead {
    /// How many events from the number `first` on were given up.
    pub fn count(&self, first: u64) -> u64 {
        let Span { last, .. } = self.span;
        let first = self.span.first.max(first);
        last.saturating_add(1).saturating_sub(first).saturating_sub(self.filtered)
    }

    /// The events before a number, the event of that number, and those after it, where there are any. `filtered` says how many of the
    /// events before are not for the destination, and whether the event is not.
    pub(super) fn split(self, number: u64, filtered: (u64, bool)) -> impl Iterator<Item = Self> {
        let (before, own) = (filtered.0, u64::from(filtered.1));
        let after = self.filtered.saturating_sub(before).saturating_sub(own);
        let of = |first, last, filtered| Self { span: Span { first, last, ..self.span }, filtered };
        let parts = [
            of(self.span.first, number.saturating_sub(1), before),
            of(number, number, own),
            of(number.saturating_add(1), self.span.last, after),
        ];
        parts.into_iter().filter(|part| part.span.first <= part.span.last)
    }

    /// The JSON that [`Dead::from_json`] reads.
    pub(super) fn to_json(self) -> Value {
        json!([self.span.first, self.span.last, self.span.at, self.filtered])
    }

    /// Reads what [`Dead::to_json`] wrote, or a version that did not count filtered events.
    pub(super) fn from_json(json: &Value) -> Option<Self> {
        let filtered = json.get(3).and_then(Value::as_u64).unwrap_or_default();
        Some(Self { span: Span::from_json(json)?, filtered })
    }
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

    /// The JSON that [`Span::from_json`] reads.
    pub(super) fn to_json(self) -> Value {
        json!([self.first, self.last, self.at])
    }

    /// Reads what [`Span::to_json`] wrote; further members are ignored.
    pub(super) fn from_json(json: &Value) -> Option<Self> {
        Some(Self { first: json.get(0)?.as_u64()?, last: json.get(1)?.as_u64()?, at: json.get(2)?.as_u64()? })
    }
}
