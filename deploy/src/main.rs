//! What an operator runs before a Worker is deployed: `cargo xtask check` and `cargo xtask selfhost` run this program.
//!
//! Both read the configuration with the Worker's own parser. They are a package of their own because no other command needs the core:
//! to compile it would take `cargo xtask dev` and `wrangler deploy` ten seconds more.

#![allow(clippy::disallowed_methods, reason = "a tool on a developer's machine may read the clock")]

mod capacity;
mod check;
mod check_delivery;
mod observability;
mod saved_request;
mod saved_source;
mod selfhost;
mod values;

use std::process::ExitCode;

use anyhow::{Result, bail};

fn main() -> ExitCode {
    xtask::exit_with(run)
}

fn run() -> Result<()> {
    let mut args = lexopt::Parser::from_env();
    match args.next()? {
        Some(lexopt::Arg::Value(name)) if name == "check" => check::command(args),
        Some(lexopt::Arg::Value(name)) if name == "selfhost" => selfhost::command(args),
        _ => bail!("run it as `cargo xtask check` or `cargo xtask selfhost`"),
    }
}
