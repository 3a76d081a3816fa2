//! Ids of events: which can be part of signed content, and what replaces one that cannot.

use std::borrow::Cow;

use crate::crypto::{hex, sha256};
use crate::error::HeaderFault;

/// Checks an id that is part of signed content: visible ASCII, with no segment that reads like a timestamp.
///
/// Signed content is one string, `id.timestamp.body`. If the body of an old message contains a fresh timestamp, the
/// content can be split there instead, and the old timestamp becomes part of the id. So no accepted id may contain one.
pub(crate) fn check_id(id: &[u8], strict: bool) -> Result<(), HeaderFault> {
    if id.windows(2).any(|pair| matches!(pair, b", ")) {
        Err(HeaderFault::Repeated)
    } else if !id.iter().all(u8::is_ascii_graphic) {
        Err(HeaderFault::NotVisible)
    } else if contains_timestamp(id) {
        Err(HeaderFault::ShiftedBoundary)
    } else if strict && (id.len() > MAX_ID || id.contains(&b'.')) {
        Err(HeaderFault::NotStrict)
    } else {
        Ok(())
    }
}

/// An id that can be signed: the id itself, or its hash if [`check_id`] refuses it. An id from a header was checked before; an id
/// from a claim or a body is never refused, nor is one that an earlier version stored.
pub(crate) fn signable(id: &[u8]) -> Cow<'_, [u8]> {
    if check_id(id, false).is_ok() { Cow::Borrowed(id) } else { Cow::Owned(hex(&sha256(&[id])).into_bytes()) }
}

/// [`signable`] for an id from a claim or a body, which is also replaced by its hash if it has more than 256 bytes.
pub(crate) fn id_or_hash(id: &[u8]) -> Cow<'_, [u8]> {
    if id.len() > MAX_ID { Cow::Owned(hex(&sha256(&[id])).into_bytes()) } else { signable(id) }
}

/// Whether a segment after the first `.` could be the timestamp of a message.
fn contains_timestamp(id: &[u8]) -> bool {
    let mut segments = id.split(|byte| *byte == b'.').skip(1);
    let tail = segments.clone().last().unwrap_or_default();
    segments.any(is_timestamp) || (tail.len() >= TAIL_DIGITS && tail.iter().all(u8::is_ascii_digit))
}

/// Ten digits, 1000000000 or more: any second between September 2001 and November 2286.
fn is_timestamp(segment: &[u8]) -> bool {
    segment.len() == 10 && !segment.starts_with(b"0") && segment.iter().all(u8::is_ascii_digit)
}

/// A tail of `.` and at least this many digits is refused as well, whatever their value (`id/resplit-id-absorbs-timestamp` in the vectors).
const TAIL_DIGITS: usize = 9;

/// The longest id in strict mode, and the longest id from a claim or a body that is not hashed.
const MAX_ID: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_that_may_contain_a_timestamp_is_refused() {
        let refused = [
            "msg_1.161426533",
            "msg_1.000000000",
            "msg_1.1614265330",
            "msg_1.1614265330.",
            "msg_1.1614265330.{\"a\":1",
            "a..1000000000.b",
            ".9999999999.b",
            "1614265330.1614265330.x",
            "a.16142653301614265330",
        ];
        for id in refused {
            assert_eq!(check_id(id.as_bytes(), false), Err(HeaderFault::ShiftedBoundary), "{id}");
        }
        let good = [
            "msg_1.16142653",
            "evt.1.2",
            "2024.12.1",
            "1614265330",
            "1614265330.a",
            "a.0614265330.b",
            "a.161426533.b",
            "a.16142653301.b",
            "a.161426533x.b",
            "a.b1614265330.c",
            ".",
        ];
        for id in good {
            assert_eq!(check_id(id.as_bytes(), false), Ok(()), "{id}");
        }
    }

    #[test]
    fn an_id_is_visible_ascii() {
        for id in ["a\u{e9}", "a b", "a\tb", "a\nb", "a\0", "\u{7f}", "a\u{200b}"] {
            assert_eq!(check_id(id.as_bytes(), false), Err(HeaderFault::NotVisible), "{id:?}");
        }
        assert_eq!(check_id(b"a\xff", false), Err(HeaderFault::NotVisible));
        assert_eq!(check_id(b"a, a", false), Err(HeaderFault::Repeated));
        assert_eq!(check_id(b"v1.2", true), Err(HeaderFault::NotStrict));
        assert_eq!(check_id(&[b'a'; 257], true), Err(HeaderFault::NotStrict));
        assert_eq!(check_id(&[b'a'; 256], true), Ok(()));
    }

    #[test]
    fn an_id_that_cannot_be_signed_is_replaced_by_its_hash() {
        for id in [&b"evt.1.2"[..], &[b'a'; 256]] {
            assert_eq!(*id_or_hash(id), *id);
        }
        let long = [b'a'; 257];
        for id in [&b"a.1614265330.b"[..], b"a.161426533", b"a b", b"\xc3\xa9", &long] {
            let hashed = id_or_hash(id);
            assert_eq!(*hashed, *hex(&sha256(&[id])).as_bytes());
            assert_eq!(id_or_hash(&hashed), hashed);
        }
    }
}
