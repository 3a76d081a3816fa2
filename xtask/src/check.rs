//! `cargo xtask check`: finds in a Wrangler configuration what the Worker would answer with `config_invalid`.
//!
//! It is the Worker's own parser. Secrets that are in `.dev.vars` are read and checked; the others cannot be seen from here, and
//! are listed with the command that sets them.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::path::PathBuf;

use anyhow::{Result, bail};
use countersign::gateway::config::{Binding, Config, Environment, Secret};
use lexopt::ValueExt;
use toml::{Table, Value};

use crate::term::{dim, green, red, yellow};
use crate::{observability, wrangler};

/// Cloudflare's limit for one variable, in bytes.
const VARIABLE: usize = 5 * 1024;

/// The command line.
pub(crate) fn command(mut args: lexopt::Parser) -> Result<()> {
    let mut path = wrangler::path();
    // As wrangler does; an empty name is the top level.
    let mut environment = env::var("CLOUDFLARE_ENV").ok();
    while let Some(arg) = args.next()? {
        match arg {
            lexopt::Arg::Long("config") => path = PathBuf::from(args.value()?),
            lexopt::Arg::Long("env") => environment = Some(args.value()?.string()?),
            other => return Err(other.unexpected().into()),
        }
    }
    let mut table = wrangler::read(&path)?;
    observability::warn(&table);
    let environment = environment.filter(|name| !name.is_empty());
    if let Some(name) = &environment {
        table = wrangler::named(&table, name)?;
    }
    let secrets = wrangler::dev_vars(&path, environment.as_deref(), &table)?;
    report(&Checked::new(&table, secrets)?)
}

/// A configuration as the Worker reads it.
pub(crate) struct Checked {
    pub(crate) config: Config,
    /// `SOURCES` as JSON text.
    pub(crate) sources: Option<String>,
    /// The secrets that sources name and that are not known here.
    pub(crate) unseen: BTreeSet<String>,
}

impl Checked {
    /// Reads `table`, a Wrangler configuration, with the secrets that are known.
    pub(crate) fn new(table: &Table, secrets: BTreeMap<String, String>) -> Result<Self> {
        let sources = match table.get("vars").and_then(|vars| vars.get("SOURCES")) {
            Some(Value::String(text)) => Some(text.clone()),
            Some(table) => Some(serde_json::to_string(table)?),
            None => None,
        };
        let known = Known { table, secrets, unseen: RefCell::default() };
        let config = Config::parse(sources.as_deref(), &known);
        Ok(Self { config, sources, unseen: known.unseen.into_inner() })
    }
}

/// Prints every source with its faults, the secrets to set, and how full the variable is.
fn report(Checked { config, sources, unseen, .. }: &Checked) -> Result<()> {
    let bytes = sources.as_ref().map_or(0, String::len);
    let faults = config.faults();
    for (_, name, _) in config.iter().filter(|(_, name, _)| faults.iter().all(|(faulty, _)| faulty != name)) {
        println!("{} {name}", green("✓"));
    }
    for (name, faults) in &faults {
        println!("{} {name}", red("✗"));
        faults.iter().for_each(|fault| println!("    {fault}"));
    }
    for (name, warning) in config.warnings() {
        println!("{} {name}\n    {warning}", yellow("!"));
    }
    for name in unseen {
        println!(
            "  {name}: not in .dev.vars, so not looked at; `wrangler secret put {name}` sets it where it is deployed"
        );
    }
    println!("{}", dim(format!("SOURCES takes {bytes} of {VARIABLE} bytes")));
    match faults.len() {
        0 if bytes > VARIABLE => bail!("SOURCES is larger than Cloudflare takes; split the sources over two Workers"),
        0 => Ok(()),
        n => bail!("{n} of the sources would answer 500 `config_invalid`"),
    }
}

struct Known<'a> {
    table: &'a Table,
    secrets: BTreeMap<String, String>,
    unseen: RefCell<BTreeSet<String>>,
}

impl Known<'_> {
    fn lists(&self, path: &[&str], key: &str, name: &str) -> bool {
        let (first, rest) = path.split_first().map_or(("", path), |(first, rest)| (*first, rest));
        let list = rest.iter().try_fold(self.table.get(first), |value, key| Some(value?.get(key)));
        let bindings = list.flatten().and_then(Value::as_array);
        bindings.is_some_and(|all| all.iter().any(|one| one.get(key).and_then(Value::as_str) == Some(name)))
    }
}

impl Environment for Known<'_> {
    fn secret(&self, name: &str) -> Secret {
        let plain = || self.table.get("vars").and_then(|vars| vars.get(name)).and_then(Value::as_str);
        match self.secrets.get(name).map(String::as_str).or_else(plain) {
            Some(value) => Secret::Value(value.to_owned().into()),
            // A name that is not one is a secret in the wrong place: the parser says so, where it finds nothing.
            None if !name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_') => {
                Secret::Missing
            }
            None => {
                if name != "ADMIN_TOKEN" {
                    self.unseen.borrow_mut().insert(name.to_owned());
                }
                Secret::Unseen
            }
        }
    }

    fn has(&self, binding: Binding<'_>) -> bool {
        match binding {
            Binding::Kv(name) => self.lists(&["kv_namespaces"], "binding", name),
            Binding::Service(name) => self.lists(&["services"], "binding", name),
            Binding::DurableObject(name) => self.lists(&["durable_objects", "bindings"], "name", name),
        }
    }
}
