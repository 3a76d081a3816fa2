//! What may happen next.

use countersign::inbox::{Attempt, Became, EventState, Outcome, Sign};

/// Something that happens. `Crash` says after how many writes of the call the object ends, if it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// An event arrives, or a copy of one; the invocation that brings it may begin the first attempt.
    Accept { id: u64, may_begin: bool, crash: Crash },
    /// Couriers take up to so many events.
    HandOut { most: usize, crash: Crash },
    /// An attempt ends with that answer, and its report arrives; with `again`, the courier reports it once more later.
    Report { place: usize, answer: Answer, again: bool, crash: Crash },
    /// All attempts end, and one report brings all of it: the first is answered so, the others are delivered.
    ReportAll { first: Answer, crash: Crash },
    /// The report of an attempt gets lost.
    Lose { place: usize },
    /// The object looks for what is over.
    Tidy { crash: Crash },
    /// Time passes, until the object wakes up by itself.
    Wake,
    /// Time passes: less than what looks like a jump of the clock.
    Pass,
    /// The clock jumps ahead.
    Ahead,
    /// The clock jumps back.
    Back,
    /// The object ends between two calls.
    End,
    /// It is loaded.
    Load { crash: Crash },
    /// An operator pauses or resumes the destination.
    Pause { paused: bool, crash: Crash },
    /// An operator replays one event.
    Replay { number: u64, crash: Crash },
    /// An operator replays all events of the log in a state.
    ReplayAll { state: EventState, crash: Crash },
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
}

impl Answer {
    /// What a courier reports.
    pub(crate) fn outcome(self, number: u64, attempt: u32, now: u64) -> Outcome {
        let failed = Attempt::Failed { not_before: None };
        let (ended, sign) = match self {
            Self::Taken => (Attempt::Delivered, Sign::Up),
            Self::Refused => (failed, Sign::Up),
            Self::Down => (failed, Sign::Down),
            Self::Silent => (failed, Sign::Silent),
            Self::Busy => (Attempt::Failed { not_before: Some(now + 60_000) }, Sign::Busy),
        };
        Outcome { number, attempt, ended, sign }
    }

    /// Whether the machine may say that this became of an event.
    pub(crate) fn allows(self, became: Became) -> bool {
        match became {
            Became::Delivered => self == Self::Taken,
            Became::Pending | Became::Dead => self != Self::Taken,
            Became::Nothing => true,
        }
    }
}
