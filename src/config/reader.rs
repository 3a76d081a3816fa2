//! A table of the configuration, read key by key. Every fault names the key and the fix; no value is ever repeated.

use std::borrow::Cow;

use zeroize::Zeroizing;

use super::environment::{Environment, Secret};
use super::fault::Fault;
use super::{spelling, units};
use crate::json::{self, Members};

/// A table, and the faults found so far.
///
/// Its functions are not inlined: they run once, at each start, and the engine compiles all the code that runs.
pub(super) struct Reader<'a> {
    prefix: Cow<'static, str>,
    members: Option<Members<'a>>,
    had: Vec<String>,
    /// Whether shared keys under 16 bytes pass.
    pub(super) allow_short: bool,
    faults: Vec<Fault>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str, prefix: impl Into<Cow<'static, str>>) -> Self {
        let members = Members::parse(text.as_bytes());
        let had = members.iter().flat_map(Members::iter).map(|(name, _)| name.to_owned()).collect();
        let mut reader = Self { prefix: prefix.into(), members, had, allow_short: false, faults: Vec::new() };
        if reader.members.is_none() {
            reader.fault("", "is not a table with unique keys", "see docs/keys.md for an example");
        }
        reader
    }

    /// Adds a fault of a key. What is no table has that fault alone: all its keys would be missing too.
    #[inline(never)]
    pub(super) fn fault(&mut self, key: &str, problem: &str, fix: &str) {
        if self.members.is_none() && !self.faults.is_empty() {
            return;
        }
        let key = [&*self.prefix, key].concat();
        let key = key.strip_suffix('.').unwrap_or(&key);
        self.faults.push(Fault::new(key, problem, fix));
    }

    /// Whether the table had the key.
    pub(super) fn had(&self, key: &str) -> bool {
        self.had.iter().any(|had| had == key)
    }

    /// Whether the table has the key and it was not read yet.
    pub(super) fn is_there(&self, key: &str) -> bool {
        self.members.as_ref().is_some_and(|members| members.get(key).is_some())
    }

    /// Whether the key has a table that was not read yet.
    pub(super) fn is_table(&self, key: &str) -> bool {
        self.members.as_ref().and_then(|members| members.get(key)).is_some_and(|text| text.starts_with('{'))
    }

    /// Whether the key has exactly that JSON value, which reads it.
    pub(super) fn is(&mut self, key: &str, json: &str) -> bool {
        let is = self.members.as_ref().and_then(|members| members.get(key)) == Some(json);
        if is {
            self.take(key);
        }
        is
    }

    #[inline(never)]
    pub(super) fn text(&mut self, key: &str) -> Option<String> {
        let text = self.take(key)?;
        self.checked(
            key,
            json::string(text).filter(|text| !text.is_empty()),
            "is empty, or not a string",
            "write a text in quotes",
        )
    }

    #[inline(never)]
    pub(super) fn flag(&mut self, key: &str) -> Option<bool> {
        let text = self.take(key)?;
        self.checked(
            key,
            json::value(text).and_then(|value| value.as_bool()),
            "is neither true nor false",
            "write true or false, without quotes",
        )
    }

    #[inline(never)]
    pub(super) fn number(&mut self, key: &str, least: u64, most: u64) -> Option<u64> {
        let text = self.take(key)?;
        let number =
            json::value(text).and_then(|value| value.as_u64()).filter(|number| (least..=most).contains(number));
        self.checked(key, number, "is out of range", &format!("use a whole number from {least} to {most}"))
    }

    #[inline(never)]
    pub(super) fn duration(&mut self, key: &str) -> Option<u64> {
        let text = self.take(key)?;
        let seconds = json::string(text).and_then(|text| units::duration(&text));
        self.checked(key, seconds, "is not a duration", "write a number and s, m, h or d, like \"10s\"")
    }

    #[inline(never)]
    pub(super) fn size(&mut self, key: &str) -> Option<u64> {
        let text = self.take(key)?;
        let bytes = json::string(text).and_then(|text| units::size(&text)).filter(|bytes| *bytes > 0);
        self.checked(key, bytes, "is zero, or not a size", "write a number and B, KiB, MiB or GiB, like \"1MiB\"")
    }

    #[inline(never)]
    pub(super) fn list(&mut self, key: &str) -> Option<Vec<String>> {
        let text = self.take(key)?;
        let texts = json::value(text).and_then(|value| {
            let texts = value.as_array()?.iter().map(|text| text.as_str().map(str::to_owned));
            texts.collect()
        });
        self.checked(key, texts, "is not a list of strings", "write [\"…\"]")
    }

    /// One of some texts, by what it stands for; the first if the key is not there.
    pub(super) fn choice<T: Copy>(&mut self, key: &str, known: &[(&str, T)]) -> Option<T> {
        if !self.had(key) {
            return known.first().map(|(_, value)| *value);
        }
        let text = self.text(key)?;
        let found = known.iter().find(|(name, _)| *name == text).map(|(_, value)| *value);
        let names: Vec<_> = known.iter().map(|(name, _)| ["\"", name, "\""].concat()).collect();
        self.checked(key, found, "is not known", &["use one of ", &names.join(", ")].concat())
    }

    /// A table under this one, whose keys have `prefix` in faults; `None` if it is not there.
    pub(super) fn part(&mut self, key: &str, prefix: &'static str) -> Option<Self> {
        let text = self.take(key)?;
        Some(Self { allow_short: self.allow_short, ..Self::new(text, prefix) })
    }

    /// A table whose text was read with `raw`, or is part of it; its keys come after this key in faults.
    pub(super) fn within(&self, key: &str, text: &'a str) -> Self {
        let prefix = [&*self.prefix, key, "."].concat();
        Self { allow_short: self.allow_short, ..Self::new(text, prefix) }
    }

    /// The names of all keys that were not read yet.
    pub(super) fn names(&self) -> Vec<String> {
        self.members.iter().flat_map(Members::iter).map(|(name, _)| name.to_owned()).collect()
    }

    /// A value as it was written.
    pub(super) fn raw(&mut self, key: &str) -> Option<&'a str> {
        self.take(key)
    }

    /// Removes a key unread; whether it was there.
    pub(super) fn discard(&mut self, key: &str) -> bool {
        self.take(key).is_some()
    }

    /// Whether there are no faults so far.
    pub(super) fn is_faultless(&self) -> bool {
        self.faults.is_empty()
    }

    /// Adds the faults of a table under this one.
    pub(super) fn absorb(&mut self, table: Self) {
        self.faults.extend(table.finish());
    }

    /// Adds the fault of a key that names a missing binding.
    #[inline(never)]
    pub(super) fn unbound(&mut self, key: &str, kind: &str, table: &str) {
        let problem = format!("names no {kind} binding that exists");
        self.fault(key, &problem, &format!("add it under {table}"));
    }

    /// All faults, including one for each key that was not read.
    pub(super) fn finish(mut self) -> Vec<Fault> {
        let mut left = Vec::new();
        for (name, _) in self.members.iter().flat_map(Members::iter) {
            let fix = spelling::advice(name, &self.prefix);
            left.push(Fault::unknown_key(&[&*self.prefix, name].concat(), spelling::is_words(name), &fix));
        }
        self.faults.append(&mut left);
        self.faults
    }

    /// The value of a secret. Without one, adds a fault of `key`, which names the secret.
    #[inline(never)]
    pub(super) fn value_of(
        &mut self,
        key: &str,
        name: &str,
        environment: &impl Environment,
    ) -> Option<Zeroizing<String>> {
        let missing = match environment.secret(name) {
            Secret::Value(value) if !value.trim_ascii().is_empty() => return Some(value),
            Secret::Value(_) => "is empty",
            Secret::Missing => "is not set",
            Secret::Unseen => return None,
        };
        self.fault(
            key,
            &["names a secret, which ", missing].concat(),
            "set it with `wrangler secret put`, or in .dev.vars; this key takes the name of a secret, never its value",
        );
        None
    }

    #[inline(never)]
    fn take(&mut self, key: &str) -> Option<&'a str> {
        self.members.as_mut()?.take(key)
    }

    #[inline(never)]
    fn checked<T>(&mut self, key: &str, value: Option<T>, problem: &str, fix: &str) -> Option<T> {
        if value.is_none() {
            self.fault(key, problem, fix);
        }
        value
    }
}
