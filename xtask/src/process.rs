//! Child processes, each in its own process group, so that its own children end with it.
//!
//! However this process ends (return, error, Ctrl-C, SIGTERM, closed terminal), its groups end first.

use std::fs::File;
use std::io::{ErrorKind, Read, Seek, Write, stderr, stdout};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio, exit};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use nix::sys::signal::{Signal, killpg};
use nix::sys::wait::{WaitPidFlag, waitpid};
use nix::unistd::Pid;

use crate::paths;
use crate::term::{self, Progress};

/// The time a group has to end after SIGTERM, and after SIGKILL. The first must be longer than a child `cargo xtask dev` needs.
const GRACE: Duration = Duration::from_secs(8);
const LAST_GRACE: Duration = Duration::from_secs(2);

/// The interval of polls, for conditions that cannot be awaited.
pub const POLL: Duration = Duration::from_millis(25);

struct Children {
    groups: Vec<Pid>,
    interrupted: bool,
}

static CHILDREN: Mutex<Children> = Mutex::new(Children { groups: Vec::new(), interrupted: false });

/// The last words of a command that is meant to be interrupted. Without them, an interruption exits with 130.
static FAREWELL: OnceLock<String> = OnceLock::new();

fn children() -> MutexGuard<'static, Children> {
    CHILDREN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Makes SIGINT, SIGTERM and SIGHUP end every child's group, then this process.
pub fn end_children_on_signals() -> Result<()> {
    ctrlc::set_handler(|| {
        let groups = {
            let mut children = children();
            children.interrupted = true;
            children.groups.clone()
        };
        term::clear_line();
        groups.into_iter().for_each(end_group);
        // The terminal may be gone, and a panic here would leave this process waiting for its end.
        match FAREWELL.get() {
            Some(farewell) => {
                let _ = writeln!(stdout(), "\n{farewell}");
                exit(0)
            }
            None => {
                let _ = writeln!(stderr(), "\ninterrupted");
                exit(130)
            }
        }
    })
    .context("signals cannot be handled")
}

/// Makes an interruption the expected end: exits with 0 after printing this text.
pub fn say_on_interrupt(farewell: String) {
    FAREWELL.get_or_init(|| farewell);
}

/// A child and its process group. Dropping it ends the group.
pub struct Group {
    child: Child,
    id: Pid,
}

impl Group {
    /// Starts `command` with an empty standard input.
    pub fn spawn(command: &mut Command) -> Result<Self> {
        // The lock is held during the start, so that a signal handler either runs before it or finds the group.
        let mut children = children();
        if children.interrupted {
            drop(children);
            wait_for_the_end();
        }
        let child = command.stdin(Stdio::null()).process_group(0).spawn().map_err(|error| match error.kind() {
            ErrorKind::NotFound => anyhow::anyhow!("`{}` is not installed, or not on the PATH", name(command)),
            _ => anyhow::Error::new(error).context(format!("`{}` cannot be started", name(command))),
        })?;
        let id = Pid::from_raw(child.id().cast_signed());
        children.groups.push(id);
        Ok(Self { child, id })
    }

    /// The group's id, which is the child's process id.
    pub fn id(&self) -> Pid {
        self.id
    }

    /// Waits for the child to end by itself.
    pub fn wait(&mut self) -> Result<ExitStatus> {
        let status = self.child.wait();
        if children().interrupted {
            wait_for_the_end();
        }
        status.context("a child cannot be waited for")
    }

    /// The child's exit status, if it has ended.
    pub fn ended(&mut self) -> Result<Option<ExitStatus>> {
        let status = self.child.try_wait();
        if children().interrupted {
            wait_for_the_end();
        }
        status.context("a child cannot be waited for")
    }

    /// The child's output, if it was started with a pipe.
    pub fn stdout(&mut self) -> Option<std::process::ChildStdout> {
        self.child.stdout.take()
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        end_group(self.id);
        children().groups.retain(|id| *id != self.id);
    }
}

/// Waits for the signal handler to end the process. Until then nothing may be printed or started.
fn wait_for_the_end() -> ! {
    loop {
        thread::park();
    }
}

/// Does not return after an interruption. Call it before reporting an error that an ended child may have caused.
pub fn stop_if_interrupted() {
    if children().interrupted {
        wait_for_the_end();
    }
}

/// Ends a group, by SIGTERM and then by SIGKILL.
fn end_group(id: Pid) {
    for (signal, grace) in [(Signal::SIGTERM, GRACE), (Signal::SIGKILL, LAST_GRACE)] {
        if killpg(id, signal).is_err() || gone_within(id, grace) {
            return;
        }
    }
}

fn gone_within(id: Pid, limit: Duration) -> bool {
    let started = Instant::now();
    while alive(id) {
        if started.elapsed() > limit {
            return false;
        }
        thread::sleep(POLL);
    }
    true
}

/// Whether the group has a process. Reaps an ended child first, because it would count as one.
pub fn alive(id: Pid) -> bool {
    let _ = waitpid(Pid::from_raw(-id.as_raw()), Some(WaitPidFlag::WNOHANG));
    killpg(id, None).is_ok()
}

/// Sends SIGINT to the group's first process only, as `kill -INT` does.
pub fn interrupt(id: Pid) -> Result<()> {
    nix::sys::signal::kill(id, Signal::SIGINT).context("the child cannot be interrupted")
}

/// Runs `command` with its output in a log under `build/logs`, and prints the log if it fails.
pub fn run(label: &str, command: &mut Command) -> Result<()> {
    let log = Log::create(label)?;
    command.stdout(log.handle()?).stderr(log.handle()?);
    finish(label, command, &log)
}

/// Runs `command` like [`run`], and returns its standard output.
pub fn output(label: &str, command: &mut Command) -> Result<String> {
    let log = Log::create(label)?;
    let mut out = tempfile(&log.path.with_extension("out"))?;
    command.stdout(out.try_clone()?).stderr(log.handle()?);
    finish(label, command, &log)?;
    let mut text = String::new();
    out.rewind()?;
    out.read_to_string(&mut text).with_context(|| format!("`{}` did not write text", name(command)))?;
    Ok(text)
}

/// Runs `command` with its output on ours, for test runners.
pub fn stream(command: &mut Command) -> Result<()> {
    let status = Group::spawn(command)?.wait()?;
    if !status.success() {
        bail!("`{}` failed: {status}", line(command));
    }
    Ok(())
}

fn finish(label: &str, command: &mut Command, log: &Log) -> Result<()> {
    let progress = Progress::start(label, Some(log.path.clone()));
    let status = Group::spawn(command)?.wait()?;
    if !status.success() {
        progress.failed();
        eprintln!("{}", log.text().trim_end());
        bail!("`{}` failed: {status}", line(command));
    }
    progress.done();
    Ok(())
}

/// A file for a child's output.
pub struct Log {
    file: File,
    path: PathBuf,
}

impl Log {
    fn create(label: &str) -> Result<Self> {
        let slug: String =
            label.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
        Self::at(&paths::build_dir("logs")?.join(slug).with_extension("log"))
    }

    /// An empty log at `path`.
    pub fn at(path: &Path) -> Result<Self> {
        Ok(Self { file: tempfile(path)?, path: path.to_owned() })
    }

    /// A handle for a child to write to.
    pub fn handle(&self) -> Result<File> {
        Ok(self.file.try_clone()?)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Everything written so far.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(&self.path).unwrap_or_default()).into_owned()
    }
}

fn tempfile(path: &Path) -> Result<File> {
    File::options()
        .read(true)
        .append(true)
        .create(true)
        .open(path)
        .and_then(|file| file.set_len(0).map(|()| file))
        .with_context(|| format!("{} cannot be written", path.display()))
}

fn name(command: &Command) -> String {
    let program = Path::new(command.get_program());
    program.file_name().unwrap_or(program.as_os_str()).to_string_lossy().into_owned()
}

/// The command as typed, without the program's folder.
fn line(command: &Command) -> String {
    let args = command.get_args().map(|arg| arg.to_string_lossy().into_owned());
    std::iter::once(name(command)).chain(args).collect::<Vec<_>>().join(" ")
}
