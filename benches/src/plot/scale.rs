//! From values to places on an axis.

/// An axis between two places, linear or logarithmic.
pub(crate) struct Scale {
    logarithmic: bool,
    /// Values, or their logarithms.
    low: f64,
    high: f64,
    from: f64,
    to: f64,
}

impl Scale {
    /// From zero to a round number above all values.
    pub(crate) fn linear_from_zero(values: impl Iterator<Item = f64>, from: f64, to: f64) -> Self {
        let most = values.fold(0.0, f64::max).max(1.0);
        let step = round_step(most);
        Self { logarithmic: false, low: 0.0, high: (most / step).ceil() * step, from, to }
    }

    /// Just around all values, which are above zero.
    pub(crate) fn logarithmic(values: impl Iterator<Item = f64>, from: f64, to: f64) -> Self {
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for value in values.map(f64::log10).filter(|value| value.is_finite()) {
            (low, high) = (low.min(value), high.max(value));
        }
        if low >= high {
            (low, high) = (low.min(0.0), low.min(0.0) + 1.0);
        }
        Self { logarithmic: true, low, high, from, to }
    }

    /// The place of a value.
    pub(crate) fn at(&self, value: f64) -> f64 {
        let value = if self.logarithmic { value.log10() } else { value };
        let share = ((value - self.low) / (self.high - self.low)).clamp(0.0, 1.0);
        self.from + (self.to - self.from) * share
    }

    /// Round values along the axis.
    pub(crate) fn ticks(&self) -> Vec<f64> {
        if !self.logarithmic {
            let step = round_step(self.high);
            let ticks = std::iter::successors(Some(0.0), |value| Some(value + step));
            return ticks.take_while(|value| *value <= self.high + step / 2.0).collect();
        }
        // Fewer within a decade where there are more decades.
        let within: &[f64] = if self.high - self.low > 2.5 { &[1.0] } else { &[1.0, 2.0, 5.0] };
        let decades = std::iter::successors(Some(10_f64.powf(self.low.floor())), |decade| Some(decade * 10.0));
        let decades = decades.take_while(|decade| decade.log10() <= self.high);
        let ticks = decades.flat_map(|decade| within.iter().map(move |factor| tidy(decade * factor)));
        ticks.filter(|value| (self.low - 1e-9..=self.high + 1e-9).contains(&value.log10())).collect()
    }
}

/// 1, 2 or 5 times a power of ten, four to ten of which make `most`.
fn round_step(most: f64) -> f64 {
    let decade = 10_f64.powf((most / 4.0).log10().floor());
    [5.0, 2.0].into_iter().map(|factor| factor * decade).find(|step| most / step >= 4.0).unwrap_or(decade)
}

/// Without what multiplying left behind the last digit.
fn tidy(value: f64) -> f64 {
    format!("{value:.3e}").parse().unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round() {
        let linear = Scale::linear_from_zero([7_800.0].into_iter(), 0.0, 100.0);
        assert_eq!(linear.ticks(), [0.0, 2_000.0, 4_000.0, 6_000.0, 8_000.0]);
        assert!((linear.at(4_000.0) - 50.0).abs() < 1e-9);
        let logarithmic = Scale::logarithmic([0.4, 30.0].into_iter(), 0.0, 1.0);
        assert_eq!(logarithmic.ticks(), [0.5, 1.0, 2.0, 5.0, 10.0, 20.0]);
        let wide = Scale::logarithmic([0.1, 3_000.0].into_iter(), 0.0, 1.0);
        assert_eq!(wide.ticks(), [0.1, 1.0, 10.0, 100.0, 1_000.0]);
    }
}
