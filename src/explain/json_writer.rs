//! Writes JSON as a given library would: the same data in another layout, with other escapes and number formats.

use super::json_escapes::{CLOSING, MUST, mark};
use super::json_numbers::Numbers;
use super::literal::{Node, Text};

/// Where white space goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Layout {
    /// Between items and between members; a line break follows if the layout has lines.
    pub(super) comma: &'static str,
    pub(super) colon: &'static str,
    /// The indentation of one level; `None` puts everything on one line.
    pub(super) indent: Option<&'static str>,
    /// The line break.
    pub(super) eol: &'static str,
    pub(super) arrays: Arrays,
    pub(super) empty: Empty,
}

/// How arrays are laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Arrays {
    /// One item per line.
    Lines,
    /// `[ 1, 2 ]`, without a level of indentation: Jackson. On one line, objects are padded as well.
    Padded,
    /// `[1, 2]`: cJSON.
    Tight,
}

/// How an empty object or array is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Empty {
    /// `[]`
    Tight,
    /// `[ ]`
    Padded,
    /// `[` and `]` on separate lines.
    Lines,
    /// `[` and `]` with an empty line between them: Swift.
    Gap,
    /// The same, for arrays only: older versions of Ruby.
    GapInArrays,
}

/// Which characters of a string are escaped, beyond those that JSON requires.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Escapes {
    /// Keep the spelling that a string had. The other fields apply to strings that had none.
    pub(super) kept: bool,
    /// Classes of [`json_escapes`](super::json_escapes).
    pub(super) chars: u32,
    /// `\u00E9` or `\u00e9`.
    pub(super) case: Case,
    /// Write `\u0008`, not `\b`.
    pub(super) long: bool,
}

/// The case of hex digits in `\u00e9`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Case {
    Lower,
    Upper,
    /// Upper case for printable ASCII only: PHP.
    Mixed,
}

/// How numbers are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Spelling {
    Kept,
    Of(Numbers),
    /// Append `.0` to the nth whole number if bit n is set.
    DotZero(u32),
}

/// Writes a tree in one style.
pub(super) fn write(node: &Node<'_>, layout: &Layout, escapes: Escapes, numbers: Spelling) -> String {
    let mut writer = Writer { out: String::new(), layout, escapes, numbers, whole: 0, depth: 0 };
    writer.node(node);
    writer.out
}

struct Writer<'s> {
    out: String,
    layout: &'s Layout,
    escapes: Escapes,
    numbers: Spelling,
    /// Whole numbers written so far.
    whole: u32,
    depth: usize,
}

impl Writer<'_> {
    fn node(&mut self, node: &Node<'_>) {
        match node {
            Node::Plain(token) => self.plain(token),
            Node::Text(text) => self.text(text),
            Node::List(items) if items.is_empty() => self.empty("[", "]"),
            Node::Map(members) if members.is_empty() => self.empty("{", "}"),
            Node::List(items) => self.list(items),
            Node::Map(members) => self.map(members),
        }
    }

    fn list(&mut self, items: &[Node<'_>]) {
        let Layout { arrays, comma, indent, .. } = *self.layout;
        let lines = arrays == Arrays::Lines;
        let pad = if arrays == Arrays::Padded { " " } else { "" };
        self.out.push('[');
        // Jackson does not indent arrays.
        let level = usize::from(arrays != Arrays::Padded);
        self.depth = self.depth.saturating_add(level);
        for (at, item) in items.iter().enumerate() {
            match at {
                0 => self.out.push_str(pad),
                _ if lines || indent.is_none() => self.out.push_str(comma),
                _ => self.out.push_str(", "),
            }
            if lines {
                self.line();
            }
            self.node(item);
        }
        self.depth = self.depth.saturating_sub(level);
        if lines {
            self.line();
        }
        self.out.push_str(pad);
        self.out.push(']');
    }

    fn map(&mut self, members: &[(Text<'_>, Node<'_>)]) {
        let Layout { arrays, comma, colon, indent, .. } = *self.layout;
        let pad = if arrays == Arrays::Padded && indent.is_none() { " " } else { "" };
        self.out.push('{');
        self.out.push_str(pad);
        self.depth = self.depth.saturating_add(1);
        for (at, (name, value)) in members.iter().enumerate() {
            if at > 0 {
                self.out.push_str(comma);
            }
            self.line();
            self.text(name);
            self.out.push_str(colon);
            self.node(value);
        }
        self.depth = self.depth.saturating_sub(1);
        self.line();
        self.out.push_str(pad);
        self.out.push('}');
    }

    fn empty(&mut self, open: &str, close: &str) {
        self.out.push_str(open);
        match self.layout.empty {
            Empty::Tight => {}
            Empty::Padded => self.out.push(' '),
            Empty::Lines => self.line(),
            Empty::GapInArrays if open == "{" => self.line(),
            Empty::Gap | Empty::GapInArrays => {
                self.out.push_str(self.layout.eol);
                self.line();
            }
        }
        self.out.push_str(close);
    }

    fn line(&mut self) {
        if let Some(indent) = self.layout.indent {
            self.out.push_str(self.layout.eol);
            (0..self.depth).for_each(|_| self.out.push_str(indent));
        }
    }

    fn plain(&mut self, token: &str) {
        let whole = token.bytes().all(|byte| byte == b'-' || byte.is_ascii_digit());
        self.whole = self.whole.saturating_add(u32::from(whole));
        match self.numbers {
            Spelling::Of(style) => match style.spell(token) {
                Some(spelled) => self.out.push_str(&spelled),
                None => self.out.push_str(token),
            },
            Spelling::DotZero(bits) => {
                self.out.push_str(token);
                let bit = 1_u32.checked_shl(self.whole.saturating_sub(1)).unwrap_or_default();
                if whole && bits & bit != 0 {
                    self.out.push_str(".0");
                }
            }
            Spelling::Kept => self.out.push_str(token),
        }
    }

    fn text(&mut self, text: &Text<'_>) {
        let value = text.value.as_deref().filter(|_| !(self.escapes.kept && text.raw.is_some()));
        let Some(value) = value else { return self.out.push_str(text.raw.unwrap_or_default()) };
        self.out.push('"');
        if text.marks & (self.escapes.chars | MUST) == 0 {
            self.out.push_str(value);
            return self.out.push('"');
        }
        let mut before = ' ';
        for c in value.chars() {
            self.char(c, before);
            before = c;
        }
        self.out.push('"');
    }

    fn char(&mut self, c: char, before: char) {
        let Escapes { chars, long, .. } = self.escapes;
        let marked = mark(c) & chars != 0;
        match c {
            '"' if !marked => self.out.push_str("\\\""),
            '\\' => self.out.push_str("\\\\"),
            '\n' => self.out.push_str("\\n"),
            '\r' => self.out.push_str("\\r"),
            '\t' => self.out.push_str("\\t"),
            '\u{8}' if !long => self.out.push_str("\\b"),
            '\u{c}' if !long => self.out.push_str("\\f"),
            '/' if marked || (chars & CLOSING != 0 && before == '<') => self.out.push_str("\\/"),
            '/' => self.out.push('/'),
            '\0'..='\u{1f}' => self.numbered(c),
            _ if marked => self.numbered(c),
            _ => self.out.push(c),
        }
    }

    fn numbered(&mut self, c: char) {
        let upper = match self.escapes.case {
            Case::Lower => false,
            Case::Upper => true,
            Case::Mixed => (' '..'\u{7f}').contains(&c),
        };
        let digits = if upper { b"0123456789ABCDEF" } else { b"0123456789abcdef" };
        for unit in c.encode_utf16(&mut [0; 2]) {
            self.out.push_str("\\u");
            for shift in [12, 8, 4, 0] {
                let digit = digits.get(usize::from(*unit >> shift & 0xf));
                self.out.extend(digit.map(|digit| char::from(*digit)));
            }
        }
    }
}
