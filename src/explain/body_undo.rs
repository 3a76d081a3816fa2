//! What is done to a body on its way to a check, undone: one step, from the bytes that arrived to those that may have been signed.

use serde_json::Value;

use super::decode;
use super::json_styles::COMPACT;
use super::json_writer::{Case, Escapes, Spelling, write};
use super::literal::{self, Dialect};
use crate::json::Members;

/// A step back.
#[derive(Clone, Copy, Debug)]
pub(super) struct Change {
    pub(super) code: &'static str,
    /// To go on after "matches if".
    pub(super) words: &'static str,
    pub(super) fix: &'static str,
    /// What the body is, where there is no doubt that it is not what was sent; to go on after "the body is".
    pub(super) kind: Option<&'static str>,
}

impl Change {
    const fn new(code: &'static str, words: &'static str, fix: &'static str) -> Self {
        Self { code, words, fix, kind: None }
    }

    const fn of(kind: &'static str, code: &'static str, words: &'static str, fix: &'static str) -> Self {
        Self { kind: Some(kind), ..Self::new(code, words, fix) }
    }
}

/// Each step that can be taken back, likeliest first.
pub(super) fn steps(body: &[u8]) -> Vec<(Change, Vec<u8>)> {
    let mut found = Steps(Vec::new());
    found.add(BOM, body.strip_prefix(b"\xef\xbb\xbf").map(<[u8]>::to_vec));
    found.add(GZIP, gunzip(body));
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

/// What a body is that is surely not what was sent, although it may have been made of it.
pub(super) fn kind(body: &[u8]) -> Option<&'static str> {
    // JSON may well hold `&amp;` or the like.
    let (is_event, of_json) = (is_json(body), [BYTES_JSON.code, UNQUOTED.code, LAMBDA.code]);
    let certain = steps(body).into_iter().filter(|(change, bytes)| {
        (is_json(bytes) || bytes.starts_with(b"{")) && (!is_event || of_json.contains(&change.code))
    });
    let known = certain.filter_map(|(change, _)| change.kind).next();
    known.or_else(|| body.starts_with(MAGIC).then_some("compressed with gzip"))
}

fn is_json(bytes: &[u8]) -> bool {
    serde_json::from_slice::<serde::de::IgnoredAny>(bytes).is_ok()
}

struct Steps(Vec<(Change, Vec<u8>)>);

impl Steps {
    fn add(&mut self, change: Change, bytes: Option<Vec<u8>>) {
        self.0.extend(bytes.map(|bytes| (change, bytes)));
    }

    /// What a program prints of bytes, text or data.
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
            self.add(QUOTED, literal::unescape(inner).map(String::into_bytes));
        }
        if let Some((node, dialect)) = literal::read(text) {
            let fewest = Escapes { kept: false, chars: 0, case: Case::Lower, long: false };
            let change = match dialect {
                Dialect::Json => return,
                Dialect::Python => PYTHON,
                Dialect::Ruby => RUBY,
                Dialect::JavaScript => JAVASCRIPT,
            };
            self.add(change, Some(write(&node, &COMPACT, fewest, Spelling::Kept).into_bytes()));
        }
        if text.contains("\\\"") {
            self.add(BACKSLASHES, literal::unescape(text).map(String::into_bytes));
        }
    }

    /// What the body is a part of.
    fn wrapped(&mut self, text: &str) {
        if let Some(members) = Members::parse(text.as_bytes()) {
            // Nothing but an event that AWS made has this one.
            let change = if members.get("isBase64Encoded").is_some() { LAMBDA } else { ENVELOPE };
            for raw in NAMES.iter().filter_map(|name| members.get(name)) {
                let inner = crate::json::string(raw).unwrap_or_else(|| raw.trim_end().to_owned());
                self.add(change, Some(inner.into_bytes()));
            }
            return;
        }
        let item =
            text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).filter(|item| is_json(item.as_bytes()));
        self.add(ENVELOPE, item.map(|item| item.trim().as_bytes().to_vec()));
        for part in text.split('&').take(MAX_PARTS) {
            if let Some((_, value)) = part.split_once('=') {
                self.add(FORM, decode::percent(value, true).or_else(|| Some(value.as_bytes().to_vec())));
            }
        }
        let value = text
            .split_once('=')
            .filter(|(name, _)| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'));
        self.add(FORM, value.map(|(_, value)| value.as_bytes().to_vec()));
        self.add(FORM, text.strip_suffix('=').map(|name| name.as_bytes().to_vec()));
        let around = text.find(['{', '[']).zip(text.rfind(['}', ']']));
        let inner = around.and_then(|(from, to)| text.get(from..=to));
        self.add(AROUND, inner.map(|inner| inner.as_bytes().to_vec()));
    }

    /// What a transport made of it.
    fn encoded(&mut self, text: &str) {
        self.add(HEX, decode::hex(text));
        self.add(BASE64, decode::base64(text));
        self.add(HTML, decode::html(text).map(String::into_bytes));
        self.add(PERCENT, decode::percent(text, true));
        self.add(PERCENT, decode::percent(text, false));
    }

    /// What became of its characters.
    fn retyped(&mut self, text: &str) {
        if !text.is_ascii() {
            self.add(LATIN1, decode::latin1(text));
            self.add(WINDOWS, decode::windows1252(text));
            self.add(TYPOGRAPHY, Some(straight(text).into_bytes()));
        }
        if text.contains('\n') {
            let joined: String = text.chars().filter(|c| !['\n', '\r'].contains(c)).collect();
            self.add(WRAPPED, Some(joined.into_bytes()));
        }
    }
}

/// Quotes and spaces as they are typed.
fn straight(text: &str) -> String {
    let plain = |c| match c {
        '“' | '”' | '„' | '«' | '»' => '"',
        '‘' | '’' | '‚' => '\'',
        '\u{a0}' | '\u{202f}' => ' ',
        c => c,
    };
    text.chars().filter(|c| !['\u{200b}', '\u{feff}', '\u{2060}'].contains(c)).map(plain).collect()
}

/// The first member of a gzip file; its checksum is left to the signature.
fn gunzip(body: &[u8]) -> Option<Vec<u8>> {
    let [flags, ..] = body.strip_prefix(MAGIC)? else { return None };
    let mut rest = body.get(10..)?;
    if flags & EXTRA != 0 {
        let (length, behind) = rest.split_first_chunk::<2>()?;
        rest = behind.get(usize::from(u16::from_le_bytes(*length))..)?;
    }
    for flag in [NAME, COMMENT] {
        if flags & flag != 0 {
            let end = rest.iter().position(|byte| *byte == 0)?;
            rest = rest.get(end.checked_add(1)?..)?;
        }
    }
    if flags & CHECK != 0 {
        rest = rest.get(2..)?;
    }
    miniz_oxide::inflate::decompress_to_vec_with_limit(rest, MOST_INFLATED).ok()
}

/// RFC 1952, section 2.3: the only method, and the flags.
const MAGIC: &[u8] = b"\x1f\x8b\x08";
const CHECK: u8 = 1 << 1;
const EXTRA: u8 = 1 << 2;
const NAME: u8 = 1 << 3;
const COMMENT: u8 = 1 << 4;
/// What a few bytes are allowed to grow to.
const MOST_INFLATED: usize = 4 * 1024 * 1024;

/// Where frameworks, queues and gateways keep a body.
const NAMES: [&str; 16] = [
    "body", "rawBody", "raw_body", "payload", "data", "Records", "Message", "message", "event", "request", "content",
    "text", "json", "detail", "webhook", "value",
];
/// Pairs of a form that are looked at.
const MAX_PARTS: usize = 8;

pub(super) const DECODED: &str =
    "the body was decoded to text and encoded again: read it as bytes, with `arrayBuffer()` or a raw body parser";
const HANDED: &str = "hand over the raw bytes, before anything prints or parses them (Express: `express.raw`)";

const BOM: Change = Change::new(
    "bom_removed",
    "the byte order mark is removed",
    "a byte order mark was put in front on the way, or by an editor: take the bytes as they came over HTTP",
);
const TRIMMED: Change = Change::new(
    "trimmed",
    "white space at both ends is removed",
    "something appended it on the way or in the copy (an editor, `echo`, a log): send with `curl --data-binary`",
);
const GZIP: Change = Change::of(
    "compressed with gzip",
    "gzip_decompressed",
    "the body is decompressed",
    "the sender signs what it then compresses: decompress the body before the check, as `content-encoding` says",
);
const UTF16: Change = Change::of(
    "UTF-16",
    "utf16_decoded",
    "the body is written as UTF-8, not UTF-16",
    "PowerShell and .NET write text as UTF-16 where nothing else is said: take the bytes as they came over HTTP",
);
const BYTES_JSON: Change = Change::of(
    "JSON that lists bytes",
    "bytes_json",
    "the bytes are taken out of the JSON that lists them",
    "`JSON.stringify` was called with a Buffer or a Uint8Array: hand over the bytes themselves, or `buffer.toString()`",
);
const BYTES_TEXT: Change = Change::of(
    "a list of byte values",
    "bytes_text",
    "the bytes are taken out of the list of their values",
    "bytes were printed (`String(bytes)`, `Arrays.toString`): hand over the bytes themselves, or decode them as UTF-8",
);
const PYTHON_BYTES: Change = Change::of(
    "what Python prints for bytes",
    "python_bytes",
    "the bytes are taken out of Python's `b'…'`",
    "`str(body)` prints bytes: hand over the bytes themselves, or `body.decode()`",
);
const PYTHON: Change = Change::of(
    "what Python prints for a dict",
    "python_dict",
    "the data is written as JSON, not as Python prints it",
    "`str(request.json())` prints a dict: hand over `request.data` (Flask), `await request.body()` (FastAPI), `request.body` (Django)",
);
const RUBY: Change = Change::of(
    "what Ruby prints for a hash",
    "ruby_hash",
    "the data is written as JSON, not as Ruby prints it",
    "`params.to_s` prints a hash: hand over `request.raw_post` (Rails) or `request.body.read` (Rack)",
);
const JAVASCRIPT: Change = Change::of(
    "what JavaScript prints for an object",
    "js_object",
    "the data is written as JSON, not as JavaScript prints it",
    "`console.log` and `util.inspect` print an object: hand over the raw body, before it is parsed",
);
const UNQUOTED: Change = Change::of(
    "a JSON string",
    "json_unquoted",
    "the JSON text is taken out of its quotes",
    "the text of the body was written as JSON once more: hand over the text itself",
);
const QUOTED: Change =
    Change::new("quotes_removed", "the quotes around the body are removed", "they came with the copy: leave them out");
const BACKSLASHES: Change = Change::of(
    "JSON with its quotes escaped",
    "backslashes_removed",
    "the backslashes in front of its quotes are removed",
    "the body was copied out of a string, as from a log: take the bytes as they came over HTTP",
);
const ENVELOPE: Change = Change::new(
    "envelope",
    "the body is taken out of the JSON around it",
    "a gateway, a queue or a function wrapped it: hand over the body that it holds, byte for byte",
);
const LAMBDA: Change = Change { kind: Some("an event that AWS wrapped around it"), ..ENVELOPE };
const FORM: Change = Change::new(
    "form_decoded",
    "the value is taken out of the form",
    "the JSON was sent or read as a form field: read the raw body, and send it as `application/json`",
);
const AROUND: Change =
    Change::new("text_around", "what stands around the JSON is removed", "it came with the copy: take the body alone");
const HEX: Change = Change::of(
    "hex",
    "hex_decoded",
    "the body is decoded from hex",
    "the bytes were printed as hex: hand over the bytes",
);
const BASE64: Change = Change::of(
    "base64",
    "base64_decoded",
    "the body is decoded from base64",
    "a gateway such as AWS API Gateway handed over base64 (`isBase64Encoded`): decode it before the check",
);
const HTML: Change = Change::of(
    "escaped for HTML",
    "html_unescaped",
    "its HTML entities are decoded",
    "a template or a page escaped it (`&quot;`): take the bytes as they came over HTTP",
);
const PERCENT: Change =
    Change::of("percent-encoded", "percent_decoded", "the body is decoded from percent-encoding", HANDED);
const LATIN1: Change = Change::new("latin1_undone", "text that was read as Latin-1 is read as UTF-8", DECODED);
const WINDOWS: Change =
    Change::new("windows1252_undone", "text that was read as Windows-1252 is read as UTF-8", DECODED);
const TYPOGRAPHY: Change = Change::new(
    "typography_undone",
    "curly quotes and hard spaces become plain ones",
    "an editor or a chat changed them in the copy: take the bytes as they came over HTTP",
);
const WRAPPED: Change = Change::new(
    "line_breaks_removed",
    "its line breaks are removed",
    "a terminal or a mail broke the line in the copy: take the bytes as they came over HTTP",
);
