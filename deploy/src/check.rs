//! `cargo xtask check`: finds the faults of a Wrangler configuration that the Worker would answer with `config_invalid`.
//!
//! It uses the Worker's own parser. It reads and checks secrets in `.dev.vars`; others cannot be read from here, so it lists them with
//! the command that sets them.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::path::PathBuf;

use anyhow::{Result, bail};
use countersign::config::{Binding, Config, Environment, Secret, Source};
use lexopt::ValueExt;
use serde_json::{Map, Value as Json};
use toml::{Table, Value};

use crate::check_delivery::try_delivery;
use crate::values::{is_name, shown};
use crate::{capacity, observability};
use xtask::term::{dim, green, red, yellow};
use xtask::wrangler;

/// Cloudflare's limit for one variable, in bytes.
const VARIABLE: usize = 5 * 1024;

/// The command line.
pub(crate) fn command(mut args: lexopt::Parser) -> Result<()> {
    let mut path = wrangler::path();
    // As in wrangler, an empty name means the top level.
    let mut environment = env::var("CLOUDFLARE_ENV").ok();
    let mut delivery = None;
    while let Some(arg) = args.next()? {
        match arg {
            lexopt::Arg::Long("config") => path = PathBuf::from(args.value()?),
            lexopt::Arg::Long("env") => environment = Some(args.value()?.string()?),
            lexopt::Arg::Long("try") => delivery = Some(PathBuf::from(args.value()?)),
            other => return Err(other.unexpected().into()),
        }
    }
    let mut table = wrangler::read(&path)?;
    observability::warn(&table);
    let environment = environment.filter(|name| !name.is_empty());
    match &environment {
        Some(name) => table = wrangler::named(&table, name)?,
        None => unread(&table).iter().for_each(|line| println!("{} {line}", yellow("!"))),
    }
    let secrets = wrangler::dev_vars(&path, environment.as_deref(), &table)?;
    let Some(delivery) = delivery else { return report(&Checked::new(&table, secrets)?) };
    let mut values: BTreeMap<_, _> =
        plain_vars(&table).map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    values.extend(secrets.clone());
    let checked = Checked::new(&table, secrets)?;
    try_delivery(&delivery, &checked.config, &checked.tables, &values)
}

/// A configuration as the Worker reads it.
pub(crate) struct Checked {
    pub(crate) config: Config,
    /// The sources of all variables, by their names.
    pub(crate) tables: Json,
    /// The variables of sources, with their sizes in bytes.
    sizes: Vec<(String, usize)>,
    /// The secrets that sources name and `.dev.vars` lacks.
    pub(crate) unseen: BTreeSet<String>,
}

impl Checked {
    /// Reads a Wrangler configuration with the known secrets.
    pub(crate) fn new(table: &Table, secrets: BTreeMap<String, String>) -> Result<Self> {
        let texts: Vec<_> = source_variables(table).filter_map(|name| Some((name, variable(table, name)?))).collect();
        let known = Known { table, secrets, unseen: RefCell::default() };
        let config = Config::parse(variable(table, SOURCES).as_deref(), &known);
        let mut tables = Map::new();
        for (_, text) in &texts {
            tables.extend(serde_json::from_str::<Map<_, _>>(text).unwrap_or_default());
        }
        let sizes = texts.into_iter().map(|(name, text)| (name.to_owned(), text.len())).collect();
        Ok(Self { config, tables: Json::Object(tables), sizes, unseen: known.unseen.into_inner() })
    }
}

/// Prints every source with its faults and the values of the faulty keys, the secrets to set, and the sizes of the variables.
fn report(Checked { config, tables, sizes, unseen }: &Checked) -> Result<()> {
    let (faults, samples) = (config.faults(), samples(tables));
    for (index, name, _) in config.iter() {
        let of_source = faults.iter().find(|one| one.index == Some(index)).map_or(&[][..], |one| one.faults);
        let sample = samples.iter().find(|(source, _)| *source == name).map(|(_, host)| host.as_str());
        println!("{} {name}", if of_source.is_empty() && sample.is_none() { green("✓") } else { red("✗") });
        for fault in of_source {
            println!("    {fault}");
            show_value(tables.get(name), fault.key());
        }
        if let Some(source) = config.source(index) {
            show_capacity(source);
        }
        if let Some(host) = sample {
            println!("    `origin` still has the host of an example, {host}; put your application's in its place");
        }
    }
    for fault in faults.iter().filter(|one| one.index.is_none()).flat_map(|one| one.faults) {
        println!("{} {fault}", red("✗"));
    }
    for (name, warning) in config.warnings() {
        println!("{} {name}\n    {warning}", yellow("!"));
    }
    for name in unseen {
        println!(
            "  {name}: not in .dev.vars, so not looked at; `wrangler secret put {name}` sets it where it is deployed"
        );
    }
    sizes.iter().for_each(|(name, size)| show_size(name, *size));
    let of_sources = faults.iter().filter(|one| one.index.is_some()).count();
    match (faults.len(), samples.len()) {
        (0, 0) if sizes.iter().any(|(_, size)| *size > VARIABLE) => {
            bail!(
                "a variable exceeds Cloudflare's limit; move some of its sources to [vars.SOURCES_2.<name>], or to the next number"
            )
        }
        (0, 0) => Ok(()),
        (0, n) => bail!("events of {n} of the sources would be sent to an example's host, and lost"),
        _ if of_sources == 0 => bail!("no source has a fault, but `/healthz` would answer 503"),
        _ => bail!("{of_sources} of the sources would answer 500 `config_invalid`"),
    }
}

/// Prints how much of Cloudflare's limit a variable takes, or that the Worker does not read it.
fn show_size(name: &str, size: usize) {
    match is_numbered(name) {
        true => println!("{}", dim(format!("{name} takes {size} of {VARIABLE} bytes"))),
        false => println!("{} {name} is not read; further sources go into SOURCES_2, SOURCES_3, …", yellow("!")),
    }
}

/// Prints what the inbox of a durable source takes.
fn show_capacity(source: &Source) {
    let Some(durable) = source.durable else { return };
    let slowest = source.destinations.iter().map(|destination| destination.rules.concurrency).min();
    println!("    {}", dim(capacity::text(&durable, slowest.unwrap_or_default())));
}

/// Prints the value of a key of a source, such as `forward.origin`, or `destinations.billing.origin`, without what may be a secret.
fn show_value(source: Option<&Json>, key: &str) {
    let Some(source) = source else { return };
    let value = key.split('.').try_fold(source, |table, name| table.get(name));
    if let Some(value) = value.or_else(|| source.get(key)) {
        println!("      {}", dim(shown(key, value)));
    }
}

/// The sources whose origin is a reserved example host (RFC 2606), as in the shipped `wrangler.toml`, each with that host.
pub(crate) fn samples(sources: &Json) -> Vec<(&str, String)> {
    let host = |destination: &Json| {
        let origin = destination.get("origin")?.as_str()?;
        let authority = origin.split_once("://")?.1.split(['/', '?', '#']).next()?;
        let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host).trim_end_matches('.').to_lowercase();
        let is_sample = |domain: &&str| host == *domain || host.ends_with(&format!(".{domain}"));
        ["example.com", "example.net", "example.org"].iter().any(is_sample).then_some(host)
    };
    let first = |source: &Json| {
        let several = source.get("destinations").and_then(Json::as_object);
        source.get("forward").into_iter().chain(several.into_iter().flat_map(Map::values)).find_map(host)
    };
    let all = sources.as_object().into_iter().flatten();
    all.filter_map(|(name, source)| Some((name.as_str(), first(source)?))).collect()
}

/// What to say of environments with sources of their own, where the top level is checked.
fn unread(table: &Table) -> Vec<String> {
    let environments = table.get("env").and_then(Value::as_table).into_iter().flatten();
    let with_sources =
        environments.filter(|(_, own)| own.as_table().is_some_and(|own| source_variables(own).count() > 0));
    with_sources.map(|(name, _)| format!("[env.{name}] has sources of its own; `--env {name}` checks those")).collect()
}

/// The names of the variables that hold sources, or look as if they were meant to.
pub(crate) fn source_variables(table: &Table) -> impl Iterator<Item = &str> {
    let vars = table.get("vars").and_then(Value::as_table).into_iter().flatten();
    vars.map(|(name, _)| name.as_str()).filter(|name| name.starts_with(SOURCES))
}

/// Whether the Worker looks at a variable of that name. It says itself which numbers it reads.
fn is_numbered(name: &str) -> bool {
    let number = name.strip_prefix("SOURCES_");
    name == SOURCES || number.is_some_and(|number| number.parse::<u8>().is_ok_and(|value| value.to_string() == number))
}

/// A variable as the Worker reads it: text as it is, anything else as JSON.
fn variable(table: &Table, name: &str) -> Option<String> {
    match table.get("vars")?.get(name)? {
        Value::String(text) => Some(text.clone()),
        value => serde_json::to_string(value).ok(),
    }
}

const SOURCES: &str = "SOURCES";

/// The variables that are text. One of them may hold a secret, locally.
fn plain_vars(table: &Table) -> impl Iterator<Item = (&str, &str)> {
    let vars = table.get("vars").and_then(Value::as_table).into_iter().flatten();
    vars.filter_map(|(name, value)| Some((name.as_str(), value.as_str()?)))
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
        let plain = || plain_vars(self.table).find(|(known, _)| *known == name).map(|(_, value)| value);
        match self.secrets.get(name).map(String::as_str).or_else(plain) {
            Some(value) => Secret::Value(value.to_owned().into()),
            // An invalid name may be a secret in the wrong place. The parser reports it, because it finds no secret of that name.
            None if !is_name(name) => Secret::Missing,
            None => {
                if !["ADMIN_TOKEN", "ADMIN_READ_TOKEN"].contains(&name) {
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
            Binding::Queue(name) => self.lists(&["queues", "producers"], "binding", name),
            Binding::R2(name) => self.lists(&["r2_buckets"], "binding", name),
        }
    }

    fn variable(&self, name: &str) -> Option<String> {
        variable(self.table, name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_of_an_example_is_found_at_any_destination() {
        let sources = serde_json::json!({
            "one": { "forward": { "origin": "https://app.example.com/x" } },
            "two": { "destinations": { "a": { "service": "APP" }, "b": { "origin": "https://Example.ORG.:443" } } },
            "fine": { "destinations": { "a": { "origin": "https://app.example/x" } } },
        });
        assert_eq!(samples(&sources), [("one", "app.example.com".to_owned()), ("two", "example.org".to_owned())]);
    }

    #[test]
    fn a_fault_beside_the_sources_is_counted_as_none_of_theirs() {
        let error = |vars: &str| {
            let checked =
                Checked::new(&format!("[vars]\n{vars}").parse().expect("TOML"), BTreeMap::new()).expect("read");
            report(&checked).expect_err("a fault").to_string()
        };
        assert!(error("SOURCES = { a = {} }\nADMIN_TOKEN = \"short\"").starts_with("1 of the sources"));
        assert!(error("SOURCES = {}").starts_with("no source has a fault"));
    }

    #[test]
    fn an_environment_with_sources_is_named() {
        let text = "[env.staging.vars.SOURCES_2.github]\n[env.production.vars]\nSOURCES = \"{}\"\n[env.other.vars]\nLOG = \"1\"\n";
        let lines = unread(&text.parse().expect("TOML"));
        assert_eq!(
            lines,
            ["production", "staging"]
                .map(|name| format!("[env.{name}] has sources of its own; `--env {name}` checks those"))
        );
        assert!(unread(&"[vars.SOURCES.github]\n".parse().expect("TOML")).is_empty());
    }

    #[test]
    fn further_variables_are_read_with_the_first() {
        let source =
            r#"{ scheme = "github", secrets = ["S"], dedupe = "off", forward = { origin = "https://a.example" } }"#;
        let vars = format!(
            "[vars]\nSOURCES = {{ b = {source} }}\nSOURCES_2 = {{ a = {source} }}\nSOURCES2 = 1\nOTHER = \"x\"\n"
        );
        let checked = Checked::new(&vars.parse().expect("TOML"), BTreeMap::new()).expect("read");
        assert_eq!(checked.config.iter().map(|(_, name, _)| name).collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(checked.config.faults().len(), 0);
        assert_eq!(samples(&checked.tables).len(), 0);
        assert!(checked.tables.get("a").is_some() && checked.tables.get("b").is_some());
        let sizes: Vec<_> = checked.sizes.iter().map(|(name, _)| (name.as_str(), is_numbered(name))).collect();
        assert_eq!(sizes, [("SOURCES", true), ("SOURCES2", false), ("SOURCES_2", true)]);
        assert!(checked.sizes[0].1 > 90 && !is_numbered("SOURCES_02") && is_numbered("SOURCES_21"));
        assert_eq!(checked.unseen, BTreeSet::from(["S".to_owned()]));
    }
}
