//! How long attempts took: a histogram that is small enough for every object to keep in memory.

use serde_json::{Value, json};

/// The upper bounds of the buckets, in milliseconds. What took longer than the last is in a bucket of its own.
pub const BOUNDS: [u64; 14] = [5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 15_000, 20_000, 30_000];

/// How many attempts took how long.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Latency {
    /// One for each of [`BOUNDS`], and one for what took longer.
    counts: [u64; BOUNDS.len() + 1],
    /// The milliseconds of all attempts together.
    sum: u64,
}

impl Latency {
    /// Counts an attempt.
    pub fn note(&mut self, ms: u64) {
        let bucket = BOUNDS.iter().position(|bound| ms <= *bound).unwrap_or(BOUNDS.len());
        if let Some(count) = self.counts.get_mut(bucket) {
            *count = count.saturating_add(1);
        }
        self.sum = self.sum.saturating_add(ms);
    }

    /// The attempts of both.
    pub fn add(&mut self, other: &Self) {
        for (count, more) in self.counts.iter_mut().zip(other.counts) {
            *count = count.saturating_add(more);
        }
        self.sum = self.sum.saturating_add(other.sum);
    }

    /// How many attempts were counted.
    pub fn count(&self) -> u64 {
        self.counts.iter().copied().fold(0, u64::saturating_add)
    }

    /// The milliseconds of all attempts together.
    pub const fn sum(&self) -> u64 {
        self.sum
    }

    /// How many attempts took at most so long: for each of [`BOUNDS`], those before it included.
    pub fn cumulative(&self) -> impl Iterator<Item = (u64, u64)> {
        let below = self.counts.iter().scan(0_u64, |sum, count| {
            *sum = sum.saturating_add(*count);
            Some(*sum)
        });
        BOUNDS.into_iter().zip(below)
    }

    /// The milliseconds within which `percent` of the attempts ended, estimated inside of a bucket; `None` without attempts.
    pub fn percentile(&self, percent: u64) -> Option<u64> {
        let all = self.count();
        let wanted = all.saturating_mul(percent).div_ceil(100);
        let (mut below, mut from) = (0_u64, 0_u64);
        for (count, bound) in self.counts.into_iter().zip(BOUNDS) {
            let reached = below.saturating_add(count);
            if count > 0 && reached >= wanted {
                let part = bound.saturating_sub(from).saturating_mul(wanted.saturating_sub(below));
                return Some(from.saturating_add(part.checked_div(count)?));
            }
            (below, from) = (reached, bound);
        }
        (all > 0).then_some(from)
    }

    /// The JSON that [`Latency::from_json`] reads.
    pub fn to_json(&self) -> Value {
        json!([self.sum, self.counts])
    }

    /// What [`Latency::to_json`] wrote; an empty one for anything else.
    pub fn from_json(json: &Value) -> Self {
        let mut latency = Self { sum: json.get(0).and_then(Value::as_u64).unwrap_or_default(), ..Self::default() };
        let counts = json.get(1).and_then(Value::as_array).into_iter().flatten();
        for (count, read) in latency.counts.iter_mut().zip(counts) {
            *count = read.as_u64().unwrap_or_default();
        }
        latency
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(times: impl IntoIterator<Item = u64>) -> Latency {
        let mut latency = Latency::default();
        times.into_iter().for_each(|ms| latency.note(ms));
        latency
    }

    #[test]
    fn percentiles_are_within_their_bucket() {
        assert_eq!(Latency::default().percentile(50), None);
        let even = of((1..=100).map(|n| n * 10));
        for (percent, least, most) in [(50, 250, 500), (95, 900, 1_000), (99, 960, 1_000), (100, 1_000, 1_000)] {
            let found = even.percentile(percent).unwrap();
            assert!((least..=most).contains(&found), "{percent}: {found}");
        }
        assert_eq!(of([7]).percentile(99), Some(10));
        assert_eq!(of([90_000]).percentile(50), Some(30_000), "longer than all bounds");
    }

    #[test]
    fn two_shards_are_one_histogram() {
        let mut both = of([1, 30]);
        both.add(&of([30, 40_000]));
        assert_eq!((both.count(), both.sum()), (4, 40_061));
        let below: Vec<_> = both.cumulative().filter(|(bound, _)| [5, 50, 30_000].contains(bound)).collect();
        assert_eq!(below, [(5, 1), (50, 3), (30_000, 3)]);
        assert_eq!(Latency::from_json(&both.to_json()), both);
        assert_eq!(Latency::from_json(&Value::Null), Latency::default());
    }
}
