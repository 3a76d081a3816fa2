//! A fault of the configuration. It names the key and the fix, and repeats no configured value.

use std::fmt;

/// What is wrong with one key, and what to do about it. As text it holds no value that was configured.
#[derive(Clone, PartialEq, Eq)]
pub struct Fault {
    key: String,
    /// Whether the key may be repeated: an unknown one may be a value in the wrong place.
    shown: bool,
    problem: String,
    fix: String,
}

impl Fault {
    pub(super) fn new(key: &str, problem: &str, fix: &str) -> Self {
        Self { key: key.to_owned(), shown: true, problem: problem.to_owned(), fix: fix.to_owned() }
    }

    /// The fault of a key that does not exist. It is repeated only if it is `shown`.
    pub(super) fn unknown_key(key: &str, shown: bool, fix: &str) -> Self {
        Self { shown, ..Self::new(key, "is not a key of the configuration", fix) }
    }

    /// The key as it is configured, with `forward.` before one of that table. It may be anything: show it in a local terminal, never
    /// in a log or a response.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The key if it may be repeated, what is wrong, and what to do about it.
    pub fn parts(&self) -> (Option<&str>, &str, &str) {
        (Some(self.key.as_str()).filter(|_| self.shown), &self.problem, &self.fix)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { key, problem, fix, .. } = self;
        match (self.shown, key.as_str()) {
            // What is at fault is the whole text, which has no key.
            (true, "") => write!(f, "this {problem}; {fix}"),
            (true, key) => write!(f, "`{key}` {problem}; {fix}"),
            (false, _) => write!(f, "a key that is not repeated here {problem}; {fix}"),
        }
    }
}

impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
