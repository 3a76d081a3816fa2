//! A received delivery: parsed, verified by the core, and printed.

use axum::http::{HeaderMap, Uri};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use countersign::crypto::Portable;
use countersign::scheme::{self, EventType, Form, Scheme};
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
    /// The type, where the sender that `countersign-scheme` names states it; `type` of a JSON body, if none is named.
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
        let kind = match sender(&joined).map_or(EventType::Pointer("/type"), |scheme| scheme.event_type) {
            EventType::Pointer(pointer) => json.pointer(pointer),
            EventType::Header(names) => names.iter().find_map(|name| joined.get(*name)),
            EventType::None => None,
        };
        Self {
            at: rfc3339(now_ms),
            path: uri.to_string(),
            kind: kind.and_then(Value::as_str).map(str::to_owned),
            id: joined.get("webhook-id").and_then(Value::as_str).map(str::to_owned),
            headers: joined,
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
        let of_sender = sender(&self.headers).map_or(&[][..], |scheme| scheme.forward);
        let is_shown = |name: &str| is_telling(name) || of_sender.contains(&name);
        for (name, value) in self.headers.iter().filter(|(name, _)| is_shown(name)) {
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

/// The sender that Countersign names.
fn sender(headers: &Map<String, Value>) -> Option<&'static Scheme> {
    scheme::find(headers.get("countersign-scheme")?.as_str()?)
}

/// Whether a header of any delivery is worth printing. One that holds a sender's token is not.
fn is_telling(name: &str) -> bool {
    ["webhook-", "svix-", "countersign-", "content-"].iter().any(|prefix| name.starts_with(prefix))
        && name != "content-length"
}

/// Received text on one line, without control characters and marks that change the direction of text.
fn plain(text: &str) -> String {
    let turns =
        |c| matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let of = |c: char| if c.is_control() || turns(c) { ' ' } else { c };
    let shown: String = text.chars().take(MOST_SHOWN).map(of).collect();
    if text.chars().nth(MOST_SHOWN).is_some() { format!("{shown}…") } else { shown }
}

const MOST_SHOWN: usize = 2000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_others_cannot_write_to_the_terminal() {
        assert_eq!(plain("a\u{1b}[31mb\nc"), "a [31mb c");
        assert_eq!(plain("a\u{202e}b\u{2066}c\u{61c}d"), "a b c d");
        assert_eq!(plain(&"x".repeat(MOST_SHOWN + 1)).chars().count(), MOST_SHOWN + 1);
    }

    #[test]
    fn a_delivery_shows_its_type_where_its_sender_states_it() {
        let arrived = |lines: &[(&'static str, &'static str)], body: &str| {
            let headers = lines.iter().map(|(name, value)| {
                (axum::http::HeaderName::from_static(name), axum::http::HeaderValue::from_static(value))
            });
            Arrival::new(0, &Uri::from_static("/hooks"), &headers.collect(), body.as_bytes(), None)
        };
        let github =
            [("countersign-scheme", "github"), ("x-github-event", "push"), ("x-hub-signature-256", "sha256=00")];
        let arrival = arrived(&github, r#"{"type":"of something else"}"#);
        assert_eq!(arrival.kind.as_deref(), Some("push"));
        assert!(arrival.to_text().contains("x-github-event") && !arrival.to_text().contains("sha256=00"));
        let token = arrived(&[("countersign-scheme", "gitlab-token"), ("x-gitlab-token", "the secret")], "{}");
        assert!(!token.to_text().contains("the secret"));
        assert_eq!(arrived(&[], r#"{"type":"invoice.paid"}"#).kind.as_deref(), Some("invoice.paid"));
    }
}
