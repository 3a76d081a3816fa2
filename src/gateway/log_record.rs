//! The log record of one delivery or one attempt: flat JSON on one line.

use std::borrow::Cow;

use super::dedupe::EventKey;
use crate::jose::Unusable;
use crate::json::quoted;
use crate::scheme::Form;

/// What an operator gets to see of a delivery. No field can hold a secret, a token, an id or a body.
///
/// ```
/// use countersign::gateway::log_record::LogRecord;
///
/// let record = LogRecord { code: "missing_header", status: 400, source: Some("gemini"), ..LogRecord::default() };
/// assert_eq!(
///     record.to_json(),
///     r#"{"ev":"delivery","code":"missing_header","status":400,"source":"gemini","dup":false}"#
/// );
/// ```
#[derive(Clone, Debug, Default)]
pub struct LogRecord<'a> {
    /// The outcome: `accepted`, `delivered`, `duplicate`, or the code of a refusal.
    pub code: &'a str,
    /// The status of the response.
    pub status: u16,
    /// The source's name.
    pub source: Option<&'a str>,
    /// The source's scheme, as it is configured.
    pub scheme: Option<&'a str>,
    /// The form that was verified, if one was. Where it does not cover the body, the record says what it covers.
    pub form: Option<Form>,
    /// Which key matched.
    pub key: Option<usize>,
    /// The type that an accepted event states, if it is known: see [`event_type`](super::event_type::event_type()).
    pub event_type: Option<Cow<'a, str>>,
    /// Which event, if its id was readable.
    pub event: Option<EventKey>,
    /// Seconds since the timestamp.
    pub age: Option<i64>,
    /// Which attempt of the inbox this was; without it, the record is about a delivery by the sender.
    pub attempt: Option<u32>,
    /// Size of the body.
    pub bytes: Option<u32>,
    /// Whether the event was delivered before.
    pub duplicate: bool,
    /// For an attempt: the name of the destination.
    pub destination_name: Option<&'a str>,
    /// The destination's status (0: no response), and the milliseconds it took.
    pub destination: Option<(u16, u64)>,
    /// Why the destination gave no response: a cause of [`destination_error`](super::destination_error).
    pub cause: Option<&'a str>,
    /// For a delivery refused for its age: `match`, `no_match`, `unknown`.
    pub signature: Option<&'a str>,
    /// What kept the dedupe markers from working: `read_failed`, `write_failed`.
    pub marks: Option<&'a str>,
    /// What is wrong, in our own words.
    pub detail: Option<&'a str>,
    /// Why no key of the key set could be used: the detail if there is no other.
    pub unusable: Option<Unusable>,
}

impl LogRecord<'_> {
    /// The record as JSON. All text in it is ours or a checked name, except `detail`, which is escaped.
    ///
    /// Written by hand because it is written once per delivery: `serde_json` took as long as the HMAC of a small body.
    pub fn to_json(&self) -> String {
        let mut line = Line::new(if self.attempt.is_some() { "attempt" } else { "delivery" });
        line.text("code", Some(self.code));
        line.number("status", Some(self.status));
        line.text("source", self.source);
        line.text("scheme", self.scheme);
        line.text("form", self.form.map(Form::as_str));
        line.text("covers", self.form.and_then(|form| form.covers().as_note()));
        line.number("key", self.key);
        line.text("id_hash", self.event.map(EventKey::to_hex).as_deref());
        line.text("type", self.event_type.as_deref());
        line.number("age_s", self.age);
        line.number("attempt", self.attempt);
        line.text("destination", self.destination_name);
        line.number("bytes", self.bytes);
        if self.source.is_some() && self.attempt.is_none() {
            line.raw("dup", if self.duplicate { "true" } else { "false" });
        }
        line.number("dest_status", self.destination.map(|(status, _)| status));
        line.number("dest_ms", self.destination.map(|(_, ms)| ms));
        line.text("dest_error", self.cause);
        line.text("signature", self.signature);
        line.text("marks", self.marks);
        let unusable = self.unusable.map(Unusable::to_text);
        if let Some(detail) = self.detail.or(unusable.as_deref()) {
            line.raw("detail", &quoted(detail));
        }
        line.end()
    }
}

/// A flat JSON object as it grows.
struct Line(String);

impl Line {
    fn new(ev: &str) -> Self {
        let mut line = Self(String::with_capacity(256));
        line.0.push_str("{\"ev\":\"");
        line.0.push_str(ev);
        line.0.push('"');
        line
    }

    /// Text in which nothing has to be escaped.
    fn text(&mut self, name: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.raw(name, "\"");
            self.0.push_str(value);
            self.0.push('"');
        }
    }

    fn number(&mut self, name: &str, value: Option<impl itoa::Integer>) {
        if let Some(value) = value {
            self.raw(name, itoa::Buffer::new().format(value));
        }
    }

    fn raw(&mut self, name: &str, value: &str) {
        for part in [",\"", name, "\":", value] {
            self.0.push_str(part);
        }
    }

    fn end(mut self) -> String {
        self.0.push('}');
        self.0
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn a_record_says_what_is_proven_if_it_is_not_the_body() {
        let covers = |form| {
            let record = LogRecord { form: Some(form), ..LogRecord::default() };
            serde_json::from_str::<Value>(&record.to_json()).unwrap()["covers"].clone()
        };
        assert_eq!([Form::Token, Form::Jwt, Form::V1].map(covers), [json!("sender"), json!("claims"), Value::Null]);
    }

    #[test]
    fn a_record_is_flat_json() {
        let record = LogRecord {
            code: "delivered",
            status: 200,
            source: Some("a"),
            scheme: Some("gemini"),
            form: Some(Form::V1),
            event_type: Some("batch.succeeded".into()),
            detail: Some("\"\n"),
            ..LogRecord::default()
        };
        let parsed: Value = serde_json::from_str(&record.to_json()).unwrap();
        let expected = json!({
            "ev": "delivery", "code": "delivered", "status": 200, "source": "a", "scheme": "gemini", "form": "v1",
            "type": "batch.succeeded", "dup": false, "detail": "\"\n",
        });
        assert_eq!(parsed, expected);
    }
}
