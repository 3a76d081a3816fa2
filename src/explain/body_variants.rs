//! Bodies that may have been signed where another arrived: what programs, editors, frameworks and gateways do to one.

use super::body_undo::{self, Change, DECODED};

/// One body that may have been the signed one.
pub(super) struct Candidate {
    pub(super) code: &'static str,
    /// To go on after "matches if".
    pub(super) words: String,
    pub(super) fix: &'static str,
    pub(super) bytes: Vec<u8>,
}

/// What comes of undoing one change after another; the body itself is none of them.
pub(super) fn undone(body: &[u8]) -> Vec<Candidate> {
    let mut found: Vec<(usize, Candidate)> = Vec::new();
    let mut at = None::<usize>;
    let mut weight = 0_usize;
    loop {
        let (depth, bytes, before) = match at.and_then(|at| found.get(at)) {
            Some((depth, candidate)) => (*depth, candidate.bytes.as_slice(), Some(candidate)),
            None => (0, body, None),
        };
        let next: Vec<_> = if depth < MAX_DEPTH { body_undo::steps(bytes) } else { Vec::new() };
        let next: Vec<_> =
            next.into_iter().map(|(change, bytes)| (depth.saturating_add(1), join(before, change, bytes))).collect();
        for (depth, candidate) in next {
            let known = found.iter().any(|(_, known)| known.bytes == candidate.bytes) || candidate.bytes == body;
            weight = weight.saturating_add(candidate.bytes.len());
            if !known && found.len() < MAX_UNDONE && weight < MAX_GROWTH.max(body.len().saturating_mul(8)) {
                found.push((depth, candidate));
            }
        }
        at = Some(at.map_or(0, |at| at.saturating_add(1)));
        if at >= Some(found.len()) {
            return found.into_iter().map(|(_, candidate)| candidate).collect();
        }
    }
}

fn join(before: Option<&Candidate>, change: Change, bytes: Vec<u8>) -> Candidate {
    match before {
        Some(Candidate { code, words, fix, .. }) => {
            Candidate { code, words: format!("{words}, then {}", change.words), fix, bytes }
        }
        None => Candidate { code: change.code, words: change.words.to_owned(), fix: change.fix, bytes },
    }
}

/// What a small change makes of it, most frequent first; none is the body itself.
pub(super) fn altered(body: &[u8]) -> Vec<Candidate> {
    let mut list = List { body, found: Vec::new() };
    list.line_ends();
    list.encodings();
    list.found
}

struct List<'b> {
    body: &'b [u8],
    found: Vec<Candidate>,
}

impl List<'_> {
    fn add(&mut self, code: &'static str, words: &str, fix: &'static str, bytes: Vec<u8>) {
        if bytes != self.body && self.found.iter().all(|known| known.bytes != bytes) {
            self.found.push(Candidate { code, words: words.to_owned(), fix, bytes });
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
        self.add("bom_added", "a byte order mark is put in front", MARK_LOST, [BOM, body].concat());
        let lossy = String::from_utf8_lossy(body).into_owned();
        let utf16 = |bytes: &dyn Fn(u16) -> [u8; 2]| lossy.encode_utf16().flat_map(bytes).collect::<Vec<_>>();
        let (little, big) = (utf16(&u16::to_le_bytes), utf16(&u16::to_be_bytes));
        self.add("utf8_lossy", "bytes that are not UTF-8 become U+FFFD", DECODED, lossy.into_bytes());
        let as_latin1: String = body.iter().map(|byte| char::from(*byte)).collect();
        self.add("latin1", "the body is read as Latin-1 and written as UTF-8", DECODED, as_latin1.into_bytes());
        self.add("utf16_encoded", "the body is written as UTF-16", UTF16, little);
        self.add("utf16_encoded", "the body is written as UTF-16, big end first", UTF16, big);
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

/// Changes in a row that are undone, what comes of them at most, and how large that may grow.
const MAX_DEPTH: usize = 3;
const MAX_UNDONE: usize = 48;
const MAX_GROWTH: usize = 4 * 1024 * 1024;

const APPENDED: &str =
    "something appended it on the way or in the copy (an editor, `echo`, a log): send with `curl --data-binary`";
const TRIMMED: &str =
    "something trimmed the body (`curl -d @file` drops newlines, frameworks trim text): hand over the raw bytes";
const LINES: &str = "an editor, Git or a form changed the line ends: take the bytes as they came over HTTP";
const MARK_LOST: &str = "`Request.text()` and text decoders drop a byte order mark: read the body with `arrayBuffer()`";
const UTF16: &str =
    "the sender signs UTF-16 and sends UTF-8 (.NET: `Encoding.Unicode`): it has to sign the bytes that it sends";
