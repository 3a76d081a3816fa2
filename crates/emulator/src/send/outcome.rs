//! How a call of `send` ended.

/// How it went, and so the exit status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// 0: everything as expected.
    AsExpected,
    /// 1: something else was answered.
    Unexpected,
    /// 2: something was not answered.
    Unanswered,
}
