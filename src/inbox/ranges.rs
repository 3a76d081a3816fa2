//! Sets of sequence numbers, kept as ranges.

use serde_json::{Value, json};

/// A set of sequence numbers. What is finished in the order of its arrival is one range, however much it is.
///
/// ```
/// use countersign::inbox::Ranges;
///
/// let mut done = Ranges::default();
/// done.insert(1, 3);
/// done.insert(5, 5);
/// assert_eq!((done.through(), done.first_missing(1), done.last_missing(5)), (3, 4, 4));
/// done.insert(4, 4);
/// assert_eq!(done.through(), 5);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Ranges(Vec<(u64, u64)>);

impl Ranges {
    /// Whether a number is in the set.
    pub fn contains(&self, number: u64) -> bool {
        self.around(number).is_some()
    }

    /// Adds the numbers from `first` to `last`.
    pub fn insert(&mut self, first: u64, last: u64) {
        if first > last {
            return;
        }
        let from = self.0.partition_point(|(_, end)| end.saturating_add(1) < first);
        let to = self.0.partition_point(|(start, _)| *start <= last.saturating_add(1));
        let touched = self.0.get(from..to).unwrap_or_default();
        let first = touched.first().map_or(first, |(start, _)| first.min(*start));
        let last = touched.last().map_or(last, |(_, end)| last.max(*end));
        self.0.splice(from..to, [(first, last)]);
    }

    /// Takes the numbers from `first` to `last` out.
    pub fn remove(&mut self, first: u64, last: u64) {
        let from = self.0.partition_point(|(_, end)| *end < first);
        let to = self.0.partition_point(|(start, _)| *start <= last);
        if from >= to {
            return;
        }
        let touched = self.0.get(from..to).unwrap_or_default();
        let before =
            touched.first().filter(|(start, _)| *start < first).map(|(start, _)| (*start, first.saturating_sub(1)));
        let behind = touched.last().filter(|(_, end)| *end > last).map(|(_, end)| (last.saturating_add(1), *end));
        let left: Vec<_> = before.into_iter().chain(behind).collect();
        self.0.splice(from..to, left);
    }

    /// The last number of which all before are in the set, from 1 on; 0 if 1 is not.
    pub fn through(&self) -> u64 {
        self.0.first().filter(|(start, _)| *start <= 1).map_or(0, |(_, end)| *end)
    }

    /// The last number of the set.
    pub fn last(&self) -> Option<u64> {
        self.0.last().map(|(_, end)| *end)
    }

    /// The first number from `from` on that is not in the set.
    pub fn first_missing(&self, from: u64) -> u64 {
        self.around(from).map_or(from, |(_, end)| end.saturating_add(1))
    }

    /// The last number up to `to` that is not in the set; 0 if there is none.
    pub fn last_missing(&self, to: u64) -> u64 {
        self.around(to).map_or(to, |(start, _)| start.saturating_sub(1))
    }

    /// Up to `most` of the numbers, from the last one back or from the first one on.
    pub fn numbers(&self, is_back: bool, most: usize) -> Vec<u64> {
        if is_back {
            self.0.iter().rev().flat_map(|(first, last)| (*first..=*last).rev()).take(most).collect()
        } else {
            self.0.iter().flat_map(|(first, last)| *first..=*last).take(most).collect()
        }
    }

    /// How many of the numbers from `first` to `last` are in the set.
    pub fn count(&self, first: u64, last: u64) -> u64 {
        let within = self.0.iter().map(|(start, end)| {
            let (start, end) = (first.max(*start), last.min(*end));
            if start > end { 0 } else { end.saturating_sub(start).saturating_add(1) }
        });
        within.fold(0, u64::saturating_add)
    }

    /// The ranges, each with its last number.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (u64, u64)> {
        self.0.iter().copied()
    }

    /// The JSON that [`Ranges::from_json`] reads.
    pub fn to_json(&self) -> Value {
        self.0.iter().map(|(first, last)| json!([first, last])).collect()
    }

    /// What [`Ranges::to_json`] wrote; `None` if it is something else.
    pub fn from_json(json: &Value) -> Option<Self> {
        let mut ranges = Self::default();
        for range in json.as_array()? {
            ranges.insert(range.get(0)?.as_u64()?, range.get(1)?.as_u64()?);
        }
        Some(ranges)
    }

    fn around(&self, number: u64) -> Option<(u64, u64)> {
        let place = self.0.partition_point(|(_, end)| *end < number);
        self.0.get(place).copied().filter(|(start, _)| *start <= number)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_holds_what_a_plain_set_holds(steps in proptest::collection::vec((any::<bool>(), 1_u64..40, 0_u64..12), 0..60)) {
            let (mut ranges, mut plain) = (Ranges::default(), BTreeSet::new());
            for (adds, first, more) in steps {
                let last = first.saturating_add(more);
                if adds {
                    ranges.insert(first, last);
                    plain.extend(first..=last);
                } else {
                    ranges.remove(first, last);
                    plain.retain(|number| !(first..=last).contains(number));
                }
                for number in 1..60 {
                    prop_assert_eq!(ranges.contains(number), plain.contains(&number));
                    prop_assert_eq!(ranges.first_missing(number), (number..).find(|n| !plain.contains(n)).unwrap());
                    prop_assert_eq!(ranges.last_missing(number), (1..=number).rev().find(|n| !plain.contains(n)).unwrap_or(0));
                }
                prop_assert_eq!(ranges.through(), (1..).take_while(|n| plain.contains(n)).last().unwrap_or(0));
                prop_assert_eq!(ranges.numbers(false, 9), plain.iter().copied().take(9).collect::<Vec<_>>());
                prop_assert_eq!(ranges.numbers(true, 9), plain.iter().rev().copied().take(9).collect::<Vec<_>>());
                prop_assert_eq!(ranges.count(5, 20), plain.range(5..=20).count() as u64);
                prop_assert!(ranges.iter().zip(ranges.iter().skip(1)).all(|(one, next)| one.1.saturating_add(1) < next.0), "as few as can be");
                prop_assert_eq!(Ranges::from_json(&ranges.to_json()), Some(ranges.clone()));
            }
        }
    }
}
