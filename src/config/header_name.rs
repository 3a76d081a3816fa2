//! Reads the name of a header in which a sender puts something.

use super::reader::Reader;

/// Reads a name, in lower case. A name that cannot be used is a fault of the key.
pub(super) fn read_header(table: &mut Reader<'_>, key: &str) -> Option<String> {
    let header = table.text(key)?.to_ascii_lowercase();
    if let Some((problem, fix)) = name_fault(&header) {
        table.fault(key, problem, fix);
    }
    Some(header)
}

/// What is wrong with the name of a header, in lower case, and what to do about it.
pub(super) fn name_fault(header: &str) -> Option<(&'static str, &'static str)> {
    if header.is_empty() || !header.bytes().all(is_in_names) {
        return Some(("is not the name of a header", "use its name alone, like \"X-Signature\""));
    }
    let is_reserved = RESERVED.contains(&header) || RESERVED_BEGINNINGS.iter().any(|begin| header.starts_with(begin));
    is_reserved.then_some(("is one that HTTP, Cloudflare or Countersign sets", "name the header that the sender adds"))
}

/// The fault of a header for a scheme whose sender always uses the same one.
pub(super) const NOT_CHOSEN: (&str, &str) = ("does not go with this scheme, whose sender uses one header", "remove it");

/// Whether a byte may be part of the name of a header, or of an item in one.
pub(super) const fn is_in_names(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.')
}

/// Names of headers that a sender does not choose.
const RESERVED: [&str; 6] = ["accept", "connection", "host", "te", "transfer-encoding", "user-agent"];

/// Beginnings of such names, and of those of headers that Countersign sends to destinations.
const RESERVED_BEGINNINGS: [&str; 4] = ["accept-", "cf-", "content-", "countersign-"];
