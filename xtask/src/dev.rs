//! `cargo xtask dev`: a local Gemini, the Worker under `wrangler dev`, an origin behind it, and events to look at.

mod show;

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::emulator::{Arrival, Emulator};
use crate::stage::{self, Ports, Stage};
use crate::term::bold;
use crate::{package, page, process, tools};

/// How often what should be running is looked at.
const WATCH: Duration = Duration::from_millis(500);
/// The line before the command to paste, which is the last that is printed before something arrives.
pub(crate) const READY: &str =
    "Now you: paste this into another terminal, as often as you like. Ctrl-C here ends everything.";

/// The command line.
pub(crate) fn command(mut args: lexopt::Parser) -> Result<()> {
    let (mut ports, mut dir) = (Ports::DEFAULT, tools::root().join("build/dev"));
    while let Some(arg) = args.next()? {
        match arg {
            // For a second one beside the first; the test of this command uses it.
            lexopt::Arg::Long("dir") => dir = args.value()?.into(),
            lexopt::Arg::Long(name) => {
                let name = name.to_owned();
                if !ports.option(&name, &mut args)? {
                    bail!("no option `--{name}`; there are --port, --gemini-port and --origin-port");
                }
            }
            other => return Err(other.unexpected().into()),
        }
    }
    ports.ensure_free("dev")?;
    package::pack()?;
    page::assemble()?;
    run(ports, &Emulator::build()?, &dir)
}

fn run(ports: Ports, emulator: &Emulator, dir: &Path) -> Result<()> {
    let secrets = stage::prepare(dir)?;
    let (mut origin, arrivals) = emulator.origin(ports.origin, &secrets.origin.text(), dir)?;
    stage::wait_until_listening(ports.origin, &mut origin)?;
    let mut stage = Stage::start(ports, secrets, emulator, &[], true, dir)?;
    process::say_on_interrupt(format!(
        "Ended: the Worker, Gemini, the origin, and everything they started. Port {} is free.",
        ports.worker
    ));

    println!("\n{} {}   what Google would call", bold("Worker"), stage.worker);
    println!("{} {}   what an SDK takes for Google", bold("Gemini"), stage.gemini);
    println!("{}   {}/   explains a delivery that does not match", bold("Page"), stage.worker);
    println!("{} {}   what stands for your application", bold("Origin"), stage.origin);
    show::signed_and_forged(&stage, &arrivals)?;
    show::job(&stage, &arrivals)?;
    show::what_next(&stage);
    watch(&arrivals, &mut stage).with_context(|| format!("what they wrote is in {}", dir.display()))
}

/// Shows what arrives, until something ends that should not.
fn watch(arrivals: &Receiver<Arrival>, stage: &mut Stage) -> Result<()> {
    loop {
        match arrivals.recv_timeout(WATCH) {
            Ok(arrival) => {
                println!();
                show::arrival(&arrival);
            }
            Err(RecvTimeoutError::Disconnected) => {
                // Where Ctrl-C ended it, this does not return.
                stage.check()?;
                bail!("the origin ended")
            }
            Err(RecvTimeoutError::Timeout) => stage.check()?,
        }
    }
}

/// Where a second `dev`, beside a developer's own, keeps its state.
pub(crate) fn dir_for_tests() -> PathBuf {
    tools::root().join("build/dev-test")
}
