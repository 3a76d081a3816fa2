//! JSON text as a tree.
//!
//! `serde_json` has the type. Its reader would come with a table of powers of ten, with messages and with a reader for each type: 9 KB of
//! Wasm, gzipped.

use serde_json::{Map, Number, Value};

use super::scan::Rest;
use super::value::unquoted;

/// The most arrays and objects within each other, as in `serde_json`.
const DEPTH: u8 = 127;

/// The greatest power of ten that one step multiplies by. The next one is beyond `f64`.
const STEP: u64 = 308;

/// Reads a JSON text as a tree; `None` if it is no JSON, is nested more than 127 deep, or has a number beyond `f64`. Of several members
/// of one name, the last counts.
///
/// Whole numbers within 64 bits are exact. Others are rounded to `f64`; far from one, such as `1e300`, to 13 digits.
pub fn value(text: &str) -> Option<Value> {
    let mut rest = Rest(text);
    let tree = tree(&mut rest, DEPTH)?;
    rest.is_empty().then_some(tree)
}

/// Reads a JSON text as a number; `None` if it is anything else, or beyond `f64`.
pub(crate) fn number(text: &str) -> Option<f64> {
    value(text)?.as_f64()
}

/// Takes the next value, in which arrays and objects may be `depth` deep.
fn tree(rest: &mut Rest<'_>, depth: u8) -> Option<Value> {
    if rest.skip('[').is_some() {
        return array(rest, depth.checked_sub(1)?);
    }
    if rest.skip('{').is_some() {
        return object(rest, depth.checked_sub(1)?);
    }
    let text = rest.value()?;
    match text.as_bytes().first()? {
        b'"' => unquoted(text).map(|content| Value::String(content.into_owned())),
        b't' => Some(Value::Bool(true)),
        b'f' => Some(Value::Bool(false)),
        b'n' => Some(Value::Null),
        _ => spelled(text).map(Value::Number),
    }
}

fn array(rest: &mut Rest<'_>, depth: u8) -> Option<Value> {
    let mut items = Vec::new();
    let mut end = rest.skip(']');
    while end.is_none() {
        items.push(tree(rest, depth)?);
        end = rest.skip(']');
        if end.is_none() {
            rest.skip(',')?;
        }
    }
    Some(Value::Array(items))
}

fn object(rest: &mut Rest<'_>, depth: u8) -> Option<Value> {
    let mut members = Map::new();
    let mut end = rest.skip('}');
    while end.is_none() {
        let name = unquoted(rest.value()?)?.into_owned();
        rest.skip(':')?;
        members.insert(name, tree(rest, depth)?);
        end = rest.skip('}');
        if end.is_none() {
            rest.skip(',')?;
        }
    }
    Some(Value::Object(members))
}

/// A number, of which only the spelling is known to be right.
fn spelled(text: &str) -> Option<Number> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_negative = digits.len() < text.len();
    if let Ok(whole) = digits.parse::<u64>() {
        // The zero with a sign is a fraction, as in `serde_json`.
        match (is_negative, 0_i64.checked_sub_unsigned(whole)) {
            (false, _) => return Some(whole.into()),
            (true, Some(negative)) if whole != 0 => return Some(negative.into()),
            _ => {}
        }
    }
    let (digits, power) = digits.split_once(['e', 'E']).unwrap_or((digits, "0"));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let (mut significand, mut exponent) = (0_u64, power_of(power));
    for (digit, is_whole) in
        whole.bytes().map(|digit| (digit, true)).chain(fraction.bytes().map(|digit| (digit, false)))
    {
        let longer = significand.checked_mul(10).and_then(|tens| tens.checked_add(u64::from(digit.wrapping_sub(b'0'))));
        // Digits beyond those of 64 bits only count.
        exponent = exponent.saturating_add(i64::from(is_whole && longer.is_none()));
        exponent = exponent.saturating_sub(i64::from(!is_whole && longer.is_some()));
        significand = longer.unwrap_or(significand);
    }
    #[expect(clippy::cast_precision_loss, reason = "the nearest number is meant")]
    let number = scaled(significand as f64, exponent);
    Number::from_f64(if is_negative { -number } else { number })
}

/// The exponent as it is written. One beyond 64 bits is as good as the greatest.
fn power_of(text: &str) -> i64 {
    let digits = text.trim_start_matches(['+', '-']);
    let power = digits.parse::<i64>().unwrap_or(i64::MAX);
    if text.starts_with('-') { power.saturating_neg() } else { power }
}

/// A number times a power of ten. Up to the 22nd, powers of ten are exact, and the result is the nearest.
fn scaled(mut number: f64, exponent: i64) -> f64 {
    let mut left = exponent.unsigned_abs();
    while left > 0 && number != 0.0 && number.is_finite() {
        let step = left.min(STEP);
        let power = (0..step).fold(1.0, |power, _| power * 10.0);
        number = if exponent < 0 { number / power } else { number * power };
        left = left.saturating_sub(step);
    }
    number
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::option::of;
    use proptest::prelude::{Strategy, any, prop_oneof};
    use proptest::sample::{Index, select};

    use super::*;

    fn by_serde(text: &str) -> Option<Value> {
        serde_json::from_str(text).ok()
    }

    #[test]
    fn texts_are_read_as_serde_json_reads_them() {
        let texts = [
            "",
            " ",
            "null",
            " true ",
            "false x",
            "nul",
            "[]",
            "[ ]",
            "[1,]",
            "[,1]",
            "{}",
            "{\"a\":1,\"a\":2}",
            "{\"a\" : [ {} , \"\" ] }",
            "{\"a\":1,}",
            "{a:1}",
            "{1:1}",
            "\"\\ud83d\\ude00\"",
            "\"\\ud800\"",
            "{\"\\ud800\":1}",
            "\"a\nb\"",
            "0",
            "-0",
            "-0.0",
            "00",
            "01",
            "-",
            "1.",
            ".5",
            "1e",
            "1e+",
            "18446744073709551615",
            "18446744073709551616",
            "-9223372036854775808",
            "-9223372036854775809",
            "1.5",
            "-1.5e3",
            "1E22",
            "1e-22",
            "1700000000.25",
            "0.1",
            "123456789012345678901234567890",
            "1.00000000000000000000000000001",
            "1e309",
            "-1e309",
            "0e999999999999999999999",
            "1e999999999999999999999",
            "1e-999999999999999999999",
            "[1] 2",
            "\u{feff}1",
            "\u{a0}1",
        ];
        for text in texts {
            assert_eq!(value(text), by_serde(text), "{text}");
        }
    }

    #[test]
    fn nesting_is_bounded() {
        for depth in [1, 126, 127, 128, 100_000] {
            let arrays = "[".repeat(depth) + &"]".repeat(depth);
            let objects = "{\"a\":".repeat(depth) + "1" + &"}".repeat(depth);
            for text in [arrays, objects] {
                assert_eq!(value(&text).is_some(), depth < 128, "{depth}");
                assert_eq!(value(&text).is_some(), by_serde(&text).is_some(), "{depth}");
            }
        }
    }

    /// Texts of JSON with up to eight items or members, of which several may have one name. Every other text has lost a character.
    fn texts() -> impl Strategy<Value = String> {
        let leaf = select(vec!["1", "-0", "\"\"", "\"\\u00e9\"", " true ", "null"]).prop_map(str::to_owned);
        let whole = leaf.prop_recursive(4, 32, 8, |inner| {
            let members = vec(("[ab]?", inner.clone()).prop_map(|(name, value)| format!("\"{name}\" :{value}")), 0..9);
            prop_oneof![
                vec(inner, 0..9).prop_map(|items| format!("[{}]", items.join(", "))),
                members.prop_map(|members| format!("{{ {}}}", members.join(","))),
            ]
        });
        (whole, of(any::<Index>())).prop_map(|(mut text, lost)| {
            if let Some(lost) = lost {
                text.remove(lost.index(text.len()));
            }
            text
        })
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(1_000))]

        #[test]
        fn any_text_of_json_marks_is_read_as_serde_json_reads_it(text in r#"([\[\]{},:" ]|"a"|"\\n"|"\\u00e9"|-?[0-9]{1,3}|true|null|[0-9]\.[0-9]{1,3}|1e-?[0-9] ){0,12}"#) {
            assert_eq!(value(&text), by_serde(&text), "{text}");
        }

        #[test]
        fn arrays_and_objects_are_read_as_serde_json_reads_them(text in texts()) {
            assert_eq!(value(&text), by_serde(&text), "{text}");
        }

        #[test]
        fn numbers_are_those_of_serde_json(text in r"-?(0|[1-9][0-9]{0,24})(\.[0-9]{1,24})?([eE][+-]?[0-9]{1,3})?") {
            let (ours, theirs) = (value(&text).and_then(|read| read.as_f64()), by_serde(&text).and_then(|read| read.as_f64()));
            match (ours, theirs) {
                // Far from one, powers of ten are rounded.
                (Some(ours), Some(theirs)) => assert!((ours - theirs).abs() <= theirs.abs() * 1e-13 + f64::MIN_POSITIVE, "{text}: {ours:e} {theirs:e}"),
                // Next to the greatest number, one may be beyond it.
                (None, Some(greatest)) | (Some(greatest), None) => assert!(greatest.abs() > 1.797e308, "{text}: {greatest:e}"),
                (None, None) => {}
            }
        }
    }
}
