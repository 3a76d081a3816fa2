//! Other programs of the workspace: compiled when a command needs them, and not before.

use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::term::Progress;
use crate::{process, tools};

/// Compiles the program of a package, and returns its path. `profile` are the options that choose one of cargo's.
pub(crate) fn build(package: &str, profile: &[&str]) -> Result<PathBuf> {
    let messages = process::output(&format!("compile {package}"), compiler(package).args(profile))?;
    executable(package, &messages)
}

/// Goes on as the program of a package, with a command's name and its remaining arguments: this process has its output, its end and its
/// signals. Progress is shown only if it has to be compiled.
pub(crate) fn become_program(package: &str, command: &str, mut args: lexopt::Parser) -> Result<()> {
    let rest: Vec<OsString> = args.raw_args()?.collect();
    let progress = Progress::start(&format!("compile {package}"), None);
    let output = compiler(package).arg("--quiet").stderr(Stdio::inherit()).output();
    drop(progress);
    let output = output.context("cargo cannot be started")?;
    ensure!(output.status.success(), "{package} does not compile");
    let program = executable(package, &String::from_utf8_lossy(&output.stdout))?;
    // Returns only if the program cannot be started.
    let error = Command::new(&program).arg(command).args(rest).exec();
    Err(error).with_context(|| format!("{} cannot be started", program.display()))
}

fn compiler(package: &str) -> Command {
    let mut cargo = tools::cargo();
    cargo.args(["build", "--package", package, "--message-format=json-render-diagnostics"]);
    cargo
}

/// The program among what cargo says that it made.
fn executable(package: &str, messages: &str) -> Result<PathBuf> {
    let messages = messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let mut programs = messages.filter(|message| message["target"]["name"] == package);
    let program = programs.find_map(|message| message["executable"].as_str().map(PathBuf::from));
    program.with_context(|| format!("cargo built no program from {package}"))
}
