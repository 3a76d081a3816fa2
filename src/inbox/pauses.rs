//! When an operator paused a destination. Milliseconds throughout.

use serde_json::{Value, json};

/// The times for which a destination was paused, the last of which may last.
///
/// ```
/// use countersign::inbox::Pauses;
///
/// let mut pauses = Pauses::default();
/// assert!(pauses.pause(100) && pauses.resume(300));
/// assert_eq!(pauses.within(50, 1_000), 200, "of 950 ms, it was paused for 200");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Pauses {
    ended: Vec<(u64, u64)>,
    since: Option<u64>,
}

impl Pauses {
    /// Since when it is paused, if it is.
    pub const fn since(&self) -> Option<u64> {
        self.since
    }

    /// Pauses it; `false` if it is paused already.
    pub fn pause(&mut self, now: u64) -> bool {
        let is_new = self.since.is_none();
        self.since = self.since.or(Some(now));
        is_new
    }

    /// Ends a pause; `false` if there is none.
    pub fn resume(&mut self, now: u64) -> bool {
        let Some(since) = self.since.take() else { return false };
        self.ended.retain(|(_, end)| now.saturating_sub(*end) < LONGEST);
        if now > since {
            self.ended.push((since, now));
        }
        true
    }

    /// Notes a pause that nobody ordered. What an operator ordered meanwhile counts once.
    pub(super) fn add(&mut self, since: u64, end: u64) {
        let (mut since, mut end) = (since, self.since.map_or(end, |paused| end.min(paused)));
        if since >= end {
            return;
        }
        self.ended.retain(|(start, stop)| {
            let is_part = *start <= end && since <= *stop;
            if is_part {
                (since, end) = (since.min(*start), end.max(*stop));
            }
            !is_part
        });
        let place = self.ended.partition_point(|(start, _)| *start < since);
        self.ended.insert(place, (since, end));
    }

    /// For how long it was paused between two times.
    pub fn within(&self, from: u64, to: u64) -> u64 {
        let all = self.ended.iter().copied().chain(self.since.map(|since| (since, u64::MAX)));
        let overlaps = all.map(|(start, end)| end.min(to).saturating_sub(start.max(from)));
        overlaps.fold(0, u64::saturating_add)
    }

    /// The time from which on it was open for so long until `to`: what was accepted then or before had that long.
    pub fn open_since(&self, to: u64, open: u64) -> u64 {
        let (mut at, mut left) = (to, open);
        for (start, end) in self.ended.iter().copied().chain(self.since.map(|since| (since, u64::MAX))).rev() {
            let between = at.saturating_sub(end);
            if between >= left {
                break;
            }
            left = left.saturating_sub(between);
            at = at.min(start);
        }
        at.saturating_sub(left)
    }

    /// The JSON that is stored.
    pub fn to_json(&self) -> Value {
        let ended: Value = self.ended.iter().map(|(start, end)| json!([start, end])).collect();
        json!({ "ended": ended, "since": self.since })
    }

    /// What [`Pauses::to_json`] wrote; `None` if it is damaged.
    pub fn from_json(json: &Value) -> Option<Self> {
        let pair = |pair: &Value| Some((pair.get(0)?.as_u64()?, pair.get(1)?.as_u64()?));
        let ended = json.get("ended")?.as_array()?.iter().map(pair).collect::<Option<_>>()?;
        Some(Self { ended, since: json.get("since").and_then(Value::as_u64) })
    }
}

/// Pauses that ended so long ago concern no event any more.
const LONGEST: u64 = 60 * 24 * 3_600_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_paused_counts() {
        let mut pauses = Pauses::default();
        assert!(pauses.pause(100) && !pauses.pause(150) && pauses.resume(200) && !pauses.resume(250));
        assert!(pauses.pause(1_000));
        assert_eq!(
            [(0, 50), (0, 150), (120, 180), (0, 500)].map(|(from, to)| pauses.within(from, to)),
            [0, 50, 60, 100]
        );
        assert_eq!(pauses.within(0, 3_000), 2_100, "the pause that lasts");
        assert_eq!([0, 500, 800, 900].map(|open| pauses.open_since(1_500, open)), [1_500, 500, 200, 0]);
        for open in 1..800 {
            let since = pauses.open_since(1_500, open);
            assert_eq!(1_500 - since - pauses.within(since, 1_500), open, "{open}");
        }
        assert_eq!(Pauses::from_json(&pauses.to_json()), Some(pauses));
    }

    #[test]
    fn what_was_paused_twice_at_a_time_counts_once() {
        let paused = |pauses: &Pauses| pauses.within(0, 1_000);
        let mut pauses = Pauses::default();
        pauses.add(500, 600);
        pauses.add(100, 200);
        pauses.add(100, 250);
        assert_eq!((paused(&pauses), pauses.open_since(1_000, 750)), (250, 0), "noted once more after a crash");
        assert!(pauses.pause(300) && pauses.resume(350));
        pauses.add(280, 400);
        assert_eq!(paused(&pauses), 370, "an operator's pause was part of it");
        pauses.pause(700);
        pauses.add(800, 900);
        assert_eq!(paused(&pauses), 670, "it is part of an operator's pause");
        pauses.add(650, 900);
        assert_eq!(paused(&pauses), 720);
    }
}
