//! What a destination gave up, by ranges: an event that died alone is a range of one.

use serde_json::{Value, json};

use super::span::Span;

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

/// The ranges of events that a destination gave up, in the order in which it did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct GivenUp(Vec<Dead>);

impl GivenUp {
    pub(super) fn ranges(&self) -> &[Dead] {
        &self.0
    }

    /// When an event was given up.
    pub(super) fn died_at(&self, number: u64) -> Option<u64> {
        self.around(number).map(|dead| dead.span.at)
    }

    /// The range that an event was given up with.
    pub(super) fn around(&self, number: u64) -> Option<&Dead> {
        self.0.iter().find(|dead| dead.span.contains(number))
    }

    /// Adds a range: to the one before, if it goes on where that ended, at the same time.
    pub(super) fn add(&mut self, dead: Dead) {
        match self.0.last_mut() {
            Some(before) if before.span.last.saturating_add(1) == dead.span.first && before.span.at == dead.span.at => {
                before.span.last = dead.span.last;
                before.filtered = before.filtered.saturating_add(dead.filtered);
            }
            _ => self.0.push(dead),
        }
    }

    /// Adds one event, as a range of its own.
    pub(super) fn add_one(&mut self, number: u64, at: u64) {
        self.0.push(Dead { span: Span { first: number, last: number, at }, filtered: 0 });
    }

    /// Takes the range of an event apart: see [`Dead::split`].
    pub(super) fn split(&mut self, number: u64, filtered: (u64, bool)) {
        if let Some(place) = self.0.iter().position(|dead| dead.span.contains(number))
            && let Some(dead) = self.0.get(place).copied()
        {
            self.0.splice(place..=place, dead.split(number, filtered));
        }
    }

    /// Takes events out. A range of which some are not for the destination has to be taken apart before.
    pub(super) fn remove(&mut self, first: u64, last: u64) {
        let left = |dead: &Dead| {
            let filtered = dead.filtered;
            dead.span.without(first, last).map(|part| part.map(|span| Dead { span, filtered }))
        };
        self.0 = self.0.iter().flat_map(left).flatten().collect();
    }

    /// Forgets ranges that are all before `first`.
    pub(super) fn forget_before(&mut self, first: u64) {
        self.0.retain(|dead| dead.span.last >= first);
    }

    /// The JSON that [`GivenUp::from_json`] reads.
    pub(super) fn to_json(&self) -> Value {
        self.0.iter().copied().map(Dead::to_json).collect()
    }

    /// Reads what [`GivenUp::to_json`] wrote.
    pub(super) fn from_json(json: &Value) -> Option<Self> {
        json.as_array()?.iter().map(Dead::from_json).collect::<Option<_>>().map(Self)
    }
}
