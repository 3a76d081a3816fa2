//! The members of an object, each as it was written.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::scan::Rest;
use super::value::unquoted;

/// The members of an object, by name. A member that was taken leaves an empty place: to remove it would cost 3 KB of Wasm.
pub(crate) struct Members<'a>(BTreeMap<Cow<'a, str>, Option<&'a str>>);

impl<'a> Members<'a> {
    /// Reads an object; `None` for anything else, and for an object that names a member twice.
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

    /// The text of a member, as it was written.
    pub(crate) fn get(&self, name: &str) -> Option<&'a str> {
        *self.0.get(name)?
    }

    /// Takes a member out, as it was written.
    pub(crate) fn take(&mut self, name: &str) -> Option<&'a str> {
        self.0.get_mut(name)?.take()
    }

    /// Iterates over the members that were not taken, in the order of their names.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &'a str)> {
        self.0.iter().filter_map(|(name, value)| Some((name.as_ref(), (*value)?)))
    }
}

/// The items of an array, each left as it was written.
pub(crate) fn items(text: &str) -> Option<Vec<&str>> {
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

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::json::value;

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
}
