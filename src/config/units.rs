//! Durations and sizes, as they are written.

/// Seconds of `90s`, `5m`, `72h` or `30d`.
pub(super) fn duration(text: &str) -> Option<u64> {
    scaled(text, &[("s", 1), ("m", 60), ("h", 3600), ("d", 86_400)])
}

/// Bytes of `400B`, `64KiB`, `1MiB` or `2GiB`.
pub(super) fn size(text: &str) -> Option<u64> {
    scaled(text, &[("KiB", 1024), ("MiB", 1024 * 1024), ("GiB", 1024 * 1024 * 1024), ("B", 1)])
}

/// Microseconds from one to the next of `50/s`, `600/m` or `9/h`; at most a thousand a second.
pub(super) fn interval(text: &str) -> Option<u64> {
    let (number, unit) = text.split_once('/')?;
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    let span =
        [("s", 1_000_000), ("m", 60_000_000), ("h", 3_600_000_000_u64)].into_iter().find(|(name, _)| *name == unit)?.1;
    let interval = span.checked_div(number.parse().ok().filter(|_| is_number)?)?;
    (interval >= 1_000).then_some(interval)
}

fn scaled(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    let (number, factor) = units.iter().find_map(|(unit, factor)| Some((text.strip_suffix(unit)?, factor)))?;
    let digits = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    // A year of seconds and a tebibyte are far below this; it keeps milliseconds within a signed 64 bits.
    let value = number.parse::<u64>().ok().filter(|_| digits)?.checked_mul(*factor)?;
    (value <= 1 << 40).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_belongs_to_every_number() {
        assert_eq!(
            (duration("5m"), duration("0s"), duration("72h"), duration("30d")),
            (Some(300), Some(0), Some(259_200), Some(2_592_000))
        );
        assert_eq!((size("1MiB"), size("64KiB"), size("400B")), (Some(1_048_576), Some(65_536), Some(400)));
        for text in ["", "5", "m", "-5m", "5 m", "+5m", "1.5h", "5M", "99999999999999999999d", "9999999999999d"] {
            assert_eq!(duration(text), None, "{text}");
        }
        assert_eq!(size("1MB"), None);
    }

    #[test]
    fn a_rate_is_a_whole_number_of_attempts() {
        let rates = ["50/s", "1000/s", "600/m", "9/h"].map(interval);
        assert_eq!(rates, [Some(20_000), Some(1_000), Some(100_000), Some(400_000_000)]);
        for text in ["", "50", "/s", "0/s", "-1/s", "1.5/s", "1001/s", "50/d", "50 /s", "+5/s"] {
            assert_eq!(interval(text), None, "{text}");
        }
    }
}
