//! JSON values that can be compared: all but arrays and objects.

use super::value::string;

/// A JSON value that is neither an array nor an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scalar(Plain);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Plain {
    /// `null`, `true` or `false`.
    Word(&'static str),
    Text(String),
    Number(Decimal),
}

/// A number, exactly: zero if it has no digits, else 0.`digits` · 10^`exponent`.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Decimal {
    is_negative: bool,
    /// Neither the first nor the last is 0.
    digits: String,
    exponent: i64,
}

impl Scalar {
    /// Reads a value from JSON text; `None` for an array, for an object, and for a number that would not arrive in a Worker as it was
    /// written: JavaScript, which hands the configuration over, keeps 15 digits.
    pub fn parse(json: &str) -> Option<Self> {
        let is_kept = |scalar: &Self| !matches!(&scalar.0, Plain::Number(number) if number.digits.len() > 15);
        Self::read(json).filter(is_kept)
    }

    /// Reads some JSON value of an event.
    pub(crate) fn read(json: &str) -> Option<Self> {
        let plain = match json.as_bytes().first()? {
            b'"' => string(json).map(Plain::Text),
            b'-' | b'0'..=b'9' => Decimal::parse(json).map(Plain::Number),
            _ => ["null", "true", "false"].into_iter().find(|word| *word == json).map(Plain::Word),
        };
        plain.map(Self)
    }
}

impl Decimal {
    /// Reads a JSON number; `None` if its exponent is beyond 64 bits.
    fn parse(json: &str) -> Option<Self> {
        let unsigned = json.strip_prefix('-');
        let (mantissa, exponent) = split(unsigned.unwrap_or(json), |byte| matches!(byte, b'e' | b'E'));
        let (whole, fraction) = split(mantissa, |byte| byte == b'.');
        let digits = [whole, fraction].concat();
        let behind_zeros = digits.trim_start_matches('0');
        let zeros = digits.len().checked_sub(behind_zeros.len())?;
        let digits = behind_zeros.trim_end_matches('0').to_owned();
        if digits.is_empty() {
            return Some(Self { is_negative: false, digits, exponent: 0 });
        }
        let exponent: i64 = if exponent.is_empty() { 0 } else { exponent.parse().ok()? };
        let point = i64::try_from(whole.len()).ok()?.checked_sub(i64::try_from(zeros).ok()?)?;
        Some(Self { is_negative: unsigned.is_some(), digits, exponent: exponent.checked_add(point)? })
    }
}

/// The text before the first such byte, which is ASCII, and behind it.
fn split(text: &str, is_mark: impl Fn(u8) -> bool) -> (&str, &str) {
    let (before, behind) =
        text.bytes().position(is_mark).and_then(|at| text.split_at_checked(at)).unwrap_or((text, ""));
    (before, behind.get(1..).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn assert_equal(read: &str, expected: &str, is_equal: bool) {
        let scalar = Scalar::parse(expected).unwrap();
        assert_eq!(Scalar::read(read) == Some(scalar), is_equal, "{read} {expected}");
    }

    #[test]
    fn numbers_are_equal_if_their_values_are() {
        for (one, other, is_equal) in [
            ("1.0", "1", true),
            ("10e-1", "1", true),
            ("0.001E+3", "1", true),
            ("-0.0", "0", true),
            ("0e99999999999999999999", "0", true),
            ("100", "1e2", true),
            ("-1", "1", false),
            ("1", "\"1\"", false),
            ("\"1\"", "1", false),
            ("1", "true", false),
            ("0.1", "0.10", true),
            ("0.1000000000000000055511151231257827", "0.1", false),
            ("90071992547409.13", "90071992547409.1", false),
            ("1e400", "1e400", true),
            ("1e400", "1e401", false),
            ("1e99999999999999999999", "1e9223372036854775806", false),
            ("1e-99999999999999999999", "0", false),
        ] {
            assert_equal(one, other, is_equal);
        }
        // As `f64`, these are equal.
        assert_equal("1000000000000000000001", "1e21", false);
        assert_eq!(Scalar::parse("9007199254740993"), None, "JavaScript would round it");
        assert!(Scalar::parse("123456789012345000").is_some() && Scalar::parse("-0.123456789012345").is_some());
        assert_eq!((Scalar::parse("[]"), Scalar::parse("{}")), (None, None));
    }
}
