//! What may happen next.

use countersign::inbox::{Attempt, Became, EventState, Outcome, Sign};

/// Something that happens. `Crash` says after how many writes of the call the object ends, if it does; `to` is a destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// An event arrives, or a copy of one; the invocation that brings it may begin the first attempts.
    Accept { id: u64, may_begin: bool, crash: Crash },
    /// Couriers take up to so many events: for one destination, or for all in turn.
    HandOut { to: Option<usize>, most: usize, crash: Crash },
    /// An attempt ends with that answer, and its report arrives; with `again`, the courier reports it once more later.
    Report { place: usize, answer: Answer, again: bool, crash: Crash },
    /// All attempts at a destination end, and one report brings all of it: the first is answered so, the others are delivered.
    ReportAll { to: usize, first: Answer, crash: Crash },
    /// The report of an attempt gets lost.
    Lose { place: usize },
    /// The object looks for what is over.
    Expire { crash: Crash },
    /// Time passes, until the object wakes up by itself.
    Wake,
    /// Time passes: less than what looks like a jump of the clock.
    Pass,
    /// A day passes, and an hour.
    Day,
    /// A month passes.
    Month,
    /// The clock jumps ahead.
    Ahead,
    /// The clock jumps back.
    Back,
    /// The object ends between two calls.
    End,
    /// It is loaded.
    Load { crash: Crash },
    /// A destination is configured, to begin with what is stored if it is new, or with what comes next.
    Add { to: usize, from_stored: bool, crash: Crash },
    /// A destination is not configured any more.
    Remove { to: usize, crash: Crash },
    /// An operator pauses or resumes a destination.
    Pause { to: usize, paused: bool, crash: Crash },
    /// An operator replays one event at a destination.
    Replay { to: usize, number: u64, crash: Crash },
    /// An operator replays all events of the log in a state at a destination.
    ReplayAll { to: usize, state: EventState, crash: Crash },
    /// An operator gives up an event at a destination.
    Discard { to: usize, number: u64, crash: Crash },
    /// An operator forgets an event.
    Forget { number: u64, crash: Crash },
}

/// After how many writes of a call the object ends.
pub(crate) type Crash = Option<usize>;

/// How the origin answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Answer {
    /// 200.
    Taken,
    /// 400.
    Refused,
    /// 503.
    Down,
    /// Nothing, until the time is over.
    Silent,
    /// 429 with `Retry-After`.
    Busy,
    /// The courier finds that the event is not for the destination, and attempts nothing.
    Filtered,
}

impl Answer {
    /// What a courier reports.
    pub(crate) fn outcome(self, number: u64, attempt: u32, now: u64) -> Outcome {
        let failed = Attempt::Failed { not_before: None };
        let (ended, sign) = match self {
            Self::Taken => (Attempt::Delivered, Sign::Up),
            Self::Refused => (failed, Sign::Up),
            Self::Down => (failed, Sign::Down),
            Self::Silent => (failed, Sign::Stalled),
            Self::Busy => (Attempt::Failed { not_before: Some(now + 60_000) }, Sign::Busy),
            Self::Filtered => (Attempt::Filtered, Sign::Up),
        };
        Outcome { number, attempt, ended, sign }
    }

    /// Whether an attempt was made, and failed.
    pub(crate) const fn is_failure(self) -> bool {
        !matches!(self, Self::Taken | Self::Filtered)
    }

    /// Whether the machine may say that this became of an event.
    pub(crate) fn allows(self, became: Became) -> bool {
        match became {
            Became::Delivered => self == Self::Taken,
            Became::Filtered => self == Self::Filtered,
            Became::Pending | Became::Dead => self.is_failure(),
            Became::Nothing => true,
        }
    }
}
