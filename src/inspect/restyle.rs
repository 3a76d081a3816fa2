//! JSON written anew, as libraries write it: the same members in the same order, other white space and other escapes.

use std::fmt::Write;

/// How a library writes JSON.
pub(super) struct Style {
    /// What one level is indented by; `None`: all on one line.
    pub(super) indent: Option<&'static str>,
    pub(super) comma: &'static str,
    pub(super) colon: &'static str,
    pub(super) escapes: Escapes,
}

/// Which characters of a string are escaped.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Escapes {
    /// As they were.
    Kept,
    /// Only those that have to be.
    Fewest,
    /// All that is not ASCII, as Python does.
    Ascii,
    /// All that is not ASCII, and `/`, as PHP does.
    AsciiAndSlash,
    /// `<`, `>`, `&` and the two line separators, as Go does.
    Html,
}

/// Writes a JSON text in a style. The text has to be JSON; other text comes out as some other text.
pub(super) fn restyle(json: &str, style: &Style) -> String {
    let mut writer = Writer { out: String::with_capacity(json.len()), style, depth: 0 };
    let mut rest = json.trim_ascii();
    while let Some(first) = rest.chars().next() {
        let (token, behind) = split_token(rest);
        let behind = behind.trim_ascii_start();
        writer.token(first, token, behind);
        rest = behind;
        if let ('{', '}') | ('[', ']') = (first, behind.chars().next().unwrap_or_default()) {
            let (close, behind) = split_token(behind);
            writer.out.push_str(close);
            rest = behind.trim_ascii_start();
        }
    }
    writer.out
}

struct Writer<'s> {
    out: String,
    style: &'s Style,
    depth: usize,
}

impl Writer<'_> {
    fn token(&mut self, first: char, token: &str, behind: &str) {
        let empty = behind.starts_with(['}', ']']);
        match first {
            '{' | '[' if empty => self.out.push(first),
            '{' | '[' => {
                self.out.push(first);
                self.depth = self.depth.saturating_add(1);
                self.line();
            }
            '}' | ']' => {
                self.depth = self.depth.saturating_sub(1);
                self.line();
                self.out.push(first);
            }
            ',' => {
                self.out.push_str(self.style.comma);
                self.line();
            }
            ':' => self.out.push_str(self.style.colon),
            '"' => self.string(token),
            _ => self.out.push_str(token),
        }
    }

    fn line(&mut self) {
        if let Some(indent) = self.style.indent {
            self.out.push('\n');
            (0..self.depth).for_each(|_| self.out.push_str(indent));
        }
    }

    fn string(&mut self, token: &str) {
        let text = Some(token).filter(|_| self.style.escapes != Escapes::Kept);
        let Some(text) = text.and_then(|token| serde_json::from_str::<String>(token).ok()) else {
            return self.out.push_str(token);
        };
        for c in serde_json::Value::String(text).to_string().chars() {
            let escaped = match self.style.escapes {
                Escapes::Kept | Escapes::Fewest => false,
                Escapes::Ascii => !c.is_ascii(),
                Escapes::AsciiAndSlash if c == '/' => {
                    self.out.push_str("\\/");
                    continue;
                }
                Escapes::AsciiAndSlash => !c.is_ascii(),
                Escapes::Html => matches!(c, '<' | '>' | '&' | '\u{2028}' | '\u{2029}'),
            };
            if escaped {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    // Writing to a String does not fail.
                    let _ = write!(self.out, "\\u{unit:04x}");
                }
            } else {
                self.out.push(c);
            }
        }
    }
}

/// A string with its quotes, one of `{}[],:`, or a run of anything else up to the next of those or white space.
fn split_token(text: &str) -> (&str, &str) {
    let mut escaped = false;
    let end = |(at, c): (usize, char)| at.saturating_add(c.len_utf8());
    let length = match text.as_bytes().first() {
        Some(b'"') => text.char_indices().skip(1).find(|(_, c)| {
            let ends = *c == '"' && !escaped;
            escaped = *c == '\\' && !escaped;
            ends
        }),
        Some(b'{' | b'}' | b'[' | b']' | b',' | b':') => text.char_indices().next(),
        _ => text.char_indices().take_while(|(_, c)| !"{}[],:\"".contains(*c) && !c.is_ascii_whitespace()).last(),
    };
    // A lone character that begins nothing is a token of its own, so that every call takes at least one.
    let length = length.or_else(|| text.char_indices().next()).map_or(text.len(), end);
    text.split_at_checked(length).unwrap_or((text, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMPACT: Style = Style { indent: None, comma: ",", colon: ":", escapes: Escapes::Kept };

    #[test]
    fn white_space_goes_and_nothing_else() {
        let json = " { \"a b\" : [ 1.0 , -2e5, {} , [ ] ],\r\n\t\"c\\\" ,:\" : \"é \\u00e9\" , \"d\": null } ";
        assert_eq!(restyle(json, &COMPACT), r#"{"a b":[1.0,-2e5,{},[]],"c\" ,:":"é \u00e9","d":null}"#);
    }

    #[test]
    fn as_python_and_php_and_go_and_javascript_write_it() {
        let json = r#"{"a":[1,2],"b":"é/<😀"}"#;
        let style = |comma, colon, escapes| restyle(json, &Style { indent: None, comma, colon, escapes });
        assert_eq!(style(", ", ": ", Escapes::Ascii), r#"{"a": [1, 2], "b": "\u00e9/<\ud83d\ude00"}"#);
        assert_eq!(style(",", ":", Escapes::AsciiAndSlash), r#"{"a":[1,2],"b":"\u00e9\/<\ud83d\ude00"}"#);
        assert_eq!(style(",", ":", Escapes::Html), r#"{"a":[1,2],"b":"é/\u003c😀"}"#);
        assert_eq!(restyle(r#""\u00e9""#, &Style { escapes: Escapes::Fewest, ..COMPACT }), "\"é\"");
        let indented = restyle(json, &Style { indent: Some("  "), comma: ",", colon: ": ", escapes: Escapes::Kept });
        assert_eq!(indented, "{\n  \"a\": [\n    1,\n    2\n  ],\n  \"b\": \"é/<😀\"\n}");
        assert_eq!(
            indented,
            serde_json::to_string_pretty(&serde_json::from_str::<serde_json::Value>(json).unwrap()).unwrap()
        );
    }

    #[test]
    fn what_is_no_json_ends() {
        for text in ["\"", "\"\\", "{", "}}}", "a b", "\u{b}", "é", ":,["] {
            let _ = restyle(text, &COMPACT);
        }
    }
}
