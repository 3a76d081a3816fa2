//! Which events are over, found without a look at each.

use super::ranges::Ranges;
use super::store::StoreFault;

/// The last event that is over, from the number `first` on, which is; what is `settled` is not looked at. Events are over in their order, so
/// steps that grow, and then shrink, find it: a row for each, however many events there are.
pub(super) fn last_over(
    first: u64,
    settled: &Ranges,
    is_over: impl Fn(u64) -> Result<bool, StoreFault>,
) -> Result<u64, StoreFault> {
    let (mut last, mut step, mut grows) = (first, 1_u64, true);
    while step > 0 {
        let number = settled.first_missing(last.saturating_add(step));
        let found = is_over(number)?;
        if found {
            last = number;
        }
        grows &= found;
        step = if grows { step.saturating_mul(2) } else { step >> 1 };
    }
    Ok(last)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[test]
    fn the_last_that_is_over_is_found_in_few_looks() {
        let mut settled = Ranges::default();
        settled.insert(3, 9);
        settled.insert(500, 500);
        for over in 1..2_000 {
            let looks = Cell::new(0);
            let is_over = |number| {
                looks.set(looks.get() + 1);
                assert!(!settled.contains(number));
                Ok(number <= over)
            };
            assert_eq!(last_over(1, &settled, is_over), Ok(settled.last_missing(over)));
            assert!(looks.get() <= 2 + 2 * (over.ilog2() + 1), "{over}: {} looks", looks.get());
        }
    }
}
