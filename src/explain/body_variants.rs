//! Bodies that may have been signed when another one arrived: reverted changes, and small changes.

use super::body_changes::{APPENDED, Change, DECODED};
use super::body_reverts;

/// One body that may have been signed.
pub(super) struct BodyVariant {
    pub(super) code: &'static str,
    /// Continues "matches if".
    pub(super) matches_if: String,
    pub(super) fix: &'static str,
    pub(super) bytes: Vec<u8>,
}

/// The bodies that reverting one to three changes yields, without the body itself.
pub(super) fn reverted(body: &[u8]) -> Vec<BodyVariant> {
    let mut found: Vec<(usize, BodyVariant)> = Vec::new();
    let mut at = None::<usize>;
    let mut total = 0_usize;
    loop {
        let (depth, bytes, before) = match at.and_then(|at| found.get(at)) {
            Some((depth, variant)) => (*depth, variant.bytes.as_slice(), Some(variant)),
            None => (0, body, None),
        };
        let next: Vec<_> = if depth < MAX_DEPTH { body_reverts::of(bytes) } else { Vec::new() };
        let next: Vec<_> =
            next.into_iter().map(|(change, bytes)| (depth.saturating_add(1), join(before, change, bytes))).collect();
        for (depth, variant) in next {
            let known = found.iter().any(|(_, known)| known.bytes == variant.bytes) || variant.bytes == body;
            total = total.saturating_add(variant.bytes.len());
            if !known && found.len() < MAX_REVERTED && total < MAX_TOTAL.max(body.len().saturating_mul(8)) {
                found.push((depth, variant));
            }
        }
        at = Some(at.map_or(0, |at| at.saturating_add(1)));
        if at >= Some(found.len()) {
            return found.into_iter().map(|(_, variant)| variant).collect();
        }
    }
}

fn join(before: Option<&BodyVariant>, change: Change, bytes: Vec<u8>) -> BodyVariant {
    match before {
        Some(BodyVariant { code, matches_if, fix, .. }) => {
            BodyVariant { code, matches_if: format!("{matches_if}, then {}", change.matches_if), fix, bytes }
        }
        None => BodyVariant { code: change.code, matches_if: change.matches_if.to_owned(), fix: change.fix, bytes },
    }
}

/// The bodies that one small change yields, most frequent first, without the body itself.
pub(super) fn altered(body: &[u8]) -> Vec<BodyVariant> {
    let mut list = Altered { body, found: Vec::new() };
    list.line_ends();
    list.encodings();
    list.found
}

struct Altered<'b> {
    body: &'b [u8],
    found: Vec<BodyVariant>,
}

impl Altered<'_> {
    fn add(&mut self, code: &'static str, matches_if: &str, fix: &'static str, bytes: Vec<u8>) {
        if bytes != self.body && self.found.iter().all(|known| known.bytes != bytes) {
            self.found.push(BodyVariant { code, matches_if: matches_if.to_owned(), fix, bytes });
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
        let lf = unix_lines(body);
        self.add("crlf_to_lf", "each CR LF becomes LF", LINES, lf.clone());
        let crlf = lf.split(|byte| *byte == b'\n').collect::<Vec<_>>().join(b"\r\n".as_slice());
        self.add("lf_to_crlf", "each LF becomes CR LF", LINES, crlf);
    }

    fn encodings(&mut self) {
        let body = self.body;
        self.add("bom_added", "a byte order mark is added in front", MARK_LOST, [BOM, body].concat());
        let lossy = String::from_utf8_lossy(body).into_owned();
        let utf16 = |bytes: &dyn Fn(u16) -> [u8; 2]| lossy.encode_utf16().flat_map(bytes).collect::<Vec<_>>();
        let (little, big) = (utf16(&u16::to_le_bytes), utf16(&u16::to_be_bytes));
        self.add("utf8_lossy", "bytes that are not UTF-8 become U+FFFD", DECODED, lossy.into_bytes());
        let as_latin1: String = body.iter().map(|byte| char::from(*byte)).collect();
        self.add("latin1", "the body is read as Latin-1 and written as UTF-8", DECODED, as_latin1.into_bytes());
        self.add("utf16_encoded", "the body is written as UTF-16, little-endian", UTF16, little);
        self.add("utf16_encoded", "the body is written as UTF-16, big-endian", UTF16, big);
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

const BOM: &[u8] = b"\xef\xbb\xbf";

/// Changes reverted in a row.
const MAX_DEPTH: usize = 3;
/// Bodies that reverting may yield.
const MAX_REVERTED: usize = 48;
/// Their total size; larger bodies get eight times their own size.
const MAX_TOTAL: usize = 4 * 1024 * 1024;

const TRIMMED: &str =
    "something trimmed the body (`curl -d @file` drops newlines, frameworks trim text): pass the raw bytes";
const LINES: &str = "an editor, Git or a form changed the line ends: use the bytes as they came over HTTP";
const MARK_LOST: &str = "`Request.text()` and text decoders drop a byte order mark: read the body with `arrayBuffer()`";
const UTF16: &str =
    "the sender signs UTF-16 and sends UTF-8 (.NET: `Encoding.Unicode`): it must sign the bytes it sends";
