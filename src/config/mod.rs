//! The configuration: `SOURCES` and its further variables, and the secrets and bindings that they name. A fault in one source leaves the others working.

mod admin;
mod alerts;
mod common;
mod described;
mod destination;
mod destinations;
mod durable;
mod endpoint;
mod environment;
mod fault;
mod forward;
mod header_name;
mod hmac;
mod order;
mod policy;
mod read_source;
mod reader;
mod secrets;
mod signed_template;
mod source;
mod spelling;
mod tables;
mod units;
mod urls;
mod when;

use std::borrow::Cow;
use std::slice;

pub use self::admin::Admin;
pub use self::alerts::{ALERT_SOURCE, Alerts};
use self::alerts::{ALERTS, read_alerts};
pub use self::described::{choose_header, describe_hmac};
pub use self::destination::{DEFAULT, Destination, Endpoint};
pub use self::durable::default_dedupe;
pub use self::environment::{Binding, Environment, Secret};
pub use self::fault::Fault;
pub use self::source::{Durable, Source};
pub use self::tables::Entry;
use self::tables::Tables;

/// All sources, in the order of their names.
#[derive(Debug, Default)]
pub struct Config {
    entries: Vec<(String, Entry)>,
    /// What is wrong with the variables of sources.
    whole: Vec<Fault>,
    /// Whether one of them could not be read.
    is_partial: bool,
    alerts: Option<Alerts>,
    alert_faults: Vec<Fault>,
    admin: Admin,
}

/// What is wrong with one source.
#[derive(Debug)]
pub struct AtFault<'a> {
    /// Its place; `None` for the configuration as a whole.
    pub index: Option<usize>,
    /// Its name, as [`Config::name`] has it.
    pub name: Cow<'a, str>,
    /// Its faults, at least one.
    pub faults: &'a [Fault],
}

impl Config {
    /// Reads `SOURCES`, as JSON text, and `SOURCES_2` to `SOURCES_20`, `ALERTS` and `ADMIN` of the environment. It never fails:
    /// [`Config::faults`] lists what is wrong.
    ///
    /// ```
    /// use countersign::config::{Binding, Config, Environment, Secret};
    ///
    /// struct Worker;
    ///
    /// impl Environment for Worker {
    ///     fn secret(&self, _: &str) -> Secret {
    ///         Secret::Unseen
    ///     }
    ///     fn has(&self, binding: Binding<'_>) -> bool {
    ///         binding == Binding::Kv("EVENTS")
    ///     }
    /// }
    ///
    /// let sources = r#"{"gemini": {"scheme": "gemini", "secrets": ["SECRET"], "forward": {"orgin": "https://a.example"}}}"#;
    /// let config = Config::parse(Some(sources), &Worker);
    /// let faults: Vec<_> = config.faults().iter().flat_map(|source| source.faults).map(ToString::to_string).collect();
    /// assert!(faults.contains(&"`forward.orgin` is not a key of the configuration; did you mean `origin`?".to_owned()));
    /// ```
    pub fn parse(sources: Option<&str>, environment: &impl Environment) -> Self {
        let mut whole = Self { admin: Admin::read(environment), ..Self::default() };
        match environment.variable(ALERTS).map(|text| read_alerts(&text, environment)) {
            Some(Ok(alerts)) => whole.alerts = Some(alerts),
            Some(Err(faults)) => whole.alert_faults = faults,
            None => {}
        }
        let Tables { mut entries, faults, is_partial } = Tables::read(sources, environment);
        let place = entries.partition_point(|(name, _)| name.as_str() < ALERT_SOURCE);
        // One of that name is at fault.
        if let Some(alerts) = &whole.alerts
            && entries.get(place).is_none_or(|(name, _)| name != ALERT_SOURCE)
        {
            entries.insert(place, (ALERT_SOURCE.to_owned(), Entry::Ready(Box::new(alerts.to_source()))));
        }
        Self { entries, whole: faults, is_partial, ..whole }
    }

    /// The sources by name, with their place.
    pub fn iter(&self) -> impl Iterator<Item = (usize, &str, &Entry)> {
        self.entries.iter().enumerate().map(|(index, (name, entry))| (index, name.as_str(), entry))
    }

    /// The source at a place.
    pub fn source(&self, index: usize) -> Option<&Source> {
        match self.entries.get(index) {
            Some((_, Entry::Ready(source))) => Some(source),
            _ => None,
        }
    }

    /// The name of the source at a place, for logs and responses. An invalid name that is not made of words may be a value, so its
    /// place replaces it.
    pub fn name(&self, index: usize) -> Option<Cow<'_, str>> {
        let name = self.entries.get(index).map(|(name, _)| name.as_str())?;
        let place = || format!("source {} by name", index.saturating_add(1)).into();
        Some(if source::is_name(name) || spelling::is_words(name) { name.into() } else { place() })
    }

    /// All faults, by source, in the order of [`Config::iter`], after those of no source, which have the name of their variable: `SOURCES`,
    /// `ALERTS`, `ADMIN`, `ADMIN_TOKEN` or `ADMIN_READ_TOKEN`.
    pub fn faults(&self) -> Vec<AtFault<'_>> {
        let mut all = Vec::new();
        for fault in &self.whole {
            all.push(AtFault { index: None, name: fault.key().into(), faults: slice::from_ref(fault) });
        }
        for (name, faults) in &self.admin.faults {
            all.push(AtFault { index: None, name: (*name).into(), faults });
        }
        if !self.alert_faults.is_empty() {
            all.push(AtFault { index: None, name: ALERTS.into(), faults: &self.alert_faults });
        }
        for (index, _, entry) in self.iter() {
            if let (Entry::Faulty(faults), Some(name)) = (entry, self.name(index)) {
                all.push(AtFault { index: Some(index), name, faults });
            }
        }
        all
    }

    /// Where alerts go, if anywhere.
    pub const fn alerts(&self) -> Option<&Alerts> {
        self.alerts.as_ref()
    }

    /// What an operator should know about working sources: those with `allow_short_keys`, and whether they need it.
    pub fn warnings(&self) -> impl Iterator<Item = (&str, &'static str)> {
        self.entries.iter().filter_map(|(name, entry)| match entry {
            Entry::Ready(source) if source.allows_short_keys => Some((name.as_str(), source.short_keys())),
            _ => None,
        })
    }

    /// Who may use `/admin`.
    pub const fn admin(&self) -> &Admin {
        &self.admin
    }

    /// Whether there may be sources that are not known, in a variable that could not be read.
    pub(crate) fn is_partial(&self) -> bool {
        self.is_partial
    }

    /// The source of a name, with its place.
    pub fn find(&self, name: &[u8]) -> Option<(usize, &Entry)> {
        let index = self.entries.iter().position(|(known, _)| known.as_bytes() == name)?;
        self.entries.get(index).map(|(_, entry)| (index, entry))
    }
}

#[cfg(test)]
mod tests;
