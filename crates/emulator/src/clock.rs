//! The clock. No other file reads the time.
//!
//! Timestamps are real, because receivers refuse others. Only waits are compressed: with a scale of 3600, an hour of the retry
//! schedule takes a second.

use std::time::{Duration, SystemTime};

/// Real time, with waits divided by a scale.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    scale: f64,
}

impl Clock {
    /// A clock that divides waits by `scale`.
    pub const fn compressed(scale: f64) -> Self {
        Self { scale }
    }

    /// Milliseconds since 1970, real.
    pub fn now_ms(self) -> u64 {
        u64::try_from(since_epoch().as_millis()).unwrap_or(u64::MAX)
    }

    /// Whole seconds since 1970, real, for `webhook-timestamp`.
    pub fn now(self) -> u64 {
        since_epoch().as_secs()
    }

    /// The real duration of an emulated wait.
    pub fn compress(self, emulated: Duration) -> Duration {
        Duration::try_from_secs_f64(emulated.as_secs_f64() / self.scale).unwrap_or(Duration::MAX)
    }

    /// The emulated duration of a real wait.
    pub fn expand(self, real: Duration) -> Duration {
        Duration::try_from_secs_f64(real.as_secs_f64() * self.scale).unwrap_or(Duration::MAX)
    }
}

/// RFC 3339 in UTC with milliseconds, for resources and lists.
pub fn rfc3339(unix_ms: u64) -> String {
    humantime::format_rfc3339_millis(system_time(unix_ms)).to_string()
}

/// RFC 3339 in UTC without fractions, as Google's example of an event has it.
pub fn rfc3339_seconds(unix_ms: u64) -> String {
    humantime::format_rfc3339_seconds(system_time(unix_ms)).to_string()
}

fn system_time(unix_ms: u64) -> SystemTime {
    // RFC 3339 ends with the year 9999.
    let since = Duration::from_millis(unix_ms.min(253_402_300_799_999));
    SystemTime::UNIX_EPOCH.checked_add(since).unwrap_or(SystemTime::UNIX_EPOCH)
}

#[expect(clippy::disallowed_methods, reason = "a program that sends needs to know the time")]
fn since_epoch() -> Duration {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_passes_in_as_many_seconds_as_the_scale_says() {
        let clock = Clock::compressed(3600.0);
        assert_eq!(clock.compress(Duration::from_secs(86_400)), Duration::from_secs(24));
        assert_eq!(clock.expand(Duration::from_secs(24)), Duration::from_secs(86_400));
    }

    #[test]
    fn times_are_written_as_google_does() {
        assert_eq!(rfc3339(1_769_083_200_123), "2026-01-22T12:00:00.123Z");
        assert_eq!(rfc3339_seconds(1_769_083_200_123), "2026-01-22T12:00:00Z");
        assert_eq!(rfc3339(u64::MAX), "9999-12-31T23:59:59.999Z");
    }
}
