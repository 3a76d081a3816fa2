//! How many events are not for a destination, for as long as their ids are remembered.

use serde_json::{Value, json};

/// The number of filtered events, by the first event of the table of ids that was open when they were passed by.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Passed(Vec<(u64, u64)>);

impl Passed {
    /// Counts an event.
    pub(super) fn add(&mut self) {
        match self.0.last_mut() {
            Some((_, count)) => *count = count.saturating_add(1),
            None => self.0.push((0, 1)),
        }
    }

    /// How many events were counted whose ids are remembered.
    pub(super) fn count(&self) -> u64 {
        self.0.iter().fold(0, |all, (_, count)| all.saturating_add(*count))
    }

    /// Notes that the ids of the events from `first` on go to another table.
    pub(super) fn open_ids(&mut self, first: u64) {
        match self.0.last_mut() {
            Some((from, 0)) => *from = first,
            _ => self.0.push((first, 0)),
        }
    }

    /// Forgets the events whose ids are no longer remembered: those before `first`.
    pub(super) fn forget_before(&mut self, first: u64) {
        let over = self.0.iter().skip(1).take_while(|(next, _)| *next <= first).count();
        self.0.drain(..over);
    }

    /// The JSON that [`Passed::from_json`] reads.
    pub(super) fn to_json(&self) -> Value {
        json!(self.0)
    }

    /// Reads what [`Passed::to_json`] wrote.
    pub(super) fn from_json(json: &Value) -> Self {
        let pair = |pair: &Value| Some((pair.get(0)?.as_u64()?, pair.get(1)?.as_u64()?));
        Self(json.as_array().into_iter().flatten().filter_map(pair).collect())
    }
}
