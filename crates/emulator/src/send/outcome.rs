//! The result of `send`.

/// The result, and with it the exit status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// 0: everything as expected.
    AsExpected,
    /// 1: an unexpected response.
    Unexpected,
    /// 2: no response.
    Unanswered,
}
