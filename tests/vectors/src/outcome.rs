//! What a run of a case came to, and whether the case expects that.

use countersign::Error;

use crate::case::Case;

/// What came out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The delivery was verified.
    Accept,
    /// The delivery was verified, and is another event than the case says.
    OtherId(String),
    /// It was not, or its keys were not taken.
    Reject(Error),
    /// The case is of a scheme that does not exist here.
    Unsupported,
}

impl Case {
    /// Compares an outcome with what the case expects.
    ///
    /// # Errors
    /// A sentence that says what was expected.
    pub fn judge(&self, outcome: &Outcome, strict: bool) -> Result<(), String> {
        let expected = self.strict.as_ref().filter(|_| strict).unwrap_or(&self.expected);
        let good = match outcome {
            Outcome::Accept => expected.expect == "accept",
            Outcome::Reject(error) => {
                let wanted = expected.error.as_deref().unwrap_or_default();
                expected.expect == "reject" && (error.code() == wanted || self.is_as_good(error.code()))
            }
            Outcome::OtherId(_) | Outcome::Unsupported => false,
        };
        if good { Ok(()) } else { Err(format!("{}: expected {expected:?}, got {outcome:?}", self.title())) }
    }

    /// Codes that a case's own note calls as good as the suggested one.
    fn is_as_good(&self, code: &str) -> bool {
        matches!((self.name.as_str(), code), ("sig/only-spaces", "missing_header") | ("huge-64KiB", "jwt_signature"))
    }
}
