//! A JSON object as its members, each left as it was written; and JSON as we write it ourselves.
//!
//! `serde_json` takes the last of two members of one name and rounds numbers; what is signed or configured must not depend on
//! either. It reads tokens and trees here, but is asked for no types and prints no numbers: what it has for fractions, and to say
//! which type it expected, would be an eighth of the Wasm.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::de::IgnoredAny;
use serde_json::{Deserializer, Number, Value};

/// The members of an object, by name; two of one name are an error. What was taken leaves nothing in its place: to remove it would be
/// 3 KB of Wasm.
pub(crate) struct Members<'a>(BTreeMap<Cow<'a, str>, Option<&'a str>>);

impl<'a> Members<'a> {
    /// Reads an object; `None` for anything else.
    pub(crate) fn parse(text: &'a [u8]) -> Option<Self> {
        let mut rest = Rest(std::str::from_utf8(text).ok()?);
        rest.skip('{')?;
        let mut members = BTreeMap::new();
        let mut end = rest.skip('}');
        while end.is_none() {
            let name = unquoted(rest.value()?)?;
            rest.skip(':')?;
            if members.insert(name, Some(rest.value()?)).is_some() {
                return None;
            }
            end = rest.skip('}');
            if end.is_none() {
                rest.skip(',')?;
            }
        }
        rest.is_empty().then_some(Self(members))
    }

    /// The text of a member, as it stands.
    pub(crate) fn get(&self, name: &str) -> Option<&'a str> {
        *self.0.get(name)?
    }

    /// Takes a member out.
    pub(crate) fn take(&mut self, name: &str) -> Option<&'a str> {
        self.0.get_mut(name)?.take()
    }

    /// All members that were not taken, in the order of their names.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &'a str)> {
        self.0.iter().filter_map(|(name, value)| Some((name.as_ref(), (*value)?)))
    }
}

/// What of a text was not read yet.
struct Rest<'a>(&'a str);

impl<'a> Rest<'a> {
    /// Reads a mark, if that is what comes next.
    fn skip(&mut self, mark: char) -> Option<()> {
        self.0 = self.0.trim_start_matches(WHITE_SPACE).strip_prefix(mark)?;
        Some(())
    }

    /// Reads a value of any kind: its text, of which nothing is taken in but that it is one.
    fn value(&mut self) -> Option<&'a str> {
        let mut values = Deserializer::from_str(self.0).into_iter::<IgnoredAny>();
        values.next()?.ok()?;
        let (value, rest) = self.0.split_at_checked(values.byte_offset())?;
        self.0 = rest;
        Some(value.trim_start_matches(WHITE_SPACE))
    }

    fn is_empty(&self) -> bool {
        self.0.trim_start_matches(WHITE_SPACE).is_empty()
    }
}

/// RFC 8259, section 2.
const WHITE_SPACE: [char; 4] = [' ', '\t', '\n', '\r'];

/// Appends text as JSON.
pub(crate) fn quote(text: &str, out: &mut String) {
    if text.bytes().any(|byte| byte < b' ' || matches!(byte, b'"' | b'\\')) {
        out.push_str(&quoted(text));
    } else {
        out.push('"');
        out.push_str(text);
        out.push('"');
    }
}

/// Text as JSON.
pub(crate) fn quoted(text: &str) -> String {
    // Text is what JSON can always say.
    serde_json::to_string(text).unwrap_or_default()
}

/// A tree as JSON, the members of objects in the order of their names.
///
/// Nothing that we write has fractions; one would come out as a text with its bits.
pub fn printed(value: &Value) -> String {
    let mut text = String::new();
    print(value, &mut text);
    text
}

fn print(value: &Value, out: &mut String) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Number(number) => print_number(number, out),
        Value::String(text) => out.push_str(&quoted(text)),
        Value::Array(items) => print_all(['[', ']'], items, out, print),
        Value::Object(members) => print_all(['{', '}'], members, out, |(name, value), out| {
            out.push_str(&quoted(name));
            out.push(':');
            print(value, out);
        }),
    }
}

fn print_number(number: &Number, out: &mut String) {
    let mut digits = itoa::Buffer::new();
    if let Some(whole) = number.as_u64() {
        out.push_str(digits.format(whole));
    } else if let Some(negative) = number.as_i64() {
        out.push_str(digits.format(negative));
    } else {
        let bits = number.as_f64().unwrap_or_default().to_bits();
        out.push_str(&["\"f64:", digits.format(bits), "\""].concat());
    }
}

fn print_all<T>(
    [open, close]: [char; 2],
    items: impl IntoIterator<Item = T>,
    out: &mut String,
    print: impl Fn(T, &mut String),
) {
    out.push(open);
    for (at, item) in items.into_iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        print(item, out);
    }
    out.push(close);
}

/// Members as JSON in its one form: no white space, names in order, text without needless escapes, numbers as they were written.
///
/// Two texts of one form say the same: a number never becomes another one, and never a text. What cannot be read (a name that stands
/// twice, half of a surrogate pair) stays as it was written.
pub(crate) fn canonical<'m>(members: impl Iterator<Item = (&'m str, &'m str)>) -> String {
    let mut out = String::new();
    print_all(['{', '}'], members, &mut out, |(name, value), out| {
        out.push_str(&quoted(name));
        out.push(':');
        print_canonical(value, out);
    });
    out
}

fn print_canonical(text: &str, out: &mut String) {
    if let Some(members) = Members::parse(text.as_bytes()) {
        out.push_str(&canonical(members.iter()));
    } else if let Some(items) = items(text) {
        print_all(['[', ']'], items, out, print_canonical);
    } else if let Some(string) = unquoted(text) {
        out.push_str(&quoted(&string));
    } else {
        out.push_str(text);
    }
}

/// The items of an array, each left as it was written.
fn items(text: &str) -> Option<Vec<&str>> {
    let mut rest = Rest(text);
    rest.skip('[')?;
    let mut items = Vec::new();
    let mut end = rest.skip(']');
    while end.is_none() {
        items.push(rest.value()?);
        end = rest.skip(']');
        if end.is_none() {
            rest.skip(',')?;
        }
    }
    Some(items)
}

/// A JSON text as a tree; each further type to read would be a reader more in the Wasm.
pub fn value(text: &str) -> Option<Value> {
    serde_json::from_str(text).ok()
}

/// A JSON text as a string; `None` if it is anything else.
pub(crate) fn string(text: &str) -> Option<String> {
    unquoted(text).map(Cow::into_owned)
}

/// A JSON text as a number; `None` if it is anything else, or beyond `f64`.
pub(crate) fn number(text: &str) -> Option<f64> {
    value(text)?.as_f64()
}

/// What a string says, if that is what a text is, given that the text is some value.
fn unquoted(text: &str) -> Option<Cow<'_, str>> {
    let inner = text.strip_prefix('"')?.strip_suffix('"')?;
    if !inner.as_bytes().contains(&b'\\') {
        return Some(Cow::Borrowed(inner));
    }
    match value(text)? {
        Value::String(text) => Some(Cow::Owned(text)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_stand_as_they_were_written() {
        let text = b" {\"a\" : 1.50 ,\t\"b\\u0063\":\n[ 1, {\"x\":\"\\\"}\"} ],\"\":\"\"} ";
        let members = Members::parse(text).unwrap();
        let all: Vec<_> = members.iter().collect();
        assert_eq!(all, [("", "\"\""), ("a", "1.50"), ("bc", "[ 1, {\"x\":\"\\\"}\"} ]")]);
        assert_eq!(Members::parse(b"{ }").unwrap().iter().count(), 0);
    }

    #[test]
    fn what_is_no_object_of_unique_members_is_nothing() {
        let broken = [
            "",
            "1",
            "[]",
            "{",
            "{}}",
            "{} x",
            "{,}",
            "{\"a\"}",
            "{\"a\":}",
            "{\"a\":1,}",
            "{\"a\":1 \"b\":2}",
            "{a:1}",
            "{1:1}",
            "{\"a\":1x}",
            "{\"a\":01}",
            "{\"a\":tru}",
            "{\"a\":\"\n\"}",
            "{\"\\x\":1}",
            "{\"\\ud800\":1}",
            "{\"a\":1,\"\\u0061\":2}",
            "\u{a0}{}",
            "{\"a\":[1}",
        ];
        for text in broken {
            assert!(Members::parse(text.as_bytes()).is_none(), "{text}");
        }
        assert!(Members::parse(b"{\"a\":\"\xff\"}").is_none());
    }

    /// How many members an object has that is JSON and in whose strings are no marks.
    fn colons(object: &str) -> usize {
        let mut depth = 0_i32;
        let at_depth = object.chars().map(|mark| {
            depth = match mark {
                '{' | '[' => depth.saturating_add(1),
                '}' | ']' => depth.saturating_sub(1),
                _ => depth,
            };
            (mark, depth)
        });
        at_depth.filter(|place| *place == (':', 1)).count()
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(2_000))]

        /// `serde_json` reads the same objects, but for those that name a member twice.
        #[test]
        fn the_same_objects_are_read(inner in r#"(("a"|"b"|"\\u0061")[ \t]?(:|:|:|,)(1|-1\.5e3|-|01|null|\[1,\{"x":2\}\]|"a"|\{\})(,|,|,|\}| )){0,4}[\]} ]?"#) {
            let text = format!("{{{}}}", inner.trim_end_matches(','));
            let tree = serde_json::from_str::<serde_json::Map<String, Value>>(&text).ok();
            let twice = tree.as_ref().is_some_and(|tree| tree.len() < colons(&text));
            let members = Members::parse(text.as_bytes());
            assert_eq!(members.is_some(), tree.is_some() && !twice, "{text}");
            for (name, member) in members.iter().flat_map(Members::iter) {
                assert_eq!(value(member).as_ref(), tree.as_ref().and_then(|tree| tree.get(name)), "{text}");
            }
        }
    }

    #[test]
    fn what_is_printed_is_read_again() {
        let tree = serde_json::json!({"n":null,"b":[true,false],"u":u64::MAX,"i":-7,"t":"\"\u{1}é","o":{},"l":[{},[]]});
        assert_eq!(serde_json::from_str::<Value>(&printed(&tree)).unwrap(), tree);
        assert_eq!(printed(&tree), tree.to_string());
        let bits = |fraction: f64| format!("[\"f64:{}\"]", fraction.to_bits());
        assert_eq!(value("[-1.5]").map(|tree| printed(&tree)), Some(bits(-1.5)));
    }
}
