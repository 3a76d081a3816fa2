//! The escapes in strings of JSON, Python, Ruby and JavaScript.

/// Resolves the escapes of a string; `None` for an escape that no notation has.
pub(super) fn unescape(content: &str) -> Option<String> {
    let mut out = String::with_capacity(content.len());
    let mut rest = content;
    while let Some((plain, after)) = rest.split_once('\\') {
        out.push_str(plain);
        let kind = after.chars().next()?;
        let after = after.get(kind.len_utf8()..)?;
        rest = match kind {
            'x' => coded(after, 2, &mut out)?,
            'u' => coded(after, 4, &mut out)?,
            'U' => coded(after, 8, &mut out)?,
            _ => {
                out.push(single(kind)?);
                after
            }
        };
    }
    out.push_str(rest);
    Some(out)
}

fn single(kind: char) -> Option<char> {
    Some(match kind {
        'b' => '\u{8}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\u{b}',
        'a' => '\u{7}',
        'e' => '\u{1b}',
        '0' => '\0',
        '"' | '\'' | '`' | '\\' | '/' | '#' => kind,
        _ => return None,
    })
}

/// A character by its number or as a surrogate pair; returns the text after it.
fn coded<'t>(after: &'t str, digits: usize, out: &mut String) -> Option<&'t str> {
    let number = |text: &'t str| {
        let (hex, rest) = text.split_at_checked(digits)?;
        Some((u32::from_str_radix(hex, 16).ok().filter(|_| !hex.starts_with('+'))?, rest))
    };
    let (high, rest) = number(after)?;
    if let Some(c) = char::from_u32(high) {
        out.push(c);
        return Some(rest);
    }
    let (low, rest) = number(rest.strip_prefix("\\u")?)?;
    let units = [u16::try_from(high).ok()?, u16::try_from(low).ok()?];
    out.push_str(&String::from_utf16(&units).ok()?);
    Some(rest)
}
