//! The header of a gzip file (RFC 1952), and what it compresses.

/// Decompresses the first member of a gzip file, up to 4 MiB. Its checksum is ignored: the signature covers the content.
pub(super) fn decompress(body: &[u8]) -> Option<Vec<u8>> {
    let [flags, ..] = body.strip_prefix(MAGIC)? else { return None };
    let mut rest = body.get(10..)?;
    if flags & EXTRA != 0 {
        let (length, after) = rest.split_first_chunk::<2>()?;
        rest = after.get(usize::from(u16::from_le_bytes(*length))..)?;
    }
    for flag in [NAME, COMMENT] {
        if flags & flag != 0 {
            let end = rest.iter().position(|byte| *byte == 0)?;
            rest = rest.get(end.checked_add(1)?..)?;
        }
    }
    if flags & CHECKSUM != 0 {
        rest = rest.get(2..)?;
    }
    miniz_oxide::inflate::decompress_to_vec_with_limit(rest, MAX_DECOMPRESSED).ok()
}

/// How a gzip file begins: two magic bytes, and the only method.
pub(super) const MAGIC: &[u8] = b"\x1f\x8b\x08";

// The flags, RFC 1952, section 2.3.1.
const CHECKSUM: u8 = 1 << 1;
const EXTRA: u8 = 1 << 2;
const NAME: u8 = 1 << 3;
const COMMENT: u8 = 1 << 4;

/// A few bytes can decompress to very many.
const MAX_DECOMPRESSED: usize = 4 * 1024 * 1024;
