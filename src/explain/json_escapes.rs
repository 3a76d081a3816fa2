//! Classes of characters that some library escapes in a JSON string, as bits.

pub(super) const ANGLES: u32 = 1;
pub(super) const AMPERSAND: u32 = 1 << 1;
pub(super) const APOSTROPHE: u32 = 1 << 2;
pub(super) const EQUALS: u32 = 1 << 3;
pub(super) const PLUS: u32 = 1 << 4;
pub(super) const BACKTICK: u32 = 1 << 5;
pub(super) const QUOTE: u32 = 1 << 6;
pub(super) const DELETE: u32 = 1 << 7;
/// U+2028 and U+2029, which end a line in older JavaScript.
pub(super) const LINES: u32 = 1 << 8;
/// The rest of U+2000 to U+20FF, and U+0080 to U+009F: org.json.
pub(super) const PUNCTUATION: u32 = 1 << 9;
pub(super) const C1: u32 = 1 << 10;
/// U+0085 alone: Newtonsoft.
pub(super) const NEXT_LINE: u32 = 1 << 11;
pub(super) const HIGH: u32 = 1 << 12;
pub(super) const SLASH: u32 = 1 << 13;
/// A slash after `<`.
pub(super) const CLOSING: u32 = 1 << 14;
/// `\b` and `\f`.
pub(super) const SHORT: u32 = 1 << 15;
/// Other control characters, which have no short escape.
pub(super) const CONTROL: u32 = 1 << 16;
/// Everything beyond ASCII.
pub(super) const NON_ASCII: u32 = LINES | PUNCTUATION | C1 | NEXT_LINE | HIGH;

/// Escaped in every style.
pub(super) const MUST: u32 = 1 << 17;

/// The classes of the characters in a text.
pub(super) fn marks(text: &str) -> u32 {
    let closing = if text.contains("</") { CLOSING } else { 0 };
    text.chars().fold(closing, |bits, c| bits | mark(c))
}

/// The class of a character.
pub(super) const fn mark(c: char) -> u32 {
    match c {
        '<' | '>' => ANGLES,
        '&' => AMPERSAND,
        '\'' => APOSTROPHE,
        '=' => EQUALS,
        '+' => PLUS,
        '`' => BACKTICK,
        '"' => QUOTE | MUST,
        '\\' => MUST,
        '/' => SLASH,
        '\u{8}' | '\u{c}' => SHORT | MUST,
        '\n' | '\r' | '\t' => MUST,
        '\0'..='\u{1f}' => CONTROL | MUST,
        '\u{7f}' => DELETE,
        '\u{2028}' | '\u{2029}' => LINES,
        '\u{85}' => NEXT_LINE,
        '\u{80}'..='\u{9f}' => C1,
        '\u{2000}'..='\u{20ff}' => PUNCTUATION,
        '\0'..='\u{7f}' => 0,
        _ => HIGH,
    }
}
