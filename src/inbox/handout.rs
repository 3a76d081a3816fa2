//! What is handed out to be attempted, and why.

/// An event to be attempted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Handout {
    /// The place of the destination.
    pub place: usize,
    /// Its sequence number.
    pub number: u64,
    /// The number of the attempt, from 1.
    pub attempt: u32,
    /// Whether it is read from the waiting events, and not from the log.
    pub is_waiting: bool,
    /// Why it is attempted.
    pub cause: Cause,
    /// Whether an operator named the destination for it: then no condition keeps it away.
    pub is_named: bool,
}

/// Why an event is attempted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cause {
    /// It was accepted.
    First,
    /// An attempt failed, or nobody reported what came of it.
    Retry,
    /// An operator asked for it.
    Replay,
    /// To find out whether a broken destination is back.
    Probe,
}

impl Cause {
    /// Its name in an event's history.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Retry => "retry",
            Self::Replay => "replay",
            Self::Probe => "probe",
        }
    }

    /// The cause of that name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::First, Self::Retry, Self::Replay, Self::Probe].into_iter().find(|cause| cause.as_str() == name)
    }
}
