//! `cargo xtask bench npm`: verifications per second in Node, compared with npm `standardwebhooks`, `svix` and handwritten node:crypto.

use anyhow::{Result, ensure};
use lexopt::ValueExt;

use xtask::{npmtest, package, paths, process, tools};

/// The command line.
pub(crate) fn command(mut args: lexopt::Parser) -> Result<()> {
    let mut rounds = 40_usize;
    while let Some(arg) = args.next()? {
        match arg {
            lexopt::Arg::Long("rounds") => rounds = args.value()?.parse()?,
            other => return Err(other.unexpected().into()),
        }
    }
    ensure!(rounds > 0, "at least one round");
    package::pack()?;
    npmtest::install_tools()?;
    let root = paths::root();
    let mut node = tools::npm_bin("node")?;
    node.arg(root.join("benches/npm.mjs")).arg(root.join("build/npm/package/dist")).arg(root.join(npmtest::FOLDER));
    process::stream(node.arg(rounds.to_string()))
}
