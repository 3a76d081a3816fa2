//! What JavaScript configures, made into a policy of the core.

use countersign::{Policy, Tolerance, scheme};

use crate::fault::Fault;

/// The options of a verifier, one to a line: `name=` and the value as JSON, which has no line feed.
#[derive(Clone, Copy, Debug)]
pub struct Options<'o>(&'o str);

impl<'o> Options<'o> {
    /// Options, of which there are no others than these.
    ///
    /// # Errors
    /// `config_invalid`, for one that is not known.
    pub fn parse(text: &'o str, known: &[&str]) -> Result<Self, Fault> {
        let options = Self(text);
        match options.iter().find(|(name, _)| !known.contains(name)) {
            Some((unknown, _)) => Err(Fault::config(&["there is no option `", unknown, "`"].concat())),
            None => Ok(options),
        }
    }

    /// A scheme as it is by default, with the `tolerance` that is given.
    ///
    /// # Errors
    /// `config_invalid`.
    pub fn policy(self, scheme: &str) -> Result<Policy, Fault> {
        let scheme = scheme::find(scheme).ok_or_else(|| Fault::config("there is no scheme of that name"))?;
        let mut policy = Policy::of(scheme);
        if let Some(seconds) = self.seconds("tolerance")? {
            policy.tolerance = Tolerance::from_seconds(seconds);
        }
        Ok(policy)
    }

    /// The JSON text of an option.
    pub fn get(self, name: &str) -> Option<&'o str> {
        self.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    /// A whole number of seconds.
    ///
    /// # Errors
    /// `config_invalid`, for anything else.
    pub fn seconds(self, name: &str) -> Result<Option<u64>, Fault> {
        let wrong = || Fault::config(&["`", name, "` is a whole number of seconds, 0 or more"].concat());
        self.get(name).map(|value| value.parse().map_err(|_| wrong())).transpose()
    }

    /// A switch, off by default.
    ///
    /// # Errors
    /// `config_invalid`, for anything but `true` and `false`.
    pub fn flag(self, name: &str) -> Result<bool, Fault> {
        match self.get(name) {
            Some("true") => Ok(true),
            Some("false") | None => Ok(false),
            Some(_) => Err(Fault::config(&["`", name, "` is true or false"].concat())),
        }
    }

    fn iter(self) -> impl Iterator<Item = (&'o str, &'o str)> {
        self.0.lines().map(|line| line.split_once('=').unwrap_or((line, "")))
    }
}
