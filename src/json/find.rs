//! The values at several JSON pointers, found in one pass over a text.

use super::pointer::token;
use super::scan::{after_string, after_value, trim};
use super::value::unescaped;

/// A JSON pointer (RFC 6901) that is not empty, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pointer(Vec<String>);

impl Pointer {
    /// The most tokens of a pointer. The search goes one level down for each.
    pub(crate) const MOST_TOKENS: usize = 16;

    /// Parses a pointer; `None` if it is none, is empty, or has more tokens than [`Pointer::MOST_TOKENS`].
    pub(crate) fn parse(text: &str) -> Option<Self> {
        // `~` begins an escape.
        let is_escaped = text.split('~').skip(1).all(|rest| rest.starts_with(['0', '1']));
        let tokens: Vec<_> = text.strip_prefix('/')?.split('/').map(token).collect();
        (is_escaped && tokens.len() <= Self::MOST_TOKENS).then_some(Self(tokens))
    }
}

/// A pointer that is looked for, and what it was found to lead to.
#[derive(Debug)]
pub(crate) struct Sought<'p, 'a> {
    pointer: &'p Pointer,
    /// How many of its tokens lead to the value that is read.
    depth: usize,
    found: Option<&'a [u8]>,
}

impl<'p, 'a> Sought<'p, 'a> {
    pub(crate) const fn new(pointer: &'p Pointer) -> Self {
        Self { pointer, depth: 0, found: None }
    }

    /// The value as it was written, once [`find`] has read the text; `None` if there is none.
    pub(crate) fn found(&self) -> Option<&'a str> {
        std::str::from_utf8(self.found?).ok()
    }

    /// The next token, if those before it lead to what is `depth` levels down.
    fn next(&self, depth: usize) -> Option<&'p str> {
        if self.depth == depth { self.pointer.0.get(depth).map(String::as_str) } else { None }
    }
}

/// Finds all pointers in a text; `None` if the text is not JSON.
///
/// The text is read once, whatever it is and however many pointers there are. Of several members of one name, the last counts.
pub(crate) fn find<'a>(text: &'a [u8], sought: &mut [Sought<'_, 'a>]) -> Option<()> {
    std::str::from_utf8(text).ok()?;
    let rest = read(trim(text), 0, sought)?;
    trim(rest).is_empty().then_some(())
}

/// Reads the value that a text begins with, `depth` levels down. Returns what follows.
fn read<'a>(text: &'a [u8], depth: usize, sought: &mut [Sought<'_, 'a>]) -> Option<&'a [u8]> {
    let goes_on = sought.iter().any(|one| one.next(depth).is_some());
    let rest = match text {
        [b'{', inner @ ..] if goes_on => read_members(trim(inner), depth, sought)?,
        [b'[', inner @ ..] if goes_on => read_items(trim(inner), depth, sought)?,
        _ => after_value(text)?,
    };
    let value = text.get(..text.len().checked_sub(rest.len())?);
    for one in sought.iter_mut().filter(|one| one.depth == depth && one.pointer.0.len() == depth) {
        one.found = value;
    }
    Some(rest)
}

fn read_members<'a>(mut text: &'a [u8], depth: usize, sought: &mut [Sought<'_, 'a>]) -> Option<&'a [u8]> {
    if let [b'}', rest @ ..] = text {
        return Some(rest);
    }
    loop {
        let inner = text.strip_prefix(b"\"")?;
        let rest = after_string(inner)?;
        let name = inner.get(..inner.len().checked_sub(rest.len())?.checked_sub(1)?)?;
        let value = trim(trim(rest).strip_prefix(b":")?);
        text = match trim(read_under(value, depth, sought, |token| is_name(name, token))?) {
            [b'}', rest @ ..] => return Some(rest),
            [b',', rest @ ..] => trim(rest),
            _ => return None,
        };
    }
}

fn read_items<'a>(mut text: &'a [u8], depth: usize, sought: &mut [Sought<'_, 'a>]) -> Option<&'a [u8]> {
    if let [b']', rest @ ..] = text {
        return Some(rest);
    }
    let mut place: usize = 0;
    loop {
        text = match trim(read_under(text, depth, sought, |token| is_place(token, place))?) {
            [b']', rest @ ..] => return Some(rest),
            [b',', rest @ ..] => trim(rest),
            _ => return None,
        };
        place = place.wrapping_add(1);
    }
}

/// Reads the value of a member or an item, one level below `depth`. `is_under` says whether it is that of a token.
#[inline(always)]
fn read_under<'a>(
    value: &'a [u8],
    depth: usize,
    sought: &mut [Sought<'_, 'a>],
    is_under: impl Fn(&str) -> bool,
) -> Option<&'a [u8]> {
    let below = depth.wrapping_add(1);
    let mut leads = false;
    for one in &mut *sought {
        if let Some(token) = one.next(depth)
            && is_under(token)
        {
            // What a member of the same name had before this one does not count.
            (one.depth, one.found, leads) = (below, None, true);
        }
    }
    if !leads {
        return after_value(value);
    }
    let rest = read(value, below, sought)?;
    sought.iter_mut().filter(|one| one.depth == below).for_each(|one| one.depth = depth);
    Some(rest)
}

/// Whether the name of a member, as it was written between its quotes, is a token. Half of a surrogate pair is in none.
fn is_name(written: &[u8], token: &str) -> bool {
    if written.len() < token.len() {
        return false;
    }
    // An escape is longer than what it stands for.
    match written.contains(&b'\\') {
        true => std::str::from_utf8(written).ok().and_then(unescaped).is_some_and(|name| name == token),
        false => written == token.as_bytes(),
    }
}

/// RFC 6901, section 4: no sign, and no leading zeros.
fn is_place(token: &str, place: usize) -> bool {
    let is_plain = token.bytes().all(|byte| byte.is_ascii_digit()) && (token.len() == 1 || !token.starts_with('0'));
    is_plain && token.parse() == Ok(place)
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    /// What the pointers lead to, or `None` if the text is not JSON.
    fn found<'a>(text: &'a str, pointers: &[&str]) -> Option<Vec<Option<&'a str>>> {
        let pointers: Vec<_> = pointers.iter().map(|pointer| Pointer::parse(pointer).unwrap()).collect();
        let mut sought: Vec<_> = pointers.iter().map(Sought::new).collect();
        find(text.as_bytes(), &mut sought)?;
        Some(sought.iter().map(Sought::found).collect())
    }

    #[test]
    fn values_are_found_as_they_were_written() {
        let text = r#" {"id":"évt\n", "a/b":{"~":[7,{"c":-1.5e+3},[] ]}, "\u0069d" :"last","":null} "#;
        let pointers = [
            "/id",
            "/a~1b/~0/0",
            "/a~1b/~0/1/c",
            "/a~1b/~0/2",
            "/a~1b/~0",
            "/",
            "/a~1b/~0/3",
            "/id/0",
            "/b",
            "/a~1b/~0/00",
        ];
        let expected = [
            Some(r#""last""#),
            Some("7"),
            Some("-1.5e+3"),
            Some("[]"),
            Some(r#"[7,{"c":-1.5e+3},[] ]"#),
            Some("null"),
            None,
            None,
            None,
            None,
        ];
        assert_eq!(found(text, &pointers).unwrap(), expected);
    }

    #[test]
    fn the_last_of_two_members_counts_with_all_that_is_in_it() {
        assert_eq!(found(r#"{"a":{"b":1},"a":{}}"#, &["/a/b"]), Some(vec![None]));
        assert_eq!(found(r#"{"a":{"b":1},"a":{"b":2,"b":3}}"#, &["/a/b", "/a"]).unwrap()[0], Some("3"));
        assert_eq!(found(r#"{"a":1,"a":2}x"#, &["/a"]), None);
        assert_eq!(found(r#"{"\ud800":1,"a":2}"#, &["/a"]), Some(vec![Some("2")]));
    }

    #[test]
    fn depth_costs_no_stack() {
        let deep = ["{\"a\":".repeat(500_000), "1".to_owned(), "}".repeat(500_000)].concat();
        let pointer = "/a".repeat(Pointer::MOST_TOKENS);
        assert!(found(&deep, &[&pointer]).unwrap()[0].is_some());
        assert_eq!(found(deep.strip_suffix('}').unwrap(), &[&pointer]), None);
    }

    #[test]
    fn a_pointer_has_slashes_and_escapes() {
        for text in ["", "a", "/~", "/~2", "/a~", &"/a".repeat(17)] {
            assert_eq!(Pointer::parse(text), None, "{text}");
        }
        assert_eq!(Pointer::parse("/a~01~1b/"), Some(Pointer(vec!["a~1/b".to_owned(), String::new()])));
    }

    /// Pieces of JSON, some of them broken.
    const PIECES: [&str; 22] = [
        "[",
        "]",
        "{",
        "}",
        ",",
        ":",
        " ",
        "\"a\"",
        "\"a\":",
        "\"id\":",
        "\"\\u0069d\" :",
        "-1",
        "0",
        "1.5",
        "01",
        "true",
        "nul",
        "null",
        "{\"id\":",
        "[1,",
        "{\"a\":{\"id\":",
        "}}",
    ];

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(20_000))]

        /// `serde_json` takes the same texts for JSON, and finds the same at each pointer.
        #[test]
        fn the_same_is_found(
            pieces in proptest::collection::vec(proptest::sample::select(&PIECES[..]), 0..12),
            pointers in proptest::collection::vec("(/(id|a|0|1)){1,3}", 1..4),
        ) {
            let text = pieces.concat();
            let tree = serde_json::from_str::<Value>(&text).ok();
            let pointers: Vec<_> = pointers.iter().map(String::as_str).collect();
            let found = found(&text, &pointers);
            assert_eq!(found.is_some(), tree.is_some(), "{text}");
            for (found, pointer) in found.into_iter().flatten().zip(pointers) {
                let found = found.map(|found| serde_json::from_str::<Value>(found).unwrap());
                assert_eq!(found.as_ref(), tree.as_ref().and_then(|tree| tree.pointer(pointer)), "{text} {pointer}");
            }
        }
    }
}
