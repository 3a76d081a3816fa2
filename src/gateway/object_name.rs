//! The names of the Durable Objects that events go to.

use serde_json::Value;

use super::dedupe::EventKey;
use super::header_list::HeaderList;
use crate::json::value;
use crate::scheme::EventType;

/// Whether a template has a placeholder that is filled from the event itself.
pub fn is_in_event(template: &str) -> bool {
    template.split('{').any(|part| part.starts_with("type}") || part.starts_with("data.id}"))
}

/// What a template can name of an event.
#[derive(Clone, Copy, Debug)]
pub struct Named<'a> {
    /// The source's name.
    pub source: &'a str,
    /// The event's id.
    pub id: &'a [u8],
    /// Where it states its type.
    pub event_type: EventType,
    /// The headers that are kept of it.
    pub headers: &'a HeaderList,
    /// The body or the claims, which are verified.
    pub json: &'a [u8],
}

/// The name of the Durable Object for an event: the template filled in, or the event's hashed id (its `id_hash` in logs).
///
/// Two events share an object only if all that the template names of them is the same. The name is hashed if a placeholder has no
/// value, if a value holds the text that ends it in the template, so that the name could be read in another way, if a value has control
/// characters, and if the name is longer than 1,024 bytes.
pub fn object_name(template: &str, event: Named<'_>) -> String {
    let Named { source, id, event_type, headers, json } = event;
    let json = std::str::from_utf8(json).ok().filter(|_| is_in_event(template)).and_then(value).unwrap_or_default();
    let name = filled(template, &|placeholder| match placeholder {
        "id" => std::str::from_utf8(id).ok().map(str::to_owned),
        "source" => Some(source.to_owned()),
        "type" => event_type.of(|name| headers.get(name), &json).map(str::to_owned),
        "data.id" => json.get("data").and_then(|data| data.get("id")).and_then(Value::as_str).map(str::to_owned),
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

/// The longest name of an object, in bytes: a sender must not decide how long a name gets.
const LONGEST_NAME: usize = 1024;

#[cfg(test)]
mod tests {
    use super::*;

    fn named(template: &str, source: &str, id: &[u8], json: &[u8]) -> String {
        let (event_type, headers) = (EventType::Pointer("/type"), &HeaderList::default());
        object_name(template, Named { source, id, event_type, headers, json })
    }

    #[test]
    fn a_type_is_where_the_scheme_says() {
        let mut headers = HeaderList::default();
        headers.push("x-github-event", b"push");
        let body = br#"{"type":"event","data":{"type":"session.status_idled","id":"1"}}"#;
        let name = |event_type, json: &[u8]| {
            object_name("{type}", Named { source: "s", id: b"1", event_type, headers: &headers, json })
        };
        let hashed = EventKey::new("s", b"1").to_hex();
        assert_eq!(name(EventType::Pointer("/data/type"), body), "session.status_idled");
        assert_eq!(name(EventType::Header(&["x-github-event"]), body), "push");
        assert_eq!(name(EventType::Header(&["x-github-event"]), b"payload=%7B%7D"), "push");
        assert_eq!(name(EventType::Header(&["x-gitlab-event"]), body), hashed);
        assert_eq!(name(EventType::None, body), hashed);
    }

    #[test]
    fn an_object_is_named_by_its_template_or_by_the_hashed_id() {
        let body = br#"{"type":"batch.succeeded","data":{"id":"b1"}}"#;
        let name = |template, body: &[u8]| named(template, "s", b"msg_1", body);
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
        assert_eq!(named("{source}:{data.id}", "a", b"b:victim", b"{}"), EventKey::new("a", b"b:victim").to_hex());
        assert_eq!(named("{id}", "s", &[b'a'; 1025], b""), EventKey::new("s", &[b'a'; 1025]).to_hex());
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
