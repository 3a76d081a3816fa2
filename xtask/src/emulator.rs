//! The emulator's commands as child processes: the emulated Gemini, and the origin.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::process::{Group, Log};
use crate::programs;

const PACKAGE: &str = "countersign-emulator";

/// The built program.
pub struct Emulator(PathBuf);

/// A request that reached the origin.
pub struct Arrival {
    /// By name, without headers of HTTP and of the platform.
    pub headers: Vec<(String, String)>,
    /// The body, as text.
    pub body: String,
    /// Whether it has the Worker's signature.
    pub verified: bool,
}

impl Emulator {
    /// Compiles the program in debug mode.
    pub fn build() -> Result<Self> {
        programs::build(PACKAGE, &[]).map(Self)
    }

    /// Compiles the program in release mode.
    pub fn optimised() -> Result<Self> {
        programs::build(PACKAGE, &["--release"]).map(Self)
    }

    /// One of the program's commands.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(&self.0);
        command.args(args);
        command
    }

    /// Starts Gemini. Its first webhook gets `secret`.
    pub fn serve(&self, port: u16, secret: &str, options: &[&str], dir: &Path) -> Result<Group> {
        let mut command = self.command(&["serve", "--listen", &format!("127.0.0.1:{port}")]);
        start(command.args(options).env("COUNTERSIGN_EMULATOR_SECRET", secret), &dir.join("gemini.log"))
    }

    /// Starts an origin that verifies with `secret` and prints nothing.
    pub fn quiet_origin(&self, port: u16, secret: &str, options: &[&str], dir: &Path) -> Result<Group> {
        let mut command = self.command(&["origin", "--quiet", "--listen", &format!("127.0.0.1:{port}")]);
        start(command.args(options).env("COUNTERSIGN_ORIGIN_SECRET", secret), &dir.join("origin.log"))
    }

    /// Starts an origin that verifies with `secret`. Its deliveries come out of the channel.
    pub fn origin(&self, port: u16, secret: &str, dir: &Path) -> Result<(Group, Receiver<Arrival>)> {
        let log = Log::at(&dir.join("origin.log"))?;
        let mut command = self.command(&["origin", "--json", "--listen", &format!("127.0.0.1:{port}")]);
        command.env("COUNTERSIGN_ORIGIN_SECRET", secret).stdout(Stdio::piped()).stderr(log.handle()?);
        let mut origin = Group::spawn(&mut command)?;
        let stdout = origin.stdout().context("the origin has no output")?;
        let (sender, arrivals) = mpsc::channel();
        thread::spawn(move || {
            let lines = BufReader::new(stdout).lines().map_while(Result::ok);
            lines.filter_map(|line| Arrival::parse(&line)).for_each(|arrival| drop(sender.send(arrival)));
        });
        Ok((origin, arrivals))
    }
}

impl Arrival {
    fn parse(line: &str) -> Option<Self> {
        const OF_HTTP: [&str; 7] =
            ["host", "connection", "content-length", "transfer-encoding", "accept-encoding", "user-agent", "cf-worker"];
        let arrival: Value = serde_json::from_str(line).ok()?;
        let headers = arrival["headers"].as_object()?.iter();
        let headers = headers.filter(|(name, _)| !OF_HTTP.contains(&name.as_str()));
        let headers = headers.map(|(name, value)| (name.clone(), value.as_str().unwrap_or_default().to_owned()));
        Some(Self {
            headers: headers.collect(),
            body: arrival["body"].as_str().unwrap_or("(not text)").to_owned(),
            verified: arrival["verified"] == true,
        })
    }
}

fn start(command: &mut Command, log: &Path) -> Result<Group> {
    let log = Log::at(log)?;
    Group::spawn(command.stdout(log.handle()?).stderr(log.handle()?))
}
