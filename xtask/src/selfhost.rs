//! `cargo xtask selfhost`: creates a folder that bare workerd serves, without a Cloudflare account.
//!
//! It translates `wrangler.toml` for workerd. It leaves out what only Cloudflare has (KV, other Workers and their objects), and the
//! Worker's own parser names the sources that need any of it.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs::{self, DirBuilder};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::{env, path};

use anyhow::{Context, Result, bail, ensure};
use lexopt::ValueExt;
use toml::{Table, Value, toml};

use crate::check::{Checked, samples};
use crate::process::{self, Group};
use crate::term::{bold, dim, yellow};
use crate::{build, paths, tools, wrangler};

const ADMIN_TOKEN: &str = "ADMIN_TOKEN";
/// The ids of objects and the folder of their files derive from this. With another one, stored events would be lost.
const UNIQUE_KEY: &str = "countersign-inbox";
/// The folder of stored events, relative to workerd's.
const DATA: &str = "data";
/// The files of a built Worker.
const FILES: [&str; 2] = ["index.js", "index_bg.wasm"];

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
    let worker = match &options.worker {
        Some(worker) => worker.clone(),
        None => {
            build::production()?;
            paths::root().join("build/worker")
        }
    };
    let plan = Plan::read(&options.config, options.environment.as_deref())?;
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

/// The parts of a Wrangler configuration that bare workerd has.
struct Plan {
    compatibility_date: String,
    compatibility_flags: Vec<String>,
    vars: Table,
    /// The configuration of the top level or of an environment.
    table: Table,
    checked: Checked,
}

impl Plan {
    fn read(path: &Path, environment: Option<&str>) -> Result<Self> {
        let whole = wrangler::read(path)?;
        let table = environment.map_or_else(|| Ok(whole.clone()), |name| wrangler::named(&whole, name))?;
        // Environments inherit these two.
        let inherited = |key| table.get(key).or_else(|| whole.get(key));
        let date = inherited("compatibility_date").and_then(Value::as_str);
        let flags = inherited("compatibility_flags").and_then(Value::as_array);
        let mut vars = table.get("vars").and_then(Value::as_table).cloned().unwrap_or_default();
        let checked = Checked::new(&there(vars.remove("SOURCES")), BTreeMap::new())?;
        Ok(Self {
            compatibility_date: date
                .with_context(|| format!("{} has no compatibility_date", path.display()))?
                .to_owned(),
            compatibility_flags: flags.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect(),
            vars,
            table,
            checked,
        })
    }

    /// The secrets that sources name, and the admin token.
    fn secrets(&self) -> impl Iterator<Item = &str> {
        self.checked.unseen.iter().map(String::as_str).chain([ADMIN_TOKEN])
    }

    /// Prints what does not work in bare workerd.
    fn warn(&self) {
        let faults = self.checked.config.faults();
        for one in &faults {
            eprintln!("{} {}", yellow("!"), one.name);
            one.faults.iter().for_each(|fault| eprintln!("    {fault}"));
        }
        if !faults.is_empty() {
            eprintln!(
                "  There they answer 500 `config_invalid`: bare workerd has no KV, no other service and no Durable Object \
                 but the inbox.\n  A source works with `durable = true`, or passes through with dedupe = \"off\".\n"
            );
        }
        let sources =
            self.checked.sources.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
        for (name, host) in samples(&sources) {
            eprintln!("{} {name}: `forward.origin` still has the host of an example, {host}", yellow("!"));
        }
        for name in self.secrets().filter(|name| self.vars.contains_key(*name)) {
            eprintln!(
                "{} {name} is under [vars], but is named as a secret: it is read from the environment",
                yellow("!")
            );
        }
    }

    /// workerd's configuration.
    fn capnp(&self, data: &str, listen: &str) -> Result<String> {
        let flags = match self.compatibility_flags.as_slice() {
            [] => String::new(),
            flags => format!(
                "\n  compatibilityFlags = [{}],",
                flags.iter().map(|flag| text(flag)).collect::<Vec<_>>().join(", ")
            ),
        };
        Ok(format!(
            r#"# Generated by `cargo xtask selfhost` from wrangler.toml. Change that, and generate this anew.
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "countersign", worker = .countersign),
    # A relative path is looked for where workerd is started. To put it elsewhere: --directory-path data=/var/lib/countersign
    (name = "data", disk = (path = {data}, writable = true)),
    # Origins may be on this machine or in its network. Certificates are checked against the system's authorities.
    (name = "network", network = (allow = ["public", "private"], tlsOptions = (trustBrowserCas = true)))
  ],
  # To listen elsewhere: --socket-addr http=127.0.0.1:8080
  sockets = [(name = "http", address = {listen}, http = (), service = "countersign")]
);

const countersign :Workerd.Worker = (
  compatibilityDate = {date},{flags}
  modules = [
    (name = "index.js", esModule = embed "index.js"),
    (name = "./index_bg.wasm", wasm = embed "index_bg.wasm")
  ],
  bindings = [
{bindings}  ],
  globalOutbound = "network",
  # The ids of stored objects, and the folder they are in, come from the key: never change it.
  durableObjectNamespaces = [(className = "Inbox", uniqueKey = {key}, enableSql = true)],
  durableObjectStorage = (localDisk = "data")
);
"#,
            data = text(data),
            listen = text(listen),
            date = text(&self.compatibility_date),
            bindings = self.bindings()?,
            key = text(UNIQUE_KEY),
        ))
    }

    fn bindings(&self) -> Result<String> {
        let mut lines = String::new();
        if let Some(sources) = &self.checked.sources {
            writeln!(lines, "    (name = \"SOURCES\", text = {}),", text(sources))?;
        }
        for (name, value) in self.vars.iter().filter(|(name, _)| self.secrets().all(|secret| secret != *name)) {
            let value = match value {
                Value::String(value) => format!("text = {}", text(value)),
                value => format!("json = {}", text(&serde_json::to_string(value)?)),
            };
            writeln!(lines, "    (name = {}, {value}),", text(name))?;
        }
        writeln!(
            lines,
            "    # Secrets, which stand in no file that is copied. One that is not set is missing for the Worker."
        )?;
        for name in self.secrets() {
            writeln!(lines, "    (name = {0}, fromEnvironment = {0}),", text(name))?;
        }
        writeln!(lines, "    (name = \"INBOX\", durableObjectNamespace = \"Inbox\")")?;
        Ok(lines)
    }
}

/// The Wrangler configuration with the bindings that the Worker has in bare workerd.
fn there(sources: Option<Value>) -> Table {
    let mut table = toml! {
        [[durable_objects.bindings]]
        name = "INBOX"
        class_name = "Inbox"
    };
    let vars = Table::from_iter(sources.map(|sources| ("SOURCES".to_owned(), sources)));
    table.insert("vars".to_owned(), Value::Table(vars));
    table
}

/// A Cap'n Proto literal: UTF-8 in quotes, with quotes, backslashes and control characters escaped.
fn text(value: &str) -> String {
    let mut literal = String::from("\"");
    for character in value.chars() {
        match character {
            '"' | '\\' => literal.extend(['\\', character]),
            // Control characters are single bytes in UTF-8 up to this one.
            '\0'..='\x1f' | '\x7f' => literal.push_str(&format!("\\x{:02x}", u32::from(character))),
            other => literal.push(other),
        }
    }
    literal.push('"');
    literal
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
        dim(format!("With {ADMIN_TOKEN}=… besides, there is /admin. --run takes what is set from .dev.vars."))
    );
    println!("{}", dim("For a server: copy the folder and workerd. A unit for systemd is in examples/selfhost."));
    Ok(())
}

/// Serves the folder until it is interrupted. `.dev.vars` provides the variables that the environment lacks.
fn run(options: &Options, plan: &Plan) -> Result<()> {
    let mut known = wrangler::dev_vars(&options.config, options.environment.as_deref(), &plan.table)?;
    let mut workerd = tools::npm_bin("workerd")?;
    workerd.args(["serve", "config.capnp"]).current_dir(&options.out);
    for name in plan.secrets().filter(|name| env::var_os(name).is_none()) {
        match known.remove(name) {
            Some(value) => drop(workerd.env(name, value)),
            None if name == ADMIN_TOKEN => eprintln!("{}", dim("ADMIN_TOKEN is not set: there is no /admin")),
            None => eprintln!("{} {name} is set neither in the environment nor in .dev.vars", yellow("!")),
        }
    }
    println!("{} {}; Ctrl-C ends it", bold("Countersign on"), options.listen);
    process::say_on_interrupt("Ended. What was stored stays.".to_owned());
    let status = Group::spawn(&mut workerd)?.wait()?;
    bail!("workerd ended ({status})")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_end_where_they_should() {
        assert_eq!(text("a\"b\\c\n\u{7f}ü"), r#""a\"b\\c\x0a\x7fü""#);
    }
}
