//! The states of a stored event, and how it moves from one to the next. Milliseconds throughout.
//!
//! ```text
//!            lease            2xx
//! accepted ────────▶ attempt ─────▶ delivered ──▶ (body dropped) ──▶ removed
//!    ▲        ▲         │ else                                         ▲
//!    │        └─────────┤ before the end                               │
//!    └── replay ─────── dead ◀── after it ─────────────────────────────┘
//! ```
//!
//! A lease moves the time of the next attempt past the end of the one that begins. If an attempt dies, the event is due again, and
//! the attempt was counted before it was made.

use super::lifecycle::Lifecycle;
use super::schedule::{LONGEST_DELAY, delay};
use super::shards::ROLLOUT;

/// The state of a stored event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventState {
    /// To be delivered.
    Pending,
    /// Its destination responded with 2xx.
    Delivered,
    /// Given up after its last attempt; kept, and replayable.
    Dead,
    /// A newer shard has taken over this id; nothing else is stored.
    Moved,
}

impl EventState {
    /// The states that lists show, in their order.
    pub const ALL: [Self; 3] = [Self::Pending, Self::Dead, Self::Delivered];

    /// The number that is stored for it. These never change.
    pub const fn number(self) -> u8 {
        match self {
            Self::Pending => 0,
            Self::Delivered => 1,
            Self::Dead => 2,
            Self::Moved => 3,
        }
    }

    /// The state of a stored number. An unknown one counts as pending, so that no event is lost.
    pub const fn from_number(number: u8) -> Self {
        match number {
            1 => Self::Delivered,
            2 => Self::Dead,
            3 => Self::Moved,
            _ => Self::Pending,
        }
    }

    /// Its name in queries and responses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Delivered => "delivered",
            Self::Dead => "dead",
            Self::Moved => "moved",
        }
    }

    /// The state of that name; `None` for [`EventState::Moved`], which no list shows.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }
}

/// How far the delivery of an event is. All times are milliseconds since 1970.
///
/// ```
/// use countersign::inbox::{Attempt, EventState, Lifecycle, Progress};
///
/// let hour = 3_600_000;
/// let lifecycle = Lifecycle { timeout: 10_000, give_up_after: 72 * hour, remember: 72 * hour, keep_body: 0 };
/// let leased = Progress::accepted(0).leased(0, &lifecycle);
/// let failed = leased.attempted(Attempt::Failed { not_before: None }, 100, &lifecycle, 7);
/// assert_eq!((failed.state, failed.attempts), (EventState::Pending, 1));
/// assert!((4_000..=6_100).contains(&failed.due), "5 s, give or take 20 %");
/// let delivered = leased.attempted(Attempt::Delivered, 100, &lifecycle, 7);
/// assert_eq!(delivered.state, EventState::Delivered);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Its state.
    pub state: EventState,
    /// All attempts that were begun: the value of `countersign-attempt`.
    pub attempts: u32,
    /// Attempts begun since `since`, which the schedule counts.
    pub tries: u32,
    /// When the event was accepted, or last replayed.
    pub since: u64,
    /// If pending, when the next attempt may begin; otherwise, when its body or the whole event expires.
    pub due: u64,
    /// When it was delivered or given up; 0 while pending.
    pub finished: u64,
}

/// How an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attempt {
    /// The destination responded with 2xx.
    Delivered,
    /// It responded with anything else, or not at all.
    Failed {
        /// The time until which `Retry-After` asks to wait.
        not_before: Option<u64>,
    },
}

/// What to do with an event that is due and not pending.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tidy {
    /// Nothing before this time.
    Keep(u64),
    /// Drop the body, and keep the id until this time.
    DropBody(u64),
    /// Remove it.
    Remove,
}

impl Progress {
    /// An event that was just accepted.
    pub const fn accepted(now: u64) -> Self {
        Self { state: EventState::Pending, attempts: 0, tries: 0, since: now, due: now, finished: 0 }
    }

    /// An id that a newer shard takes over.
    pub const fn moved(now: u64) -> Self {
        Self { state: EventState::Moved, attempts: 0, tries: 0, since: now, due: now, finished: now }
    }

    /// The event during an attempt. It must be written before the attempt begins.
    #[must_use]
    pub fn leased(self, now: u64, lifecycle: &Lifecycle) -> Self {
        let (attempts, tries) = (self.attempts.saturating_add(1), self.tries.saturating_add(1));
        // If the clock was ahead when the event was accepted, the event must not get more time.
        Self { attempts, tries, due: now.saturating_add(lifecycle.lease()), since: self.since.min(now), ..self }
    }

    /// The event after an attempt, which [`Progress::leased`] counted.
    ///
    /// The last attempt is made when `give_up_after` is over, or later if `Retry-After` asks for it. `seed` is [`seed`](super::seed) of the event.
    #[must_use]
    pub fn attempted(self, attempt: Attempt, now: u64, lifecycle: &Lifecycle, seed: u64) -> Self {
        let end = self.since.saturating_add(lifecycle.give_up_after);
        match attempt {
            Attempt::Delivered => {
                let due = now.saturating_add(lifecycle.keep_body.min(lifecycle.remember));
                Self { state: EventState::Delivered, due, finished: now, ..self }
            }
            Attempt::Failed { .. } if now >= end => {
                Self { state: EventState::Dead, due: now.saturating_add(DEAD_KEPT), finished: now, ..self }
            }
            Attempt::Failed { not_before } => {
                let scheduled = now.saturating_add(delay(self.tries, seed)).min(end);
                let asked = not_before.unwrap_or_default().min(now.saturating_add(LONGEST_DELAY));
                Self { due: scheduled.max(asked), ..self }
            }
        }
    }

    /// The event as it is delivered again, at once and with the whole schedule ahead of it; `None` if its body is gone.
    pub fn replayed(self, now: u64, has_body: bool) -> Option<Self> {
        has_body.then_some(Self { attempts: self.attempts, ..Self::accepted(now) })
    }

    /// What of an event expires now, and when the rest does.
    pub fn tidy(self, has_body: bool, now: u64, lifecycle: &Lifecycle) -> Tidy {
        let (body_until, until) = match self.state {
            EventState::Pending => return Tidy::Keep(self.due),
            // A dead event is kept whole, and its id remembered at least as long as that of a delivered one.
            EventState::Dead => (u64::MAX, self.finished.saturating_add(DEAD_KEPT.max(lifecycle.remember))),
            EventState::Moved => (0, self.finished.saturating_add(lifecycle.remember).saturating_add(ROLLOUT)),
            EventState::Delivered => {
                (self.finished.saturating_add(lifecycle.keep_body), self.finished.saturating_add(lifecycle.remember))
            }
        };
        if now >= until {
            Tidy::Remove
        } else if has_body && now >= body_until {
            Tidy::DropBody(until)
        } else {
            Tidy::Keep(if has_body { until.min(body_until) } else { until })
        }
    }
}

/// How long a dead event is kept.
pub const DEAD_KEPT: u64 = 30 * 24 * HOUR;

const HOUR: u64 = 3_600_000;

#[cfg(test)]
mod tests {
    use super::*;

    const LIFECYCLE: Lifecycle =
        Lifecycle { timeout: 10_000, give_up_after: 72 * HOUR, remember: 72 * HOUR, keep_body: 0 };
    const FAILED: Attempt = Attempt::Failed { not_before: None };

    #[test]
    fn attempts_go_on_until_the_end_and_the_last_is_made_then() {
        let mut event = Progress::accepted(1000);
        let mut now = event.due;
        for _ in 0..100 {
            event = event.leased(now, &LIFECYCLE);
            assert_eq!(event.due, now + 15_000);
            event = event.attempted(FAILED, now, &LIFECYCLE, 7);
            if event.state == EventState::Dead {
                break;
            }
            assert!(event.due > now);
            now = event.due;
        }
        assert_eq!((event.state, event.finished), (EventState::Dead, 1000 + LIFECYCLE.give_up_after));
        assert_eq!(event.attempts, event.tries);
        let again = event.replayed(now + 5, true).unwrap();
        assert_eq!((again.state, again.tries, again.attempts), (EventState::Pending, 0, event.attempts));
        assert_eq!(event.replayed(now, false), None);
    }

    #[test]
    fn nothing_is_given_up_while_the_clock_may_be_wrong() {
        let now = LIFECYCLE.give_up_after + 5;
        let event = Progress::accepted(0).leased(now, &LIFECYCLE);
        let held = event.attempted(FAILED, now, &LIFECYCLE.patient(), 7);
        assert!(held.state == EventState::Pending && held.due > now);
        assert_eq!(event.attempted(FAILED, now, &LIFECYCLE, 7).state, EventState::Dead);
        let from_the_future = Progress::accepted(now + 9 * HOUR).leased(now, &LIFECYCLE);
        assert_eq!(from_the_future.since, now);
    }

    #[test]
    fn retry_after_delays_but_for_four_hours_at_most() {
        let event = Progress::accepted(0).leased(0, &LIFECYCLE);
        let at = |not_before| event.attempted(Attempt::Failed { not_before }, 100, &LIFECYCLE, 1).due;
        assert_eq!(at(Some(60_000)), 60_000);
        assert_eq!(at(Some(1)), at(None));
        assert_eq!(at(Some(u64::MAX)), 100 + 4 * HOUR);
    }

    #[test]
    fn delivered_events_keep_their_id_and_dead_ones_everything() {
        let delivered = Progress::accepted(0).leased(0, &LIFECYCLE).attempted(Attempt::Delivered, 10, &LIFECYCLE, 0);
        assert_eq!(delivered.tidy(true, 10, &LIFECYCLE), Tidy::DropBody(10 + LIFECYCLE.remember));
        assert_eq!(delivered.tidy(false, 10, &LIFECYCLE), Tidy::Keep(10 + LIFECYCLE.remember));
        assert_eq!(delivered.tidy(false, 10 + LIFECYCLE.remember, &LIFECYCLE), Tidy::Remove);
        let keeping = Lifecycle { keep_body: HOUR, ..LIFECYCLE };
        assert_eq!(delivered.tidy(true, 11, &keeping), Tidy::Keep(10 + HOUR));
        let dead = Progress { state: EventState::Dead, ..delivered };
        assert_eq!(dead.tidy(true, 10 + DEAD_KEPT - 1, &LIFECYCLE), Tidy::Keep(10 + DEAD_KEPT));
        assert_eq!(dead.tidy(true, 10 + DEAD_KEPT, &LIFECYCLE), Tidy::Remove);
    }
}
