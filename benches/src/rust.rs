//! `cargo xtask bench crate`: verifications per second in Rust, compared with `standardwebhooks`, `svix` and `hmac` by hand.

use anyhow::Result;
use lexopt::ValueExt;

use xtask::{paths, process, tools};

/// The command line.
pub(crate) fn command(mut args: lexopt::Parser) -> Result<()> {
    let mut rounds = 100_usize;
    while let Some(arg) = args.next()? {
        match arg {
            lexopt::Arg::Long("rounds") => rounds = args.value()?.parse()?,
            other => return Err(other.unexpected().into()),
        }
    }
    let mut cargo = tools::cargo();
    cargo.args(["run", "--release", "--quiet", "--manifest-path", "benches/crate/Cargo.toml"]);
    // It is a workspace of its own, and would have a `target` of its own too.
    cargo.arg("--target-dir").arg(paths::root().join("target/bench-crate"));
    process::stream(cargo.args(["--", &rounds.to_string()]))
}
