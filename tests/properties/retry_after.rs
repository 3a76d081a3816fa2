//! `Retry-After` as servers write it.

use countersign::gateway::retry_after::retry_after;
use proptest::prelude::*;

use super::NOW;

const MONTHS: [(&str, u64); 12] = [
    ("Jan", 31),
    ("Feb", 28),
    ("Mar", 31),
    ("Apr", 30),
    ("May", 31),
    ("Jun", 30),
    ("Jul", 31),
    ("Aug", 31),
    ("Sep", 30),
    ("Oct", 31),
    ("Nov", 30),
    ("Dec", 31),
];

/// The year, month (from 0) and day of a day since 1970, counted forward.
fn civil(mut day: u64) -> (u64, usize, u64) {
    let mut year = 1970;
    loop {
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        for (at, (_, length)) in MONTHS.iter().enumerate() {
            let length = length + u64::from(leap && at == 1);
            if day < length {
                return (year, at, day + 1);
            }
            day -= length;
        }
        year += 1;
    }
}

proptest! {
    /// Whichever format of RFC 9110 a date is in, it means the moment that it was written from.
    #[test]
    fn each_format_of_a_date_means_the_same(ahead in 0_u64..40 * 31_556_952) {
        let at = NOW + ahead;
        let (year, month, day) = civil(at / 86_400);
        let name = MONTHS[month].0;
        let time = format!("{:02}:{:02}:{:02}", at / 3600 % 24, at / 60 % 60, at % 60);
        for text in [
            format!("Mon, {day:02} {name} {year} {time} GMT"),
            format!("Monday, {day:02}-{name}-{:02} {time} GMT", year % 100),
            format!("Mon {name} {day:>2} {time} {year}"),
        ] {
            prop_assert_eq!(retry_after(&text, NOW * 1000), Some(ahead * 1000), "{}", text);
        }
    }

    /// A number of seconds is rounded up, and a list never asks for less than its longest wait.
    #[test]
    fn a_wait_is_rounded_up(whole in any::<u64>(), fraction in "[0-9]{0,30}", before in "[ \t]{0,3}", after in "(, *0)?") {
        let up = u64::from(fraction.bytes().any(|digit| digit != b'0'));
        let wait = whole.saturating_add(up).saturating_mul(1000);
        prop_assert_eq!(retry_after(&format!("{before}{whole}.{fraction}{after}"), NOW * 1000), Some(wait));
    }

    #[test]
    fn any_retry_after_is_read_or_passed_over(value in "\\PC*", now in any::<u64>()) {
        let _ = retry_after(&value, now);
    }
}
