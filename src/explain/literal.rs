//! Text as a tree: JSON, and what Python, Ruby and JavaScript print for the same data.
//!
//! Strings and numbers stay as they were written, so that whoever writes the tree again changes no more than is meant.

use super::json_escapes::marks;

/// A value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Node<'t> {
    /// A number, `true`, `false` or `null`, as JSON spells it.
    Plain(&'t str),
    Text(Text<'t>),
    List(Vec<Self>),
    Map(Vec<(Text<'t>, Self)>),
}

/// A string.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Text<'t> {
    /// As it was written in JSON, with its quotes.
    pub(super) raw: Option<&'t str>,
    /// What it says; `None` for half a surrogate pair, which only `raw` can say.
    pub(super) value: Option<String>,
    /// Which of the characters it holds that a style may escape.
    pub(super) marks: u32,
}

impl<'t> Text<'t> {
    fn new(raw: Option<&'t str>, value: Option<String>) -> Self {
        Self { raw, marks: value.as_deref().map(marks).unwrap_or_default(), value }
    }
}

/// Whose notation a text is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    Json,
    Python,
    Ruby,
    JavaScript,
}

/// Reads an object or an array; `None` for all else.
pub(super) fn read(text: &str) -> Option<(Node<'_>, Dialect)> {
    let mut reader = Reader { rest: text, dialect: Dialect::Json };
    let node = reader.node(MAX_DEPTH)?;
    reader.space();
    let whole = reader.rest.is_empty() && matches!(node, Node::List(_) | Node::Map(_));
    whole.then_some((node, reader.dialect))
}

struct Reader<'t> {
    rest: &'t str,
    dialect: Dialect,
}

impl<'t> Reader<'t> {
    fn space(&mut self) {
        self.rest = self.rest.trim_start_matches(|c: char| c.is_ascii_whitespace());
    }

    fn skip(&mut self, mark: &str) -> bool {
        self.space();
        let behind = self.rest.strip_prefix(mark);
        self.rest = behind.unwrap_or(self.rest);
        behind.is_some()
    }

    /// What was read is of that notation, unless a surer sign was seen.
    fn seen(&mut self, dialect: Dialect) {
        if self.dialect == Dialect::Json || dialect == Dialect::Ruby {
            self.dialect = dialect;
        }
    }

    fn node(&mut self, depth: usize) -> Option<Node<'t>> {
        let depth = depth.checked_sub(1)?;
        if self.skip("{") {
            return self.map(depth);
        }
        if self.skip("[") {
            return self.list("]", depth);
        }
        if self.skip("(") {
            self.seen(Dialect::Python);
            return self.list(")", depth);
        }
        match self.text() {
            Some(text) => Some(Node::Text(text)),
            None => self.plain(),
        }
    }

    fn list(&mut self, end: &str, depth: usize) -> Option<Node<'t>> {
        let mut items = Vec::new();
        while !self.skip(end) {
            items.push(self.node(depth)?);
            self.separator(end)?;
        }
        Some(Node::List(items))
    }

    fn map(&mut self, depth: usize) -> Option<Node<'t>> {
        let mut members = Vec::new();
        while !self.skip("}") {
            let name = self.name()?;
            members.push((name, self.node(depth)?));
            self.separator("}")?;
        }
        Some(Node::Map(members))
    }

    /// A comma, or what comes next is the end.
    fn separator(&mut self, end: &str) -> Option<()> {
        let comma = self.skip(",");
        self.space();
        let at_end = self.rest.starts_with(end);
        if comma && at_end {
            self.seen(Dialect::JavaScript);
        }
        (comma || at_end).then_some(())
    }

    /// `"name":`, `'name':`, `name:`, `"name"=>`, `:name=>`.
    fn name(&mut self) -> Option<Text<'t>> {
        if let Some(name) = self.text() {
            if self.skip("=>") {
                self.seen(Dialect::Ruby);
                return Some(name);
            }
            return self.skip(":").then_some(name);
        }
        let symbol = self.skip(":");
        let end = self.rest.find(|c: char| !(c.is_alphanumeric() || "_$".contains(c)))?;
        let (name, rest) = self.rest.split_at_checked(end).filter(|(name, _)| !name.is_empty())?;
        self.rest = rest;
        let arrow = self.skip(if symbol { "=>" } else { ":" });
        self.seen(if symbol { Dialect::Ruby } else { Dialect::JavaScript });
        arrow.then(|| Text::new(None, Some(name.to_owned())))
    }

    fn text(&mut self) -> Option<Text<'t>> {
        self.space();
        // Python 2 wrote `u'…'`.
        let quoted = self.rest.strip_prefix('u').filter(|rest| rest.starts_with(['\'', '"'])).unwrap_or(self.rest);
        let quote = quoted.chars().next().filter(|c| ['"', '\'', '`'].contains(c))?;
        let inner = quoted.get(1..)?;
        let length = end_of_string(inner, quote)?;
        let content = inner.get(..length)?;
        self.rest = inner.get(length.checked_add(1)?..)?;
        if quote == '`' {
            self.seen(Dialect::JavaScript);
        } else if quote == '\'' || quoted.len() < inner.len() {
            self.seen(Dialect::Python);
        }
        let raw = quoted
            .get(..length.checked_add(2)?)
            .filter(|raw| serde_json::from_str::<serde::de::IgnoredAny>(raw).is_ok());
        let value = unescape(content);
        (raw.is_some() || value.is_some()).then(|| Text::new(raw, value))
    }

    fn plain(&mut self) -> Option<Node<'t>> {
        let end =
            self.rest.find(|c: char| !(c.is_ascii_alphanumeric() || "+-._".contains(c))).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at_checked(end)?;
        self.rest = rest;
        let (word, dialect) = match word {
            "true" | "false" | "null" => (word, Dialect::Json),
            "True" => ("true", Dialect::Python),
            "False" => ("false", Dialect::Python),
            "None" => ("null", Dialect::Python),
            "nil" => ("null", Dialect::Ruby),
            "undefined" | "NaN" => ("null", Dialect::JavaScript),
            _ => {
                let number = word.strip_suffix('n').unwrap_or(word);
                let is_number = number.starts_with(|c: char| c == '-' || c.is_ascii_digit())
                    && serde_json::from_str::<serde::de::IgnoredAny>(number).is_ok();
                is_number.then_some((number, Dialect::Json))?
            }
        };
        self.seen(dialect);
        Some(Node::Plain(word))
    }
}

/// The length of a string's content, up to the quote that ends it.
fn end_of_string(inner: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    let end = inner.char_indices().find(|(_, c)| {
        let ends = *c == quote && !escaped;
        escaped = *c == '\\' && !escaped;
        ends
    });
    end.map(|(at, _)| at)
}

/// What a string says, by the escapes of all four notations; `None` for one that none of them has.
pub(super) fn unescape(content: &str) -> Option<String> {
    let mut out = String::with_capacity(content.len());
    let mut rest = content;
    while let Some((plain, behind)) = rest.split_once('\\') {
        out.push_str(plain);
        let kind = behind.chars().next()?;
        let behind = behind.get(kind.len_utf8()..)?;
        rest = match kind {
            'x' => coded(behind, 2, &mut out)?,
            'u' => coded(behind, 4, &mut out)?,
            'U' => coded(behind, 8, &mut out)?,
            _ => {
                out.push(single(kind)?);
                behind
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

/// A character by its number, or by a surrogate pair; what stands behind it.
fn coded<'t>(behind: &'t str, digits: usize, out: &mut String) -> Option<&'t str> {
    let number = |text: &'t str| {
        let (hex, rest) = text.split_at_checked(digits)?;
        Some((u32::from_str_radix(hex, 16).ok().filter(|_| !hex.starts_with('+'))?, rest))
    };
    let (high, rest) = number(behind)?;
    if let Some(c) = char::from_u32(high) {
        out.push(c);
        return Some(rest);
    }
    let (low, rest) = number(rest.strip_prefix("\\u")?)?;
    let units = [u16::try_from(high).ok()?, u16::try_from(low).ok()?];
    out.push_str(&String::from_utf16(&units).ok()?);
    Some(rest)
}

/// As deep as `serde_json` reads.
const MAX_DEPTH: usize = 128;

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(node: &Node<'_>) -> String {
        let text = |text: &Text<'_>| format!("{:?}", text.value.as_deref().unwrap_or("?"));
        match node {
            Node::Plain(plain) => (*plain).to_owned(),
            Node::Text(value) => text(value),
            Node::List(items) => format!("[{}]", items.iter().map(shown).collect::<Vec<_>>().join(",")),
            Node::Map(members) => {
                let members = members.iter().map(|(name, value)| format!("{}:{}", text(name), shown(value)));
                format!("{{{}}}", members.collect::<Vec<_>>().join(","))
            }
        }
    }

    #[test]
    fn each_notation_says_the_same() {
        for (text, dialect, says) in [
            (
                r#" {"a b" : [1.0, -2e5, {}, []],"é":"\u00e9\"/\/"} "#,
                Dialect::Json,
                "{\"a b\":[1.0,-2e5,{},[]],\"é\":\"é\\\"//\"}",
            ),
            (
                "{'a': True, 'b': None, 'c': \"it's\", 'd': '\\x41\\U0001f600'}",
                Dialect::Python,
                "{\"a\":true,\"b\":null,\"c\":\"it's\",\"d\":\"A😀\"}",
            ),
            ("{u'a': (1, 2)}", Dialect::Python, "{\"a\":[1,2]}"),
            ("{\"a\"=>true, :b=>nil, \"c\" => 1}", Dialect::Ruby, "{\"a\":true,\"b\":null,\"c\":1}"),
            (
                "{\n  a: 'x',\n  'b-c': [ 1, 2n ],\n  d: undefined,\n}",
                Dialect::JavaScript,
                "{\"a\":\"x\",\"b-c\":[1,2],\"d\":null}",
            ),
        ] {
            let (node, found) = read(text).unwrap();
            assert_eq!((found, shown(&node).as_str()), (dialect, says), "{text}");
        }
    }

    #[test]
    fn what_is_none_of_them_is_nothing() {
        for text in [
            "",
            "{",
            "{\"a\"",
            "{\"a\":}",
            "[1 2]",
            "1",
            "\"a\"",
            "{} x",
            "{a=1}",
            "{'a",
            "[01]",
            "[\"\\q\"]",
            "[+1]",
            "['\\u00g1']",
            "[\u{2028}",
        ] {
            assert_eq!(read(text).map(|(node, _)| shown(&node)), None, "{text}");
        }
        assert!(read(&"[".repeat(200)).is_none());
        // Half a pair can only be kept.
        let (node, _) = read(r#"["\ud83d"]"#).unwrap();
        assert_eq!(node, Node::List(vec![Node::Text(Text::new(Some(r#""\ud83d""#), None))]));
    }
}
