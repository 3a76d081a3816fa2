//! How many events are not for a destination, for as long as their ids are remembered.

use serde_json::{Value, json};

/// The number of filtered events, by the first event of the table of ids that has theirs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Passed(Vec<(u64, u64)>);

impl Passed {
    /// Counts an event.
    pub(super) fn add(&mut self, number: u64) {
        match self.0.iter_mut().rev().find(|(first, _)| *first <= number) {
            Some((_, count)) => *count = count.saturating_add(1),
            None => self.0.insert(0, (0, 1)),
        }
    }

    /// Takes back that an event was counted.
    pub(super) fn remove(&mut self, number: u64) {
        if let Some((_, count)) = self.0.iter_mut().rev().find(|(first, count)| *first <= number && *count > 0) {
            *count = count.saturating_sub(1);
        }
    }

    /// How many events were counted whose ids are remembered.
    pub(super) fn count(&self) -> u64 {
        self.0.iter().fold(0, |all, (_, count)| all.saturating_add(*count))
    }

    /// Notes that the ids of the events from `first` on go to another table.
    pub(super) fn open_ids(&mut self, first: u64) {
        match self.0.as_mut_slice() {
            // Nothing is filtered here: there is nothing to tell apart.
            [(from, 0)] => *from = first,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_counts_for_as_long_as_its_own_id_is_remembered() {
        let mut passed = Passed::default();
        passed.open_ids(1);
        passed.open_ids(10);
        passed.add(12);
        passed.open_ids(20);
        passed.open_ids(30);
        // Passed by when it was its turn, and not when it arrived.
        [13, 25, 31].into_iter().for_each(|number| passed.add(number));
        assert_eq!(Passed::from_json(&passed.to_json()), passed);
        passed.remove(13);
        let left = [10, 20, 30].map(|first| {
            passed.forget_before(first);
            passed.count()
        });
        assert_eq!(left, [3, 2, 1]);
        passed.remove(31);
        assert_eq!(passed.count(), 0);
    }
}
