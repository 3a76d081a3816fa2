//! Dates of the Gregorian calendar, in Unix time.

/// Days from 1970-01-01 to a date; 0 before.
pub(crate) fn days_from_1970(year: u64, month: u64, day: u64) -> Option<u64> {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let before = usize::try_from(month.checked_sub(1)?).ok()?;
    let length = MONTHS.get(before)?;
    let length = if leap && month == 2 { 29 } else { *length };
    if !(1..=length).contains(&day) || year > 9999 {
        return None;
    }
    let Some(years) = year.checked_sub(1970) else { return Some(0) };
    let leap_days =
        |year: u64| year.div_euclid(4).saturating_sub(year.div_euclid(100)).saturating_add(year.div_euclid(400));
    let leap_days = leap_days(year.saturating_sub(1)).saturating_sub(leap_days(1969));
    let months: u64 = MONTHS.iter().take(before).sum();
    let of_year = months.saturating_add(u64::from(leap && month > 2)).saturating_add(day.saturating_sub(1));
    Some(years.saturating_mul(365).saturating_add(leap_days).saturating_add(of_year))
}

/// `YYYY-MM-DDThh:mm:ss[.fraction](Z|±hh:mm)`, in Unix seconds. A leap second counts as the second before it.
pub(crate) fn rfc3339(text: &[u8]) -> Option<u64> {
    let (date_time, rest) = text.split_at_checked(DATE_TIME)?;
    let [.., b'-', m1, m2, b'-', d1, d2, b'T' | b't' | b' ', h1, h2, b':', n1, n2, b':', s1, s2] = date_time else {
        return None;
    };
    let number = |digits: &[u8]| {
        let all = digits.iter().all(u8::is_ascii_digit);
        std::str::from_utf8(digits).ok().filter(|_| all)?.parse::<u64>().ok()
    };
    let year = number(date_time.get(..4)?)?;
    let days = days_from_1970(year, number(&[*m1, *m2])?, number(&[*d1, *d2])?)?;
    let (hour, minute, second) = (number(&[*h1, *h2])?, number(&[*n1, *n2])?, number(&[*s1, *s2])?);
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let offset = match rest.strip_prefix(b".") {
        Some(fraction) => {
            let digits = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
            fraction.get(digits..).filter(|_| digits > 0)?
        }
        None => rest,
    };
    let local = days
        .checked_mul(86_400)?
        .checked_add(hour.checked_mul(3600)?)?
        .checked_add(minute.checked_mul(60)?)?
        .checked_add(second.min(59))?;
    let shift = |h: &[u8], n: &[u8]| {
        let (hours, minutes) = (number(h).filter(|h| *h < 24)?, number(n).filter(|n| *n < 60)?);
        hours.checked_mul(3600)?.checked_add(minutes.checked_mul(60)?)
    };
    match offset {
        [b'Z' | b'z'] => Some(local),
        [b'+', h1, h2, b':', n1, n2] => local.checked_sub(shift(&[*h1, *h2], &[*n1, *n2])?),
        [b'-', h1, h2, b':', n1, n2] => local.checked_add(shift(&[*h1, *h2], &[*n1, *n2])?),
        _ => None,
    }
}

/// Unix seconds as `YYYY-MM-DDThh:mm:ssZ`, until the end of the year 9999.
pub(crate) fn written(seconds: u64) -> String {
    let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let has_begun = |year: u64, month: u64| days_from_1970(year, month, 1).filter(|start| *start <= days);
    // No year is longer than 366 days, so this is not too late.
    let least = days.div_euclid(366).saturating_add(1970);
    let year = (least..=9999).take_while(|year| has_begun(*year, 1).is_some()).last().unwrap_or(1970);
    let mut months = (1..=12).filter_map(|month| Some((month, has_begun(year, month)?)));
    let (month, start) = months.next_back().unwrap_or((1, days));
    let day = days.saturating_sub(start).saturating_add(1);
    let (hour, minute) = (second.div_euclid(3600), second.div_euclid(60).rem_euclid(60));
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{:02}Z", second.rem_euclid(60))
}

/// Whether a text contains a date and time as [`rfc3339`] reads them, whatever surrounds it.
pub(crate) fn contains_date_time(text: &[u8]) -> bool {
    // The zone does not matter: what follows the seconds can be the rest of a fraction, or already another part.
    text.windows(DATE_TIME).any(|date_time| rfc3339(&[date_time, b"Z"].concat()).is_some())
}

/// The length of `YYYY-MM-DDThh:mm:ss`.
const DATE_TIME: usize = 19;

/// The days of each month in a common year.
const MONTHS: [u64; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_and_time_is_found_anywhere() {
        for text in ["2023-11-14T22:13:20", "x2023-11-14T22:13:20.5Z", "befa7b53-2023-11-14 22:13:20+01:00"] {
            assert!(contains_date_time(text.as_bytes()), "{text}");
        }
        for text in ["", "2023-11-14T22:13", "befa7b53-d79d-478f-86b9-120f112b044e", "2023-13-14T22:13:20Z"] {
            assert!(!contains_date_time(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn centuries_have_a_leap_day_every_four_hundred_years() {
        assert_eq!(days_from_1970(2000, 2, 29), Some(11_016));
        assert_eq!(days_from_1970(2100, 2, 28), Some(47_540));
        assert_eq!(days_from_1970(2100, 2, 29), None);
        assert_eq!(days_from_1970(2100, 3, 1), Some(47_541));
    }

    #[test]
    fn years_end_at_9999_and_count_from_1970() {
        assert_eq!(days_from_1970(9999, 12, 31), Some(2_932_896));
        assert_eq!(days_from_1970(10_000, 1, 1), None);
        assert_eq!(days_from_1970(1969, 12, 31), Some(0));
    }

    #[test]
    fn dates_and_times_are_written_as_they_are_read() {
        assert_eq!(written(1_700_000_000), "2023-11-14T22:13:20Z");
        assert_eq!(written(253_402_300_799), "9999-12-31T23:59:59Z");
        for day in 0..120_000 {
            let seconds = day * 86_400 + day % 86_400;
            assert_eq!(rfc3339(written(seconds).as_bytes()), Some(seconds), "{seconds}");
        }
    }

    #[test]
    fn dates_and_times_are_read() {
        for (text, seconds) in [
            ("1970-01-01T00:00:00Z", 0),
            ("2020-01-01T00:00:00-07:00", 1_577_862_000),
            ("2023-11-14T22:13:20.123456789Z", 1_700_000_000),
            ("2023-11-14t23:13:20+01:00", 1_700_000_000),
            ("2024-02-29T00:00:00Z", 1_709_164_800),
            ("2016-12-31T23:59:60Z", 1_483_228_799),
            ("2023-11-14 22:13:20z", 1_700_000_000),
            ("2023-11-15T22:12:20+23:59", 1_700_000_000),
        ] {
            assert_eq!(rfc3339(text.as_bytes()), Some(seconds), "{text}");
        }
        for text in [
            "",
            "1700000000",
            "2023-11-14",
            "2023-11-14T22:13:20",
            "2023-11-14T22:13:20.Z",
            "2023-11-14T22:13:20+0100",
            "2023-11-14T24:00:00Z",
            "2023-11-14T22:60:00Z",
            "2023-11-14T22:13:61Z",
            "2023-11-14T22:13:20+24:00",
            "2023-11-14T22:13:20+01:60",
            "2023-11-14T+2:13:20Z",
            "2023-02-29T00:00:00Z",
            "2023-13-01T00:00:00Z",
            "+023-11-14T22:13:20Z",
            "2023-11-14T22:13:20Zx",
            "1970-01-01T00:00:00+01:00",
        ] {
            assert_eq!(rfc3339(text.as_bytes()), None, "{text}");
        }
    }
}
