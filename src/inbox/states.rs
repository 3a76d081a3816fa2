//! The states of an event that waits by itself, and how it moves from one to the next. Milliseconds throughout.
//!
//! ```text
//!  copied from the log ──▶ pending ── 2xx ──▶ delivered ──▶ removed, once `keep` is over
//!                           ▲  │ else             │
//!                           │  ├─ before the end  │ replay
//!                           │  ▼                  ▼
//!                           └ dead ◀── after it (pending)
//! ```

use super::lifecycle::Lifecycle;
use super::schedule::{LONGEST_DELAY, delay};

/// The state of a stored event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EventState {
    /// To be delivered.
    Pending,
    /// Its destination responded with 2xx.
    Delivered,
    /// Given up after its last attempt; kept, and replayable.
    Dead,
    /// Not for the destination. No waiting event is in this state.
    Filtered,
    /// To be delivered once an earlier event of its lane is finished. An operator sees it as pending.
    Behind,
}

impl EventState {
    /// The states as an operator sees them, the most urgent first. [`Self::Behind`] shows as pending.
    pub const BY_URGENCY: [Self; 4] = [Self::Pending, Self::Dead, Self::Delivered, Self::Filtered];

    /// The number that is stored for it. These never change.
    pub const fn number(self) -> u8 {
        match self {
            Self::Pending => 0,
            Self::Delivered => 1,
            Self::Dead => 2,
            Self::Filtered => 3,
            Self::Behind => 4,
        }
    }

    /// The state of a stored number. An unknown one counts as pending, so that no event is lost.
    pub const fn from_number(number: u8) -> Self {
        match number {
            1 => Self::Delivered,
            2 => Self::Dead,
            4 => Self::Behind,
            _ => Self::Pending,
        }
    }

    /// Its name in queries and responses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending | Self::Behind => "pending",
            Self::Delivered => "delivered",
            Self::Dead => "dead",
            Self::Filtered => "filtered",
        }
    }

    /// Whether it is to be delivered, now or later.
    pub const fn is_pending(self) -> bool {
        matches!(self, Self::Pending | Self::Behind)
    }

    /// The state of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::BY_URGENCY.into_iter().find(|state| state.as_str() == name)
    }
}

/// How far the delivery of a waiting event is. All times are milliseconds since 1970.
///
/// ```
/// use countersign::inbox::{Attempt, EventState, Lifecycle, Progress, Retention};
///
/// let hour = 3_600_000;
/// let retention = Retention { remember: 72 * hour, keep: 0 };
/// let lifecycle = Lifecycle { timeout: 10_000, give_up_after: 72 * hour, retention };
/// let tried = Progress { attempts: 1, tries: 1, ..Progress::accepted(0) };
/// let failed = tried.attempted(Attempt::Failed { not_before: None }, 100, &lifecycle, 7);
/// assert_eq!((failed.state, failed.attempts), (EventState::Pending, 1));
/// assert!((4_000..=6_100).contains(&failed.due), "5 s, give or take 20 %");
/// assert_eq!(failed.attempted(Attempt::Delivered, 100, &lifecycle, 7).state, EventState::Delivered);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Progress {
    /// Its state.
    pub state: EventState,
    /// All attempts that were begun: the last value of `countersign-attempt`.
    pub attempts: u32,
    /// Attempts begun since `since`, which the schedule counts.
    pub tries: u32,
    /// When the event was accepted, or last replayed.
    pub since: u64,
    /// If pending, when the next attempt may begin; otherwise, when the event expires.
    pub due: u64,
    /// When it was delivered or given up; 0 while pending.
    pub finished: u64,
    /// The lane of an event of an ordered source.
    pub lane: Option<u64>,
    /// The attempts that were begun before the event was last replayed; 0 if it was not. Their outcomes say nothing of the replay.
    pub replayed_after: u32,
}

/// How an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Attempt {
    /// The destination responded with 2xx.
    Delivered,
    /// There was none: the event is not for the destination.
    Filtered,
    /// It responded with anything else, or not at all.
    Failed {
        /// The time until which `Retry-After` asks to wait.
        not_before: Option<u64>,
    },
}

/// What to do with a waiting event whose time may be over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    /// Nothing yet.
    Keep,
    /// Give it up.
    Dead(Progress),
    /// Remove it.
    Remove,
}

impl Progress {
    /// An event that was just accepted.
    pub const fn accepted(now: u64) -> Self {
        Self {
            state: EventState::Pending,
            attempts: 0,
            tries: 0,
            since: now,
            due: now,
            finished: 0,
            lane: None,
            replayed_after: 0,
        }
    }

    /// The event after an attempt, which is counted already.
    ///
    /// The last attempt is made when `give_up_after` is over, or later if `Retry-After` asks for it. `seed` spreads the attempts of
    /// events that failed together.
    #[must_use]
    pub fn attempted(self, attempt: Attempt, now: u64, lifecycle: &Lifecycle, seed: u64) -> Self {
        // If the clock was ahead when the event was accepted, the event must not get more time.
        let since = self.since.min(now);
        let end = since.saturating_add(lifecycle.give_up_after);
        match attempt {
            Attempt::Delivered | Attempt::Filtered => {
                let due = now.saturating_add(lifecycle.retention.keep);
                Self { state: EventState::Delivered, due, finished: now, ..self }
            }
            Attempt::Failed { .. } if now >= end => self.given_up(now, lifecycle),
            Attempt::Failed { not_before } => {
                let scheduled = now.saturating_add(delay(self.tries, seed)).min(end);
                let asked = not_before.unwrap_or_default().min(now.saturating_add(LONGEST_DELAY));
                Self { due: scheduled.max(asked), since, ..self }
            }
        }
    }

    /// The event given up. It is kept whole, and its id remembered at least as long as that of a delivered one.
    fn given_up(self, now: u64, lifecycle: &Lifecycle) -> Self {
        let due = now.saturating_add(DEAD_KEPT.max(lifecycle.retention.remember));
        Self { state: EventState::Dead, due, finished: now, ..self }
    }

    /// The event as it is delivered again, at once and with the whole schedule ahead of it.
    #[must_use]
    pub const fn replayed(self, now: u64) -> Self {
        Self { attempts: self.attempts, lane: self.lane, replayed_after: self.attempts, ..Self::accepted(now) }
    }

    /// What becomes of an event that is not attempted, now.
    pub fn over(self, now: u64, lifecycle: &Lifecycle) -> Over {
        match self.state {
            EventState::Pending | EventState::Behind if now >= self.since.saturating_add(lifecycle.give_up_after) => {
                Over::Dead(self.given_up(now, lifecycle))
            }
            EventState::Delivered | EventState::Dead if now >= self.due => Over::Remove,
            _ => Over::Keep,
        }
    }
}

/// How long a dead event is kept.
pub const DEAD_KEPT: u64 = 30 * 24 * HOUR;

const HOUR: u64 = 3_600_000;

#[cfg(test)]
mod tests {
    use super::super::lifecycle::Retention;
    use super::*;

    const LIFECYCLE: Lifecycle = Lifecycle {
        timeout: 10_000,
        give_up_after: 72 * HOUR,
        retention: Retention { remember: 72 * HOUR, keep: 24 * HOUR },
    };
    const FAILED: Attempt = Attempt::Failed { not_before: None };

    const fn tried(event: Progress) -> Progress {
        Progress { attempts: event.attempts.saturating_add(1), tries: event.tries.saturating_add(1), ..event }
    }

    #[test]
    fn attempts_go_on_until_the_end_and_the_last_is_made_then() {
        let mut event = Progress::accepted(1000);
        let mut now = event.due;
        for _ in 0..100 {
            event = tried(event).attempted(FAILED, now, &LIFECYCLE, 7);
            if event.state == EventState::Dead {
                break;
            }
            assert!(event.due > now);
            now = event.due;
        }
        assert_eq!((event.state, event.finished), (EventState::Dead, 1000 + LIFECYCLE.give_up_after));
        assert_eq!(event.attempts, event.tries);
        let again = event.replayed(now + 5);
        assert_eq!((again.state, again.tries, again.attempts), (EventState::Pending, 0, event.attempts));
    }

    #[test]
    fn nothing_is_given_up_while_the_clock_may_be_wrong() {
        let now = LIFECYCLE.give_up_after + 5;
        let event = tried(Progress::accepted(0));
        let held = event.attempted(FAILED, now, &LIFECYCLE.patient(), 7);
        assert!(held.state == EventState::Pending && held.due > now);
        assert_eq!(event.attempted(FAILED, now, &LIFECYCLE, 7).state, EventState::Dead);
        let from_the_future = tried(Progress::accepted(now + 9 * HOUR)).attempted(FAILED, now, &LIFECYCLE, 7);
        assert_eq!(from_the_future.since, now);
    }

    #[test]
    fn retry_after_delays_but_for_four_hours_at_most() {
        let event = tried(Progress::accepted(0));
        let at = |not_before| event.attempted(Attempt::Failed { not_before }, 100, &LIFECYCLE, 1).due;
        assert_eq!(at(Some(60_000)), 60_000);
        assert_eq!(at(Some(1)), at(None));
        assert_eq!(at(Some(u64::MAX)), 100 + 4 * HOUR);
    }

    #[test]
    fn delivered_events_are_kept_for_a_while_and_dead_ones_for_a_month() {
        let delivered = tried(Progress::accepted(0)).attempted(Attempt::Delivered, 10, &LIFECYCLE, 0);
        let keep = 10 + LIFECYCLE.retention.keep;
        assert_eq!([keep - 1, keep].map(|now| delivered.over(now, &LIFECYCLE)), [Over::Keep, Over::Remove]);
        let end = LIFECYCLE.give_up_after;
        let pending = Progress::accepted(0);
        assert_eq!(pending.over(end - 1, &LIFECYCLE), Over::Keep);
        let Over::Dead(dead) = pending.over(end, &LIFECYCLE) else { panic!("it is given up") };
        assert_eq!(
            [DEAD_KEPT - 1, DEAD_KEPT].map(|more| dead.over(end + more, &LIFECYCLE)),
            [Over::Keep, Over::Remove]
        );
    }
}
