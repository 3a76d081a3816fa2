//! Medians and quartiles of the values of rounds.

/// Round by round: what a round met, it met for both.
pub(crate) fn ratios(ours: &[f64], other: &[f64]) -> Vec<f64> {
    ours.iter().zip(other).map(|(ours, other)| ours / other).collect()
}

/// Over all rounds, where all count: what an engine does once in ten thousand requests, it does in a few rounds only.
pub(crate) fn mean(values: &[f64]) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "some dozens")]
    let count = values.len() as f64;
    values.iter().sum::<f64>() / count
}

/// The median, and the values between which half of all lie.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Quartiles {
    pub(crate) lower: f64,
    pub(crate) median: f64,
    pub(crate) upper: f64,
}

impl Quartiles {
    /// Of values in any order; NaN where there are none.
    pub(crate) fn of(values: &[f64]) -> Self {
        let mut values = values.to_vec();
        values.sort_by(f64::total_cmp);
        let at = |quarter| between(&values, quarter);
        Self { lower: at(1), median: at(2), upper: at(3) }
    }
}

/// The value at so many quarters of the sorted values; between two of them, their weighted mean.
fn between(sorted: &[f64], quarter: usize) -> f64 {
    let place = sorted.len().saturating_sub(1) * quarter;
    let (index, rest) = (place / 4, place % 4);
    let at = |index: usize| sorted.get(index).copied().unwrap_or(f64::NAN);
    if rest == 0 {
        return at(index);
    }
    #[expect(clippy::cast_precision_loss, reason = "0 to 3")]
    let weight = rest as f64 / 4.0;
    at(index) * (1.0 - weight) + at(index + 1) * weight
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quartiles_of_few_values() {
        let of = |values: &[f64]| Quartiles::of(values);
        assert_eq!(of(&[4.0, 1.0, 2.0, 3.0, 5.0]), Quartiles { lower: 2.0, median: 3.0, upper: 4.0 });
        assert_eq!(of(&[1.0, 2.0]), Quartiles { lower: 1.25, median: 1.5, upper: 1.75 });
        assert_eq!(of(&[7.0]), Quartiles { lower: 7.0, median: 7.0, upper: 7.0 });
        assert!(of(&[]).median.is_nan());
    }
}
