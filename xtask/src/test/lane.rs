//! A second lane: steps that run beside others, in a process of their own, as most steps leave one core or another idle.

use std::env;
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::step::Step;
use crate::paths;
use crate::process::{Group, Log};
use crate::term::Progress;

/// A `cargo xtask test` of some steps, one after the other. Dropping it ends them.
pub(super) struct Lane {
    group: Group,
    log: Log,
}

impl Lane {
    /// Starts the steps, with their output in `build/logs/beside.log`.
    pub(super) fn start(steps: &[&Step]) -> Result<Self> {
        let log = Log::at(&paths::build_dir("logs")?.join("beside.log"))?;
        let mut command = Command::new(env::current_exe().context("this program has no path")?);
        command.arg("test").args(steps.iter().map(|step| step.name)).stdout(log.handle()?).stderr(log.handle()?);
        let group = Group::spawn(&mut command)?;
        println!("\nbeside the next: {}", steps.iter().map(|step| step.name).collect::<Vec<_>>().join(", "));
        Ok(Self { group, log })
    }

    /// Fails as soon as a step of it has failed, and prints the log.
    pub(super) fn check(&mut self) -> Result<()> {
        match self.group.ended()? {
            Some(status) if !status.success() => self.failed(),
            _ => Ok(()),
        }
    }

    /// Waits for the last step, and prints the log.
    pub(super) fn finish(mut self) -> Result<()> {
        let progress = Progress::start("the steps beside", Some(self.log.path().to_owned()));
        if !self.group.wait()?.success() {
            progress.failed();
            return self.failed();
        }
        progress.done();
        println!("\n{}", self.log.text().trim());
        Ok(())
    }

    fn failed(&self) -> Result<()> {
        println!("\n{}", self.log.text().trim());
        bail!("a step beside the others failed, see above")
    }
}
