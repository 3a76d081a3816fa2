//! How much of everything may happen: what bounds the model.

use super::action::Answer;
use crate::NAMES;

/// How often something may happen yet. Each scope is one question to the model, and as large as it can be for some seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Scope {
    /// Events that are new.
    pub(crate) events: u64,
    /// Events that arrive once more.
    pub(crate) copies: u8,
    /// Attempts.
    pub(crate) attempts: u8,
    /// Reports that are lost.
    pub(crate) losses: u8,
    /// Reports that arrive twice.
    pub(crate) doubles: u8,
    /// Attempts that fail.
    pub(crate) failures: u8,
    /// Ends of the object, at any write and between two calls.
    pub(crate) crashes: u8,
    /// Times that it sleeps until it wakes up by itself.
    pub(crate) sleeps: u8,
    /// Two hours and a half that pass.
    pub(crate) passes: u8,
    /// Jumps of the clock.
    pub(crate) jumps: u8,
    /// Orders of the operator.
    pub(crate) orders: u8,
    /// Destinations that are added or removed.
    pub(crate) changes: u8,
    /// Days that pass.
    pub(crate) days: u8,
    /// Months that pass.
    pub(crate) months: u8,
}

impl Scope {
    /// One more of everything that it allows: minutes instead of seconds.
    pub(crate) fn larger(self) -> Self {
        let more = |count: u8| if count == 0 { 0 } else { count + 1 };
        Self {
            events: self.events,
            copies: self.copies,
            attempts: more(self.attempts),
            losses: self.losses,
            doubles: self.doubles,
            failures: more(self.failures),
            crashes: more(self.crashes),
            sleeps: more(self.sleeps),
            passes: self.passes,
            jumps: self.jumps,
            orders: self.orders,
            changes: self.changes,
            days: self.days,
            months: self.months,
        }
    }
}

/// What is asked of the model.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    pub(crate) name: &'static str,
    pub(crate) scope: Scope,
    /// How many destinations are configured in the beginning.
    pub(crate) destinations: usize,
    /// How each destination may answer, besides with 200.
    pub(crate) failures: [&'static [Answer]; NAMES.len()],
    /// How long delivered events are kept.
    pub(crate) keep: u64,
    /// Whether events are ordered.
    pub(crate) is_ordered: bool,
    /// Whether the first destination is broken in the beginning.
    pub(crate) is_broken: bool,
    /// What the last of the destinations that are configured in the beginning has besides.
    pub(crate) special: Special,
}

/// How attempts at a destination begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Special {
    /// One by one, at once.
    None,
    /// One a second.
    Rate,
    /// Together, half a minute after the first of them arrived, or as many as may be under way.
    Gather,
}
