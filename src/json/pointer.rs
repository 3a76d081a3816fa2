//! The value at a JSON pointer, found in text without a tree.

use super::scan::Rest;
use super::value::unquoted;

/// The value at a JSON pointer (RFC 6901), as it was written; `None` if there is none, or the text is not JSON. Of several members of one
/// name, the last counts.
pub(crate) fn at<'a>(text: &'a str, pointer: &str) -> Option<&'a str> {
    let mut whole = Rest(text);
    let value = whole.value()?;
    if !whole.is_empty() {
        return None;
    }
    if pointer.is_empty() {
        return Some(value);
    }
    let mut tokens = pointer.strip_prefix('/')?.split('/');
    tokens.try_fold(value, |value, escaped| match value.as_bytes().first() {
        Some(b'{') => member(value, &token(escaped)),
        Some(b'[') => item(value, escaped),
        _ => None,
    })
}

/// The string at a JSON pointer.
pub(crate) fn string_at(text: &str, pointer: &str) -> Option<String> {
    at(text, pointer).and_then(super::string)
}

/// A token of a pointer: `~1` stands for a slash, `~0` for a tilde. `replace` would bring the search for texts, 4 KB of Wasm, gzipped.
pub(super) fn token(escaped: &str) -> String {
    let mut name = String::with_capacity(escaped.len());
    let mut marks = escaped.chars();
    while let Some(mark) = marks.next() {
        let (character, is_escape) = match (mark, marks.as_str().as_bytes().first()) {
            ('~', Some(b'1')) => ('/', true),
            ('~', Some(b'0')) => ('~', true),
            _ => (mark, false),
        };
        name.push(character);
        if is_escape {
            marks.next();
        }
    }
    name
}

fn member<'a>(object: &'a str, name: &str) -> Option<&'a str> {
    let mut rest = Rest(object);
    rest.skip('{')?;
    let mut found = None;
    let mut end = rest.skip('}');
    while end.is_none() {
        let (known, value) = rest.member()?;
        if unquoted(known)? == name {
            found = Some(value);
        }
        end = rest.skip('}');
        if end.is_none() {
            rest.skip(',')?;
        }
    }
    found
}

fn item<'a>(array: &'a str, place: &str) -> Option<&'a str> {
    // RFC 6901, section 4: no sign, and no leading zeros.
    if !place.bytes().all(|byte| byte.is_ascii_digit()) || (place.len() > 1 && place.starts_with('0')) {
        return None;
    }
    let mut before: usize = place.parse().ok()?;
    let mut rest = Rest(array);
    rest.skip('[')?;
    if rest.skip(']').is_some() {
        return None;
    }
    loop {
        let value = rest.value()?;
        let Some(fewer) = before.checked_sub(1) else { return Some(value) };
        before = fewer;
        rest.skip(',')?;
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    const EVENT: &str = r#" { "id" : "évt\n", "a/b": {"~": [7, {"c": -1.5e+3}, []]}, "id": "last", "": null } "#;

    #[test]
    fn a_pointer_leads_to_a_value_as_it_was_written() {
        for (pointer, value) in [
            ("", Some(EVENT.trim())),
            ("/id", Some("\"last\"")),
            ("/a~1b/~0/0", Some("7")),
            ("/a~1b/~0/1/c", Some("-1.5e+3")),
            ("/a~1b/~0/2", Some("[]")),
            ("/", Some("null")),
            ("id", None),
            ("/a~1b/~0/3", None),
            ("/a~1b/~0/00", None),
            ("/a~1b/~0/+1", None),
            ("/a~1b/~0/-", None),
            ("/a~1b/~0/2/0", None),
            ("/id/0", None),
            ("/missing", None),
        ] {
            assert_eq!(at(EVENT, pointer), value, "{pointer}");
        }
        assert_eq!(string_at(EVENT, "/id").as_deref(), Some("last"));
        assert_eq!(string_at(EVENT, "/"), None);
    }

    #[test]
    fn depth_costs_no_stack() {
        let deep = ["[".repeat(1_000_000), "]".repeat(1_000_000)].concat();
        assert_eq!(at(&deep, "").map(str::len), Some(deep.len()));
        assert_eq!(at(deep.trim_end_matches(']'), ""), None);
    }

    /// Pieces of JSON, some of them broken.
    const PIECES: [&str; 36] = [
        "[",
        "]",
        "{",
        "}",
        ",",
        ",",
        ":",
        " ",
        "\"a\"",
        "\"a\":",
        "\"a\" :",
        "\"id\":",
        "\"\\u0069d\":",
        "\"\\n\\/\"",
        "\"é\"",
        "-1",
        "0",
        "1",
        "1.5",
        "0.",
        "2E-3",
        "01",
        "-",
        "1e",
        "true",
        "nul",
        "null",
        "false",
        "\"\\x\"",
        "\"\t\"",
        "\"\\u12\"",
        "{\"id\":",
        "[1,",
        "}}",
        "]}",
        "1}",
    ];

    fn text() -> impl proptest::strategy::Strategy<Value = String> {
        let pieces = proptest::collection::vec(proptest::sample::select(&PIECES[..]), 0..9);
        proptest::strategy::Strategy::prop_map(pieces, |pieces| pieces.concat())
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(20_000))]

        /// `serde_json` takes the same texts for JSON, and finds the same at a pointer.
        #[test]
        fn the_same_is_found(text in text(), pointer in "(/(id|a|0|1)){0,2}") {
            let read = serde_json::from_str::<Value>(&text);
            // Nothing is computed here, so no number is too large.
            proptest::prop_assume!(!read.as_ref().is_err_and(|error| error.to_string().starts_with("number out of range")));
            let tree = read.ok();
            assert_eq!(at(&text, "").is_some(), tree.is_some(), "{text}");
            let found = at(&text, &pointer).map(|found| serde_json::from_str::<Value>(found).unwrap());
            assert_eq!(found.as_ref(), tree.as_ref().and_then(|tree| tree.pointer(&pointer)), "{text} {pointer}");
        }

        #[test]
        fn the_same_strings_are_read(inner in r#"([a-zé"\\/ ]|\\[bfnrtux"\\/]|\\u(0041|d83[dD]|de00|00e9|12|\n)){0,6}"#) {
            let text = format!("\"{inner}\"");
            assert_eq!(at(&text, "").and_then(crate::json::string), serde_json::from_str::<String>(&text).ok(), "{text}");
        }
    }
}
