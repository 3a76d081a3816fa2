//! Reverts one change to a body: from the bytes that arrived to bytes that may have been signed.

use serde_json::Value;

use super::body_changes::{
    AROUND, BACKSLASHES, BASE64, BOM, BYTES_JSON, BYTES_TEXT, Change, ENVELOPE, FORM, GZIP, HEX, HTML, JAVASCRIPT,
    LAMBDA, LATIN1, PERCENT, PYTHON, PYTHON_BYTES, QUOTED, RUBY, TRIMMED, TYPOGRAPHY, UNQUOTED, UTF16, WINDOWS,
    WRAPPED,
};
use super::json_writer::{Case, Escapes, Spelling, write};
use super::literal::{self, Dialect};
use super::unescape::unescape;
use super::{decode, gzip, json_styles};
use crate::json::Members;

/// Every change that can be reverted, likeliest first, with the resulting bytes.
pub(super) fn of(body: &[u8]) -> Vec<(Change, Vec<u8>)> {
    let mut found = Reverts(Vec::new());
    found.add(BOM, body.strip_prefix(b"\xef\xbb\xbf").map(<[u8]>::to_vec));
    found.add(GZIP, gzip::decompress(body));
    found.add(UTF16, decode::utf16(body).map(String::into_bytes));
    if let Ok(text) = std::str::from_utf8(body) {
        found.printed(text.trim());
        found.wrapped(text.trim());
        found.encoded(text.trim());
        found.retyped(text);
    }
    found.add(TRIMMED, Some(body.trim_ascii().to_vec()));
    found.0.retain(|(_, bytes)| bytes != body && !bytes.is_empty());
    found.0
}

/// What a body is, if it is certainly not what was sent: a printed value, an encoding, an envelope.
pub(super) fn kind(body: &[u8]) -> Option<&'static str> {
    // A JSON event may well contain `&amp;` or the like.
    let (is_event, of_json) = (is_json(body), [BYTES_JSON.code, UNQUOTED.code, LAMBDA.code]);
    let certain = of(body).into_iter().filter(|(change, bytes)| {
        (is_json(bytes) || bytes.starts_with(b"{")) && (!is_event || of_json.contains(&change.code))
    });
    let known = certain.filter_map(|(change, _)| change.kind).next();
    known.or_else(|| body.starts_with(gzip::MAGIC).then_some("compressed with gzip"))
}

fn is_json(bytes: &[u8]) -> bool {
    serde_json::from_slice::<serde::de::IgnoredAny>(bytes).is_ok()
}

struct Reverts(Vec<(Change, Vec<u8>)>);

impl Reverts {
    fn add(&mut self, change: Change, bytes: Option<Vec<u8>>) {
        self.0.extend(bytes.map(|bytes| (change, bytes)));
    }

    /// A program printed bytes, text or data.
    fn printed(&mut self, text: &str) {
        let value: Option<Value> = serde_json::from_str(text).ok();
        self.add(BYTES_JSON, value.as_ref().and_then(decode::bytes_of_json));
        if let Some(Value::String(inner)) = &value {
            self.add(UNQUOTED, Some(inner.clone().into_bytes()));
        }
        if value.is_some() {
            return;
        }
        self.add(BYTES_TEXT, decode::bytes_of_list(text));
        self.add(PYTHON_BYTES, decode::bytes_of_python(text));
        if let Some(inner) = decode::unquoted(text) {
            self.add(QUOTED, Some(inner.as_bytes().to_vec()));
            self.add(QUOTED, unescape(inner).map(String::into_bytes));
        }
        if let Some((node, dialect)) = literal::read(text) {
            let fewest = Escapes { kept: false, chars: 0, case: Case::Lower, long: false };
            let change = match dialect {
                Dialect::Json => return,
                Dialect::Python => PYTHON,
                Dialect::Ruby => RUBY,
                Dialect::JavaScript => JAVASCRIPT,
            };
            let json = write(&node, &json_styles::COMPACT, fewest, Spelling::Kept);
            self.add(change, Some(json.into_bytes()));
        }
        if text.contains("\\\"") {
            self.add(BACKSLASHES, unescape(text).map(String::into_bytes));
        }
    }

    /// A transport or a framework wrapped the body in something larger.
    fn wrapped(&mut self, text: &str) {
        if let Some(members) = Members::parse(text.as_bytes()) {
            // Only events that AWS made have this member.
            let change = if members.get("isBase64Encoded").is_some() { LAMBDA } else { ENVELOPE };
            for raw in NAMES.iter().filter_map(|name| members.get(name)) {
                let inner = crate::json::string(raw).unwrap_or_else(|| raw.trim_end().to_owned());
                self.add(change, Some(inner.into_bytes()));
            }
            return;
        }
        let item = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        let item = item.filter(|item| is_json(item.as_bytes()));
        self.add(ENVELOPE, item.map(|item| item.trim().as_bytes().to_vec()));
        self.form(text);
        let around = text.find(['{', '[']).zip(text.rfind(['}', ']']));
        let inner = around.and_then(|(from, to)| text.get(from..=to));
        self.add(AROUND, inner.map(|inner| inner.as_bytes().to_vec()));
    }

    /// The body is a value of a form, or was parsed as the name of one.
    fn form(&mut self, text: &str) {
        for part in text.split('&').take(MAX_PARTS) {
            if let Some((_, value)) = part.split_once('=') {
                self.add(FORM, decode::percent(value, true).or_else(|| Some(value.as_bytes().to_vec())));
            }
        }
        let is_name = |name: &str| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        let value = text.split_once('=').filter(|(name, _)| is_name(name));
        self.add(FORM, value.map(|(_, value)| value.as_bytes().to_vec()));
        self.add(FORM, text.strip_suffix('=').map(|name| name.as_bytes().to_vec()));
    }

    /// A transport encoded the body as text.
    fn encoded(&mut self, text: &str) {
        self.add(HEX, decode::hex(text));
        self.add(BASE64, decode::base64(text));
        self.add(HTML, decode::html(text).map(String::into_bytes));
        self.add(PERCENT, decode::percent(text, true));
        self.add(PERCENT, decode::percent(text, false));
    }

    /// Its characters were decoded wrongly, replaced, or broken into lines.
    fn retyped(&mut self, text: &str) {
        if !text.is_ascii() {
            self.add(LATIN1, decode::latin1(text));
            self.add(WINDOWS, decode::windows1252(text));
            self.add(TYPOGRAPHY, Some(plain_typography(text).into_bytes()));
        }
        if text.contains('\n') {
            let joined: String = text.chars().filter(|c| !['\n', '\r'].contains(c)).collect();
            self.add(WRAPPED, Some(joined.into_bytes()));
        }
    }
}

/// Curly quotes and special spaces as the plain ones on a keyboard.
fn plain_typography(text: &str) -> String {
    let plain = |c| match c {
        '“' | '”' | '„' | '«' | '»' => '"',
        '‘' | '’' | '‚' => '\'',
        '\u{a0}' | '\u{202f}' => ' ',
        c => c,
    };
    text.chars().filter(|c| !['\u{200b}', '\u{feff}', '\u{2060}'].contains(c)).map(plain).collect()
}

/// Members in which frameworks, queues and gateways keep a body.
const NAMES: [&str; 16] = [
    "body", "rawBody", "raw_body", "payload", "data", "Records", "Message", "message", "event", "request", "content",
    "text", "json", "detail", "webhook", "value",
];
/// Pairs of a form that are examined.
const MAX_PARTS: usize = 8;
