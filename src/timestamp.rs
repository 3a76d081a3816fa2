//! Unix seconds, and how far they may be from now.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::calendar;
use crate::error::Error;

/// Whole seconds since 1970-01-01T00:00:00Z, never negative.
///
/// ```
/// use countersign::Timestamp;
///
/// assert_eq!(Timestamp::parse(b"1614265330")?, Timestamp::from_unix(1_614_265_330));
/// assert!(Timestamp::parse(b"1614265330.5").is_err() && Timestamp::parse(b"01614265330").is_err());
/// # Ok::<(), countersign::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp(u64);

impl Timestamp {
    /// Makes a timestamp from a clock's Unix seconds.
    pub const fn from_unix(seconds: u64) -> Self {
        Self(seconds)
    }

    /// Unix seconds.
    pub const fn as_unix(self) -> u64 {
        self.0
    }

    /// Reads a header's value: `0|[1-9][0-9]*`, at most `i64::MAX`.
    ///
    /// The text is then the number's one canonical form, so senders that sign the text agree with senders that parse the number
    /// and print it.
    ///
    /// # Errors
    /// `invalid_timestamp` for anything else: a sign, a space, a dot, an exponent, a leading zero, other scripts' digits.
    pub fn parse(text: &[u8]) -> Result<Self, Error> {
        let canonical = match text {
            [b'0'] => true,
            [b'1'..=b'9', rest @ ..] => rest.iter().all(u8::is_ascii_digit),
            _ => false,
        };
        std::str::from_utf8(text)
            .ok()
            .filter(|_| canonical)
            .and_then(|digits| digits.parse().ok())
            .filter(|seconds| i64::try_from(*seconds).is_ok())
            .map(Self)
            .ok_or(Error::InvalidTimestamp)
    }

    /// Reads a date and time of RFC 3339: `2020-01-01T00:00:00-07:00`, with any fraction of a second, which is dropped.
    ///
    /// # Errors
    /// `invalid_timestamp` for anything else, also for a time before 1970.
    pub(crate) fn parse_rfc3339(text: &[u8]) -> Result<Self, Error> {
        calendar::rfc3339(text).map(Self).ok_or(Error::InvalidTimestamp)
    }
}

/// A clock's time, in whole seconds; a time before 1970 is 0.
///
/// ```
/// use std::time::{Duration, UNIX_EPOCH};
///
/// use countersign::Timestamp;
///
/// let now = UNIX_EPOCH + Duration::from_millis(1_614_265_330_900); // in a server: SystemTime::now()
/// assert_eq!(Timestamp::from(now), Timestamp::from_unix(1_614_265_330));
/// ```
impl From<SystemTime> for Timestamp {
    fn from(time: SystemTime) -> Self {
        Self(time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()))
    }
}

/// How far a timestamp may be from now, in either direction. The boundary itself is accepted.
///
/// Zero means exactly now. No value means "off".
///
/// ```
/// use countersign::{Error, Timestamp, Tolerance};
///
/// let now = Timestamp::from_unix(1_614_265_330);
/// assert_eq!(Tolerance::DEFAULT.check(Timestamp::from_unix(1_614_265_030), now), Ok(()));
/// assert_eq!(
///     Tolerance::DEFAULT.check(Timestamp::from_unix(1_614_265_029), now),
///     Err(Error::TimestampTooOld { age: 301 }),
/// );
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tolerance(u64);

impl Tolerance {
    /// Five minutes, which every Standard Webhooks library uses.
    pub const DEFAULT: Self = Self(300);

    /// Makes a tolerance of that many seconds.
    pub const fn from_seconds(seconds: u64) -> Self {
        Self(seconds)
    }

    /// The tolerance in seconds.
    pub const fn as_seconds(self) -> u64 {
        self.0
    }

    /// Checks that `timestamp` is near enough to `now`.
    ///
    /// # Errors
    /// `timestamp_too_old`, `timestamp_too_new`.
    pub fn check(self, timestamp: Timestamp, now: Timestamp) -> Result<(), Error> {
        let age = now.0.saturating_sub(timestamp.0);
        let ahead = timestamp.0.saturating_sub(now.0);
        if age > self.0 {
            Err(Error::TimestampTooOld { age })
        } else if ahead > self.0 {
            Err(Error::TimestampTooNew { ahead })
        } else {
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_canonical_decimal_seconds_are_a_timestamp() {
        for text in ["0", "1614265330", "9223372036854775807"] {
            assert_eq!(Timestamp::parse(text.as_bytes()).unwrap().as_unix().to_string(), text);
        }
        let others =
            ["", "00", "01", "+1", "-1", " 1", "1 ", "1.0", "1e3", "0x1", "1_0", "9223372036854775808", "１", "1\n"];
        for text in others {
            assert_eq!(Timestamp::parse(text.as_bytes()), Err(Error::InvalidTimestamp), "{text:?}");
        }
    }

    #[test]
    fn the_boundary_is_inside_on_both_sides() {
        let now = Timestamp::from_unix(1000);
        let check = |timestamp| Tolerance::DEFAULT.check(Timestamp::from_unix(timestamp), now);
        assert_eq!(check(700), Ok(()));
        assert_eq!(check(1300), Ok(()));
        assert_eq!(check(699), Err(Error::TimestampTooOld { age: 301 }));
        assert_eq!(check(1301), Err(Error::TimestampTooNew { ahead: 301 }));
        assert_eq!(check(u64::MAX), Err(Error::TimestampTooNew { ahead: u64::MAX - 1000 }));
    }

    #[test]
    fn zero_means_exactly_now() {
        let exact = Tolerance::from_seconds(0);
        let now = Timestamp::from_unix(5);
        assert_eq!(exact.check(now, now), Ok(()));
        assert!(exact.check(Timestamp::from_unix(4), now).is_err());
    }
}
