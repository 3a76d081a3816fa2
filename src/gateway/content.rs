//! The two headers that describe a body. No signature covers them, so neither may decide whether a destination understands an event.

use super::header_list::HeaderList;
use crate::delivery::Headers;

/// The names of the headers that describe a body.
pub const CONTENT: [&str; 2] = [TYPE, ENCODING];

/// The `content-type` of verified claims.
pub(super) const CLAIMS: &[u8] = b"application/json";

/// What a delivery's headers say of its body, as far as it is passed on.
///
/// Whoever has seen a delivery can send it again with another `content-encoding`, and a destination that believes it cannot read the
/// body. So a coding is passed on only if the body begins as it does.
#[derive(Clone, Copy, Debug, Default)]
pub struct Content<'h> {
    media_type: Option<&'h [u8]>,
    encoding: Option<&'h [u8]>,
    is_test: bool,
}

impl<'h> Content<'h> {
    /// Reads both headers. `beginning` gives the body's first four bytes, or all of a shorter one; it is called only if the headers
    /// name a coding.
    pub fn read(headers: &'h Headers<'_>, beginning: impl FnOnce() -> Vec<u8>) -> Self {
        let encoding = headers.get(ENCODING).filter(|coding| is_coded(coding, &beginning()));
        Self { media_type: headers.get(TYPE), encoding, is_test: false }
    }

    /// The same for a test event, if it is one: its destination gets `countersign-test: 1`.
    #[must_use]
    pub const fn of_test(self, is_test: bool) -> Self {
        Self { is_test, ..self }
    }

    /// Appends the headers that are passed on.
    pub(super) fn push_to(self, list: &mut HeaderList) {
        for (name, value) in CONTENT.into_iter().zip([self.media_type, self.encoding]) {
            if let Some(value) = value {
                list.push(name, value);
            }
        }
        if self.is_test {
            list.push(TEST, b"1");
        }
    }
}

fn is_coded(coding: &[u8], beginning: &[u8]) -> bool {
    let is_named = |name: &str| name.as_bytes().eq_ignore_ascii_case(coding);
    CODINGS.iter().any(|(name, magic)| is_named(name) && beginning.starts_with(magic))
}

/// The content codings that are passed on, each with the bytes that its bodies begin with. `deflate` is zlib's format with a window of
/// 32 KiB.
///
/// `br` is not among them, because its bodies begin with anything. Nor are lists of codings, of which only the last could be checked.
const CODINGS: [(&str, &[u8]); 7] = [
    ("gzip", &[0x1f, 0x8b]),
    ("x-gzip", &[0x1f, 0x8b]),
    ("zstd", &[0x28, 0xb5, 0x2f, 0xfd]),
    ("deflate", &[0x78, 0x01]),
    ("deflate", &[0x78, 0x5e]),
    ("deflate", &[0x78, 0x9c]),
    ("deflate", &[0x78, 0xda]),
];

/// The header of a test event. No sender's header of this name is passed on.
pub(super) const TEST: &str = "countersign-test";

const TYPE: &str = "content-type";
const ENCODING: &str = "content-encoding";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_coding_is_passed_on_only_if_the_body_begins_so() {
        let is_passed_on = |coding: &str, beginning: &[u8]| {
            let headers: Headers<'_> = [(ENCODING, coding.as_bytes())].into_iter().collect();
            let mut list = HeaderList::default();
            Content::read(&headers, || beginning.to_vec()).push_to(&mut list);
            list.iter().len() == 1
        };
        for (coding, magic) in CODINGS {
            assert!(is_passed_on(coding, magic) && is_passed_on(&coding.to_uppercase(), magic));
            assert!(
                !is_passed_on(coding, b"{\"a\"") && !is_passed_on(coding, &magic[..1]) && !is_passed_on(coding, b"")
            );
        }
        for coding in ["br", "identity", "", "gzip, gzip", "gzip;q=1", "x-odd", "compress"] {
            assert!(!is_passed_on(coding, &[0x1f, 0x8b, 8, 0]), "{coding}");
        }
    }
}
