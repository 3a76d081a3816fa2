//! Bodies that may have been signed where another arrived: what editors, frameworks and gateways do to one.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::restyle::{Escapes, Style, restyle};

/// One body that may have been the signed one.
pub(super) struct Candidate {
    pub(super) code: &'static str,
    /// To go on after "matches if".
    pub(super) matches_if: &'static str,
    pub(super) fix: &'static str,
    pub(super) bytes: Vec<u8>,
}

/// All of them, most frequent first; none is the body itself.
pub(super) fn candidates(body: &[u8]) -> Vec<Candidate> {
    let mut list = List { body, found: Vec::new() };
    list.line_ends();
    list.encodings();
    if let Ok(text) = std::str::from_utf8(body) {
        list.json(text);
    }
    list.add("empty", "the body is left out", LOST, Vec::new());
    list.found
}

struct List<'b> {
    body: &'b [u8],
    found: Vec<Candidate>,
}

impl List<'_> {
    fn add(&mut self, code: &'static str, matches_if: &'static str, fix: &'static str, bytes: Vec<u8>) {
        if bytes != self.body && self.found.iter().all(|known| known.bytes != bytes) {
            self.found.push(Candidate { code, matches_if, fix, bytes });
        }
    }

    fn line_ends(&mut self) {
        let body = self.body;
        let without = body.strip_suffix(b"\r\n").or_else(|| body.strip_suffix(b"\n"));
        if let Some(without) = without {
            self.add("final_newline_removed", "the final newline is removed", APPENDED, without.to_vec());
        }
        self.add("final_newline_added", "a final newline is added", TRIMMED, [body, b"\n"].concat());
        self.add("final_crlf_added", "a final CR LF is added", TRIMMED, [body, b"\r\n"].concat());
        self.add("trimmed", "white space at both ends is removed", APPENDED, body.trim_ascii().to_vec());
        let lf = unix_lines(body);
        self.add("crlf_to_lf", "each CR LF becomes LF", LINES, lf.clone());
        let crlf = lf.split(|byte| *byte == b'\n').collect::<Vec<_>>().join(b"\r\n".as_slice());
        self.add("lf_to_crlf", "each LF becomes CR LF", LINES, crlf);
    }

    fn encodings(&mut self) {
        let body = self.body;
        match body.strip_prefix(BOM) {
            Some(rest) => self.add("bom_removed", "the byte order mark is removed", MARK, rest.to_vec()),
            None => self.add("bom_added", "a byte order mark is put in front", MARK_LOST, [BOM, body].concat()),
        }
        let lossy = String::from_utf8_lossy(body).into_owned().into_bytes();
        self.add("utf8_lossy", "bytes that are not UTF-8 become U+FFFD", DECODED, lossy);
        if let Some(bytes) = std::str::from_utf8(body).ok().and_then(latin1) {
            self.add("latin1_undone", "text that was read as Latin-1 is read as UTF-8", DECODED, bytes);
        }
        let as_latin1: String = body.iter().map(|byte| char::from(*byte)).collect();
        self.add("latin1", "the body is read as Latin-1 and written as UTF-8", DECODED, as_latin1.into_bytes());
        if let Ok(bytes) = STANDARD.decode(body.trim_ascii()) {
            self.add("base64_decoded", "the body is decoded from base64", GATEWAY, bytes);
        }
    }

    fn json(&mut self, text: &str) {
        let Ok(value) = serde_json::from_str::<Value>(text) else { return };
        for (code, matches_if, style) in STYLES {
            self.add(code, matches_if, PARSED, restyle(text, style).into_bytes());
        }
        self.add(
            "json_sorted",
            "the members of the JSON are sorted, without white space",
            PARSED,
            value.to_string().into(),
        );
        if let Value::String(inner) = value {
            self.add("json_unquoted", "the JSON text is taken out of its quotes", PARSED, inner.into_bytes());
        }
    }
}

fn unix_lines(body: &[u8]) -> Vec<u8> {
    let mut bytes = body.iter().copied().peekable();
    let mut lines = Vec::with_capacity(body.len());
    while let Some(byte) = bytes.next() {
        if byte != b'\r' || bytes.peek() != Some(&b'\n') {
            lines.push(byte);
        }
    }
    lines
}

fn latin1(text: &str) -> Option<Vec<u8>> {
    text.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect()
}

const BOM: &[u8] = b"\xef\xbb\xbf";

const APPENDED: &str =
    "something appended it on the way or in the copy (an editor, `echo`, a log): send with `curl --data-binary`";
const TRIMMED: &str =
    "something trimmed the body (`curl -d @file` drops newlines, frameworks trim text): hand over the raw bytes";
const LINES: &str = "an editor, Git or a form changed the line ends: take the bytes as they came over HTTP";
const MARK: &str =
    "a byte order mark was put in front on the way, or by an editor: take the bytes as they came over HTTP";
const MARK_LOST: &str = "`Request.text()` and text decoders drop a byte order mark: read the body with `arrayBuffer()`";
const DECODED: &str =
    "the body was decoded to text and encoded again: read it as bytes, with `arrayBuffer()` or a raw body parser";
const GATEWAY: &str =
    "a gateway such as AWS API Gateway handed over base64 (`isBase64Encoded`): decode it before the check";
const LOST: &str = "the sender signed an empty body, or signs none: what arrived is not covered by this signature";
const PARSED: &str =
    "the body was parsed and written again before the check: hand over the raw bytes (Express: `express.raw`)";

const fn compact(escapes: Escapes) -> Style {
    Style { indent: None, comma: ",", colon: ":", escapes }
}

const fn indented(indent: &'static str) -> Style {
    Style { indent: Some(indent), comma: ",", colon: ": ", escapes: Escapes::Kept }
}

const STYLES: &[(&str, &str, &Style)] = &[
    ("json_compact", "the JSON is written without white space", &compact(Escapes::Kept)),
    ("json_stringify", "the JSON is written as by `JSON.stringify`", &compact(Escapes::Fewest)),
    (
        "json_python",
        "the JSON is written as by Python's `json.dumps`",
        &Style { indent: None, comma: ", ", colon: ": ", escapes: Escapes::Ascii },
    ),
    (
        "json_spaced",
        "the JSON is written with a space behind each comma and colon",
        &Style { indent: None, comma: ", ", colon: ": ", escapes: Escapes::Kept },
    ),
    ("json_ascii", "the JSON is written without white space, in ASCII", &compact(Escapes::Ascii)),
    ("json_php", "the JSON is written as by PHP's `json_encode`", &compact(Escapes::AsciiAndSlash)),
    ("json_go", "the JSON is written as by Go's `json.Marshal`", &compact(Escapes::Html)),
    ("json_indent_2", "the JSON is indented by 2 spaces", &indented("  ")),
    ("json_indent_4", "the JSON is indented by 4 spaces", &indented("    ")),
    ("json_indent_tab", "the JSON is indented by tabs", &indented("\t")),
];
