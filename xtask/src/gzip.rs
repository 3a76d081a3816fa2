//! What bytes weigh on the way to whoever downloads them.

use std::io::Write;

use anyhow::Result;
use flate2::{Compression, write::GzEncoder};

/// The size of bytes gzipped at zlib's usual level, as wrangler prints it.
///
/// # Errors
/// None that writing to memory has.
pub(crate) fn gzipped(bytes: &[u8]) -> Result<usize> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(bytes)?;
    Ok(gzip.finish()?.len())
}
