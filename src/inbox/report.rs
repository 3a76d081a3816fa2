//! What is reported of an attempt, and kept of it.

use serde_json::{Value, json};

use super::breaker::Sign;
use super::handout::Cause;
use super::outcome::Outcome;
use super::states::Attempt;
use super::stats::noted_parts;
use crate::config::DEFAULT;
use crate::error::codes;

/// One attempt, as it is reported to the object and kept in the event's history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The name of the destination.
    pub destination: String,
    /// The sequence number of the event.
    pub number: u64,
    /// The number of the attempt.
    pub attempt: u32,
    /// Why it was made.
    pub cause: Cause,
    /// When it began, in milliseconds since 1970.
    pub at: u64,
    /// How many milliseconds it took.
    pub ms: u64,
    /// The status of the response; 0 if there was none.
    pub status: u16,
    /// The code of the failure, and why there was no response; `None` if it was delivered.
    pub failure: Option<String>,
    /// The milliseconds since 1970 until which `Retry-After` asks to wait.
    pub not_before: Option<u64>,
    /// How the response began, where that is kept.
    pub answer: Option<String>,
}

/// The failure of an event that turns out not to be for a destination: no attempt was made.
pub const FILTERED: &str = "filtered";

/// The failure of an event that cannot be read as it is stored.
pub const UNREADABLE: &str = "unreadable";

/// The failure of an attempt that was not made, and is left to another courier.
pub const UNMADE: &str = "unmade";

impl Report {
    /// What it means for the event and the destination.
    pub fn outcome(&self) -> Outcome {
        let ended = match self.failure.as_deref() {
            None => Attempt::Delivered,
            Some(FILTERED) => Attempt::Filtered,
            Some(_) => Attempt::Failed { not_before: self.not_before },
        };
        let sign = if self.is_stalled() { Sign::Stalled } else { Sign::of(self.status) };
        Outcome { number: self.number, attempt: self.attempt, ended, sign }
    }

    /// Whether there was no answer within the time limit.
    fn is_stalled(&self) -> bool {
        let code = self.failure.as_deref().map(|failure| noted_parts(failure).0);
        code == Some(codes::DESTINATION_TIMEOUT.code)
    }

    /// The JSON that [`Report::from_json`] reads.
    pub fn to_json(&self) -> Value {
        json!([
            self.number,
            self.attempt,
            self.cause.as_str(),
            self.at,
            self.ms,
            self.status,
            self.failure,
            self.not_before,
            self.answer,
            // Most sources have no other.
            (self.destination != DEFAULT).then_some(&self.destination),
        ])
    }

    /// What [`Report::to_json`] wrote.
    pub fn from_json(json: &Value) -> Option<Self> {
        let number = |place: usize| json.get(place)?.as_u64();
        let text = |place: usize| json.get(place).and_then(Value::as_str).map(str::to_owned);
        Some(Self {
            destination: text(9).unwrap_or_else(|| DEFAULT.to_owned()),
            number: number(0)?,
            attempt: number(1)?.try_into().ok()?,
            cause: Cause::parse(json.get(2)?.as_str()?)?,
            at: number(3)?,
            ms: number(4)?,
            status: number(5)?.try_into().ok()?,
            failure: text(6),
            not_before: number(7),
            answer: text(8),
        })
    }

    /// The reports of a JSON array; what is none is left out.
    pub fn read_all(json: &Value) -> Vec<Self> {
        json.as_array().into_iter().flatten().filter_map(Self::from_json).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_comes_back_as_it_was() {
        let report = Report {
            destination: "billing".to_owned(),
            number: 7,
            attempt: 2,
            cause: Cause::Retry,
            at: 1_800_000_000_000,
            ms: 31,
            status: 503,
            failure: Some("destination_failed".to_owned()),
            not_before: Some(1_800_000_060_000),
            answer: Some("busy".to_owned()),
        };
        assert_eq!(Report::from_json(&report.to_json()), Some(report.clone()));
        let delivered = Report { status: 204, failure: None, not_before: None, answer: None, ..report };
        assert_eq!(Report::read_all(&json!([delivered.to_json(), 7])), std::slice::from_ref(&delivered));
        assert_eq!(delivered.outcome().ended, Attempt::Delivered);
    }
}
