//! `cargo xtask bench`: Countersign beside the Workers that people would write themselves, in one run.
//!
//! The contenders of a case answer the same requests in the same workerd, round by round, so that what the machine does meanwhile meets
//! all alike; what is looked at first is the ratio of what each did in all rounds. After some of them a new process takes over, so that
//! none decides alone. Before anything is measured, all have to do the same. A full run writes `docs/performance.md`.

use std::process::Stdio;
use std::time::Instant;

use anyhow::{Result, ensure};
use lexopt::ValueExt;

use xtask::{paths, tools};

use crate::bundle::Bundle;
use crate::cases::{CASES, Case};
use crate::curves::{PLOTS, Plot};
use crate::run::{Curve, Figure, Line, Run};
use crate::sign::Signer;
use crate::start::{COLD, MEMORY, WASM};
use crate::worker::workers_of;
use crate::{cpu, day, inbox, lines, machine, npm, parity, report, rust, start, table};

/// Rounds of a full run, and of a quick one; those of a plot, and starts of a process.
const ROUNDS: usize = 30;
const QUICK: usize = 3;
const PLOT_ROUNDS: usize = 3;
const STARTS: usize = 15;
const PEAKS: usize = 5;

/// What is asked for.
struct Options {
    rounds: usize,
    /// Part of the name of what is measured.
    only: Option<String>,
    quick: bool,
    /// Whether rates are requests per second of workerd's processor time. Such a run is not kept.
    cpu: bool,
}

/// The command line.
pub(crate) fn command(mut args: lexopt::Parser) -> Result<()> {
    let (mut options, mut rounds) = (Options { rounds: ROUNDS, only: None, quick: false, cpu: false }, None);
    while let Some(arg) = args.next()? {
        match arg {
            lexopt::Arg::Value(name) if name == "cpu" => return cpu::command("cpu.mjs", args),
            lexopt::Arg::Value(name) if name == "day" => return day::command(args),
            lexopt::Arg::Value(name) if name == "inbox" => return inbox::command(args),
            lexopt::Arg::Value(name) if name == "reading" => return cpu::command("reading.mjs", args),
            lexopt::Arg::Value(name) if name == "crate" => return rust::command(args),
            lexopt::Arg::Value(name) if name == "npm" => return npm::command(args),
            lexopt::Arg::Long("rounds") => rounds = Some(args.value()?.parse()?),
            lexopt::Arg::Long("only") => options.only = Some(args.value()?.string()?),
            lexopt::Arg::Long("quick") => options.quick = true,
            lexopt::Arg::Long("cpu") => options.cpu = true,
            lexopt::Arg::Long("check") => return check(),
            lexopt::Arg::Long("write") => return report::write(&Run::last()?),
            other => return Err(other.unexpected().into()),
        }
    }
    options.rounds = rounds.unwrap_or(if options.quick { QUICK } else { ROUNDS });
    ensure!(options.rounds > 0, "at least one round");
    let names = names();
    ensure!(
        names.iter().any(|name| options.wants(name)),
        "nothing has that in its name; there are: {}",
        names.join(", ")
    );
    options.run()
}

/// Whether all contenders of all cases still do the same, without measuring anything: for tests.
pub(crate) fn check() -> Result<()> {
    let dir = paths::build_dir("bench-check")?;
    let signer = Signer::new(&dir)?;
    let bundle = Bundle::make(dir, signer.secret(), 0)?;
    parity::check(&bundle, &signer, &CASES.iter().collect::<Vec<_>>())
}

impl Options {
    fn run(&self) -> Result<()> {
        tools::need(&[("wrk", "wrk")])?;
        let (started, load) = (Instant::now(), machine::load());
        let dir = paths::build_dir("bench")?;
        let mut signer = Signer::new(&dir)?;
        let bundle = Bundle::make(dir, signer.secret(), PLOT_ROUNDS.max(table::OF_PROCESS))?;
        let (mut lines, mut figures, curves) = self.side_by_side(&bundle, &mut signer)?;
        self.one_by_one(&bundle, &mut signer, &mut lines, &mut figures)?;
        println!();
        lines::print(&lines, &figures);
        report::print_curves(&curves);
        if self.quick || self.cpu || self.only.is_some() {
            return Ok(());
        }
        let minutes = started.elapsed().as_secs_f64() / 60.0;
        let (rounds, processes) = (self.rounds, table::by_process(self.rounds).len());
        let run = Run { load, minutes, rounds, processes, lines, figures, curves, ..machine::describe()? };
        run.keep()?;
        report::write(&run)
    }

    /// What is measured round by round: the lines of the table, then the plots.
    fn side_by_side(&self, bundle: &Bundle, signer: &mut Signer) -> Result<(Vec<Line>, Vec<Figure>, Vec<Curve>)> {
        let cases: Vec<&Case> = CASES.iter().filter(|case| self.wants(case.name)).collect();
        let plots: Vec<&Plot> = PLOTS.iter().filter(|plot| self.wants(plot.name)).collect();
        let varied = plots.iter().map(|plot| plot.case()).collect::<Result<Vec<_>>>()?;
        let measured = |case: &&Case| [&cases, &varied].iter().any(|part| part.iter().any(|one| one.name == case.name));
        let all: Vec<&Case> = CASES.iter().filter(measured).collect();
        if all.is_empty() {
            return Ok(Default::default());
        }
        parity::check(bundle, signer, &all)?;
        let (lines, figures) = table::measure(bundle, signer, &cases, self.rounds, self.cpu)?;
        if plots.is_empty() {
            return Ok((lines, figures, Vec::new()));
        }
        let served = bundle.serve("measure", &workers_of(&varied), "noop", Stdio::null())?;
        let rounds = if self.quick { 1 } else { PLOT_ROUNDS };
        let curves = plots.iter().map(|plot| plot.measure(&served, signer, rounds)).collect::<Result<Vec<_>>>()?;
        Ok((lines, figures, curves.into_iter().flatten().collect()))
    }

    /// What takes processes of its own.
    fn one_by_one(
        &self,
        bundle: &Bundle,
        signer: &mut Signer,
        lines: &mut Vec<Line>,
        figures: &mut Vec<Figure>,
    ) -> Result<()> {
        let mut add = |(line, more): (Line, Vec<Figure>)| {
            lines.push(line);
            figures.extend(more);
        };
        let few = |count: usize| if self.quick { count.min(QUICK) } else { count };
        if self.wants(COLD) {
            add(start::cold(bundle, signer, few(STARTS))?);
        }
        if self.wants(WASM) {
            add((start::weight(bundle)?, Vec::new()));
        }
        if self.wants(MEMORY) {
            add(start::memory(bundle, signer, few(PEAKS))?);
        }
        Ok(())
    }

    fn wants(&self, name: &str) -> bool {
        self.only.as_ref().is_none_or(|only| name.contains(only.as_str()))
    }
}

/// What `--only` can be a part of.
fn names() -> Vec<&'static str> {
    let cases = CASES.iter().map(|case| case.name);
    cases.chain([COLD, WASM, MEMORY]).chain(PLOTS.iter().map(|plot| plot.name)).collect()
}
