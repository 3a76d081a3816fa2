//! The machine and the date of a run.

use std::fs;
use std::process::Command;
use std::thread;

use anyhow::{Context, Result};

use crate::run::Run;
use xtask::tools;

/// A run in which nothing was measured yet.
pub(crate) fn describe() -> Result<Run> {
    let cores = thread::available_parallelism()?;
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_else(|_| "unknown".to_owned());
    let machine = format!("{}, {cores} cores, {}, Linux {}", processor(), system(), kernel.trim());
    Ok(Run {
        date: first_line(Command::new("date").args(["-u", "+%Y-%m-%d"]))?,
        machine,
        workerd: first_line(tools::npm_bin("workerd")?.arg("--version"))?.replace("workerd ", ""),
        ..Run::default()
    })
}

/// How busy the machine is already.
pub(crate) fn load() -> String {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split_whitespace().next().unwrap_or("unknown").to_owned()
}

fn processor() -> String {
    let text = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = text.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':'));
    name.map_or("an unknown processor", |(_, name)| name.trim()).to_owned()
}

fn system() -> String {
    let text = fs::read_to_string("/etc/os-release").unwrap_or_default();
    let name = text.lines().find_map(|line| line.strip_prefix("PRETTY_NAME="));
    name.unwrap_or("an unknown system").trim_matches('"').to_owned()
}

fn first_line(command: &mut Command) -> Result<String> {
    let output = command.output().with_context(|| format!("{:?} cannot be run", command.get_program()))?;
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(text.lines().next().unwrap_or_default().trim().to_owned())
}
