//! Where JavaScript writes what a check is about, so that one call with two numbers hands over all of it.

use std::cell::RefCell;

use countersign::Headers;
use countersign::scheme::Scheme;

thread_local! {
    static ROOM: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Makes room for so many bytes, and says at which address of the memory it begins. It stays there until more is asked for, and
/// is never given back, as a Wasm's memory is not either.
pub fn room(bytes: usize) -> usize {
    ROOM.with_borrow_mut(|room| {
        if room.len() < bytes {
            room.resize(bytes, 0);
        }
        // JavaScript writes there between two calls, never during one.
        room.as_mut_ptr().expose_provenance()
    })
}

/// Reads the headers of a scheme, in the order of [`describe`](crate::describe), and the body, from the bytes that were written.
///
/// The first byte parts the values: one that none of them holds. The body is what follows the last of them.
pub fn written<T>(scheme: &'static Scheme, bytes: usize, read: impl FnOnce(Headers<'_>, &[u8]) -> T) -> T {
    ROOM.with_borrow(|room| {
        let (separator, mut rest) = room.get(..bytes).and_then(<[u8]>::split_first).unwrap_or((&0, &[]));
        let names = scheme.headers.iter().flat_map(|names| [names.id, names.timestamp, names.signature]);
        let headers = names.map(|name| {
            let mut parts = rest.splitn(2, |byte| byte == separator);
            let value = parts.next().unwrap_or_default();
            rest = parts.next().unwrap_or_default();
            (name, value)
        });
        let headers = headers.collect();
        read(headers, rest)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign::scheme;

    /// What JavaScript does with the address, in the safe way of a test.
    fn write(bytes: &[u8]) -> usize {
        room(bytes.len());
        ROOM.with_borrow_mut(|room| room[..bytes.len()].copy_from_slice(bytes));
        bytes.len()
    }

    #[test]
    fn values_and_body_are_parted_by_the_first_byte() {
        let gemini = scheme::find("gemini").unwrap();
        let length = write(b"\nmsg_1\n1700000000\nv1,a\n{\n}\n");
        written(gemini, length, |headers, body| {
            let names = ["webhook-id", "webhook-timestamp", "webhook-signature"];
            assert_eq!(names.map(|name| headers.get(name)), [Some(&b"msg_1"[..]), Some(b"1700000000"), Some(b"v1,a")]);
            assert_eq!(body, b"{\n}\n");
        });
        let length = write(b"\xffa\nb\xff\xffv1,a\xff\xff\xff");
        written(gemini, length, |headers, body| {
            assert_eq!((headers.get("webhook-id"), headers.get("webhook-timestamp")), (Some(&b"a\nb"[..]), None));
            assert_eq!(body, b"\xff\xff");
        });
    }

    #[test]
    fn what_is_cut_short_is_absent() {
        let gemini = scheme::find("gemini").unwrap();
        for bytes in [&b""[..], b"\n", b"\na"] {
            let length = write(bytes);
            written(gemini, length, |headers, body| {
                assert!(headers.get("webhook-timestamp").is_none() && body.is_empty())
            });
        }
        written(gemini, usize::MAX, |headers, body| assert!(headers.get("webhook-id").is_none() && body.is_empty()));
    }
}
