//! `Retry-After`, as servers write it.

use crate::calendar::days_from_1970;

/// How long a `Retry-After` value asks to wait, in milliseconds from `now` (milliseconds since 1970).
///
/// It reads seconds, whole or with a fraction (rounded up), and the three date formats of RFC 9110, section 5.6.7. A negative number or
/// a past date is 0. A number beyond 64 bits is the longest wait. Repeated header lines arrive as a list, of which the longest wait
/// counts. `None` if nothing in the value can be read.
///
/// ```
/// use countersign::gateway::retry_after::retry_after;
///
/// assert_eq!(retry_after("120", 0), Some(120_000));
/// assert_eq!(retry_after("Thu, 01 Jan 1970 00:01:00 GMT", 10_000), Some(50_000));
/// assert_eq!(retry_after("soon", 0), None);
/// ```
pub fn retry_after(value: &str, now: u64) -> Option<u64> {
    // The comma after a weekday splits a date as well; the part before it is ignored.
    let waits = value.split(',').filter_map(|part| match seconds(part) {
        Some(seconds) => Some(seconds.saturating_mul(1000)),
        None => date(part, now).map(|at| at.saturating_mul(1000).saturating_sub(now)),
    });
    waits.max()
}

/// A number of seconds, rounded up: a negative one is 0, one beyond 64 bits the largest.
pub(super) fn seconds(text: &str) -> Option<u64> {
    let text = text.trim();
    let (negative, number) = match text.strip_prefix('-') {
        Some(number) => (true, number),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if !(all_digits(whole) && all_digits(fraction)) || (whole.is_empty() && fraction.is_empty()) {
        return None;
    }
    let begun = u64::from(fraction.bytes().any(|digit| digit != b'0'));
    // Of digits alone, only a number that is too large cannot be read.
    let whole = if whole.is_empty() { 0 } else { whole.parse().unwrap_or(u64::MAX) };
    Some(if negative { 0 } else { u64::saturating_add(whole, begun) })
}

/// A date in Unix seconds, 0 before 1970: `06 Nov 1994 08:49:37 GMT`, `06-Nov-94 08:49:37 GMT` or `Sun Nov  6 08:49:37 1994`, with or
/// without a weekday in front.
fn date(text: &str, now: u64) -> Option<u64> {
    let (mut day, mut month, mut year, mut time) = (None, None, None, None);
    for token in text.split([' ', '\t', '-']).filter(|token| !token.is_empty()) {
        let twice = if let Some(seconds) = time_of_day(token) {
            time.replace(seconds)
        } else if let Some(number) = digits(token) {
            if day.is_none() && token.len() <= 2 {
                day.replace(number)
            } else {
                year.replace(full_year(token, number, now))
            }
        } else if let Some(number) = month_number(token) {
            month.replace(number)
        } else if is_weekday(token) || ["GMT", "UTC"].iter().any(|zone| token.eq_ignore_ascii_case(zone)) {
            None
        } else {
            return None;
        };
        if twice.is_some() {
            return None;
        }
    }
    Some(days_from_1970(year?, month?, day?)?.saturating_mul(86_400).saturating_add(time?))
}

fn digits(token: &str) -> Option<u64> {
    token.parse().ok().filter(|_| token.bytes().all(|byte| byte.is_ascii_digit()))
}

/// `08:49:37` in seconds; a leap second is taken.
fn time_of_day(token: &str) -> Option<u64> {
    let mut parts = token.split(':').map(|part| digits(part).filter(|_| part.len() == 2));
    let (hours, minutes, seconds) = (parts.next()??, parts.next()??, parts.next()??);
    let valid = parts.next().is_none() && hours < 24 && minutes < 60 && seconds <= 60;
    valid.then(|| hours.saturating_mul(3600).saturating_add(minutes.saturating_mul(60)).saturating_add(seconds))
}

fn month_number(token: &str) -> Option<u64> {
    let at = MONTHS.iter().position(|name| token.eq_ignore_ascii_case(name))?;
    u64::try_from(at).ok().map(|at| at.saturating_add(1))
}

/// Three letters or the whole name.
fn is_weekday(token: &str) -> bool {
    WEEKDAYS
        .iter()
        .any(|name| [Some(*name), name.get(..3)].into_iter().flatten().any(|name| token.eq_ignore_ascii_case(name)))
}

/// A year of two digits is the latest that is no more than 50 years ahead (RFC 9110, section 5.6.7).
fn full_year(token: &str, number: u64, now: u64) -> u64 {
    if token.len() != 2 {
        return number;
    }
    let this_year = now.div_euclid(31_556_952_000).saturating_add(1970);
    let in_this_century = this_year.saturating_sub(this_year.rem_euclid(100)).saturating_add(number);
    if in_this_century > this_year.saturating_add(50) { in_this_century.saturating_sub(100) } else { in_this_century }
}

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-28T10:00:00Z.
    const NOW: u64 = 1_795_860_000_000;

    #[test]
    fn what_servers_write_is_read() {
        const LONGEST: u64 = u64::MAX;
        for (value, wait) in [
            ("0", Some(0)),
            ("120", Some(120_000)),
            (" \t120 ", Some(120_000)),
            ("007", Some(7_000)),
            ("+5", Some(5_000)),
            ("1.5", Some(2_000)),
            ("0.001", Some(1_000)),
            (".5", Some(1_000)),
            ("2.", Some(2_000)),
            ("2.000", Some(2_000)),
            ("5, 5", Some(5_000)),
            ("5, 90", Some(90_000)),
            ("soon, 5", Some(5_000)),
            ("-1", Some(0)),
            ("-0.5", Some(0)),
            ("18446744073709551615", Some(LONGEST)),
            ("18446744073709551616", Some(LONGEST)),
            ("99999999999999999999999999.5", Some(LONGEST)),
            ("Sat, 28 Nov 2026 10:01:30 GMT", Some(90_000)),
            ("sat, 28 nov 2026 10:01:30 utc", Some(90_000)),
            ("28 Nov 2026 10:01:30 GMT", Some(90_000)),
            ("Saturday, 28-Nov-26 10:01:30 GMT", Some(90_000)),
            ("Sat Nov 28 10:01:30 2026", Some(90_000)),
            ("Tue Dec  1 10:00:00 2026", Some(259_200_000)),
            ("Sat, 28 Nov 2026 10:01:30 GMT, Sat, 28 Nov 2026 10:02:00 GMT", Some(120_000)),
            ("Sat, 28 Nov 2026 09:00:00 GMT", Some(0)),
            ("Thu, 01 Jan 1970 00:00:00 GMT", Some(0)),
            ("Wed, 31 Dec 1969 23:59:59 GMT", Some(0)),
            ("Tue, 29 Feb 2028 00:00:00 GMT", Some(39_535_200_000)),
            ("Friday, 01-Jan-27 00:00:00 GMT", Some(2_901_600_000)),
            ("Sunday, 06-Nov-94 08:49:37 GMT", Some(0)),
            ("", None),
            (",", None),
            (".", None),
            ("-", None),
            ("soon", None),
            ("5 minutes", None),
            ("1e3", None),
            ("0x10", None),
            ("--5", None),
            ("1.2.3", None),
            ("\u{0661}", None),
            ("NaN", None),
            ("Infinity", None),
            ("Sat, 28 Nov 2026", None),
            ("Sat, 28 Nov 2026 10:01 GMT", None),
            ("Sat, 28 Nov 2026 25:00:00 GMT", None),
            ("Sun, 29 Feb 2027 00:00:00 GMT", None),
            ("Sat, 00 Nov 2026 10:00:00 GMT", None),
            ("Sat, 28 Nov 2026 10:01:30 PST", None),
            ("28 28 Nov 2026 10:01:30", None),
        ] {
            assert_eq!(retry_after(value, NOW), wait, "{value:?}");
        }
    }
}
