//! The tables of sources: `SOURCES`, and what does not fit into it, read as one.

use super::alerts::{ALERT_SOURCE, ALERTS};
use super::environment::Environment;
use super::fault::Fault;
use super::read_source::read_source;
use super::source::Source;
use crate::json::Members;

/// A source, or what is wrong with it.
#[derive(Debug)]
pub enum Entry {
    /// It works.
    Ready(Box<Source>),
    /// It responds 500.
    Faulty(Vec<Fault>),
}

/// The most variables that are read.
const MOST: usize = 20;

/// The first variable, and how the others begin.
const SOURCES: &str = "SOURCES";

/// What the variables hold.
#[derive(Default)]
pub(super) struct Tables {
    /// The sources, in the order of their names.
    pub(super) entries: Vec<(String, Entry)>,
    /// What is wrong with the variables themselves.
    pub(super) faults: Vec<Fault>,
    /// Whether a variable could not be read, so that there may be sources that are not known.
    pub(super) is_partial: bool,
}

impl Tables {
    /// Reads all variables. `first` is `SOURCES`; the environment has the others.
    pub(super) fn read(first: Option<&str>, environment: &impl Environment) -> Self {
        let mut tables = Self::default();
        match first.and_then(table) {
            Some(members) => tables.add(SOURCES, &members, environment),
            None => tables.unreadable(
                SOURCES,
                "is missing, empty, or not a table of sources",
                "add a [vars.SOURCES.<name>] table to wrangler.toml",
            ),
        }
        let mut is_before = true;
        for number in 2..=MOST {
            let name = variable(number);
            let text = environment.variable(&name);
            if text.is_some() && !is_before {
                tables.faults.push(Fault::new(
                    &name,
                    "is there, and the one before it is not",
                    "number them without a gap",
                ));
            }
            is_before = text.is_some();
            let Some(text) = text else { continue };
            match table(&text) {
                Some(members) => tables.add(&name, &members, environment),
                None => tables.unreadable(&name, "is empty, or not a table of sources", "remove it, or add a source"),
            }
        }
        for name in ["SOURCES_1".to_owned(), variable(MOST.saturating_add(1))] {
            if environment.variable(&name).is_some() {
                tables.unreadable(&name, "is not read", "use `SOURCES`, then `SOURCES_2` to `SOURCES_20`");
            }
        }
        tables
    }

    /// Adds the sources of a variable.
    fn add(&mut self, variable: &str, members: &Members<'_>, environment: &impl Environment) {
        for (name, text) in members.iter() {
            let place = self.entries.partition_point(|(known, _)| known.as_str() < name);
            match self.entries.get_mut(place).filter(|(known, _)| known == name) {
                Some((_, entry)) => {
                    let fix = "remove one of the two, or rename it";
                    *entry = Entry::Faulty(vec![Fault::new(
                        variable,
                        "has this source, and another variable has it too",
                        fix,
                    )]);
                }
                None => {
                    let is_taken = name == ALERT_SOURCE && environment.variable(ALERTS).is_some();
                    let source = if is_taken { Err(vec![taken()]) } else { read_source(name, text, environment) };
                    let entry = source.map_or_else(Entry::Faulty, |source| Entry::Ready(Box::new(source)));
                    self.entries.insert(place, (name.to_owned(), entry));
                }
            }
        }
    }

    fn unreadable(&mut self, variable: &str, problem: &str, fix: &str) {
        self.is_partial = true;
        self.faults.push(Fault::new(variable, problem, fix));
    }
}

/// The fault of a source that has the name under which alerts are stored.
fn taken() -> Fault {
    Fault::new("name", "is taken by [vars.ALERTS]", "rename the source, or remove ALERTS")
}

/// The name of the variable of that number, from 2 on.
fn variable(number: usize) -> String {
    [SOURCES, "_", itoa::Buffer::new().format(number)].concat()
}

fn table(text: &str) -> Option<Members<'_>> {
    Members::parse(text.as_bytes()).filter(|members| members.iter().next().is_some())
}
