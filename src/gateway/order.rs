//! Which events have to be delivered one after the other.

use super::object_name::Named;
use crate::crypto::sha256;
use crate::json;
use crate::scheme::EventType;

/// What two events have in common that are delivered in order: the first 8 bytes of a hash of the source and of all that the template
/// names of them. `None` if the event lacks some of it: then it waits for no other.
///
/// `{source}`, `{id}`, `{type}` and `{data.id}` are those of an object's name; `{/data/object/id}` is the value at a JSON pointer. Values
/// are strings, or numbers as they were written. Two keys are equal only if all values are, whatever the text between them.
pub fn order_key(template: &str, event: Named<'_>) -> Option<[u8; 8]> {
    let text = std::str::from_utf8(event.json).unwrap_or_default();
    let mut parts = vec![event.source.as_bytes().to_vec()];
    for placeholder in placeholders(template) {
        let value = value_of(placeholder?, event, text).filter(|value| !value.is_empty())?;
        // No value continues in the next one.
        parts.push(u64::try_from(value.len()).ok()?.to_be_bytes().to_vec());
        parts.push(value);
    }
    let hash = sha256(&parts.iter().map(Vec::as_slice).collect::<Vec<_>>());
    hash.first_chunk().copied()
}

/// A hash of what a template names, of 52 bits: templates of one hash give events the same keys.
///
/// ```
/// use countersign::gateway::order::template_hash;
///
/// assert_eq!(template_hash("{source}:{data.id}"), template_hash("{source} {data.id}"), "the text between does not count");
/// assert_ne!(template_hash("{source}{data.id}"), template_hash("{data.id}"));
/// ```
pub fn template_hash(template: &str) -> u64 {
    // No placeholder has a brace.
    let names: String = placeholders(template).map(|name| ["{", name.unwrap_or_default()].concat()).collect();
    let hash = sha256(&[names.as_bytes()]);
    hash.first_chunk().map_or(0, |bytes| u64::from_be_bytes(*bytes)) >> 12
}

/// The placeholders of a template, without their braces; `None` in place of one that is not known or not closed.
pub(crate) fn placeholders(template: &str) -> impl Iterator<Item = Option<&str>> {
    template.split('{').skip(1).map(|piece| {
        let (name, _) = piece.split_once('}')?;
        let is_known = ["source", "id", "type", "data.id"].contains(&name) || json::Pointer::parse(name).is_some();
        is_known.then_some(name)
    })
}

fn value_of(placeholder: &str, event: Named<'_>, text: &str) -> Option<Vec<u8>> {
    let pointer = match (placeholder, event.event_type) {
        ("source", _) => return Some(event.source.as_bytes().to_vec()),
        ("id", _) => return Some(event.id.to_vec()),
        ("data.id", _) => "/data/id",
        ("type", EventType::Pointer(pointer)) => pointer,
        // Nothing signs a header with a type.
        ("type", _) => return None,
        (pointer, _) => pointer,
    };
    let written = json::at(text, pointer)?;
    match written.as_bytes().first()? {
        b'"' => json::string(written).map(String::into_bytes),
        b'-' | b'0'..=b'9' => Some(written.as_bytes().to_vec()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::header_list::HeaderList;
    use super::*;

    fn key(template: &str, source: &str, json: &str) -> Option<[u8; 8]> {
        let (event_type, headers) = (EventType::Pointer("/type"), &HeaderList::default());
        order_key(template, Named { source, id: b"msg_1", event_type, headers, json: json.as_bytes() })
    }

    #[test]
    fn events_of_one_value_have_one_key() {
        let data = r#"{"type":"a","data":{"id":"x","object":{"customer":"cus_1"}}}"#;
        let other = r#"{"data":{"object":{"customer":"cus_1"},"id":"\u0078"},"type":"b"}"#;
        for template in ["{data.id}", "a {data.id}", "{/data/object/customer}", "{source}", "all", "{/data/id}{source}"]
        {
            assert_eq!(key(template, "s", data), key(template, "s", other), "{template}");
            assert!(key(template, "s", data).is_some(), "{template}");
            assert_ne!(key(template, "s", data), key(template, "t", data), "{template}");
        }
        assert_ne!(key("{type}", "s", data), key("{type}", "s", other));
        assert_ne!(key("{data.id}", "s", r#"{"data":{"id":1}}"#), key("{data.id}", "s", r#"{"data":{"id":2}}"#));
        assert_ne!(key("{/a}{/b}", "s", r#"{"a":"xy","b":"z"}"#), key("{/a}{/b}", "s", r#"{"a":"x","b":"yz"}"#));
        assert_ne!(key("{/a}{/b}", "s", r#"{"a":"x","b":"y"}"#), key("{/a}{/b}", "s", r#"{"a":"y","b":"x"}"#));
        assert_ne!(key("{/a}", "s", r#"{"a":"x"}"#), key("{/a}", "sx", r#"{"a":"x"}"#));
    }

    #[test]
    fn an_event_without_a_value_has_no_key() {
        for json in
            ["", "[]", "no JSON", "{}", r#"{"data":{"id":""}}"#, r#"{"data":{"id":null}}"#, r#"{"data":{"id":{}}}"#]
        {
            assert_eq!(key("{source}/{data.id}", "s", json), None, "{json}");
            assert!(key("{source}/{id}", "s", json).is_some());
        }
    }

    #[test]
    fn a_type_in_a_header_orders_nothing() {
        let mut headers = HeaderList::default();
        headers.push("x-github-event", b"push");
        let event_type = EventType::Header(&["x-github-event"]);
        assert_eq!(
            order_key("{type}", Named { source: "s", id: b"1", event_type, headers: &headers, json: b"{}" }),
            None
        );
    }

    #[test]
    fn placeholders_are_known_and_closed() {
        let known = |template: &str| placeholders(template).all(|one| one.is_some());
        assert!(known("{data.id}") && known("{/a/b~1c}:{type}") && known("fixed"));
        for template in ["{data}", "{id", "{}", "{{id}}", "{/a~2}", "{ID}"] {
            assert!(!known(template), "{template}");
        }
    }
}
