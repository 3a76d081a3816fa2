//! `cargo xtask check`: finds in a Wrangler configuration what the Worker would answer with `config_invalid`.

use anyhow::{Result, bail};

/// The command line.
pub(crate) fn command(_args: lexopt::Parser) -> Result<()> {
    bail!("not there yet")
}
