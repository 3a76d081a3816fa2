//! The configuration: `SOURCES`, and what it names. A fault in one source leaves the others working.

mod durable;
mod forward;
mod policy;
mod reader;
mod secrets;
mod source;
mod spelling;
mod units;

use std::borrow::Cow;
use std::slice;

use zeroize::Zeroizing;

use crate::crypto::constant_time_eq;
use crate::json::Members;

pub use self::durable::Durable;
pub use self::forward::{Destination, ForwardTo};
pub use self::reader::Fault;
use self::secrets::{Carrier, token_fault};
pub use self::source::Source;

/// What stands outside `SOURCES`: secrets and bindings, by name.
pub trait Environment {
    /// A secret's value.
    fn secret(&self, name: &str) -> Secret;
    /// Whether a binding of that kind is there.
    fn has(&self, binding: Binding<'_>) -> bool;
    /// Whether a source takes any key that verifies, also short ones and those that documentation prints: so does a build for tests,
    /// which runs the vectors, and nothing else.
    fn takes_any_key(&self) -> bool {
        false
    }
}

/// What is known of a secret.
#[derive(Debug)]
pub enum Secret {
    /// Its value.
    Value(Zeroizing<String>),
    /// It is not set.
    Missing,
    /// It cannot be seen from here: a check before deploying.
    Unseen,
}

/// A binding that a source needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binding<'a> {
    /// A KV namespace.
    Kv(&'a str),
    /// A service.
    Service(&'a str),
    /// A Durable Object namespace.
    DurableObject(&'a str),
}

/// All sources, in the order of their names.
#[derive(Debug, Default)]
pub struct Config {
    entries: Vec<(String, Entry)>,
    unreadable: Option<Fault>,
    admin_token: Option<Zeroizing<String>>,
    /// Why a token that is set is not taken: then there is no `/admin`.
    admin_fault: Option<Fault>,
}

/// A source, or what is wrong with it.
#[derive(Debug)]
pub enum Entry {
    /// It works.
    Ready(Box<Source>),
    /// It answers 500.
    Faulty(Vec<Fault>),
}

/// What is wrong with one source.
#[derive(Debug)]
pub struct AtFault<'a> {
    /// Its place; none for the whole.
    pub index: Option<usize>,
    /// Its name, as [`Config::name`] has it.
    pub name: Cow<'a, str>,
    /// Its faults, at least one.
    pub faults: &'a [Fault],
}

impl Config {
    /// Reads `SOURCES`, as JSON text.
    pub fn parse(sources: Option<&str>, environment: &impl Environment) -> Self {
        let mut whole = Self::default();
        match environment.secret(ADMIN_TOKEN) {
            Secret::Value(token) if !token.trim_ascii().is_empty() => match token_fault(&token, Carrier::Header) {
                Some((problem, fix)) => {
                    let problem = ["cannot be used, so there is no /admin: ", &problem].concat();
                    whole.admin_fault = Some(Fault::new(ADMIN_TOKEN, &problem, fix));
                }
                None => whole.admin_token = Some(token),
            },
            _ => {}
        }
        let parsed = sources.and_then(|text| Members::parse(text.as_bytes()));
        let Some(members) = parsed.filter(|members| members.iter().next().is_some()) else {
            let fault = Fault::new(
                "SOURCES",
                "is missing, empty, or not a table of sources",
                "add a [vars.SOURCES.<name>] table to wrangler.toml",
            );
            return Self { unreadable: Some(fault), ..whole };
        };
        let entries = members.iter().map(|(name, text)| (name.to_owned(), Source::parse(name, text, environment)));
        Self { entries: entries.collect(), ..whole }
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

    /// The name of the source at a place, for logs and responses: a name that cannot be one, and is not made of words, is replaced by
    /// its place, as it may be a value.
    pub fn name(&self, index: usize) -> Option<Cow<'_, str>> {
        let name = self.entries.get(index).map(|(name, _)| name.as_str())?;
        let place = || format!("source {} by name", index.saturating_add(1)).into();
        Some(if source::is_name(name) || spelling::is_words(name) { name.into() } else { place() })
    }

    /// All faults, by source, in the order of [`Config::iter`]. A fault of the whole has no place, and is under the name `SOURCES`;
    /// so is one of the operator's token, under `ADMIN_TOKEN`.
    pub fn faults(&self) -> Vec<AtFault<'_>> {
        let mut all = Vec::new();
        if let Some(fault) = &self.unreadable {
            all.push(AtFault { index: None, name: "SOURCES".into(), faults: slice::from_ref(fault) });
        }
        if let Some(fault) = &self.admin_fault {
            all.push(AtFault { index: None, name: ADMIN_TOKEN.into(), faults: slice::from_ref(fault) });
        }
        for (index, _, entry) in self.iter() {
            if let (Entry::Faulty(faults), Some(name)) = (entry, self.name(index)) {
                all.push(AtFault { index: Some(index), name, faults });
            }
        }
        all
    }

    /// What an operator should know of sources that work: `allow_short_keys`, and whether anything needs it.
    pub fn warnings(&self) -> impl Iterator<Item = (&str, &'static str)> {
        self.entries.iter().filter_map(|(name, entry)| match entry {
            Entry::Ready(source) if source.allows_short_keys => Some((name.as_str(), source.short_keys())),
            _ => None,
        })
    }

    /// Whether a bearer token is the admin's, in constant time.
    pub fn is_admin(&self, authorization: Option<&[u8]>) -> bool {
        let given = authorization.and_then(|value| value.strip_prefix(b"Bearer "));
        given
            .zip(self.admin_token.as_ref())
            .is_some_and(|(given, token)| constant_time_eq(given, token.trim_ascii().as_bytes()))
    }

    pub(crate) fn has_admin(&self) -> bool {
        self.admin_token.is_some()
    }

    pub(crate) fn is_readable(&self) -> bool {
        self.unreadable.is_none()
    }

    /// The source of a name, with its place.
    pub fn find(&self, name: &[u8]) -> Option<(usize, &Entry)> {
        let index = self.entries.iter().position(|(known, _)| known.as_bytes() == name)?;
        self.entries.get(index).map(|(_, entry)| (index, entry))
    }
}

/// The secret that opens `/admin`.
const ADMIN_TOKEN: &str = "ADMIN_TOKEN";

#[cfg(test)]
mod secrets_tests;
#[cfg(test)]
mod tests;
