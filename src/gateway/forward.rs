//! What the destination gets.

use std::borrow::Cow;

use serde_json::Value;

use super::copies::{CONTENT, Content, stored_pairs};
use super::dedupe::{Admitted, EventKey};
use super::plan::{RECEIVED_AT, told};
use crate::config::{Destination, Source};
use crate::crypto::Crypto;
use crate::event_id::signable;
use crate::json::value;
use crate::scheme::Form;
use crate::sign::signature;
use crate::timestamp::Timestamp;
use crate::verify::{Metadata, Verified};

/// A verified event, cut loose from the request that brought it: what a destination gets, at whichever attempt.
///
/// It is made from an admitted event, or from one that was made so and stored.
#[derive(Clone, Debug)]
pub struct Event<B> {
    /// The event's id, which a signature covers.
    pub id: Vec<u8>,
    /// What was verified.
    pub form: Form,
    /// The headers that are passed on as they came: the body's, and the sender's signature.
    pub headers: Vec<Header>,
    /// The body.
    pub payload: Payload<B>,
    /// When it was accepted.
    pub received_at: Timestamp,
}

/// A header's name, and its value as bytes.
pub type Header = (Cow<'static, str>, Vec<u8>);

/// The body of a forwarded event.
#[derive(Clone, Debug)]
pub enum Payload<B> {
    /// The bytes as received.
    Received(B),
    /// The verified claims of a token that does not bind the body.
    Claims(Vec<u8>),
}

impl<B: Clone> Event<B> {
    /// The event of a delivery that was admitted.
    ///
    /// `content` gives `content-type` and `content-encoding` as they came: they are not looked at before, so a shell need not
    /// fetch them for deliveries that are refused.
    pub fn new(admitted: Admitted<'_, B>, received_at: Timestamp, content: impl FnOnce() -> Content) -> Self {
        let verified = admitted.into_verified();
        let mut headers = content_headers(&verified, content);
        headers.extend(sender_headers(&verified));
        let payload = match verified.claims() {
            Some(claims) => Payload::Claims(claims.to_vec()),
            None => Payload::Received(verified.body().clone()),
        };
        Self { id: verified.id().to_vec(), form: verified.form(), headers, payload, received_at }
    }

    /// The headers as they are stored: pairs of name and value, in JSON. What of a value is not UTF-8 is replaced.
    pub fn stored_headers(&self) -> String {
        ["[", &stored_pairs(&self.headers), "]"].concat()
    }

    /// Hands the headers of attempt number `attempt` (from 1) at `now` to `add`, each a name and a value.
    pub fn request_headers<C: Crypto<B> + Crypto<[u8]>>(
        &self,
        source: &Source,
        attempt: u32,
        now: Timestamp,
        crypto: &C,
        mut add: impl FnMut(&str, &[u8]),
    ) {
        let keys = source.forward.sign_with.as_slice();
        for (name, value) in self.headers.iter().filter(|(name, _)| keys.is_empty() || CONTENT.contains(&name.as_ref()))
        {
            add(name, value);
        }
        let mut digits = itoa::Buffer::new();
        if !keys.is_empty() {
            let id = signable(&self.id);
            let signature = match &self.payload {
                Payload::Claims(claims) => signature(keys, &id, now, claims.as_slice(), crypto),
                Payload::Received(body) => signature(keys, &id, now, body, crypto),
            };
            add("webhook-id", &id);
            add("webhook-timestamp", digits.format(now.as_unix()).as_bytes());
            add("webhook-signature", signature.as_bytes());
        }
        told(source, self.form, attempt, |name, value| add(name, value.as_bytes()));
        add(RECEIVED_AT, digits.format(self.received_at.as_unix()).as_bytes());
    }
}

/// The URL of a request to a source's destination.
pub fn url(source: &Source) -> String {
    match &source.forward.destination {
        Destination::Origin(url) => url.clone(),
        _ => format!("https://countersign.internal/{}", source.name),
    }
}

/// Whether a template has a placeholder that is filled from the event itself.
pub fn is_in_event(template: &str) -> bool {
    template.split('{').any(|part| part.starts_with("type}") || part.starts_with("data.id}"))
}

/// The name of the Durable Object for an event: the template filled in, or the event's hashed id (its `id_hash` in logs).
///
/// Two events share an object only if all that the template names of them is the same. The name is hashed if a placeholder has no
/// value, if a value holds the text that ends it in the template, so that the name could be read in another way, if a value has control
/// characters, and if the name is longer than 1,024 bytes.
///
/// `json` is the body or the claims, read only now that it is verified.
pub fn object_name(template: &str, source: &str, id: &[u8], json: &[u8]) -> String {
    let event = std::str::from_utf8(json).ok().filter(|_| is_in_event(template)).and_then(value).unwrap_or_default();
    let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
    let name = filled(template, &|placeholder| match placeholder {
        "id" => std::str::from_utf8(id).ok().map(str::to_owned),
        "source" => Some(source.to_owned()),
        "type" => text(event.get("type")),
        "data.id" => text(event.get("data").and_then(|data| data.get("id"))),
        _ => None,
    });
    name.unwrap_or_else(|| EventKey::new(source, id).to_hex())
}

/// Whether a template can name an object at all: with a source of that name, its placeholders do not run into each other.
pub(crate) fn comes_apart(template: &str, source: &str) -> bool {
    let sample = |placeholder: &str| match placeholder {
        "source" => source.to_owned(),
        // Types are `batch.succeeded` and the like.
        "type" => ".".to_owned(),
        // A character that no template has.
        _ => "\u{e000}".to_owned(),
    };
    filled(template, &|placeholder| Some(sample(placeholder))).is_some()
}

/// A template with its placeholders replaced; `None` if that cannot be undone in one way only.
fn filled(template: &str, value: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    let (mut name, mut rest) = (String::new(), template);
    while let Some((before, after)) = rest.split_once('{') {
        let (placeholder, after) = after.split_once('}')?;
        let value = value(placeholder)
            .filter(|value| !value.is_empty() && !value.bytes().any(|byte| byte.is_ascii_control()))?;
        name.push_str(before);
        // Each value but the last ends where the text behind it first occurs.
        if let Some((end, _)) = after.split_once('{')
            && !ends_at_first(&value, end)
        {
            return None;
        }
        name.push_str(&value);
        rest = after;
    }
    name.push_str(rest);
    (name.len() <= LONGEST_NAME).then_some(name)
}

/// Whether, of a value and the text behind it, that text occurs nowhere before the value's end.
fn ends_at_first(value: &str, end: &str) -> bool {
    // By bytes: to look for text in text would be 1 KB of Wasm.
    let both = [value.as_bytes(), end.as_bytes()].concat();
    !end.is_empty() && both.windows(end.len()).position(|part| part == end.as_bytes()) == Some(value.len())
}

impl<'d, B> Admitted<'d, B> {
    fn into_verified(self) -> Verified<'d, B> {
        self.0
    }
}

fn content_headers<B>(verified: &Verified<'_, B>, content: impl FnOnce() -> Content) -> Vec<Header> {
    match verified.claims() {
        Some(_) => vec![(Cow::Borrowed("content-type"), CLAIMS.into())],
        None => content().headers().collect(),
    }
}

/// The scheme's own headers. With a token, id and timestamp are not signed: the id is the event's, and there is no timestamp.
fn sender_headers<B>(verified: &Verified<'_, B>) -> Vec<Header> {
    let header = |name: &'static str, value: &[u8]| (Cow::Borrowed(name), value.to_vec());
    match verified.metadata() {
        Metadata::Signed { names, id, timestamp, signatures } => vec![
            header(names.id, id),
            // As it came: a timestamp has one spelling.
            header(names.timestamp, timestamp.as_unix().to_string().as_bytes()),
            header(names.signature, signatures),
        ],
        Metadata::Token { names, token } => vec![header(names.id, verified.id()), header(names.signature, token)],
    }
}

/// The longest name of an object, in bytes: a sender must not decide how long a name gets.
const LONGEST_NAME: usize = 1024;

/// What claims are.
pub(super) const CLAIMS: &str = "application/json";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_headers_are_json_whatever_is_in_them() {
        let headers = vec![
            (Cow::Borrowed("content-type"), b"a\"\\\x01\xff".to_vec()),
            (Cow::Borrowed("webhook-id"), b"m".to_vec()),
        ];
        let event = Event {
            id: Vec::new(),
            form: Form::V1,
            headers,
            payload: Payload::Received(()),
            received_at: Timestamp::from_unix(0),
        };
        let read: Value = serde_json::from_str(&event.stored_headers()).unwrap();
        assert_eq!(read, serde_json::json!([["content-type", "a\"\\\u{1}\u{fffd}"], ["webhook-id", "m"]]));
    }

    #[test]
    fn an_object_is_named_by_its_template_or_by_the_hashed_id() {
        let body = br#"{"type":"batch.succeeded","data":{"id":"b1"}}"#;
        let name = |template, body: &[u8]| object_name(template, "s", b"msg_1", body);
        assert_eq!(name("{id}", b""), "msg_1");
        assert_eq!(name("{source}:{type}/{data.id}", body), "s:batch.succeeded/b1");
        assert_eq!(name("fixed", body), "fixed");
        let hashed = EventKey::new("s", b"msg_1").to_hex();
        assert_eq!(name("{data.id}", b"not json"), hashed);
        assert_eq!(name("{data.id}", br#"{"data":{"id":7}}"#), hashed);
        assert_eq!(name("x-{type}", br#"{"type":""}"#), hashed);
        assert_eq!(name("{data.id}", br#"{"data":{"id":"a\u0000"}}"#), hashed);
        assert_eq!(name("{type}:{data.id}", br#"{"type":"a:b","data":{"id":"c"}}"#), hashed);
        assert_eq!(name("{type}:{data.id}", br#"{"type":"a","data":{"id":"b:c"}}"#), "a:b:c");
        assert_eq!(name("{type}::{data.id}", br#"{"type":"a:","data":{"id":"c"}}"#), hashed);
        assert_eq!(
            object_name("{source}:{data.id}", "a", b"b:victim", b"{}"),
            EventKey::new("a", b"b:victim").to_hex()
        );
        assert_eq!(object_name("{id}", "s", &[b'a'; 1025], b""), EventKey::new("s", &[b'a'; 1025]).to_hex());
    }

    #[test]
    fn placeholders_have_to_come_apart() {
        for (template, source, apart) in [
            ("{id}", "a", true),
            ("x{source}", "a-b", true),
            ("{source}/{data.id}", "a-b", true),
            ("{source}-{id}", "a", true),
            ("{source}-{id}", "a-b", false),
            ("{id}-{source}", "a-b", true),
            ("{source}b-{id}", "ab", true),
            ("{source}{id}", "a", false),
            ("{type}{id}", "a", false),
            ("{type}.{id}", "a", false),
            ("{id}.{type}", "a", true),
            ("fixed", "a", true),
        ] {
            assert_eq!(comes_apart(template, source), apart, "{template} {source}");
        }
    }
}
