//! `cargo xtask dev`: a local Gemini, the Worker under `wrangler dev`, an origin behind it, and events to look at.
//!
//! The Worker and the emulator come first, because the first events need only them. The page is built afterwards, in the background, and
//! `wrangler dev` serves it once it is there.

mod show;

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};

pub(crate) use self::show::READY;
use crate::emulator::{Arrival, Emulator};
use crate::harness::{self, Build, Harness, Ports};
use crate::term::{self, bold, red};
use crate::{build, package, page, paths, process};

/// How often the processes are checked.
const WATCH: Duration = Duration::from_millis(500);

/// The command line.
pub(crate) fn command(mut args: lexopt::Parser) -> Result<()> {
    let (mut ports, mut dir, mut build) = (Ports::DEFAULT, paths::root().join("build/dev"), Build::Dev);
    while let Some(arg) = args.next()? {
        match arg {
            // A second `dev` beside the first needs its own folder, as this command's test does.
            lexopt::Arg::Long("dir") => dir = args.value()?.into(),
            lexopt::Arg::Long("release") => build = Build::Deployed,
            lexopt::Arg::Long(name) => {
                let name = name.to_owned();
                if !ports.option(&name, &mut args)? {
                    bail!("no option `--{name}`; there are --release, --port, --gemini-port and --origin-port");
                }
            }
            other => return Err(other.unexpected().into()),
        }
    }
    ports.ensure_free("dev")?;
    let emulator = build_both(build)?;
    page::hold_place()?;
    run(ports, build, &emulator, &dir)
}

/// Builds the Worker and the emulator at the same time: each leaves a core idle while it links.
fn build_both(build: Build) -> Result<Emulator> {
    thread::scope(|scope| {
        let emulator = scope.spawn(Emulator::build);
        match build {
            Build::Dev => build::for_dev()?,
            Build::Deployed => build::production()?,
        }
        emulator.join().map_err(|_| anyhow!("the build of the emulator panicked"))?
    })
}

/// Builds the page in the background, and reports the end.
fn build_page(worker: &str) {
    let address = format!("{worker}/");
    term::hide_progress();
    thread::spawn(move || match package::assemble_for_page().and_then(|()| page::assemble()) {
        Ok(()) => println!("\n{} {address} is built", bold("Page")),
        Err(error) => eprintln!("\n{} the page was not built: {error:#}", red("error:")),
    });
}

fn run(ports: Ports, build: Build, emulator: &Emulator, dir: &Path) -> Result<()> {
    let secrets = harness::prepare(dir)?;
    let (mut origin, arrivals) = emulator.origin(ports.origin, &secrets.origin.text(), dir)?;
    harness::wait_until_listening(ports.origin, &mut origin)?;
    let mut harness = Harness::start(ports, secrets, emulator, &[], build, true, dir)?;
    process::say_on_interrupt(format!(
        "Ended: the Worker, Gemini, the origin, and everything they started. Port {} is free.",
        ports.worker
    ));

    println!("\n{} {}   in place of your deployed Worker", bold("Worker"), harness.worker);
    println!("{} {}   in place of Google, for an SDK", bold("Gemini"), harness.gemini);
    println!(
        "{}   {}/   explains a delivery that does not match; built after the first events",
        bold("Page"),
        harness.worker
    );
    println!("{}  {}/console/   sign in with {}", bold("Console"), harness.worker, harness.secrets.admin);
    println!("{} {}   in place of your application", bold("Origin"), harness.origin);
    show::signed_and_forged(&harness, &arrivals)?;
    show::job(&harness, &arrivals)?;
    show::what_next(&harness);
    build_page(&harness.worker);
    watch(&arrivals, &mut harness).with_context(|| format!("the logs are in {}", dir.display()))
}

/// Shows deliveries until a process ends.
fn watch(arrivals: &Receiver<Arrival>, harness: &mut Harness) -> Result<()> {
    loop {
        match arrivals.recv_timeout(WATCH) {
            Ok(arrival) => {
                println!();
                show::arrival(&arrival);
            }
            Err(RecvTimeoutError::Disconnected) => {
                // After Ctrl-C, this does not return.
                harness.check()?;
                bail!("the origin ended")
            }
            Err(RecvTimeoutError::Timeout) => harness.check()?,
        }
    }
}

/// The state of the `dev` that tests start beside a developer's own.
pub(crate) fn dir_for_tests() -> PathBuf {
    paths::root().join("build/dev-test")
}
