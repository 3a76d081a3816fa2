//! How the key set is served: like Google's, slowly, with errors, or rotating.

use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// One switch of `--jwks`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JwksSwitch {
    /// Keys have a `kid`.
    Kid,
    /// The response is delayed by this long.
    Slow(Duration),
    /// The response has this status.
    Fail(u16),
    /// Keys rotate at this interval: a new one signs, the oldest leaves the set.
    Rotate(Duration),
    /// `Cache-Control: public, max-age=…`.
    MaxAge(u32),
}

/// How the key set is served now.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct JwksMode {
    /// Whether keys have a `kid`.
    pub kid: bool,
    /// The status of the response, instead of 200.
    pub status: Option<u16>,
    /// The delay before the response, in milliseconds.
    pub delay_ms: u64,
    /// `max-age` of the response, in seconds.
    pub max_age: Option<u32>,
}

impl JwksMode {
    /// Combines the switches; later ones win.
    pub fn of(switches: &[JwksSwitch]) -> Self {
        let mut mode = Self::default();
        for switch in switches {
            match switch {
                JwksSwitch::Kid => mode.kid = true,
                JwksSwitch::Slow(delay) => mode.delay_ms = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX),
                JwksSwitch::Fail(status) => mode.status = Some(*status),
                JwksSwitch::MaxAge(seconds) => mode.max_age = Some(*seconds),
                JwksSwitch::Rotate(_) => {}
            }
        }
        mode
    }
}

impl FromStr for JwksSwitch {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, value) = text.split_once('=').map_or((text, None), |(name, value)| (name, Some(value)));
        let duration = |value: &str| humantime::parse_duration(value).map_err(|error| format!("`{value}`: {error}"));
        match (name, value) {
            ("kid", None) => Ok(Self::Kid),
            ("slow", Some(value)) => duration(value).map(Self::Slow),
            ("rotate", Some(value)) => match duration(value)? {
                Duration::ZERO => Err("keys cannot rotate every 0 s".to_owned()),
                every => Ok(Self::Rotate(every)),
            },
            ("fail", None) => Ok(Self::Fail(503)),
            ("fail", Some(value)) => status(value).map(Self::Fail),
            ("max-age", Some(value)) => value.parse().map(Self::MaxAge).map_err(|_| "max-age is in seconds".to_owned()),
            _ => Err("there are: kid, slow=DURATION, fail, fail=STATUS, rotate=DURATION, max-age=SECONDS".to_owned()),
        }
    }
}

fn status(text: &str) -> Result<u16, String> {
    let status = text.parse().ok().filter(|status| (200..=599).contains(status));
    status.ok_or_else(|| "a status is a number from 200 to 599".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn switches_are_read_and_added_up() {
        let switches: Vec<JwksSwitch> = ["kid", "slow=1500ms", "fail", "fail=404", "max-age=7", "rotate=1m"]
            .iter()
            .map(|s| s.parse().unwrap())
            .collect();
        let mode = JwksMode { kid: true, status: Some(404), delay_ms: 1500, max_age: Some(7) };
        assert_eq!(JwksMode::of(&switches), mode);
        for wrong in ["", "kid=1", "slow", "slow=x", "fail=99", "rotate=0s", "max-age=x", "other"] {
            assert!(wrong.parse::<JwksSwitch>().is_err(), "{wrong}");
        }
    }
}
