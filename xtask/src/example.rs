//! `cargo xtask example python | typescript`: runs an application of examples/ behind the Worker, with a local Gemini in front.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use lexopt::ValueExt;

use crate::emulator::Emulator;
use crate::harness::{self, Build, Harness, Ports, free_port};
use crate::process::{self, Group};
use crate::term::{bold, dim, green};
use crate::{build, paths, tools};

/// How often the processes are checked.
const WATCH: Duration = Duration::from_millis(500);
/// The longest time from the start of an application to the result of its job.
const RESULT_LIMIT: Duration = Duration::from_secs(60);

/// An application in examples/.
struct Example {
    name: &'static str,
    /// Installs its dependencies.
    install: fn(&Path) -> Result<()>,
    /// The command that runs it on a port.
    command: fn(&Path, u16) -> Result<Command>,
}

const EXAMPLES: [Example; 2] = [
    Example { name: "python", install: install_python, command: python },
    Example { name: "typescript", install: install_typescript, command: typescript },
];

/// The command line.
pub(crate) fn command(mut args: lexopt::Parser) -> Result<()> {
    let (mut ports, mut name) = (Ports { origin: 8000, ..Ports::DEFAULT }, None);
    while let Some(arg) = args.next()? {
        match arg {
            lexopt::Arg::Value(value) => name = Some(value.string()?),
            lexopt::Arg::Long(option) => {
                let option = option.to_owned();
                if !ports.option(&option, &mut args)? {
                    bail!("no option `--{option}`; there are --port, --gemini-port and --origin-port");
                }
            }
            other => return Err(other.unexpected().into()),
        }
    }
    let found = EXAMPLES.iter().find(|example| Some(example.name) == name.as_deref());
    let example = found.context("which example? There are `python` and `typescript`")?;
    ports.ensure_free(&format!("example {}", example.name))?;
    build::production()?;
    let dir = paths::build_dir(&format!("example/{}", example.name))?;
    let (_stage, mut app, lines) = example.start(ports, &Emulator::build()?, &dir)?;
    process::say_on_interrupt("Ended: the application, the Worker, Gemini, and everything they started.".to_owned());
    println!("{}", dim("Ctrl-C ends everything. Start it again for another batch."));
    loop {
        match lines.recv_timeout(WATCH) {
            Ok(line) => println!("{line}"),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => bail!("the application ended: {}", app.wait()?),
        }
    }
}

/// Runs each example until it prints its result.
pub(crate) fn test() -> Result<()> {
    tools::need(&[("python3", "python3")])?;
    let emulator = Emulator::build()?;
    for example in &EXAMPLES {
        let ports = Ports { worker: free_port()?, gemini: free_port()?, origin: free_port()? };
        let dir = paths::build_dir(&format!("example-test/{}", example.name))?;
        let (stage, _app, lines) = example.start(ports, &emulator, &dir)?;
        if example.name == "python" {
            register(&stage)?;
        }
        loop {
            let line = lines.recv_timeout(RESULT_LIMIT).with_context(|| format!("{}: no result came", example.name))?;
            println!("  {line}");
            if line.starts_with("result ") {
                break;
            }
        }
    }
    Ok(())
}

/// Registers a static webhook, as docs/gemini.md shows it. Gemini shows the secret.
fn register(stage: &Harness) -> Result<()> {
    let mut python = Command::new(venv().join("bin/python"));
    python.arg("register.py").current_dir(paths::root().join("examples/python"));
    python
        .env("GOOGLE_GEMINI_BASE_URL", &stage.gemini)
        .env("GEMINI_API_KEY", "any")
        .env("COUNTERSIGN_URL", &stage.worker);
    let said = process::output("register a webhook", &mut python)?;
    ensure!(said.contains(" whsec_"), "register.py printed no secret: {said}");
    Ok(())
}

impl Example {
    fn folder(&self) -> PathBuf {
        paths::root().join("examples").join(self.name)
    }

    /// The Worker, Gemini, and the application with its output.
    fn start(&self, ports: Ports, emulator: &Emulator, dir: &Path) -> Result<(Harness, Group, Receiver<String>)> {
        (self.install)(&self.folder())?;
        let harness = Harness::start(ports, harness::prepare(dir)?, emulator, &[], Build::Deployed, false, dir)?;
        println!(
            "\n{} {}\n{} {}\n{} {}\n",
            bold("Gemini"),
            harness.gemini,
            bold("Worker"),
            harness.worker,
            bold("App   "),
            green(self.folder().strip_prefix(paths::root()).unwrap_or(Path::new("")).display())
        );
        let mut command = (self.command)(&self.folder(), ports.origin)?;
        command
            .current_dir(self.folder())
            .env("GOOGLE_GEMINI_BASE_URL", &harness.gemini)
            .env("GEMINI_API_KEY", "any")
            .env("COUNTERSIGN_URL", &harness.worker)
            .env("GEMINI_JOBS_TOKEN", &harness.secrets.jobs_token)
            .env("ORIGIN_SECRET", harness.secrets.origin.text())
            .stdout(Stdio::piped());
        let mut app = Group::spawn(&mut command)?;
        let stdout = app.stdout().context("the application has no output")?;
        let (sender, lines) = mpsc::channel();
        thread::spawn(move || {
            BufReader::new(stdout).lines().map_while(Result::ok).for_each(|line| drop(sender.send(line)));
        });
        Ok((harness, app, lines))
    }
}

/// Makes a virtual environment under build/, again whenever `requirements.txt` changes.
fn install_python(folder: &Path) -> Result<()> {
    let (venv, wanted) = (venv(), fs::read_to_string(folder.join("requirements.txt"))?);
    let noted = venv.join("requirements.txt");
    if fs::read_to_string(&noted).is_ok_and(|noted| noted == wanted) {
        return Ok(());
    }
    process::run("make a virtual environment", Command::new("python3").args(["-m", "venv", "--clear"]).arg(&venv))
        .context("Python's `venv` is needed. On Debian and Ubuntu: sudo apt-get install --yes python3-venv")?;
    let mut pip = Command::new(venv.join("bin/pip"));
    pip.args(["install", "--disable-pip-version-check", "--requirement"]).arg(folder.join("requirements.txt"));
    process::run("install the Python packages", &mut pip).context("is there a network?")?;
    Ok(fs::write(noted, wanted)?)
}

fn python(_: &Path, port: u16) -> Result<Command> {
    let mut command = Command::new(venv().join("bin/uvicorn"));
    command
        .args(["app:app", "--port", &port.to_string(), "--log-level", "warning"])
        .env("PYTHONDONTWRITEBYTECODE", "1");
    Ok(command)
}

fn venv() -> PathBuf {
    paths::root().join("build/example/venv")
}

fn install_typescript(folder: &Path) -> Result<()> {
    tools::npm_install(folder, "install the npm packages of the example")?;
    process::run("tsc", tools::npm_bin("node")?.arg("node_modules/typescript/bin/tsc").current_dir(folder))
}

fn typescript(_: &Path, port: u16) -> Result<Command> {
    let mut command = tools::npm_bin("node")?;
    command.arg("app.ts").env("PORT", port.to_string());
    Ok(command)
}
