//! Numbers as libraries print them. Works on decimal digits, so nothing is rounded.

/// How a library prints numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Numbers {
    /// Also whole numbers, for libraries that read every number as floating point.
    all: bool,
    /// No exponent if the number of digits before the point is above `low` and at most `high`.
    low: i64,
    high: i64,
    /// Append `.0` to a whole number.
    zero: bool,
    /// Append `.0` to a single digit before an exponent.
    mantissa: bool,
    /// The text before an exponent, and before a negative one.
    exponent: [&'static str; 2],
    /// The minimum number of digits in an exponent.
    width: usize,
}

const fn style(low: i64, high: i64, zero: bool, mantissa: bool, exponent: [&'static str; 2], width: usize) -> Numbers {
    Numbers { all: false, low, high, zero, mantissa, exponent, width }
}

/// The styles, each with its name.
pub(super) const STYLES: [(&str, Numbers); 11] = [
    ("JavaScript or Go", style(-6, 21, false, false, ["e+", "e-"], 1)),
    ("Python", style(-4, 16, true, false, ["e+", "e-"], 2)),
    ("Java", style(-3, 7, true, true, ["E", "E-"], 1)),
    ("Gson (every number as floating point)", Numbers { all: true, ..style(-3, 7, true, true, ["E", "E-"], 1) }),
    ("Rust", style(-5, 16, true, false, ["e", "e-"], 1)),
    ("Ruby", style(-4, 16, true, true, ["e+", "e-"], 2)),
    ("PHP", style(-4, 15, false, true, ["e+", "e-"], 1)),
    ("C or Perl", style(-4, 15, false, false, ["e+", "e-"], 2)),
    (".NET", style(-4, 15, false, false, ["E+", "E-"], 2)),
    ("Newtonsoft", style(-4, 15, true, false, ["E+", "E-"], 2)),
    (
        "a library that reads every number as floating point",
        Numbers { all: true, ..style(-6, 21, true, false, ["e+", "e-"], 1) },
    ),
];

impl Numbers {
    /// The number in this style; `None` if it does not change. `true`, `false` and `null` never do.
    pub(super) fn spell(&self, token: &str) -> Option<String> {
        let (negative, body) = token.strip_prefix('-').map_or((false, token), |rest| (true, rest));
        let (mantissa, exponent) = body.split_once(['e', 'E']).unwrap_or((body, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let is_number = whole.starts_with(|c: char| c.is_ascii_digit());
        if !is_number || !(self.all || body.contains(['.', 'e', 'E'])) {
            return None;
        }
        let exponent: i64 = exponent.strip_prefix('+').unwrap_or(exponent).parse().ok()?;
        let digits = [whole, fraction].concat();
        let significant = digits.trim_start_matches('0');
        let skipped = i64::try_from(digits.len().checked_sub(significant.len())?).ok()?;
        let point = i64::try_from(whole.len()).ok()?.checked_add(exponent)?.checked_sub(skipped)?;
        let significant = significant.trim_end_matches('0');
        let text = if significant.is_empty() { self.zero_text(negative) } else { self.print(significant, point)? };
        let sign = if negative && !text.starts_with('-') && !significant.is_empty() { "-" } else { "" };
        Some([sign, &text].concat()).filter(|text| text != token)
    }

    fn zero_text(&self, negative: bool) -> String {
        let sign = if negative && self.zero { "-" } else { "" };
        format!("{sign}0{}", if self.zero { ".0" } else { "" })
    }

    /// Prints 0.`digits` × 10^`point`.
    fn print(&self, digits: &str, point: i64) -> Option<String> {
        let length = i64::try_from(digits.len()).ok()?;
        let zeros = |count: i64| "0".repeat(usize::try_from(count).unwrap_or_default());
        if point > self.high || point <= self.low {
            return self.scientific(digits, point.checked_sub(1)?);
        }
        if point <= 0 {
            return Some(format!("0.{}{digits}", zeros(point.checked_neg()?)));
        }
        if length <= point {
            let tail = if self.zero { ".0" } else { "" };
            return Some(format!("{digits}{}{tail}", zeros(point.checked_sub(length)?)));
        }
        let (whole, fraction) = digits.split_at_checked(usize::try_from(point).ok()?)?;
        Some(format!("{whole}.{fraction}"))
    }

    fn scientific(&self, digits: &str, exponent: i64) -> Option<String> {
        let (first, rest) = digits.split_at_checked(1)?;
        let rest = match rest {
            "" if self.mantissa => ".0".to_owned(),
            "" => String::new(),
            rest => format!(".{rest}"),
        };
        let [above, below] = self.exponent;
        let sign = if exponent < 0 { below } else { above };
        let (width, exponent) = (self.width, exponent.unsigned_abs());
        Some(format!("{first}{rest}{sign}{exponent:0width$}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The output of `JSON.stringify`, `json.dumps`, `Double.toString`, Ryu and so on for these numbers.
    #[test]
    fn numbers_are_printed_as_each_library_prints_them() {
        let tokens =
            ["1.0", "1.50", "1e3", "1E21", "1e16", "1.5e-7", "0.00001", "-0.0", "12345678901234567890", "-2.5E+1"];
        let expected = [
            ["1", "1.5", "1000", "1e+21", "10000000000000000", "1.5e-7", "0.00001", "0", "12345678901234567890", "-25"],
            ["1.0", "1.5", "1000.0", "1e+21", "1e+16", "1.5e-07", "1e-05", "-0.0", "12345678901234567890", "-25.0"],
            ["1.0", "1.5", "1000.0", "1.0E21", "1.0E16", "1.5E-7", "1.0E-5", "-0.0", "12345678901234567890", "-25.0"],
            [
                "1.0",
                "1.5",
                "1000.0",
                "1.0E21",
                "1.0E16",
                "1.5E-7",
                "1.0E-5",
                "-0.0",
                "1.234567890123456789E19",
                "-25.0",
            ],
            ["1.0", "1.5", "1000.0", "1e21", "1e16", "1.5e-7", "0.00001", "-0.0", "12345678901234567890", "-25.0"],
        ];
        for ((name, style), expected) in STYLES.iter().zip(expected) {
            let spelled = tokens.map(|token| style.spell(token).unwrap_or_else(|| token.to_owned()));
            assert_eq!(spelled, expected, "{name}");
        }
        for (_, style) in STYLES {
            for token in ["true", "null", "-", "1e99999999999999999999"] {
                assert_eq!(style.spell(token), None, "{token}");
            }
        }
    }
}
