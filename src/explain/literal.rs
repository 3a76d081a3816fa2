//! Reads data literals as a tree: JSON, and what Python, Ruby and JavaScript print for the same data.
//!
//! Strings and numbers keep their spelling, so that writing the tree again changes only what it is asked to change.

use super::json_escapes::marks;
use super::unescape::unescape;

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
    /// The JSON spelling with its quotes, if it was JSON.
    pub(super) raw: Option<&'t str>,
    /// The characters; `None` for half of a surrogate pair, which only `raw` can express.
    pub(super) value: Option<String>,
    /// The classes of [`json_escapes`](super::json_escapes) that it contains: characters that some style escapes.
    pub(super) marks: u32,
}

impl<'t> Text<'t> {
    fn new(raw: Option<&'t str>, value: Option<String>) -> Self {
        Self { raw, marks: value.as_deref().map(marks).unwrap_or_default(), value }
    }
}

/// The notation of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    Json,
    Python,
    Ruby,
    JavaScript,
}

/// Reads an object or an array; `None` for anything else.
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
        let after = self.rest.strip_prefix(mark);
        self.rest = after.unwrap_or(self.rest);
        after.is_some()
    }

    /// Records a sign of a notation. Ruby's signs are certain; any other counts only if it is the first.
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

    /// A comma, or nothing if the end follows.
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
        // Python 2 writes `u'…'`.
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

/// The length of a string's content, up to the closing quote.
fn end_of_string(inner: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    let end = inner.char_indices().find(|(_, c)| {
        let ends = *c == quote && !escaped;
        escaped = *c == '\\' && !escaped;
        ends
    });
    end.map(|(at, _)| at)
}

/// The depth that `serde_json` reads.
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
    fn each_notation_yields_the_same_data() {
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
    fn other_text_is_refused() {
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
        // Half of a surrogate pair keeps its spelling.
        let (node, _) = read(r#"["\ud83d"]"#).unwrap();
        assert_eq!(node, Node::List(vec![Node::Text(Text::new(Some(r#""\ud83d""#), None))]));
    }
}
