//! A report as data: the verdict, the steps, the near misses. [`super`] documents every member.

use serde::Serialize;

use super::rows::{BodyMarks, Comparison, JwkRow, SecretRow, SignatureRow, TokenParts};
use super::signed_parts::SignedPart;
use crate::error::Error;
use crate::timestamp::{Timestamp, Tolerance};

/// Everything there is to say about a delivery. It contains expected signatures: only for people who hold the secret.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Report {
    /// Whether the verifier accepts the delivery.
    pub ok: bool,
    /// The code of the refusal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<&'static str>,
    /// The conclusion, for a person.
    pub verdict: Verdict,
    /// The form of signature that was verified.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub form: Option<&'static str>,
    /// The key that matched: its index among the secrets, then the key set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<usize>,
    /// The verified id of the event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The time of the check, in Unix seconds.
    pub now: u64,
    /// The tolerance, in seconds.
    pub tolerance: u64,
    /// The timestamp header, if it can be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<u64>,
    /// Seconds since the timestamp; negative if it is ahead of the clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub age: Option<i64>,
    /// The steps of the check, in order.
    pub steps: Vec<Step>,
    /// Details of the body that are easy to overlook.
    pub body: BodyMarks,
    /// The signed bytes, part by part in order. Empty if the sender signs nothing; `None` if the delivery lacks a part.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signed: Option<Vec<SignedPart>>,
    /// The secrets.
    pub secrets: Vec<SecretRow>,
    /// The keys of the key set.
    pub keys: Vec<JwkRow>,
    /// The signatures in the header.
    pub signatures: Vec<SignatureRow>,
    /// Each key against each signature.
    pub comparisons: Vec<Comparison>,
    /// The decoded token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<TokenParts>,
    /// Changes that make a signature match.
    pub near_misses: Vec<NearMiss>,
}

/// The conclusion of a report, for a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Verdict {
    /// Whether there is a decision, and which one.
    pub state: Ruling,
    /// The stable code; the module documentation lists them.
    pub code: &'static str,
    /// The finding, in one sentence.
    pub detail: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fix: Option<String>,
}

/// The decision over a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Ruling {
    /// Accepted.
    Genuine,
    /// Undecided: the key, the body or the URL is missing.
    Waiting,
    /// Refused.
    Refused,
}

/// One step of the check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Step {
    /// The name of the step.
    pub name: &'static str,
    /// The outcome.
    pub state: State,
    /// The stable code of a failure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<&'static str>,
    /// The finding, in one sentence.
    pub detail: String,
    /// What to do about a failure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fix: Option<String>,
}

/// The outcome of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// The step holds.
    Pass,
    /// The step does not hold.
    Fail,
    /// There was nothing to check.
    Skip,
}

/// A change that makes a signature match.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct NearMiss {
    /// The stable code of the change.
    pub code: &'static str,
    /// The change, as a clause that continues "matches if".
    pub matches_if: String,
    /// The probable cause, and what to do.
    pub fix: &'static str,
    /// The input that would have matched, if the change replaces a single input that is not a secret. Not part of the JSON: it may be a
    /// whole body.
    #[serde(skip)]
    pub instead: Option<Instead>,
}

/// An input under which a signature matches.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Instead {
    /// The body's bytes.
    Body(Vec<u8>),
    /// The URL that was signed.
    Url(String),
    /// The method that was signed.
    Method(&'static str),
    /// The headers that change, by their names in lower case, with their values.
    Headers(Vec<(&'static str, String)>),
}

impl Report {
    /// A report before any step.
    pub(super) fn new(now: Timestamp, tolerance: Tolerance, body: &[u8]) -> Self {
        Self {
            ok: false,
            code: None,
            verdict: Verdict { state: Ruling::Waiting, code: "genuine", detail: String::new(), fix: None },
            form: None,
            key: None,
            id: None,
            now: now.as_unix(),
            tolerance: tolerance.as_seconds(),
            timestamp: None,
            age: None,
            steps: Vec::new(),
            body: BodyMarks::of(body),
            signed: None,
            secrets: Vec::new(),
            keys: Vec::new(),
            signatures: Vec::new(),
            comparisons: Vec::new(),
            token: None,
            near_misses: Vec::new(),
        }
    }

    /// The step of that name, if it failed.
    pub(super) fn failed(&self, name: &str) -> Option<&Step> {
        self.steps.iter().find(|step| step.name == name && step.state == State::Fail)
    }

    /// Whether the step of that name passed.
    pub(super) fn passed(&self, name: &str) -> bool {
        self.steps.iter().any(|step| step.name == name && step.state == State::Pass)
    }
}

impl Step {
    pub(super) fn pass(name: &'static str, detail: impl Into<String>) -> Self {
        Self { name, state: State::Pass, code: None, detail: detail.into(), fix: None }
    }

    pub(super) fn skip(name: &'static str, detail: impl Into<String>) -> Self {
        Self { name, state: State::Skip, code: None, detail: detail.into(), fix: None }
    }

    pub(super) fn fail(
        name: &'static str,
        code: &'static str,
        detail: impl Into<String>,
        fix: impl Into<String>,
    ) -> Self {
        Self { name, state: State::Fail, code: Some(code), detail: detail.into(), fix: Some(fix.into()) }
    }

    /// A failure, in the words of its error.
    pub(super) fn failed(name: &'static str, error: Error) -> Self {
        Self::fail(name, error.code(), error.to_string(), error.remedy())
    }

    /// The outcome of a check.
    pub(super) fn judged(name: &'static str, judged: Result<(), Error>, good: impl Into<String>) -> Self {
        match judged {
            Ok(()) => Self::pass(name, good),
            Err(error) => Self::failed(name, error),
        }
    }
}
