//! JSON text, read where it stands: what follows a value, and the value at a pointer. No tree is built.
//!
//! To find one member of a body, `serde_json` would build a tree of all. That takes longer than the check of a small delivery, and its
//! numbers, maps and messages are 7 KB of Wasm, gzipped, which `countersign/hmac` needs for nothing else.

use super::value::unquoted;

/// The rest of a text, still to be read.
pub(super) struct Rest<'a>(pub(super) &'a str);

impl<'a> Rest<'a> {
    /// Skips white space and an ASCII mark; `None` if something else comes next.
    pub(super) fn skip(&mut self, mark: char) -> Option<()> {
        let text = self.next();
        if text.as_bytes().first().copied().map(char::from) != Some(mark) {
            return None;
        }
        self.0 = text.get(1..)?;
        Some(())
    }

    /// Takes the text of the next value, of any kind, and checks no more than that it is one: numbers may be of any size, and half of a
    /// surrogate pair counts as a character.
    pub(super) fn value(&mut self) -> Option<&'a str> {
        let text = self.next();
        let (value, rest) = text.split_at_checked(text.len().checked_sub(after_value(text.as_bytes())?.len())?)?;
        self.0 = rest;
        Some(value)
    }

    pub(super) fn is_empty(&mut self) -> bool {
        self.next().is_empty()
    }

    /// Skips white space, and returns what is left.
    fn next(&mut self) -> &'a str {
        let space = self.0.len().saturating_sub(trim(self.0.as_bytes()).len());
        self.0 = self.0.get(space..).unwrap_or_default();
        self.0
    }

    /// Takes a member of an object: its name and its value.
    fn member(&mut self) -> Option<(&'a str, &'a str)> {
        let name = self.value()?;
        self.skip(':')?;
        Some((name, self.value()?))
    }
}

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

/// What follows the value that a text begins with; `None` if that is none. Nesting has no limit, as nothing here is recursive.
pub(super) fn after_value(text: &[u8]) -> Option<&[u8]> {
    let mut rest = text;
    // What closes the arrays and objects that are open.
    let mut open = Vec::new();
    loop {
        let (first, behind) = rest.split_first()?;
        rest = match first {
            b'[' | b'{' => {
                let (close, inner) = (if *first == b'[' { b']' } else { b'}' }, trim(behind));
                match inner.strip_prefix(&[close]) {
                    Some(behind) => behind,
                    None => {
                        open.push(close);
                        rest = after_name(close, inner)?;
                        continue;
                    }
                }
            }
            b'"' => after_string(behind)?,
            b'-' | b'0'..=b'9' => after_number(rest)?,
            b't' => behind.strip_prefix(b"rue")?,
            b'f' => behind.strip_prefix(b"alse")?,
            b'n' => behind.strip_prefix(b"ull")?,
            _ => return None,
        };
        loop {
            let Some(close) = open.last().copied() else { return Some(rest) };
            let (mark, behind) = trim(rest).split_first()?;
            rest = behind;
            if *mark == b',' {
                rest = after_name(close, trim(behind))?;
                break;
            }
            open.pop().filter(|_| *mark == close)?;
        }
    }
}

/// What follows the name of a member and its colon; in an array, all of it.
fn after_name(close: u8, text: &[u8]) -> Option<&[u8]> {
    if close == b']' {
        return Some(text);
    }
    trim(after_string(text.strip_prefix(b"\"")?)?).strip_prefix(b":").map(trim)
}

/// What follows a string, from behind its first quote.
pub(super) fn after_string(mut text: &[u8]) -> Option<&[u8]> {
    loop {
        text = match behind(text, |byte| !matches!(byte, b'"' | b'\\' | 0..b' ')) {
            [b'"', rest @ ..] => return Some(rest),
            [b'\\', b'u', a, b, c, d, rest @ ..] if [a, b, c, d].iter().all(|digit| digit.is_ascii_hexdigit()) => rest,
            [b'\\', b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't', rest @ ..] => rest,
            _ => return None,
        };
    }
}

fn after_number(text: &[u8]) -> Option<&[u8]> {
    let whole = match text.strip_prefix(b"-").unwrap_or(text) {
        [b'0', rest @ ..] => rest,
        text => after_digits(text)?,
    };
    let fraction = whole.strip_prefix(b".").map_or(Some(whole), after_digits)?;
    match fraction {
        [b'e' | b'E', b'+' | b'-', rest @ ..] | [b'e' | b'E', rest @ ..] => after_digits(rest),
        _ => Some(fraction),
    }
}

/// What follows the digits that a text begins with; `None` if it begins with none.
fn after_digits(text: &[u8]) -> Option<&[u8]> {
    let rest = behind(text, |byte| byte.is_ascii_digit());
    (rest.len() < text.len()).then_some(rest)
}

/// Without the white space that it begins with: RFC 8259, section 2. Inlined, as there is none between most tokens: a filter by two pointers
/// takes a tenth less time.
#[inline(always)]
pub(super) fn trim(text: &[u8]) -> &[u8] {
    behind(text, |byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'))
}

/// What is behind the bytes of a kind that a text begins with. Iterators would be three times as slow: this crate is compiled to be small.
#[inline(always)]
fn behind(mut text: &[u8], is_kind: impl Fn(u8) -> bool) -> &[u8] {
    while let [first, rest @ ..] = text
        && is_kind(*first)
    {
        text = rest;
    }
    text
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
