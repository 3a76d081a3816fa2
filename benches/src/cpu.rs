//! `cargo xtask bench cpu`: processor time of workerd per event, for `docs/costs.md`. `bench reading`: the same per byte of unauthenticated
//! bodies in chunks of one byte. Both are rough, and run by hand.

use anyhow::{Result, ensure};
use lexopt::ValueExt;

use xtask::{build, paths, process, tools};

/// The command line.
pub(crate) fn command(script: &str, mut args: lexopt::Parser) -> Result<()> {
    let mut rounds = 4_usize;
    while let Some(arg) = args.next()? {
        match arg {
            lexopt::Arg::Long("rounds") => rounds = args.value()?.parse()?,
            other => return Err(other.unexpected().into()),
        }
    }
    ensure!(rounds > 0, "at least one round");
    build::production()?;
    let root = paths::root();
    let mut node = tools::npm_bin("node")?;
    process::stream(node.arg(root.join("benches").join(script)).arg(&root).arg(rounds.to_string()))
}
