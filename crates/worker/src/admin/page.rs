//! A response of `/admin`: a text, and headers of its own.

use countersign::json::printed;
use serde_json::{Value, json};

use crate::executor::Outcome;

/// A response that is no refusal. Nothing of `/admin` may be stored by a cache.
pub(super) struct Page {
    status: u16,
    text: String,
    headers: Vec<(&'static str, String)>,
    /// Whether the task has awaited the response, and there is no text.
    is_attached: bool,
    /// How many events a request was about, for the log and the audit: `replayed` of a JSON response.
    pub(super) count: Option<u64>,
}

impl Page {
    /// A text of a media type.
    pub(super) fn text(media: &str, text: String) -> Self {
        Self { status: 200, text, headers: vec![("content-type", media.to_owned())], count: None, is_attached: false }
    }

    /// A response without a body.
    pub(super) const fn empty() -> Self {
        Self { status: 204, text: String::new(), headers: Vec::new(), count: None, is_attached: false }
    }

    /// The response that the task has awaited.
    pub(super) fn attached() -> Self {
        Self { is_attached: true, ..Self::empty() }
    }

    /// The same with another status.
    pub(super) fn with_status(self, status: u16) -> Self {
        Self { status, ..self }
    }

    /// The same with one more header.
    pub(super) fn with(mut self, name: &'static str, value: String) -> Self {
        self.headers.push((name, value));
        self
    }

    pub(super) fn into_outcome(self) -> Outcome {
        if self.is_attached {
            return Outcome::Answer;
        }
        let fixed = [("cache-control", "no-store".to_owned()), ("x-content-type-options", "nosniff".to_owned())];
        let headers = self.headers.into_iter().chain(fixed).map(|(name, value)| json!([name, value]));
        Outcome::Page { status: self.status, text: self.text, headers: printed(&headers.collect()) }
    }
}

impl From<Value> for Page {
    fn from(value: Value) -> Self {
        let count = value.get("replayed").and_then(Value::as_u64);
        Self { count, ..Self::text("application/json", printed(&value)) }
    }
}
