//! `cargo xtask bench inbox`: what an inbox accepts, what one object sustains, how fast a backlog drains, and what events and destinations
//! that stall cost the others.
//!
//! A full run keeps the figures of each part in `docs/performance-inbox.json` and writes the section on the inbox in `docs/performance.md`, with its plots.

mod accept;
mod beside;
mod drain;
mod origin;
mod paced;
mod page;
mod sender;
mod serve;
mod stalls;
mod sustain;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Result, ensure};
use lexopt::ValueExt;

use self::accept::Extent;
use self::origin::Origin;
pub(crate) use self::page::section;
use self::page::{Kept, Part};
use self::sustain::Setup;
use xtask::demo::Secret;
use xtask::{build, paths};

/// Rounds of accepting in a full run and in a quick one, and the events before them that do not count.
const ACCEPT_ROUNDS: (usize, usize) = (12, 3);
const WARM_UP: (usize, usize) = (24_000, 1_000);
/// Ids in the full shard, unless others are asked for.
const STORED: u32 = 1_000_000;
/// Pending events that are drained.
const PENDING: (usize, usize) = (100_000, 10_000);

/// What `--only` can be a part of, besides the setups.
const PARTS: [&str; 5] = ["accept", SUSTAIN, "drain", "stalls", "beside"];
const SUSTAIN: &str = "sustain";

/// What is asked for.
struct Options {
    /// Part of the name of what is measured: one of [`PARTS`], or a setup of what is sustained, like `o200-s1-c64`.
    only: Option<String>,
    quick: bool,
    /// Whether accepting is compared by workerd's processor time, for a machine that is shared.
    cpu: bool,
    /// Ids in the full shard.
    stored: u32,
}

/// The command line.
pub(crate) fn command(mut args: lexopt::Parser) -> Result<()> {
    let mut options = Options { only: None, quick: false, cpu: false, stored: STORED };
    while let Some(arg) = args.next()? {
        match arg {
            lexopt::Arg::Long("only") => options.only = Some(args.value()?.string()?),
            lexopt::Arg::Long("quick") => options.quick = true,
            lexopt::Arg::Long("cpu") => options.cpu = true,
            lexopt::Arg::Long("stored") => options.stored = args.value()?.parse()?,
            lexopt::Arg::Long("write") => return page::write(&Kept::last()?),
            other => return Err(other.unexpected().into()),
        }
    }
    let setups: Vec<_> = Setup::all().into_iter().filter(|setup| options.wants_setup(setup)).collect();
    let names = || PARTS.map(str::to_owned).into_iter().chain(Setup::all().into_iter().map(|setup| setup.name()));
    ensure!(
        !setups.is_empty() || PARTS.iter().any(|name| options.wants(name)),
        "nothing has that in its name; there are: {}",
        names().collect::<Vec<_>>().join(", ")
    );
    options.run(&setups)
}

impl Options {
    fn run(&self, setups: &[Setup]) -> Result<()> {
        build::production()?;
        let dir = paths::build_dir("bench-inbox")?;
        serve::prepare(&dir)?;
        let bench = Bench { options: self, dir, secret: Arc::new(Secret::random()?), origin: Origin::start()? };
        let mut kept = Kept::describe()?;
        for name in PARTS.iter().filter(|name| self.wants(name) || (**name == SUSTAIN && !setups.is_empty())) {
            let part = bench.part(name, setups)?;
            part.print();
            kept.parts.insert((*name).to_owned(), part);
            // Part by part: a long run that is interrupted keeps what it has.
            if !self.quick && self.stored == STORED && self.wants(name) {
                kept.keep()?;
                page::write(&kept)?;
            }
        }
        Ok(())
    }

    fn of(&self, (full, quick): (usize, usize)) -> usize {
        if self.quick { quick } else { full }
    }

    const fn paced(&self) -> &'static sustain::Extent {
        if self.quick { &paced::QUICK } else { &paced::FULL }
    }

    fn wants_setup(&self, setup: &Setup) -> bool {
        self.wants(SUSTAIN) || self.wants(&setup.name())
    }

    fn wants(&self, name: &str) -> bool {
        self.only.as_ref().is_none_or(|only| name.contains(only.as_str()))
    }
}

/// What all parts need.
struct Bench<'a> {
    options: &'a Options,
    dir: PathBuf,
    secret: Arc<Secret>,
    origin: Origin,
}

impl Bench<'_> {
    fn part(&self, name: &str, setups: &[Setup]) -> Result<Part> {
        let Self { options, dir, secret, origin } = self;
        let started = Instant::now();
        let mut part = Part { origin_limit: origin.limit()?, ..Part::begin(options.cpu)? };
        match name {
            SUSTAIN => {
                part.sustained = sustain::measure(
                    dir,
                    secret,
                    origin,
                    setups,
                    if options.quick { &sustain::QUICK } else { &sustain::FULL },
                )?;
                part.lines = sustain::lines(&part.sustained);
            }
            "stalls" => part.lines = stalls::measure(dir, secret, origin, options.paced())?,
            "beside" => part.lines = beside::measure(dir, secret, origin, options.paced())?,
            "drain" => part.lines = drain::measure(dir, secret, origin, options.of(PENDING))?,
            _ => {
                let (rounds, warm_up) = (options.of(ACCEPT_ROUNDS), options.of(WARM_UP));
                let extent = Extent { rounds, warm_up, stored: options.stored };
                (part.lines, part.figures) = accept::measure(dir, secret, &extent, options.cpu)?;
            }
        }
        part.end(started);
        Ok(part)
    }
}
