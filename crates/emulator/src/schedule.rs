//! When a delivery that failed is tried again: exponential backoff for 24 hours.
//!
//! Google documents the 24 hours and the backoff, and no schedule. This one doubles from ten seconds up to four hours, each wait
//! moved by up to a tenth in either direction, so that events that failed together do not come back together.

use std::time::Duration;

/// How long after its first attempt a delivery is still tried.
pub const RETRY_FOR: Duration = Duration::from_secs(24 * 3600);

/// The wait after the first failed attempt.
const FIRST: Duration = Duration::from_secs(10);
/// No wait is longer, before it is moved.
const LONGEST: Duration = Duration::from_secs(4 * 3600);
/// How much of a wait it is moved by at most.
const JITTER: f64 = 0.1;

/// The wait after the `failed`th failed attempt in a row, or `None` where the next would come after 24 hours.
///
/// `since_first` is how long ago the first attempt was, `jitter` a number from 0 up to 1; both by the emulated clock.
pub fn next_wait(failed: u32, since_first: Duration, jitter: f64) -> Option<Duration> {
    let doubled = FIRST.saturating_mul(2_u32.saturating_pow(failed.saturating_sub(1)));
    let moved = doubled.min(LONGEST).mul_f64(1.0 + JITTER * (2.0 * jitter.clamp(0.0, 1.0) - 1.0));
    since_first.checked_add(moved).filter(|at| *at <= RETRY_FOR).map(|_| moved)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// All waits of a delivery that never succeeds.
    fn waits(jitter: f64) -> Vec<Duration> {
        let (mut waits, mut passed) = (Vec::new(), Duration::ZERO);
        while let Some(wait) = next_wait(u32::try_from(waits.len()).unwrap().saturating_add(1), passed, jitter) {
            waits.push(wait);
            passed = passed.saturating_add(wait);
        }
        waits
    }

    #[test]
    fn waits_double_up_to_four_hours() {
        let waits = waits(0.5);
        let seconds: Vec<_> = waits.iter().map(Duration::as_secs).collect();
        assert_eq!(seconds, [10, 20, 40, 80, 160, 320, 640, 1280, 2560, 5120, 10240, 14400, 14400, 14400, 14400]);
    }

    proptest! {
        #[test]
        fn nothing_is_tried_after_a_day_and_nothing_is_given_up_early(jitter in 0.0..1.0) {
            let waits = waits(jitter);
            let total: Duration = waits.iter().sum();
            prop_assert!(total <= RETRY_FOR);
            prop_assert!(total.saturating_add(LONGEST.mul_f64(1.0 + JITTER)) > RETRY_FOR);
            prop_assert!(waits.windows(2).all(|pair| pair[0] <= pair[1]));
        }

        #[test]
        fn no_number_of_failures_overflows(failed: u32, since in 0_u64..90_000, jitter: f64) {
            let _ = next_wait(failed, Duration::from_secs(since), if jitter.is_finite() { jitter } else { 0.5 });
        }
    }
}
