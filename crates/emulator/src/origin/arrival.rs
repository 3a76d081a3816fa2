//! A received delivery: parsed, verified by the core, and printed.

use axum::http::{HeaderMap, Uri};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use countersign::crypto::Portable;
use countersign::scheme::{self, Form};
use countersign::{Delivery, Error, Headers, Keys, Policy, SecretKey, Timestamp};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::clock::rfc3339;
use crate::term::{bold, dim, green, red};

/// A received delivery, as listed and printed.
#[derive(Clone, Debug, Serialize)]
pub struct Arrival {
    /// The time, in RFC 3339.
    pub at: String,
    /// The path and query.
    pub path: String,
    /// All headers: names in lower case, repeated headers joined.
    pub headers: Map<String, Value>,
    /// `webhook-id`, verified or not.
    pub id: Option<String>,
    /// `type` of a JSON body.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// Whether the signature is valid; `null` without a secret.
    pub verified: Option<bool>,
    /// The core's error code, if it is not.
    pub code: Option<&'static str>,
    /// Whether an event with this id was accepted before.
    pub duplicate: bool,
    /// The status of the response, or `null` for a reset connection.
    pub answered: Option<u16>,
    /// The body, if it is text.
    pub body: Option<String>,
    /// The body in base64, if it is not text.
    pub body_base64: Option<String>,
}

impl Arrival {
    /// Parses a request. `verified` is the result of [`verify`], if there is a secret.
    pub(super) fn new(
        now_ms: u64,
        uri: &Uri,
        headers: &HeaderMap,
        body: &[u8],
        verified: Option<Result<Form, Error>>,
    ) -> Self {
        let text = std::str::from_utf8(body).ok().map(str::to_owned);
        let json = serde_json::from_slice::<Value>(body).unwrap_or_default();
        let joined = lines(headers).into_iter().fold(Map::new(), |mut joined: Map<String, Value>, (name, value)| {
            let value = String::from_utf8_lossy(value);
            let known = joined.get(name).and_then(Value::as_str);
            let all = known.map_or_else(|| value.to_string(), |known| format!("{known}, {value}"));
            joined.insert(name.to_owned(), all.into());
            joined
        });
        Self {
            at: rfc3339(now_ms),
            path: uri.to_string(),
            id: joined.get("webhook-id").and_then(Value::as_str).map(str::to_owned),
            headers: joined,
            kind: json.get("type").and_then(Value::as_str).map(str::to_owned),
            code: verified.as_ref().and_then(|verified| verified.as_ref().err()).map(Error::code),
            verified: verified.map(|verified| verified.is_ok()),
            duplicate: false,
            answered: None,
            body_base64: text.is_none().then(|| STANDARD.encode(body)),
            body: text,
        }
    }

    /// Formats the delivery for a terminal. Received text cannot move the cursor or change colours.
    pub(super) fn to_text(&self) -> String {
        let verdict = match (self.verified, self.code) {
            (Some(true), _) => green("verified"),
            (Some(false), code) => red(format!("not verified: {}", code.unwrap_or_default())),
            (None, _) => dim("not checked: no --secret"),
        };
        let answered = self.answered.map_or_else(|| "reset".to_owned(), |status| status.to_string());
        let again = if self.duplicate { red("  again") } else { String::new() };
        let kind = plain(self.kind.as_deref().unwrap_or("no type"));
        let mut text =
            format!("{}  {}{again}  {verdict}  {}\n", dim(&self.at), bold(kind), dim(format!("→ {answered}")));
        for (name, value) in self.headers.iter().filter(|(name, _)| is_telling(name)) {
            text.push_str(&format!("    {} {}\n", dim(format!("{name}:")), plain(value.as_str().unwrap_or_default())));
        }
        let body = self.body.as_deref().map_or_else(|| "(not text)".to_owned(), plain);
        text.push_str(&format!("    {body}\n"));
        text
    }
}

/// Verifies a delivery as a Standard Webhooks receiver, with the core.
///
/// # Errors
/// The core's.
pub(super) fn verify(secret: &SecretKey, headers: &HeaderMap, body: &[u8], now: u64) -> Result<Form, Error> {
    let scheme = scheme::find("standard-webhooks").ok_or(Error::NoMatchingSignature)?;
    let delivery = Delivery::new(lines(headers).into_iter().collect::<Headers<'_>>(), body);
    let keys = Keys { secrets: std::slice::from_ref(secret), ..Keys::default() };
    let verified = Policy::of(scheme).verify(keys, &delivery, Timestamp::from_unix(now), &Portable)?;
    Ok(verified.form())
}

fn lines(headers: &HeaderMap) -> Vec<(&str, &[u8])> {
    headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect()
}

/// Whether a header is worth printing.
fn is_telling(name: &str) -> bool {
    ["webhook-", "svix-", "countersign-", "content-"].iter().any(|prefix| name.starts_with(prefix))
        && name != "content-length"
}

/// Received text on one line, without control characters.
fn plain(text: &str) -> String {
    let shown: String = text.chars().take(MOST_SHOWN).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(MOST_SHOWN).is_some() { format!("{shown}…") } else { shown }
}

const MOST_SHOWN: usize = 2000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_others_cannot_write_to_the_terminal() {
        assert_eq!(plain("a\u{1b}[31mb\nc"), "a [31mb c");
        assert_eq!(plain(&"x".repeat(MOST_SHOWN + 1)).chars().count(), MOST_SHOWN + 1);
    }
}
