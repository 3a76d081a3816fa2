//! Signs that a body is not what was sent, judged by the body alone.

use serde_json::Value;
use serde_json::error::Category;

use super::body_reverts;

/// How a body was damaged.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Damage {
    /// There is no body.
    Absent,
    /// Something else is in its place, from which it cannot be recovered.
    Lost(String),
    /// It ends too early.
    Cut,
    /// It was changed, as described.
    Changed(String),
    /// It is not JSON, and need not be: it may be whole or not.
    Unclear,
}

/// The first sign of damage; `None` for a body that may well be whole. `expects_json`: the sender sends JSON and nothing else.
pub(super) fn of(body: &[u8], expects_json: bool) -> Option<Damage> {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).trim_ascii();
    if body.is_empty() {
        return Some(Damage::Absent);
    }
    if let Some(kind) = body_reverts::kind(body) {
        return Some(Damage::Changed(format!(
            "the body is {kind}, not what was sent; reverting that alone does not make it match"
        )));
    }
    let Ok(text) = std::str::from_utf8(body) else {
        let changed = "the body is not UTF-8, as JSON must be: it was compressed, or written in another encoding";
        return Some(if expects_json { Damage::Changed(changed.to_owned()) } else { Damage::Unclear });
    };
    let parsed = serde_json::from_str::<Value>(text);
    if let Some(detail) = placeholder(text, parsed.is_ok()) {
        return Some(Damage::Lost(detail));
    }
    let damage = match parsed {
        Ok(value) => of_json(&value),
        Err(error) if error.classify() == Category::Eof => Some(Damage::Cut),
        Err(_) if expects_json => Some(Damage::Changed("the body is not JSON, so it was changed".to_owned())),
        Err(_) if text.starts_with(['{', '[', '"']) => {
            Some(Damage::Changed("the body starts like JSON but is not JSON, so it was changed".to_owned()))
        }
        Err(_) => Some(Damage::Unclear),
    };
    let replaced = "the body contains U+FFFD, which decoders write for bytes that are not UTF-8";
    let lossy = text.contains('\u{fffd}').then(|| Damage::Lost(replaced.to_owned()));
    lossy.or(damage)
}

fn of_json(value: &Value) -> Option<Damage> {
    match value {
        Value::String(_) => {
            Some(Damage::Changed("the body is a single JSON string, but events are objects".to_owned()))
        }
        Value::Object(members) if members.is_empty() => {
            let what = "`{}`, which `JSON.stringify` writes for a stream or a promise, and a body parser for a body it did not read";
            Some(Damage::Lost(format!("the body is {what}")))
        }
        _ => None,
    }
}

/// Finds what programs print for a value that has no text: as the whole body, or within it.
fn placeholder(text: &str, is_json: bool) -> Option<String> {
    let is_whole =
        WHOLE.contains(&text) || BEGINNINGS.iter().any(|beginning| text.starts_with(beginning)) || is_java_object(text);
    if is_whole {
        let shown: String = text.chars().take(MAX_SHOWN).collect();
        return Some(format!(
            "the body is `{shown}`, which a program prints for a value that is not text, not what was sent"
        ));
    }
    // In JSON that is whole, a longer text may well mention one.
    let quote = if is_json { "\"" } else { "" };
    let is_there = |part: &&&str| text.contains(&[quote, part].concat());
    let part = PARTS.iter().find(is_there)?.trim();
    Some(format!("the body contains `{part}`, which a program writes in place of a value"))
}

/// `[B@6d06d69c`, `java.io.ByteArrayInputStream@1b6d3586`: the class and hash of a Java object.
fn is_java_object(text: &str) -> bool {
    let is_name = |name: &str| name.chars().all(|c| c.is_ascii_alphanumeric() || "[.$_;".contains(c));
    let is_hash = |hash: &str| (4..=8).contains(&hash.len()) && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    text.split_once('@').is_some_and(|(name, hash)| !name.is_empty() && is_name(name) && is_hash(hash))
}

/// Placeholders of JavaScript, Python, Ruby, PHP and .NET.
const WHOLE: [&str; 10] =
    ["undefined", "null", "None", "nil", "NaN", "Array", "Object", "System.Byte[]", "{...}", "[...]"];
const BEGINNINGS: [&str; 14] = [
    "[object ",
    "Promise {",
    "ReadableStream",
    "<Buffer ",
    "<_io.",
    "<coroutine object ",
    "<bound method ",
    "<built-in method ",
    "<memory at ",
    "<starlette.",
    "#<StringIO",
    "Resource id #",
    "System.IO.",
    "Microsoft.AspNetCore.",
];
/// What a printer writes at its maximum depth, and JavaScript for an object that becomes part of a text or a form.
const PARTS: [&str; 7] = [
    "[Object]",
    "[Array]",
    "[Circular",
    " more item",
    "[object Object]",
    "%5Bobject+Object%5D",
    "%5Bobject%20Object%5D",
];

/// Characters of a placeholder that a message repeats.
const MAX_SHOWN: usize = 40;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_placeholder_is_not_taken_for_a_body() {
        for text in [
            "[object Object]",
            "undefined",
            "null",
            "System.Byte[]",
            "[B@6d06d69c",
            "java.io.Reader@1b6d3586",
            "Promise { <pending> }",
            "{ data: [Object] }",
            "{}",
        ] {
            assert!(matches!(of(text.as_bytes(), false), Some(Damage::Lost(_))), "{text}");
        }
    }

    #[test]
    fn what_stands_in_place_of_a_value_is_named() {
        for (text, part) in [
            (r#"{"data":"[object Object]"}"#, "[object Object]"),
            ("id=1&data=[object Object]", "[object Object]"),
            ("id=1&data=%5Bobject+Object%5D", "%5Bobject+Object%5D"),
            ("{ data: [Object] }", "[Object]"),
            ("[ 1, 2, ... 3 more items ]", "more item"),
        ] {
            let Some(Damage::Lost(detail)) = of(text.as_bytes(), true) else { panic!("{text}") };
            assert!(detail.starts_with(&format!("the body contains `{part}`")), "{detail}");
        }
        for text in [r#"{"text":"2 more items in [Array] and [object Object]"}"#, r#"{"text":"about [Object]"}"#] {
            assert_eq!(of(text.as_bytes(), true), None, "{text}");
        }
    }

    #[test]
    fn a_body_that_may_be_whole_shows_no_damage() {
        for text in ["{\"a\":1}", "[1]", " {\"mail\":\"a@beef\"}\n", "\u{feff}{\"a\":1}"] {
            assert_eq!(of(text.as_bytes(), true), None, "{text}");
        }
        for text in ["a=1&b=2", "<xml/>", "plain text", "user@beef00 wrote"] {
            assert_eq!(of(text.as_bytes(), false), Some(Damage::Unclear), "{text}");
            assert!(matches!(of(text.as_bytes(), true), Some(Damage::Changed(_))), "{text}");
        }
    }

    #[test]
    fn an_absent_body_is_distinguished_from_a_cut_one() {
        for text in ["", " \r\n", "\u{feff}"] {
            assert_eq!(of(text.as_bytes(), true), Some(Damage::Absent), "{text:?}");
        }
        for text in ["{", "{\"a\":\"b", "{\"a\":[1,2", "[{\"a\":tru"] {
            assert_eq!(of(text.as_bytes(), true), Some(Damage::Cut), "{text}");
        }
    }
}
