//! Which object of the inbox holds an event.

use super::schedule::seed;
use crate::gateway::dedupe::EventKey;

/// The shards that an event has as their number grows to `shards`: the last one holds it now.
///
/// Jump consistent hashing (Lamping, Veach, 2014): raising the number moves an id only to a new shard. So a shard that does not know
/// an id needs to ask only those before it in this list.
///
/// ```
/// use countersign::gateway::dedupe::EventKey;
/// use countersign::inbox::homes;
///
/// let event = EventKey::new("gemini", b"msg_1");
/// assert_eq!(homes(event, 1), [0]);
/// assert!(homes(event, 64).starts_with(&homes(event, 8)));
/// ```
pub fn homes(event: EventKey, shards: u32) -> Vec<u32> {
    let mut state = seed(event);
    let (mut homes, mut next) = (Vec::new(), 0_u64);
    while next < u64::from(shards.max(1)) {
        homes.push(u32::try_from(next).unwrap_or_default());
        state = state.wrapping_mul(2_862_933_555_777_941_757).wrapping_add(1);
        let divisor = (state >> 33).saturating_add(1);
        next = next.saturating_add(1).saturating_mul(1 << 31).checked_div(divisor).unwrap_or(u64::MAX);
    }
    homes
}

/// The name of the Durable Object of a shard.
pub fn shard_name(source: &str, shard: u32) -> String {
    format!("{source}/{shard}")
}

/// How many shards a source had, and since when; oldest first.
///
/// ```
/// use countersign::gateway::dedupe::EventKey;
/// use countersign::inbox::{ShardCounts, homes};
///
/// let hour = 3_600_000;
/// let mut counts = ShardCounts::default();
/// assert!(counts.note(1, 0) && counts.note(8, 100 * hour) && !counts.note(8, 101 * hour));
/// let event = EventKey::new("gemini", b"msg_1");
/// let home = *homes(event, 8).last().unwrap_or(&0);
/// let asked = counts.to_ask(event, home, 101 * hour, 72 * hour);
/// assert!(asked.iter().all(|shard| *shard == 0), "only those that were there before");
/// assert!(counts.to_ask(event, home, 300 * hour, 72 * hour).is_empty());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ShardCounts(Vec<(u32, u64)>);

impl ShardCounts {
    /// The number of shards that is known last.
    pub fn current(&self) -> Option<u32> {
        self.0.last().map(|(count, _)| *count)
    }

    /// Notes how many shards there are; whether that is new.
    pub fn note(&mut self, count: u32, now: u64) -> bool {
        let is_new = self.current() != Some(count);
        if is_new {
            self.0.push((count, now));
            // More changes than this in a few days are nobody's plan; of them, the largest number matters.
            if self.0.len() > MOST_CHANGES {
                self.0.remove(0);
            }
        }
        is_new
    }

    /// The shards that may know an id which `shard` does not know: those that held it under an earlier number of shards, from the newest.
    /// A number of shards counts for as long as the ids of its time are remembered, and a deployment may roll out.
    pub fn to_ask(&self, event: EventKey, shard: u32, now: u64, remember: u64) -> Vec<u32> {
        let until = |ended: u64| ended.saturating_add(remember).saturating_add(ROLLOUT);
        let ended = self.0.iter().skip(1).map(|(_, since)| *since);
        let earlier = self.0.iter().zip(ended).filter(|(_, ended)| now < until(*ended));
        let mut asked: Vec<u32> = Vec::new();
        for ((count, _), _) in earlier {
            let home = homes(event, *count).last().copied().unwrap_or_default();
            if home != shard && !asked.contains(&home) {
                asked.insert(0, home);
            }
        }
        asked
    }

    /// Whether there were more shards once, and no deployment explains that a Worker knows of fewer: events and ids are in shards that it
    /// does not ask.
    pub fn forbids(&self, count: u32, now: u64) -> bool {
        self.most(now) > count
    }

    /// The most shards there were, but for those that a deployment may still be bringing.
    pub fn most(&self, now: u64) -> u32 {
        let settled = self.0.iter().filter(|(_, since)| now >= since.saturating_add(ROLLOUT));
        settled.map(|(count, _)| *count).max().unwrap_or_default()
    }

    /// The text that is stored.
    pub fn to_text(&self) -> String {
        let all: Vec<_> = self.0.iter().map(|(count, since)| format!("{count}@{since}")).collect();
        all.join(" ")
    }

    /// What [`ShardCounts::to_text`] wrote.
    pub fn parse(text: &str) -> Option<Self> {
        let read = |part: &str| {
            let (count, since) = part.split_once('@')?;
            Some((count.parse().ok()?, since.parse().ok()?))
        };
        text.split(' ').filter(|part| !part.is_empty()).map(read).collect::<Option<_>>().map(Self)
    }
}

/// The most shards of a source.
pub const MOST_SHARDS: u32 = 1_024;

/// So many changes of the number of shards are remembered.
const MOST_CHANGES: usize = 80;

/// How long Workers of the previous version may run while a deployment rolls out.
pub(super) const ROLLOUT: u64 = 24 * 3_600_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shard_asks_only_where_an_id_could_have_been() {
        let (hour, remember) = (3_600_000, 72 * 3_600_000);
        let mut created = ShardCounts::default();
        created.note(8, 0);
        let mut grown = created.clone();
        grown.note(16, 10 * hour);
        grown.note(32, 20 * hour);
        for n in 0..500_u32 {
            let event = EventKey::new("s", n.to_string().as_bytes());
            let at = |count| *homes(event, count).last().unwrap();
            assert!(created.to_ask(event, at(8), 1, remember).is_empty(), "a source that was created so asks nobody");
            let mut expected: Vec<_> = [at(16), at(8)].into_iter().filter(|home| *home != at(32)).collect();
            expected.dedup();
            assert_eq!(grown.to_ask(event, at(32), 21 * hour, remember), expected);
            let later = 10 * hour + remember + ROLLOUT;
            let expected: Vec<_> = Some(at(16)).into_iter().filter(|home| *home != at(32)).collect();
            assert_eq!(grown.to_ask(event, at(32), later, remember), expected, "the first ids are forgotten");
        }
        assert_eq!(ShardCounts::parse(&grown.to_text()), Some(grown.clone()));
        assert!(!grown.forbids(16, 20 * hour + ROLLOUT - 1) && grown.forbids(16, 20 * hour + ROLLOUT));
        assert!(!grown.forbids(32, 900 * hour));
    }

    #[test]
    fn an_id_moves_only_to_shards_that_are_new() {
        for n in 0..2000_u32 {
            let event = EventKey::new("s", n.to_string().as_bytes());
            let all = homes(event, 64);
            assert!(all.is_sorted() && all[0] == 0);
            for shards in 1..=64 {
                let homes = homes(event, shards);
                assert!(all.starts_with(&homes));
                assert!(homes.last().is_some_and(|home| *home < shards));
            }
        }
    }

    #[test]
    fn shards_share_the_load() {
        let mut counts = [0_u32; 8];
        for n in 0..8000_u32 {
            let homes = homes(EventKey::new("s", n.to_string().as_bytes()), 8);
            counts[*homes.last().unwrap() as usize] += 1;
        }
        assert!(counts.iter().all(|count| (850..1150).contains(count)), "{counts:?}");
    }
}
