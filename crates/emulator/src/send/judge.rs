//! Compares a response with the expected one, and explains the difference. Pure.

use serde::Deserialize;

use crate::outgoing::{Answer, Fault};

/// The expected response to a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expectation {
    /// 2xx.
    Accepted,
    /// 2xx, or 409 or 429, with which a receiver asks for a retry.
    AcceptedOrBusy,
    /// 4xx.
    Refused,
}

/// The verdict on a response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    AsExpected,
    /// With the reason.
    Unexpected(&'static str),
    /// No response.
    Unanswered,
}

/// The body of a response: Countersign's for a success, or RFC 9457 for a refusal.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Words {
    status: Option<serde_json::Value>,
    code: Option<String>,
    detail: Option<String>,
    title: Option<String>,
}

impl Expectation {
    pub(super) const fn in_words(self) -> &'static str {
        match self {
            Self::Accepted => "accepted (2xx)",
            Self::AcceptedOrBusy => "accepted (2xx), or later (409, 429)",
            Self::Refused => "refused (4xx)",
        }
    }

    /// Judges a response.
    pub(super) fn judge(self, result: &Result<Answer, Fault>) -> Verdict {
        let Ok(Answer { status, .. }) = result else { return Verdict::Unanswered };
        match (self, status) {
            (Self::Accepted | Self::AcceptedOrBusy, 200..=299) | (Self::AcceptedOrBusy, 409 | 429) => {
                Verdict::AsExpected
            }
            (_, 404 | 405) => {
                Verdict::Unexpected("nothing there takes webhooks: is it the right URL, its token included?")
            }
            (_, 410) => Verdict::Unexpected("410 makes senders disable an endpoint, whatever it was meant for"),
            (_, 300..=399) => Verdict::Unexpected("senders follow no redirect, and count it as a failure"),
            (Self::Refused, 400..=499) => Verdict::AsExpected,
            (Self::Refused, 200..=299) => Verdict::Unexpected("it was accepted: anybody who can do this is let in"),
            (Self::Refused, _) => Verdict::Unexpected("an error of the receiver, so that senders send it again"),
            (_, 500..=599) => Verdict::Unexpected("an error of the receiver or of what is behind it"),
            _ => Verdict::Unexpected("a right delivery was refused: are secret, scheme and clock the receiver's?"),
        }
    }
}

impl Words {
    pub(super) fn of(answer: &Answer) -> Self {
        serde_json::from_slice(&answer.body).unwrap_or_default()
    }

    /// The stable code of a refusal.
    pub(super) fn code(&self) -> Option<&str> {
        self.code.as_deref()
    }

    /// `delivered`, `duplicate`, `timestamp_too_old: the timestamp is 360 s old`
    pub(super) fn line(&self) -> Option<String> {
        let success = self.status.as_ref().and_then(serde_json::Value::as_str).map(str::to_owned);
        let detail = self.detail.as_ref().or(self.title.as_ref());
        match (&self.code, detail) {
            (Some(code), Some(detail)) => Some(format!("{code}: {detail}")),
            (Some(one), None) | (None, Some(one)) => Some(one.clone()),
            (None, None) => success,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn answer(status: u16, body: &str) -> Answer {
        Answer { status, content_type: None, body: body.as_bytes().to_vec(), took: Duration::ZERO }
    }

    #[test]
    fn classes_of_statuses_are_what_counts() {
        let good = |expectation: Expectation| {
            let good = |status: &u16| expectation.judge(&Ok(answer(*status, ""))) == Verdict::AsExpected;
            [200, 202, 299, 302, 400, 401, 404, 405, 409, 410, 413, 429, 500, 503]
                .into_iter()
                .filter(good)
                .collect::<Vec<_>>()
        };
        assert_eq!(good(Expectation::Accepted), [200, 202, 299]);
        assert_eq!(good(Expectation::AcceptedOrBusy), [200, 202, 299, 409, 429]);
        assert_eq!(good(Expectation::Refused), [400, 401, 409, 413, 429]);
        assert_eq!(Expectation::Refused.judge(&Err(Fault::Timeout)), Verdict::Unanswered);
    }

    #[test]
    fn what_an_answer_says_is_shown() {
        let line = |body| Words::of(&answer(200, body)).line();
        assert_eq!(line(r#"{"status":"duplicate","id":"x"}"#).as_deref(), Some("duplicate"));
        assert_eq!(line(r#"{"status":401,"code":"a","detail":"b"}"#).as_deref(), Some("a: b"));
        assert_eq!(line("hello"), None);
    }
}
