//! The steps that signature lists and tokens share: keys, JSON and event type.

use serde_json::Value;

use super::inputs::Inputs;
use super::report::Step;
use crate::error::{Error, HeaderFault};
use crate::jose::Unusable;
use crate::scheme::EventType;

/// Whether there is a key to check with.
pub(super) fn key_step(inputs: &Inputs<'_>) -> Step {
    const NAME: &str = "keys";
    if let Some(error) = inputs.secret_error() {
        return Step::failed(NAME, error);
    }
    let no_secret = inputs.usable.is_empty();
    match &inputs.jwks {
        Some(Err(error)) => Step::failed(NAME, *error),
        Some(Ok(set)) => match set.unusable_for(&inputs.policy.forms).filter(|_| no_secret).map(Unusable::to_text) {
            Some(reasons) => Step::fail(NAME, Error::JwkUnusable.code(), reasons, SET_ASIDE),
            None => Step::pass(NAME, format!("{} of {} keys in the set are usable", set.usable(), set.len())),
        },
        None if no_secret => Step::fail(NAME, "keys_unavailable", "there is no secret and no key set", GIVE_KEY),
        None => Step::pass(NAME, format!("{} parsed", count(inputs.usable.len(), "secret"))),
    }
}

/// The last two steps, over the event: the body, or a token's claims.
pub(super) fn event_steps(inputs: &Inputs<'_>, event: &[u8], steps: &mut Vec<Step>) {
    let text = event.strip_prefix(b"\xef\xbb\xbf").unwrap_or(event);
    let value = std::str::from_utf8(text).ok().and_then(|text| serde_json::from_str::<Value>(text).ok());
    steps.push(match value {
        Some(_) => Step::pass("json", "the body is JSON"),
        None => Step::fail("json", "invalid_json", "the body is not JSON", NOT_JSON),
    });
    steps.push(type_step(inputs, value.as_ref()));
}

/// What the event says of its type. It may stand in a header, whatever the body is.
fn type_step(inputs: &Inputs<'_>, event: Option<&Value>) -> Step {
    const NAME: &str = "type";
    let scheme = inputs.policy.scheme;
    let header = |name: &str| inputs.headers.get(name).and_then(|value| std::str::from_utf8(value).ok());
    if let Some(kind) = scheme.event_type.of(header, event.unwrap_or(&Value::Null)) {
        let unknown = scheme.name.starts_with("gemini") && !crate::scheme::GEMINI_EVENTS.contains(&kind);
        let note = match scheme.event_type {
            _ if unknown => ", which Gemini's documentation does not list; unknown types are accepted",
            EventType::Header(_) => ", by a header that nothing signs",
            _ => "",
        };
        return Step::pass(NAME, format!("`{}`{note}", clip(kind)));
    }
    match (scheme.event_type, event) {
        (EventType::None, _) => Step::skip(NAME, "this sender's events state no type"),
        (EventType::Header(names), _) => Step::skip(NAME, format!("there is no `{}`", names.join("` or `"))),
        (EventType::Pointer("/type"), None) => Step::skip(NAME, "there is no JSON to read `type` from"),
        (EventType::Pointer("/type"), Some(_)) => Step::skip(NAME, "the event has no `type`"),
        (EventType::Pointer(at), _) => Step::skip(NAME, format!("the event has no text at `{at}`")),
    }
}

/// The step over a timestamp that cannot be read: it is not what the sender writes, in words, with the fix. Lines of one header count as one
/// value, and each begins with a digit.
pub(super) fn unreadable_time(header: &'static str, value: Option<&[u8]>, (detail, fix): (&str, &str)) -> Step {
    const NAME: &str = "timestamp";
    let error = Error::InvalidTimestamp;
    let text = value.map(String::from_utf8_lossy).unwrap_or_default();
    if text.contains(", ") && text.split(", ").all(|line| line.starts_with(|c: char| c.is_ascii_digit())) {
        let twice = Error::InvalidHeader(header, HeaderFault::Repeated);
        return Step::fail(NAME, error.code(), twice.to_string(), twice.remedy());
    }
    Step::fail(NAME, error.code(), detail, fix)
}

/// `1 secret`, `2 secrets`.
pub(super) fn count(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

/// At most 80 characters of text from a delivery, for use in a sentence.
pub(super) fn clip(text: &str) -> String {
    let clipped: String = text.chars().take(80).collect();
    if clipped.len() < text.len() { format!("{clipped}…") } else { clipped }
}

/// How a timestamp is written, if in another unit than the sender's.
pub(super) const IN_MILLISECONDS: &str = "the timestamp is in milliseconds";
pub(super) const IN_SECONDS: &str = "the timestamp is in seconds";

/// What is wrong with a time that should be in seconds, and the fix.
pub(super) const NOT_SECONDS: (&str, &str) = (
    "the timestamp is not whole Unix seconds in decimal digits",
    "have the sender send whole Unix seconds: digits only, no sign, fraction or leading zero",
);

const SET_ASIDE: &str =
    "the key set lists a reason for each key; fetch the set again if the sender has rotated its keys";
const GIVE_KEY: &str = "give the endpoint's `whsec_…` secret or, for dynamic webhooks, the sender's key set";
const NOT_JSON: &str =
    "nothing to fix for the signature: a body that is not JSON is still a valid event; read it as bytes";
