//! A table of the configuration, read key by key. Every fault names the key and the fix; no value is ever repeated.

use std::fmt;

use zeroize::Zeroizing;

use super::{Environment, Secret, spelling, units};
use crate::json::{self, Members};

/// What is wrong with one key, and what to do about it. As text it holds no value that was configured.
#[derive(Clone, PartialEq, Eq)]
pub struct Fault {
    key: String,
    /// Whether the key may be repeated: one that is not ours may be a value in the wrong place.
    shown: bool,
    problem: String,
    fix: String,
}

impl Fault {
    pub(super) fn new(key: &str, problem: &str, fix: &str) -> Self {
        Self { key: key.to_owned(), shown: true, problem: problem.to_owned(), fix: fix.to_owned() }
    }

    /// The key as it is configured, with `forward.` before one of that table. It may be anything: for a local terminal, never for a
    /// log or a response.
    pub fn key(&self) -> &str {
        &self.key
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.shown {
            write!(f, "`{}` {}; {}", self.key, self.problem, self.fix)
        } else {
            write!(f, "a key that is not repeated here {}; {}", self.problem, self.fix)
        }
    }
}

impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What is read is told to the compiler not to be put in line: the engine compiles what runs, at each start, and this runs once.
pub(super) struct Reader<'a> {
    prefix: &'static str,
    members: Option<Members<'a>>,
    had: Vec<String>,
    /// Whether shared keys under 16 bytes pass.
    pub(super) allow_short: bool,
    faults: Vec<Fault>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str, prefix: &'static str) -> Self {
        let members = Members::parse(text.as_bytes());
        let had = members.iter().flat_map(Members::iter).map(|(name, _)| name.to_owned()).collect();
        let mut reader = Self { prefix, members, had, allow_short: false, faults: Vec::new() };
        if reader.members.is_none() {
            reader.fault("", "is not a table with unique keys", "see docs/configuration.md for an example");
        }
        reader
    }

    #[inline(never)]
    pub(super) fn fault(&mut self, key: &str, problem: &str, fix: &str) {
        let key = [self.prefix, key].concat();
        self.faults.push(Fault::new(&key, problem, fix));
    }

    /// Whether the key stood in the table.
    pub(super) fn had(&self, key: &str) -> bool {
        self.had.iter().any(|had| had == key)
    }

    /// Whether the key stands in the table and was not read yet.
    pub(super) fn is_there(&self, key: &str) -> bool {
        self.members.as_ref().is_some_and(|members| members.get(key).is_some())
    }

    /// Whether the key has just that JSON value; it is read by that.
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
        self.checked(key, json::string(text).filter(|text| !text.is_empty()), "is not a text", "put it in quotes")
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
        let bytes = json::string(text).and_then(|text| units::size(&text));
        self.checked(key, bytes, "is not a size", "write a number and B, KiB or MiB, like \"1MiB\"")
    }

    #[inline(never)]
    pub(super) fn list(&mut self, key: &str) -> Option<Vec<String>> {
        let text = self.take(key)?;
        let texts = json::value(text).and_then(|value| {
            let texts = value.as_array()?.iter().map(|text| text.as_str().map(str::to_owned));
            texts.collect()
        });
        self.checked(key, texts, "is not a list of texts", "write [\"…\"]")
    }

    /// A table under this one.
    pub(super) fn table(&mut self, key: &'static str) -> Option<Self> {
        match self.take(key) {
            Some(text) => Some(Self { allow_short: self.allow_short, ..Self::new(text, "forward.") }),
            None => {
                self.fault(key, "is required", "say where events go, like { origin = \"https://…\" }");
                None
            }
        }
    }

    /// Takes over the faults of a table under this one.
    pub(super) fn absorb(&mut self, table: Self) {
        self.faults.extend(table.finish());
    }

    /// A binding that a key names and that is not there.
    #[inline(never)]
    pub(super) fn unbound(&mut self, key: &str, kind: &str, table: &str) {
        let problem = format!("names no {kind} binding that is there");
        self.fault(key, &problem, &format!("add it under {table}"));
    }

    /// All faults, with one for each key that nobody read.
    pub(super) fn finish(mut self) -> Vec<Fault> {
        let forward = !self.prefix.is_empty();
        let mut left = Vec::new();
        for (name, _) in self.members.iter().flat_map(Members::iter) {
            let fix = spelling::advice(name, forward);
            let fault = Fault::new(&[self.prefix, name].concat(), "is not a key of the configuration", &fix);
            left.push(Fault { shown: spelling::is_words(name), ..fault });
        }
        self.faults.append(&mut left);
        self.faults
    }

    /// The value of a secret; a fault of `key`, which names it, where there is none.
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
            "set it by `wrangler secret put`, or in .dev.vars; this key takes the name of a secret, never its value",
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
