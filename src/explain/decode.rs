//! Recovers bytes from text: what programs print for bytes, and what transports encode them as.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use serde_json::Value;

use super::unescape::unescape;

/// `{"type":"Buffer","data":[…]}`, `{"0":123,"1":34}`, `[123,34]`.
pub(super) fn bytes_of_json(value: &Value) -> Option<Vec<u8>> {
    let byte = |value: &Value| value.as_i64().and_then(to_byte);
    let members = match value {
        Value::Array(items) => return items.iter().map(byte).collect(),
        Value::Object(members) if !members.is_empty() => members,
        _ => return None,
    };
    if members.get("type").and_then(Value::as_str) == Some("Buffer") {
        return bytes_of_json(members.get("data")?);
    }
    (0..members.len()).map(|index| members.get(&index.to_string()).and_then(byte)).collect()
}

/// `123,34`, `[123 34]`, `[123, -61]`, `Uint8Array(2) [ 123, 34 ]`, `<Buffer 7b 22>`.
pub(super) fn bytes_of_list(text: &str) -> Option<Vec<u8>> {
    if let Some(digits) = text.strip_prefix("<Buffer ").and_then(|rest| rest.strip_suffix('>')) {
        return hex(digits);
    }
    let inner = match text.strip_suffix(']').and_then(|rest| rest.split_once('[')) {
        Some((before, inner)) if before.chars().all(|c| c.is_ascii_alphanumeric() || "() ".contains(c)) => inner,
        Some(_) => return None,
        None => text,
    };
    let numbers = inner.split([',', ' ', '\n']).filter(|number| !number.is_empty());
    let bytes: Option<Vec<u8>> = numbers.map(|number| number.parse().ok().and_then(to_byte)).collect();
    bytes.filter(|bytes| bytes.len() > 1)
}

/// Java prints bytes from -128 to 127.
fn to_byte(number: i64) -> Option<u8> {
    u8::try_from(number).ok().or_else(|| i8::try_from(number).ok().map(i8::cast_unsigned))
}

/// `b'…'`, `b"…"`, `bytearray(b'…')`.
pub(super) fn bytes_of_python(text: &str) -> Option<Vec<u8>> {
    let text = text.strip_prefix("bytearray(").and_then(|rest| rest.strip_suffix(')')).unwrap_or(text);
    let quoted = text.strip_prefix('b')?;
    latin1(&unescape(unquoted(quoted)?)?)
}

/// The text between a pair of quotes.
pub(super) fn unquoted(text: &str) -> Option<&str> {
    ['\'', '"', '`'].iter().find_map(|quote| text.strip_prefix(*quote)?.strip_suffix(*quote))
}

/// Hex digits; white space, colons, `0x` and `\x` are ignored.
pub(super) fn hex(text: &str) -> Option<Vec<u8>> {
    let text = text.trim_start_matches("0x").replace("\\x", "");
    let digits: Option<Vec<u8>> = text
        .chars()
        .filter(|c| !c.is_ascii_whitespace() && *c != ':')
        .map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
        .collect();
    let digits = digits?;
    let (pairs, rest) = digits.as_chunks::<2>();
    let bytes: Vec<u8> = pairs.iter().map(|[high, low]| high << 4 | low).collect();
    Some(bytes).filter(|bytes| rest.is_empty() && !bytes.is_empty())
}

/// Pairs of hex digits, and nothing else.
pub(super) fn hex_pairs(text: &str) -> Option<Vec<u8>> {
    text.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| hex(text)).flatten()
}

/// Base64 in either alphabet, with or without padding, line breaks and a `data:` URL in front.
pub(super) fn base64(text: &str) -> Option<Vec<u8>> {
    let text = text.rsplit_once(";base64,").map_or(text, |(_, rest)| rest);
    let text: String = text.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    let bare = text.trim_end_matches('=');
    let bytes = STANDARD_NO_PAD.decode(bare).ok().or_else(|| URL_SAFE_NO_PAD.decode(bare).ok());
    bytes.filter(|bytes| !bytes.is_empty())
}

/// `%7B` and, if `plus`, `+` for a space; `None` if nothing is percent-encoded.
pub(super) fn percent(text: &str, plus: bool) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    let mut changed = false;
    while let Some((first, after)) = rest.split_first() {
        let digits = after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        let coded = digits.filter(|_| *first == b'%').and_then(hex);
        changed |= coded.is_some();
        match coded {
            Some(coded) => {
                out.extend(coded);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                out.push(if plus && *first == b'+' { b' ' } else { *first });
                rest = after;
            }
        }
    }
    changed.then_some(out)
}

/// `&quot;`, `&#34;`, `&#x22;`; `None` if there is no entity.
pub(super) fn html(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut changed = false;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        let entity = after.split_once(';').filter(|(name, _)| name.len() <= 8);
        let named = entity.and_then(|(name, after)| Some((entity_of(name)?, after)));
        changed |= named.is_some();
        out.push(named.map_or('&', |(c, _)| c));
        rest = named.map_or(after, |(_, after)| after);
    }
    out.push_str(rest);
    changed.then_some(out)
}

fn entity_of(name: &str) -> Option<char> {
    let number = |digits: &str, radix| u32::from_str_radix(digits, radix).ok().and_then(char::from_u32);
    match name {
        "quot" => Some('"'),
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "apos" => Some('\''),
        "nbsp" => Some(' '),
        _ => match name.strip_prefix('#')? {
            digits if digits.starts_with(['x', 'X']) => number(digits.get(1..)?, 16),
            digits => number(digits, 10),
        },
    }
}

/// UTF-16 in either byte order, with or without a byte order mark.
pub(super) fn utf16(body: &[u8]) -> Option<String> {
    let (pairs, rest) = body.as_chunks::<2>();
    let little = match pairs.first()? {
        [0xff, 0xfe] => true,
        [0xfe, 0xff] => false,
        [_, 0] => true,
        [0, _] => false,
        _ => return None,
    };
    let units = pairs.iter().map(|pair| if little { u16::from_le_bytes(*pair) } else { u16::from_be_bytes(*pair) });
    let text: String = char::decode_utf16(units).collect::<Result<_, _>>().ok()?;
    Some(text.strip_prefix('\u{feff}').unwrap_or(&text).to_owned()).filter(|_| rest.is_empty())
}

/// The bytes of text that was wrongly read as Latin-1.
pub(super) fn latin1(text: &str) -> Option<Vec<u8>> {
    text.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect()
}

/// The bytes of text that was wrongly read as Windows-1252.
pub(super) fn windows1252(text: &str) -> Option<Vec<u8>> {
    let byte = |c: char| {
        let high = HIGH.iter().position(|known| *known == c).and_then(|at| u8::try_from(at).ok());
        high.map(|at| at | 0x80).or_else(|| u8::try_from(u32::from(c)).ok())
    };
    text.chars().map(byte).collect()
}

/// 0x80 to 0x9f in Windows-1252; five of them are undefined.
const HIGH: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘', '’',
    '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printed_bytes_are_read() {
        let (bytes, signed) = (Some(b"{\"\xc3".to_vec()), |text: &str| bytes_of_list(text));
        for text in
            ["123,34,195", "[123 34 195]", "[123, 34, -61]", "Uint8Array(3) [ 123, 34, 195 ]", "<Buffer 7b 22 c3>"]
        {
            assert_eq!(signed(text), bytes, "{text}");
        }
        for text in [r#"{"type":"Buffer","data":[123,34,195]}"#, r#"{"0":123,"1":34,"2":195}"#, "[123,34,-61]"] {
            assert_eq!(bytes_of_json(&serde_json::from_str(text).unwrap()), bytes, "{text}");
        }
        for text in [r#"b'{"\xc3'"#, r#"bytearray(b'{"\xc3')"#, r#"b"{\"\xc3""#] {
            assert_eq!(bytes_of_python(text), bytes, "{text}");
        }
        for text in ["", "1", "256,1", "a[1,2]b", "x: [1]", "<Buffer 7b ... 3 more bytes>"] {
            assert_eq!(bytes_of_list(text), None, "{text}");
        }
        assert_eq!(bytes_of_json(&serde_json::json!({"0": 1, "2": 1})), None);
    }

    #[test]
    fn encoded_bytes_are_read() {
        let is = |found: Option<Vec<u8>>, text: &str| assert_eq!(found.as_deref(), Some(text.as_bytes()));
        for text in ["7b7d", "0x7B7D", "7b 7d", "7b:7d", "\\x7b\\x7d"] {
            is(hex(text), "{}");
        }
        for text in ["e30=", "e30", "e3\n0=", "data:application/json;base64,e30="] {
            is(base64(text), "{}");
        }
        is(percent("%7B%22a%22:+1%7D", true), "{\"a\": 1}");
        is(percent("%7B+%7D", false), "{+}");
        assert_eq!((percent("{}", true), percent("%7", true), hex("7b7"), base64("{}")), (None, None, None, None));
        assert_eq!(html("{&quot;a&#34;&#x3a;&amp;&x;}").as_deref(), Some("{\"a\":&&x;}"));
        assert_eq!(html("a & b"), None);
        for body in [b"{\0}\0".as_slice(), b"\0{\0}", b"\xff\xfe{\0}\0", b"\xfe\xff\0{\0}"] {
            assert_eq!(utf16(body).as_deref(), Some("{}"));
        }
        assert_eq!((utf16(b"{}"), utf16(b"{\0}"), utf16(b"")), (None, None, None));
        is(windows1252("â€™"), "’");
        is(latin1("Ã©"), "é");
    }
}
