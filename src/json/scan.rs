//! JSON text, read where it stands: what follows a value. No tree is built.
//!
//! To find one member of a body, `serde_json` would build a tree of all. That takes longer than the check of a small delivery, and its
//! numbers, maps and messages are 7 KB of Wasm, gzipped, which `countersign/hmac` needs for nothing else.

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
    pub(super) fn member(&mut self) -> Option<(&'a str, &'a str)> {
        let name = self.value()?;
        self.skip(':')?;
        Some((name, self.value()?))
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
