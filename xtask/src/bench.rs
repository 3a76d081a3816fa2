//! `cargo xtask bench`: Countersign beside the Workers that people would write themselves, in one run.
//!
//! All contenders answer the same requests in the same workerd, round by round, so that what the machine does meanwhile meets all
//! alike; what is looked at first is the ratio of what each did in the same round. Before anything is measured, all have to do the
//! same. A full run writes `docs/performance.md`.

mod alike;
mod cases;
mod config;
mod cpu;
mod curves;
mod day;
mod inbox;
mod npm;
mod run;
mod sign;
mod stats;
mod table;
mod workers;
mod wrk;

use std::process::Stdio;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, ensure};
use lexopt::ValueExt;

use self::cases::{CASES, Case};
use self::sign::Signer;
use self::workers::{Bundle, Worker};
use crate::tools;

/// What is asked for.
struct Options {
    rounds: usize,
    /// Part of the name of what is measured.
    only: Option<String>,
    quick: bool,
    /// Nothing is measured: do all contenders do the same?
    check: bool,
    /// Nothing is measured: the last full run is written down again.
    write: bool,
}

/// The command line.
pub(crate) fn command(mut args: lexopt::Parser) -> Result<()> {
    let mut options = Options { rounds: 12, only: None, quick: false, check: false, write: false };
    while let Some(arg) = args.next()? {
        match arg {
            lexopt::Arg::Value(name) if name == "cpu" => return cpu::command(args),
            lexopt::Arg::Value(name) if name == "day" => return day::command(args),
            lexopt::Arg::Value(name) if name == "inbox" => return inbox::command(args),
            lexopt::Arg::Value(name) if name == "npm" => return npm::command(args),
            lexopt::Arg::Long("rounds") => options.rounds = args.value()?.parse()?,
            lexopt::Arg::Long("only") => options.only = Some(args.value()?.string()?),
            lexopt::Arg::Long("quick") => options.quick = true,
            lexopt::Arg::Long("check") => options.check = true,
            lexopt::Arg::Long("write") => options.write = true,
            other => return Err(other.unexpected().into()),
        }
    }
    ensure!(options.rounds > 0, "at least one round");
    if options.check { check() } else { options.run() }
}

/// Whether all contenders of all cases still do the same, without measuring anything: for tests.
pub(crate) fn check() -> Result<()> {
    let signer = Signer::new(&tools::build_dir("bench")?)?;
    let bundle = Bundle::make(signer.secret(), 0)?;
    alike::check(&bundle, &signer, &CASES.iter().collect::<Vec<_>>())
}

impl Options {
    fn run(&self) -> Result<()> {
        tools::need(&[("wrk", "wrk")])?;
        let mut signer = Signer::new(&tools::build_dir("bench")?)?;
        let bundle = Bundle::make(signer.secret(), self.rounds)?;
        let cases: Vec<&Case> = CASES.iter().filter(|case| self.wants(case.name)).collect();
        alike::check(&bundle, &signer, &cases)?;
        let served = bundle.serve("measure", &workers_of(&cases), "noop", Stdio::null())?;
        let (lines, speeds) = table::measure(&served, &mut signer, &cases, self.rounds)?;
        for line in lines {
            println!("{:<50} {:<20} {} ({}) {}", line.title, line.against, line.measured(), line.aimed(), line.met());
        }
        for speed in speeds {
            println!("{:<50} {:<20} {}", speed.title, speed.contender, stats::spread(&speed.values, 0));
        }
        Ok(())
    }

    fn wants(&self, name: &str) -> bool {
        self.only.as_ref().is_none_or(|only| name.contains(only.as_str()))
    }
}

/// The Workers of cases, each once.
fn workers_of(cases: &[&Case]) -> Vec<Worker> {
    let mut workers = Vec::new();
    for case in cases {
        for worker in case.contenders.iter().map(|contender| Worker::of(case, *contender)) {
            if !workers.contains(&worker) {
                workers.push(worker);
            }
        }
    }
    workers
}

fn now() -> Result<u64> {
    Ok(SystemTime::now().duration_since(UNIX_EPOCH).context("the clock is before 1970")?.as_secs())
}
