//! Tests `cargo xtask dev` as a newcomer uses it, and that nothing remains afterwards.

use std::io::{BufRead, BufReader};
use std::process::{ChildStdout, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use crate::emulator::Emulator;
use crate::harness::{free_port, is_free};
use crate::process::{self, Group, Log};
use crate::term::Progress;
use crate::{build, dev, paths};

const READY_LIMIT: Duration = Duration::from_secs(120);
const END_LIMIT: Duration = Duration::from_secs(20);

/// From the first events to the page: the package is compiled in between.
const PAGE_LIMIT: Duration = Duration::from_secs(900);

/// Tests `dev` as a newcomer starts it, which compiles a Worker of its own.
pub(crate) fn first() -> Result<()> {
    build::for_dev()?;
    run(&[])
}

/// Tests `dev` with the Worker as it is deployed, which is built already.
pub(crate) fn deployed() -> Result<()> {
    build::production()?;
    run(&["--release"])
}

/// Starts `dev` on a free port, runs its command twice, waits for the page, interrupts it, and checks what remains.
fn run(options: &[&str]) -> Result<()> {
    // Compiling it takes longer than a start may.
    Emulator::build()?;
    let before = work_tree()?;
    let port = free_port()?;
    let log = Log::at(&paths::build_dir("logs")?.join("dev-test.log"))?;

    let progress = Progress::start("start cargo xtask dev", None);
    let mut dev = start(options, port, &log)?;
    let lines = lines(dev.stdout().context("no output")?);
    let pasted =
        command_to_paste(&lines).with_context(|| format!("cargo xtask dev did not get ready:\n{}", log.text()))?;
    progress.done();

    for time in ["first", "second"] {
        paste(&pasted).with_context(|| format!("the printed command, run for the {time} time"))?;
    }
    let progress = Progress::start("wait for the page", None);
    wait_for_page(port).with_context(|| log.text())?;
    progress.done();
    end(&mut dev, port)?;
    ensure!(work_tree()? == before, "cargo xtask dev changed what `git status` says:\n{}", work_tree()?);
    Ok(())
}

fn start(options: &[&str], port: u16, log: &Log) -> Result<Group> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["dev", "--port", &port.to_string(), "--dir"]).arg(dev::dir_for_tests()).args(options);
    command.args(["--gemini-port", &free_port()?.to_string(), "--origin-port", &free_port()?.to_string()]);
    Group::spawn(command.current_dir(paths::root()).stdout(Stdio::piped()).stderr(log.handle()?))
}

fn lines(stdout: ChildStdout) -> Receiver<String> {
    let (sender, lines) = mpsc::channel();
    // Read to the end, because the child would block on a full pipe.
    thread::spawn(move || {
        BufReader::new(stdout).lines().map_while(Result::ok).for_each(|line| drop(sender.send(line)))
    });
    lines
}

/// The command after the line that announces it. It is complete once bash can parse it.
fn command_to_paste(lines: &Receiver<String>) -> Result<String> {
    let deadline = Instant::now() + READY_LIMIT;
    let next = || lines.recv_timeout(deadline.saturating_duration_since(Instant::now())).context("no more lines");
    while next()? != dev::READY {}
    let mut command = String::new();
    loop {
        command.push_str(&next()?);
        command.push('\n');
        if !command.trim().is_empty()
            && Command::new("bash").args(["-n", "-c", &command]).stderr(Stdio::null()).status()?.success()
        {
            return Ok(command);
        }
    }
}

fn paste(command: &str) -> Result<()> {
    let ran = Command::new("bash").args(["-c", command]).stdin(Stdio::null()).output()?;
    let text = format!("{}{}", String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    ensure!(ran.status.success() && text.trim_end().ends_with(" 200"), "expected a 200, got: {text}");
    Ok(())
}

/// Waits until the page is served in place of the text that holds its place.
fn wait_for_page(port: u16) -> Result<()> {
    let deadline = Instant::now() + PAGE_LIMIT;
    loop {
        // Wrangler reloads meanwhile, and may leave a request without a response.
        let request = ureq::get(format!("http://127.0.0.1:{port}/")).config().timeout_global(Some(END_LIMIT)).build();
        let page = request.call();
        let text = page.and_then(|mut page| page.body_mut().read_to_string()).unwrap_or_default();
        if text.contains("</main>") {
            return Ok(());
        }
        ensure!(Instant::now() < deadline, "the page was not there after {PAGE_LIMIT:?}, but: {text}");
        thread::sleep(process::POLL);
    }
}

fn end(dev: &mut Group, port: u16) -> Result<()> {
    let started = descendants(&dev.id().to_string())?;
    ensure!(started.iter().any(|process| process.line.contains("workerd")), "no workerd among what dev started");
    process::interrupt(dev.id())?;
    let deadline = Instant::now() + END_LIMIT;
    let status = loop {
        if let Some(status) = dev.ended()? {
            break status;
        }
        ensure!(Instant::now() < deadline, "cargo xtask dev did not end within {END_LIMIT:?} of SIGINT");
        thread::sleep(process::POLL);
    };
    ensure!(status.success(), "cargo xtask dev ended with {status}");
    let left: Vec<_> = processes()?
        .into_iter()
        .filter(|process| started.iter().any(|it| it.id == process.id && it.line == process.line))
        .map(|process| process.line)
        .collect();
    ensure!(left.is_empty(), "left behind by cargo xtask dev:\n{}", left.join("\n"));
    ensure!(is_free(port), "port {port} is not free");
    Ok(())
}

struct Process {
    id: String,
    parent: String,
    line: String,
}

/// All processes except zombies.
fn processes() -> Result<Vec<Process>> {
    let ps =
        Command::new("ps").args(["-A", "-o", "pid=,ppid=,stat=,args="]).output().context("`ps` cannot be started")?;
    let text = String::from_utf8_lossy(&ps.stdout).into_owned();
    let processes = text.lines().filter_map(|line| {
        let mut words = line.split_whitespace().map(str::to_owned);
        let (id, parent, state) = (words.next()?, words.next()?, words.next()?);
        (!state.starts_with('Z')).then(|| Process { id, parent, line: words.collect::<Vec<_>>().join(" ") })
    });
    Ok(processes.collect())
}

/// The descendants of a process.
fn descendants(id: &str) -> Result<Vec<Process>> {
    let (mut found, mut rest): (Vec<_>, Vec<_>) = processes()?.into_iter().partition(|process| process.parent == id);
    loop {
        let is_child = |process: &Process| found.iter().any(|parent: &Process| parent.id == process.parent);
        let (more, others): (Vec<_>, Vec<_>) = rest.into_iter().partition(is_child);
        if more.is_empty() {
            return Ok(found);
        }
        found.extend(more);
        rest = others;
    }
}

/// The output of `git status`; empty without git.
fn work_tree() -> Result<String> {
    let status = Command::new("git").args(["status", "--porcelain"]).current_dir(paths::root()).output()?;
    Ok(String::from_utf8_lossy(&status.stdout).into_owned())
}
