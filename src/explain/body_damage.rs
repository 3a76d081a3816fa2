//! Signs that a body is not what was sent, judged by the body alone.

use serde_json::Value;
use serde_json::error::Category;

use super::body_undo;

/// What became of a body.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Damage {
    /// There is none.
    Absent,
    /// Something stands in its place from which it cannot be had again.
    Lost(String),
    /// It ends in the middle.
    Cut,
    /// It was changed, and how is said.
    Changed(String),
    /// It is not JSON, and need not have been.
    Unclear,
}

/// The first sign of damage; `None` for a body that may well be whole. `expects_json` says that the sender sends JSON and nothing else.
pub(super) fn of(body: &[u8], expects_json: bool) -> Option<Damage> {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).trim_ascii();
    if body.is_empty() {
        return Some(Damage::Absent);
    }
    if let Some(kind) = body_undo::kind(body) {
        return Some(Damage::Changed(format!(
            "the body is {kind}, and not what was sent; to undo that alone does not make it match"
        )));
    }
    let Ok(text) = std::str::from_utf8(body) else {
        let changed = "the body is not UTF-8, and JSON is: it was compressed, or written in another encoding";
        return Some(if expects_json { Damage::Changed(changed.to_owned()) } else { Damage::Unclear });
    };
    if let Some(what) = placeholder(text) {
        return Some(Damage::Lost(format!("the body is {what}, and not what was sent")));
    }
    let damage = match serde_json::from_str::<Value>(text) {
        Ok(value) => of_json(&value),
        Err(error) if error.classify() == Category::Eof => Some(Damage::Cut),
        Err(_) if expects_json => Some(Damage::Changed("the body is not JSON, so it was changed".to_owned())),
        Err(_) if text.starts_with(['{', '[', '"']) => {
            Some(Damage::Changed("the body begins like JSON and is none, so it was changed".to_owned()))
        }
        Err(_) => Some(Damage::Unclear),
    };
    let replaced = "the body holds U+FFFD, which decoders put in place of bytes that are not UTF-8";
    let lossy = text.contains('\u{fffd}').then(|| Damage::Lost(replaced.to_owned()));
    lossy.or(damage)
}

fn of_json(value: &Value) -> Option<Damage> {
    match value {
        Value::String(_) => Some(Damage::Changed("the body is a lone JSON string, and events are objects".to_owned())),
        Value::Object(members) if members.is_empty() => {
            let what = "`{}`, which is what `JSON.stringify` makes of a stream or a promise, and a body parser of what it did not read";
            Some(Damage::Lost(format!("the body is {what}")))
        }
        _ => None,
    }
}

/// What programs print in place of a value that has no text.
fn placeholder(text: &str) -> Option<String> {
    let known = WHOLE.contains(&text)
        || BEGINNINGS.iter().any(|beginning| text.starts_with(beginning))
        || PARTS.iter().any(|part| text.contains(part))
        || is_java_object(text);
    let shown: String = text.chars().take(SHOWN).collect();
    known.then(|| format!("`{shown}`, which is what a program prints for something that is no text"))
}

/// `[B@6d06d69c`, `java.io.ByteArrayInputStream@1b6d3586`: a class and the hash of an object, in place of the object.
fn is_java_object(text: &str) -> bool {
    let is_name = |name: &str| name.chars().all(|c| c.is_ascii_alphanumeric() || "[.$_;".contains(c));
    let is_hash = |hash: &str| (4..=8).contains(&hash.len()) && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    text.split_once('@').is_some_and(|(name, hash)| !name.is_empty() && is_name(name) && is_hash(hash))
}

/// JavaScript, Python, Ruby, PHP, .NET.
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
/// What a printed body has where the printer went no deeper.
const PARTS: [&str; 4] = ["[Object]", "[Array]", "[Circular", " more item"];

/// Characters of it that are repeated.
const SHOWN: usize = 40;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_in_place_of_a_body_is_not_taken_for_one() {
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
    fn a_body_that_may_be_whole_is_not_doubted() {
        for text in ["{\"a\":1}", "[1]", " {\"mail\":\"a@beef\"}\n", "\u{feff}{\"a\":1}"] {
            assert_eq!(of(text.as_bytes(), true), None, "{text}");
        }
        for text in ["a=1&b=2", "<xml/>", "plain text", "user@beef00 wrote"] {
            assert_eq!(of(text.as_bytes(), false), Some(Damage::Unclear), "{text}");
            assert!(matches!(of(text.as_bytes(), true), Some(Damage::Changed(_))), "{text}");
        }
    }

    #[test]
    fn nothing_is_apart_from_something_cut_off() {
        for text in ["", " \r\n", "\u{feff}"] {
            assert_eq!(of(text.as_bytes(), true), Some(Damage::Absent), "{text:?}");
        }
        for text in ["{", "{\"a\":\"b", "{\"a\":[1,2", "[{\"a\":tru"] {
            assert_eq!(of(text.as_bytes(), true), Some(Damage::Cut), "{text}");
        }
    }
}
