//! What bytes weigh on the way to whoever downloads them.

use std::io::Write;

use anyhow::Result;
use flate2::{Compression, write::GzEncoder};

/// The size of bytes gzipped at zlib's usual level, as wrangler prints it.
///
/// # Errors
/// None that writing to memory has.
pub(crate) fn gzipped(bytes: &[u8]) -> Result<usize> {
    Ok(at(Compression::default(), bytes)?.len())
}

/// Bytes gzipped as small as zlib makes them.
///
/// # Errors
/// None that writing to memory has.
pub(crate) fn compressed(bytes: &[u8]) -> Result<Vec<u8>> {
    at(Compression::best(), bytes)
}

fn at(level: Compression, bytes: &[u8]) -> Result<Vec<u8>> {
    let mut gzip = GzEncoder::new(Vec::new(), level);
    gzip.write_all(bytes)?;
    Ok(gzip.finish()?)
}
