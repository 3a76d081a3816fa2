//! `cargo xtask selfhost`: creates a folder that bare workerd serves, without a Cloudflare account.
//!
//! It translates `wrangler.toml` for workerd. It leaves out what only Cloudflare has (KV, other Workers and their objects), and the
//! Worker's own parser names the sources that need any of it.

mod plan;

use std::fs::{self, DirBuilder};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::{env, path};

use anyhow::{Context, Result, bail, ensure};
use lexopt::ValueExt;

use self::plan::{ADMIN_READ_TOKEN, ADMIN_TOKEN, Plan};
use xtask::process::{self, Group};
use xtask::term::{bold, dim, yellow};
use xtask::{build, paths, tools, wrangler};

/// The folder of stored events, relative to workerd's.
const DATA: &str = "data";
/// The files of a built Worker.
const FILES: [&str; 3] = ["index.js", "index_bg.wasm", "explain_bg.wasm"];

struct Options {
    out: PathBuf,
    data: Option<PathBuf>,
    listen: String,
    config: PathBuf,
    environment: Option<String>,
    /// A built Worker to use instead of building one.
    worker: Option<PathBuf>,
    run: bool,
}

/// The command line.
pub(crate) fn command(args: lexopt::Parser) -> Result<()> {
    let options = Options::parse(args)?;
    // Before a build, which takes minutes.
    let plan = Plan::read(&options.config, options.environment.as_deref())?;
    let worker = match &options.worker {
        Some(worker) => worker.clone(),
        None => {
            build::production()?;
            paths::root().join("build/worker")
        }
    };
    let data = options.data.clone().unwrap_or_else(|| options.out.join(DATA));
    make_dir(&options.out, 0o755)?;
    // Events are stored there in plain text, so other users of the machine must not read them.
    make_dir(&data, 0o700)?;
    for file in FILES {
        let from = worker.join(file);
        fs::copy(&from, options.out.join(file)).with_context(|| format!("{} cannot be copied", from.display()))?;
    }
    // The default is beside the configuration, wherever the folder is copied to.
    let path = if options.data.is_some() { data.display().to_string() } else { DATA.to_owned() };
    let config = options.out.join("config.capnp");
    fs::write(&config, plan.capnp(&path, &options.listen)?)
        .with_context(|| format!("{} cannot be written", config.display()))?;
    plan.warn();
    if options.run { run(&options, &plan) } else { show_next(&options, &plan) }
}

impl Options {
    fn parse(mut args: lexopt::Parser) -> Result<Self> {
        let mut options = Self {
            out: paths::root().join("build/selfhost"),
            data: None,
            listen: "127.0.0.1:8787".to_owned(),
            config: wrangler::path(),
            environment: None,
            worker: None,
            run: false,
        };
        while let Some(arg) = args.next()? {
            match arg {
                lexopt::Arg::Long("out") => options.out = path::absolute(args.value()?)?,
                lexopt::Arg::Long("data") => options.data = Some(path::absolute(args.value()?)?),
                lexopt::Arg::Long("listen") => options.listen = args.value()?.string()?,
                lexopt::Arg::Long("config") => options.config = args.value()?.into(),
                lexopt::Arg::Long("env") => options.environment = Some(args.value()?.string()?),
                lexopt::Arg::Long("worker") => options.worker = Some(args.value()?.into()),
                lexopt::Arg::Long("run") => options.run = true,
                other => return Err(other.unexpected().into()),
            }
        }
        ensure!(options.listen.contains(':'), "--listen needs an address and a port, such as 127.0.0.1:8787");
        Ok(options)
    }
}

fn make_dir(dir: &Path, mode: u32) -> Result<()> {
    let made = DirBuilder::new().recursive(true).mode(mode).create(dir);
    made.with_context(|| format!("{} cannot be created", dir.display()))
}

fn show_next(options: &Options, plan: &Plan) -> Result<()> {
    let out = options.out.display();
    let secrets: String = plan.checked.unseen.iter().map(|name| format!("{name}=… ")).collect();
    let workerd = tools::npm_bin("workerd")?;
    println!("{} config.capnp, {}", bold(format!("{out}:")), FILES.join(", "));
    println!("\nTo serve it:\n\n  cd {out}");
    println!("  {secrets}{} serve config.capnp\n", workerd.get_program().display());
    println!(
        "{}",
        dim(format!(
            "With {ADMIN_TOKEN}=… or {ADMIN_READ_TOKEN}=… besides, there is /admin. --run takes what is set from .dev.vars."
        ))
    );
    println!("{}", dim("For a server: copy the folder and workerd. A unit for systemd is in examples/selfhost."));
    Ok(())
}

/// Serves the folder until it is interrupted. `.dev.vars` provides the variables that the environment lacks, and is said to differ where it does.
fn run(options: &Options, plan: &Plan) -> Result<()> {
    let mut known = wrangler::dev_vars(&options.config, options.environment.as_deref(), &plan.table)?;
    let mut workerd = tools::npm_bin("workerd")?;
    workerd.args(["serve", "config.capnp"]).current_dir(&options.out);
    for name in plan.secrets() {
        let kept = known.remove(name);
        if let Some(given) = env::var_os(name) {
            // Else a secret that was changed in the file would seem to be refused.
            if kept.is_some_and(|kept| given != *kept) {
                eprintln!("{} {name} is taken from the environment; .dev.vars has another value", yellow("!"));
            }
            continue;
        }
        match kept {
            Some(value) => drop(workerd.env(name, value)),
            None if name == ADMIN_TOKEN => eprintln!("{}", dim("ADMIN_TOKEN is not set: there is no /admin")),
            None if name == ADMIN_READ_TOKEN => {}
            None => eprintln!("{} {name} is set neither in the environment nor in .dev.vars", yellow("!")),
        }
    }
    println!("{} {}; Ctrl-C ends it", bold("Countersign on"), options.listen);
    process::say_on_interrupt("Ended. What was stored stays.".to_owned());
    let status = Group::spawn(&mut workerd)?.wait()?;
    bail!("workerd ended ({status})")
}
