//! The rows of docs/keys.md: the Worker's reader accepts each right example, and reports the fault that is printed for each wrong one.
//!
//! To print the faults again: `UPDATE=1 cargo test --test documents keys`.

use std::collections::BTreeMap;
use std::{env, fs};

use countersign::config::{Binding, Config, Environment, Secret};
use serde_json::Value;
use toml::Table;
use zeroize::Zeroizing;

use crate::page::root;

const FILE: &str = "docs/keys.md";

/// What begins a row, after the two lines of a table's head.
const ROW: &str = "| `";

#[test]
fn right_examples_pass_and_wrong_ones_have_the_printed_fault() {
    let path = root().join(FILE);
    let page = fs::read_to_string(&path).unwrap();
    let (mut sample, mut is_open, mut expected, mut wrong) = (String::new(), false, String::new(), Vec::new());
    for line in page.lines() {
        match line {
            "```toml" => (sample, is_open) = (String::new(), true),
            "```" => is_open = false,
            _ if is_open => sample.extend([line, "\n"]),
            _ => {}
        }
        let row = line.starts_with(ROW).then(|| Row::parse(line).printed(&sample));
        match row.unwrap_or_else(|| Ok(line.to_owned())) {
            Ok(line) => expected.extend([line.as_str(), "\n"]),
            Err(problem) => wrong.push(problem),
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    if env::var_os("UPDATE").is_some() {
        fs::write(path, expected).unwrap();
    } else {
        let stale: Vec<_> = page.lines().zip(expected.lines()).filter(|(one, other)| one != other).collect();
        assert!(stale.is_empty(), "{stale:#?}\nto fix: UPDATE=1 cargo test --test documents keys");
    }
}

/// A row of a table: cells that end at ` | `, which no example contains.
struct Row<'p> {
    key: &'p str,
    right: &'p str,
    wrong: &'p str,
    fault: &'p str,
}

impl<'p> Row<'p> {
    fn parse(line: &'p str) -> Self {
        let line = line.trim_start_matches('|').trim_end_matches('|');
        let cells: Vec<_> = line.splitn(4, " | ").map(str::trim).collect();
        let &[key, right, wrong, fault] = cells.as_slice() else { panic!("{FILE}: not four cells: {line}") };
        Self { key, right, wrong, fault }
    }

    /// The row with the fault of its wrong example. One that is printed with `…` for its end stays, as long as it is right.
    ///
    /// # Errors
    /// If the right example has a fault, or the wrong one does not have exactly one.
    fn printed(&self, sample: &str) -> Result<String, String> {
        let (right, wrong) = (faults(sample, self.right), faults(sample, self.wrong));
        let ([], [fault]) = (right.as_slice(), wrong.as_slice()) else {
            return Err(format!("{}: right: {right:#?}, wrong: {wrong:#?}", self.key));
        };
        let fault = fault.replace('|', "\\|").replace('<', "&lt;");
        let is_cut = self.fault.strip_suffix('…').is_some_and(|begin| fault.starts_with(begin));
        let fault = if is_cut { self.fault } else { &fault };
        Ok(format!("| {} | {} | {} | {fault} |", self.key, self.right, self.wrong))
    }
}

/// The faults of a sample in which the lines of a cell, its code spans, take the place of the keys that they name.
fn faults(sample: &str, cell: &str) -> Vec<String> {
    let mut file: Table = sample.parse().unwrap();
    let header = sample.lines().next().unwrap().trim_matches(['[', ']']);
    for line in cell.split('`').skip(1).step_by(2) {
        let (key, value) = line.split_once(" = ").unwrap();
        let value: Table = format!("value = {value}").parse().unwrap_or_else(|error| panic!("{line}: {error}"));
        put(&mut file, &format!("{header}.{key}"), value.get("value").unwrap().clone());
    }
    let variables = serde_json::to_value(file.get("vars").unwrap()).unwrap();
    let worker = Worker(serde_json::from_value(variables).unwrap());
    let sources = worker.variable("SOURCES").unwrap_or_else(|| WHOLE.to_owned());
    let config = Config::parse(Some(&sources), &worker);
    config.faults().iter().flat_map(|source| source.faults).map(ToString::to_string).collect()
}

/// Sources for a sample that has none.
const WHOLE: &str = r#"{"events": {"scheme": "github", "secrets": ["GITHUB_SECRET"], "forward": {"origin": "https://app.example.com"}}}"#;

/// Puts a value where a dotted key says, and makes the tables on the way.
fn put(table: &mut Table, key: &str, value: toml::Value) {
    let Some((first, rest)) = key.split_once('.') else {
        table.insert(key.to_owned(), value);
        return;
    };
    let inner = table.entry(first).or_insert_with(|| Table::new().into());
    put(inner.as_table_mut().unwrap(), rest, value);
}

/// A Worker with these variables, and with the secrets and bindings of the page.
struct Worker(BTreeMap<String, Value>);

impl Environment for Worker {
    fn secret(&self, name: &str) -> Secret {
        let value = match name {
            "ORIGIN_SECRET" | "ALERTS_SECRET" => "whsec_q4f1Zx8mB0yR2tUvW3sK5nJ7hG9dL6aP",
            "SHORT_TOKEN" => "letmein",
            "MISSING_SECRET" | "ADMIN_TOKEN" | "ADMIN_READ_TOKEN" => return Secret::Missing,
            // It is text, hexadecimal, and long enough for a token.
            _ if name.ends_with("_TOKEN") || name.contains("_SECRET") => "5b1f0c9e7a3d2846b1f0c9e7a3d28465",
            _ => return Secret::Missing,
        };
        Secret::Value(Zeroizing::new(value.to_owned()))
    }

    fn has(&self, binding: Binding<'_>) -> bool {
        use Binding::{DurableObject, Kv, Queue, R2, Service};
        matches!(
            binding,
            Kv("EVENTS") | Service("APP") | DurableObject("INBOX" | "ROOMS") | Queue("JOBS") | R2("BODIES")
        )
    }

    fn variable(&self, name: &str) -> Option<String> {
        self.0.get(name).map(Value::to_string)
    }
}
