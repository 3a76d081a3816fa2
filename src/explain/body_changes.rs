//! The changes that happen to a body between sender and check, each with how to say it and what to do.

/// One change, described by its reversal.
#[derive(Clone, Copy, Debug)]
pub(super) struct Change {
    pub(super) code: &'static str,
    /// The reversal; continues "matches if".
    pub(super) matches_if: &'static str,
    pub(super) fix: &'static str,
    /// What the body is now, if it is certainly not what was sent; continues "the body is".
    pub(super) kind: Option<&'static str>,
}

impl Change {
    const fn new(code: &'static str, matches_if: &'static str, fix: &'static str) -> Self {
        Self { code, matches_if, fix, kind: None }
    }

    const fn of(kind: &'static str, code: &'static str, matches_if: &'static str, fix: &'static str) -> Self {
        Self { kind: Some(kind), ..Self::new(code, matches_if, fix) }
    }
}

pub(super) const DECODED: &str =
    "the body was decoded to text and encoded again: read it as bytes, with `arrayBuffer()` or a raw body parser";
pub(super) const APPENDED: &str =
    "an editor, `echo` or a log appended it on the way or in the copy: send the body with `curl --data-binary`";
const RAW: &str = "pass the raw bytes, before anything prints or parses them (Express: `express.raw`)";

pub(super) const BOM: Change = Change::new(
    "bom_removed",
    "the byte order mark is removed",
    "an editor or a program on the way added a byte order mark: use the bytes as they came over HTTP",
);
pub(super) const TRIMMED: Change = Change::new("trimmed", "white space at both ends is removed", APPENDED);
pub(super) const GZIP: Change = Change::of(
    "compressed with gzip",
    "gzip_decompressed",
    "the body is decompressed",
    "the sender signs the body before it compresses it: decompress it before the check, as `content-encoding` says",
);
pub(super) const UTF16: Change = Change::of(
    "UTF-16",
    "utf16_decoded",
    "the body is written as UTF-8, not UTF-16",
    "PowerShell and .NET write text as UTF-16 by default: use the bytes as they came over HTTP",
);
pub(super) const BYTES_JSON: Change = Change::of(
    "JSON that lists bytes",
    "bytes_json",
    "the bytes are taken from the JSON that lists them",
    "`JSON.stringify` was called with a Buffer or a Uint8Array: pass the bytes themselves, or `buffer.toString()`",
);
pub(super) const BYTES_TEXT: Change = Change::of(
    "a list of byte values",
    "bytes_text",
    "the bytes are taken from the list of their values",
    "bytes were printed (`String(bytes)`, `Arrays.toString`): pass the bytes themselves, or decode them as UTF-8",
);
pub(super) const PYTHON_BYTES: Change = Change::of(
    "what Python prints for bytes",
    "python_bytes",
    "the bytes are taken from Python's `b'…'`",
    "`str(body)` prints bytes: pass the bytes themselves, or `body.decode()`",
);
pub(super) const PYTHON: Change = Change::of(
    "what Python prints for a dict",
    "python_dict",
    "the data is written as JSON, not as Python prints it",
    "`str(request.json())` prints a dict: pass `request.data` (Flask), `await request.body()` (FastAPI) or `request.body` (Django)",
);
pub(super) const RUBY: Change = Change::of(
    "what Ruby prints for a hash",
    "ruby_hash",
    "the data is written as JSON, not as Ruby prints it",
    "`params.to_s` prints a hash: pass `request.raw_post` (Rails) or `request.body.read` (Rack)",
);
pub(super) const JAVASCRIPT: Change = Change::of(
    "what JavaScript prints for an object",
    "js_object",
    "the data is written as JSON, not as JavaScript prints it",
    "`console.log` and `util.inspect` print an object: pass the raw body, before it is parsed",
);
pub(super) const UNQUOTED: Change = Change::of(
    "a JSON string",
    "json_unquoted",
    "the JSON text is taken out of its quotes",
    "the text of the body was encoded as JSON once more: pass the text itself",
);
pub(super) const QUOTED: Change = Change::new(
    "quotes_removed",
    "the quotes around the body are removed",
    "the quotes came with the copy: leave them out",
);
pub(super) const BACKSLASHES: Change = Change::of(
    "JSON with its quotes escaped",
    "backslashes_removed",
    "the backslashes in front of its quotes are removed",
    "the body was copied out of a string, for example from a log: use the bytes as they came over HTTP",
);
pub(super) const ENVELOPE: Change = Change::new(
    "envelope",
    "the body is taken out of the JSON around it",
    "a gateway, a queue or a function wrapped the body: pass the body inside, byte for byte",
);
pub(super) const LAMBDA: Change = Change { kind: Some("an event that AWS wrapped around it"), ..ENVELOPE };
pub(super) const FORM: Change = Change::new(
    "form_decoded",
    "the value is taken out of the form",
    "the JSON was sent or read as a form field: read the raw body, and send it as `application/json`",
);
pub(super) const AROUND: Change = Change::new(
    "text_around",
    "the text around the JSON is removed",
    "the text came with the copy: copy the body alone",
);
pub(super) const HEX: Change =
    Change::of("hex", "hex_decoded", "the body is decoded from hex", "the bytes were printed as hex: pass the bytes");
pub(super) const BASE64: Change = Change::of(
    "base64",
    "base64_decoded",
    "the body is decoded from base64",
    "a gateway such as AWS API Gateway passed base64 (`isBase64Encoded`): decode it before the check",
);
pub(super) const HTML: Change = Change::of(
    "escaped for HTML",
    "html_unescaped",
    "its HTML entities are decoded",
    "a template or a page escaped the body (`&quot;`): use the bytes as they came over HTTP",
);
pub(super) const PERCENT: Change =
    Change::of("percent-encoded", "percent_decoded", "the body is decoded from percent-encoding", RAW);
pub(super) const LATIN1: Change =
    Change::new("latin1_undone", "text that was read as Latin-1 is read as UTF-8", DECODED);
pub(super) const WINDOWS: Change =
    Change::new("windows1252_undone", "text that was read as Windows-1252 is read as UTF-8", DECODED);
pub(super) const TYPOGRAPHY: Change = Change::new(
    "typography_undone",
    "curly quotes and non-breaking spaces become plain ones",
    "an editor or a chat changed them in the copy: use the bytes as they came over HTTP",
);
pub(super) const WRAPPED: Change = Change::new(
    "line_breaks_removed",
    "its line breaks are removed",
    "a terminal or a mail program broke the line in the copy: use the bytes as they came over HTTP",
);
