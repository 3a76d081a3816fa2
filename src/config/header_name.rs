//! Reads the name of a header in which a sender puts something.

use super::reader::Reader;

/// Reads a name, in lower case. A name that cannot be used is a fault of the key.
pub(super) fn read_header(table: &mut Reader<'_>, key: &str) -> Option<String> {
    let header = table.text(key)?.to_ascii_lowercase();
    if !header.bytes().all(is_in_names) {
        table.fault(key, "is not the name of a header", "use its name alone, like \"X-Signature\"");
    } else if RESERVED.iter().any(|begin| header.starts_with(begin)) {
        table.fault(key, "is one that HTTP, Cloudflare or Countersign sets", "name the header that the sender adds");
    }
    Some(header)
}

/// Whether a byte may be part of the name of a header, or of an item in one.
pub(super) const fn is_in_names(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.')
}

/// Beginnings of the names of headers that a sender does not choose, and of headers that Countersign sends to destinations.
const RESERVED: [&str; 9] =
    ["accept", "cf-", "connection", "content-", "countersign-", "host", "te", "transfer-encoding", "user-agent"];
