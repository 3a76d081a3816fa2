//! Faults of an origin: which deliveries fail, how, and after how long.

use std::str::FromStr;
use std::time::Duration;

use clap::Args;
use serde::{Deserialize, Serialize};

/// The faults on the command line.
#[derive(Args, Clone, Debug)]
pub struct FaultOptions {
    /// Which deliveries fail: a share of them (`30%`), or only the next few (`3`)
    #[arg(long, value_name = "SHARE", help_heading = "Misbehaviour")]
    pub fail: Option<Failing>,

    /// The status of a failing delivery; without --fail, every delivery fails
    #[arg(long, value_name = "STATUS", value_parser = clap::value_parser!(u16).range(300..=599), help_heading = "Misbehaviour")]
    pub status: Option<u16>,

    /// Resets the connection of a failing delivery; without --fail, of every delivery
    #[arg(long, conflicts_with = "status", help_heading = "Misbehaviour")]
    pub reset: bool,

    /// `Retry-After` of a failing delivery, in seconds
    #[arg(long, value_name = "SECONDS", help_heading = "Misbehaviour")]
    pub retry_after: Option<u32>,

    /// The delay before every response
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration, help_heading = "Misbehaviour")]
    pub stall: Option<Duration>,
}

/// Which deliveries fail.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub enum Failing {
    /// Each with this probability, from 0 to 1.
    Share(f64),
    /// The next few, and then none.
    Next(u32),
}

/// The current faults.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Fault {
    fail: Failing,
    status: u16,
    reset: bool,
    retry_after: Option<u32>,
    stall_ms: u64,
}

/// What happens to a delivery that fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// A response with this status and `Retry-After`.
    Status(u16, Option<u32>),
    /// A reset connection.
    Reset,
}

impl Default for Fault {
    fn default() -> Self {
        Self { fail: Failing::Next(0), status: 503, reset: false, retry_after: None, stall_ms: 0 }
    }
}

impl Fault {
    pub(super) fn of(options: &FaultOptions) -> Self {
        let always = options.status.is_some() || options.reset;
        let fail = options.fail.unwrap_or(if always { Failing::Share(1.0) } else { Failing::Next(0) });
        let stall = options.stall.unwrap_or_default();
        Self {
            fail,
            status: options.status.unwrap_or(503),
            reset: options.reset,
            retry_after: options.retry_after,
            stall_ms: u64::try_from(stall.as_millis()).unwrap_or(u64::MAX),
        }
    }

    /// The failure of the next delivery, if it fails. `chance` is from 0 up to 1.
    pub(super) fn next(&mut self, chance: f64) -> Option<Failure> {
        let fails = match &mut self.fail {
            Failing::Share(share) => chance < *share,
            Failing::Next(0) => false,
            Failing::Next(left) => {
                *left = left.saturating_sub(1);
                true
            }
        };
        let failure = if self.reset { Failure::Reset } else { Failure::Status(self.status, self.retry_after) };
        fails.then_some(failure)
    }

    pub(super) const fn stall(&self) -> Duration {
        Duration::from_millis(self.stall_ms)
    }
}

impl FromStr for Failing {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let share = |percent: f64| (0.0..=100.0).contains(&percent).then_some(Self::Share(percent / 100.0));
        let failing = match text.strip_suffix('%') {
            Some(percent) => percent.trim().parse().ok().and_then(share),
            None => text.parse().ok().map(Self::Next),
        };
        failing.ok_or_else(|| "has to be a share such as 30%, or the number of the next deliveries".to_owned())
    }
}

impl TryFrom<String> for Failing {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Failing> for String {
    fn from(failing: Failing) -> Self {
        match failing {
            Failing::Share(share) => format!("{}%", share * 100.0),
            Failing::Next(left) => left.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_and_numbers_are_told_apart() {
        assert_eq!("30%".parse(), Ok(Failing::Share(0.3)));
        assert_eq!("3".parse(), Ok(Failing::Next(3)));
        for wrong in ["", "%", "101%", "-1%", "3.5", "NaN%", "some"] {
            assert!(wrong.parse::<Failing>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_next_ones_fail_and_then_none() {
        let mut fault = Fault { fail: Failing::Next(2), ..Fault::default() };
        let failures: Vec<_> = (0..3).map(|_| fault.next(0.9)).collect();
        assert_eq!(failures, [Some(Failure::Status(503, None)), Some(Failure::Status(503, None)), None]);
    }

    #[test]
    fn a_share_is_a_matter_of_chance() {
        let mut fault = Fault { fail: Failing::Share(0.3), reset: true, ..Fault::default() };
        assert_eq!((fault.next(0.29), fault.next(0.3)), (Some(Failure::Reset), None));
        fault.fail = Failing::Share(1.0);
        assert_eq!(fault.next(0.999), Some(Failure::Reset));
    }
}
