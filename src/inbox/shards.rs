//! Which object of the inbox holds an event.

use super::lifecycle::Lifecycle;
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

/// Whether a shard that began at `born` must still ask those before it. They may remember ids, and Workers with fewer shards still use
/// them while a deployment rolls out.
pub fn asks_before(born: u64, now: u64, lifecycle: &Lifecycle) -> bool {
    now < born.saturating_add(lifecycle.remember).saturating_add(ROLLOUT)
}

/// How long Workers of the previous version may run while a deployment rolls out.
pub(super) const ROLLOUT: u64 = 24 * 3_600_000;

#[cfg(test)]
mod tests {
    use super::*;

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
