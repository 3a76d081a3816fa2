//! Single values.

use std::borrow::Cow;

/// Reads a JSON text as a string; `None` if it is anything else.
pub(crate) fn string(text: &str) -> Option<String> {
    unquoted(text).map(Cow::into_owned)
}

/// The content of a JSON string; `None` if the text, which is some JSON value, is no string, or has half of a surrogate pair.
pub(super) fn unquoted(text: &str) -> Option<Cow<'_, str>> {
    let inner = text.strip_prefix('"')?.strip_suffix('"')?;
    if !inner.as_bytes().contains(&b'\\') {
        return Some(Cow::Borrowed(inner));
    }
    unescaped(inner).map(Cow::Owned)
}

/// What is written between the quotes of a string, which has escapes.
pub(super) fn unescaped(inner: &str) -> Option<String> {
    let mut content = String::with_capacity(inner.len());
    let mut rest = inner;
    while let Some((plain, escape)) = rest.split_once('\\') {
        content.push_str(plain);
        let mut marks = escape.chars();
        let mark = marks.next()?;
        rest = marks.as_str();
        content.push(match mark {
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => character(&mut rest)?,
            itself => itself,
        });
    }
    content.push_str(rest);
    Some(content)
}

/// Takes a character from behind `\u`: four digits, or eight with another `\u` between them.
fn character(rest: &mut &str) -> Option<char> {
    let first = unit(rest)?;
    if let Some(alone) = char::from_u32(first.into()) {
        return Some(alone);
    }
    *rest = rest.strip_prefix("\\u")?;
    char::decode_utf16([first, unit(rest)?]).next()?.ok()
}

/// Takes four hexadecimal digits.
fn unit(rest: &mut &str) -> Option<u16> {
    let (digits, behind) = rest.split_at_checked(4)?;
    *rest = behind;
    u16::from_str_radix(digits, 16).ok()
}
