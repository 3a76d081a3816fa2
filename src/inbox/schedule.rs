//! When attempts are made: the schedule of retries and its jitter. Milliseconds throughout.

use crate::gateway::dedupe::EventKey;

/// Milliseconds until attempt number `tries + 1`: 5 s, 30 s, 2 min, 10 min, 30 min, 1 h, 2 h, then 4 h each time.
///
/// The jitter of ±20 % depends only on the seed and the number, so that events that failed together are not retried together.
///
/// ```
/// use countersign::inbox::delay;
///
/// assert!((4_000..=6_000).contains(&delay(1, 42)));
/// assert_eq!(delay(1, 42), delay(1, 42));
/// ```
pub fn delay(tries: u32, seed: u64) -> u64 {
    let place = usize::try_from(tries.saturating_sub(1)).unwrap_or(usize::MAX);
    let base = SCHEDULE.get(place).copied().unwrap_or(LONGEST_DELAY);
    let permille = mixed(seed ^ u64::from(tries)).checked_rem(401).unwrap_or_default().saturating_add(800);
    base.saturating_mul(permille).div_euclid(1000)
}

/// The seed of an event's jitter.
pub fn seed(event: EventKey) -> u64 {
    event.as_bytes().first_chunk().map_or(0, |bytes| u64::from_be_bytes(*bytes))
}

/// The longest delay between two attempts, before jitter.
pub(super) const LONGEST_DELAY: u64 = 4 * HOUR;

const HOUR: u64 = 3_600_000;
const SCHEDULE: [u64; 7] = [5_000, 30_000, 120_000, 600_000, 1_800_000, HOUR, 2 * HOUR];

/// `SplitMix64` (Steele, Lea, Flood, 2014): adjacent inputs give unrelated outputs.
const fn mixed(seed: u64) -> u64 {
    let z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schedule_is_the_contracts() {
        let bases = [5, 30, 120, 600, 1800, 3600, 7200, 14_400, 14_400];
        for (tries, base) in (1..).zip(bases) {
            for seed in 0..200 {
                let delay = delay(tries, seed);
                assert!((base * 800..=base * 1200).contains(&delay), "{tries}: {delay}");
            }
        }
        assert_ne!(delay(3, 1), delay(3, 2));
    }
}
