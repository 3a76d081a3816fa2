//! `cargo xtask bench`.

use anyhow::{Result, bail};

/// The command line.
pub(crate) fn command(_args: lexopt::Parser) -> Result<()> {
    bail!("not there yet")
}
