//! The benchmarks and the page on costs: `cargo xtask bench` and `cargo xtask costs` run this program.
//!
//! [`compare`] measures Countersign against the Workers that people would write themselves, and writes `docs/performance.md` from
//! `benches/performance.md`; [`costs`] writes `docs/costs.md`. The contenders are JavaScript, in `peers/` and `services/`.

#![allow(clippy::disallowed_methods, reason = "a tool on a developer's machine may read the clock")]

mod aim;
mod bundle;
mod cases;
mod clock;
mod compare;
mod config;
mod costs;
mod cpu;
mod curves;
mod day;
mod inbox;
mod interleave;
mod lines;
mod machine;
mod npm;
mod parity;
mod plot;
mod report;
mod run;
mod rust;
mod sign;
mod start;
mod stats;
mod table;
mod worker;
mod wrk;

use std::process::ExitCode;

use anyhow::{Result, bail};

fn main() -> ExitCode {
    xtask::exit_with(run)
}

fn run() -> Result<()> {
    let mut args = lexopt::Parser::from_env();
    match args.next()? {
        Some(lexopt::Arg::Value(name)) if name == "bench" => compare::command(args),
        Some(lexopt::Arg::Value(name)) if name == "costs" => costs::command(args),
        _ => bail!("run it as `cargo xtask bench` or `cargo xtask costs`"),
    }
}
