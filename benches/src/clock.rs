//! What time is measured by.

use std::fs;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use nix::unistd::Pid;

/// What requests are divided by.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Clock {
    /// The time that passes.
    Wall,
    /// The processor time of a process: it hardly depends on what else a shared machine does.
    Cpu(Pid),
}

impl Clock {
    /// The time since a moment that stays the same.
    pub(crate) fn now(self) -> Result<Duration> {
        static START: LazyLock<Instant> = LazyLock::new(Instant::now);
        match self {
            Self::Wall => Ok(START.elapsed()),
            Self::Cpu(process) => cpu(process),
        }
    }
}

/// The processor time of all threads, as Linux counts it in nanoseconds.
fn cpu(process: Pid) -> Result<Duration> {
    sum(process, 0)
}

/// How long threads of a process were ready and waited for a processor.
pub(crate) fn waited(process: Pid) -> Result<Duration> {
    sum(process, 1)
}

/// A column of `schedstat`, over all threads.
fn sum(process: Pid, column: usize) -> Result<Duration> {
    let mut sum = Duration::ZERO;
    for thread in fs::read_dir(format!("/proc/{process}/task"))? {
        // A thread may have ended meanwhile.
        let Ok(line) = fs::read_to_string(thread?.path().join("schedstat")) else { continue };
        let time = line.split(' ').nth(column).and_then(|time| time.parse().ok());
        sum += Duration::from_nanos(time.context("Linux counts no processor time")?);
    }
    Ok(sum)
}
