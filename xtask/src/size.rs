//! What a Wasm weighs, and the budget that it has to keep to.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};

use crate::gzip::gzipped;

/// What a Wasm weighs, in bytes.
pub struct Size {
    /// As it is.
    pub raw: usize,
    /// After gzip.
    pub gzipped: usize,
}

impl Size {
    /// Gzipped at zlib's usual level, as wrangler prints it.
    pub fn of(wasm: &Path) -> Result<Self> {
        let bytes = fs::read(wasm)
            .with_context(|| format!("{} is missing; run `cargo xtask build` or `package`", wasm.display()))?;
        Ok(Self { raw: bytes.len(), gzipped: gzipped(&bytes)? })
    }

    /// Fails beyond a budget of gzipped bytes.
    pub fn within(&self, budget: usize, package: &str) -> Result<()> {
        ensure!(
            self.gzipped <= budget,
            "the Wasm weighs {} bytes gzipped, {} over the budget of {budget}; `cargo tree -p {package}` shows what came in",
            self.gzipped,
            self.gzipped.saturating_sub(budget),
        );
        Ok(())
    }
}

/// Bytes as thousands of bytes.
#[expect(clippy::cast_precision_loss, reason = "for people to read")]
pub fn kilobytes(bytes: usize) -> f64 {
    bytes as f64 / 1000.0
}
