//! One destination of a log, and which events are attempted next. Milliseconds throughout.

use super::breaker::Breaker;
use super::cursor::Cursor;
use super::fence::Fenced;
use super::lanes::Lanes;
use super::leases::Leases;
use super::lifecycle::Lifecycle;
use super::pace::Pace;
use super::pauses::Pauses;
use super::plan::{Plan, Rules};
use super::stalls::Stalls;
use super::states::Progress;
use super::store::{Store, StoreFault, Stored};

/// A destination, as its object knows it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Outlet {
    pub(super) name: String,
    pub(super) cursor: Cursor,
    pub(super) breaker: Breaker,
    pub(super) pauses: Pauses,
    pub(super) under_way: Leases,
    /// Since when it is not configured any more.
    pub(super) orphaned: Option<u64>,
    pub(super) pace: Pace,
    pub(super) stalls: Stalls,
    /// Events that were passed by and are not written down as such.
    passed_by: u32,
    /// Whether any of those was handed out before.
    pub(super) has_passed: bool,
    /// Where the next event is taken from: see [`Outlet::next_place`].
    pub(super) turn: u8,
    /// What is known of the lanes of an ordered source.
    pub(super) lanes: Option<Lanes>,
    /// The events of an ordered source of which an attempt may be under way that a former instance began.
    pub(super) fenced: Option<Fenced>,
    /// No waiting event is due before this time.
    pub(super) due_from: u64,
    /// Since when events of the log are gathered.
    pub(super) gathering_since: Option<u64>,
}

impl Outlet {
    /// Goes on with what is stored of a destination; `next` is the sequence number of the next event.
    ///
    /// # Errors
    /// If the database does not answer.
    pub fn load<S: Store>(store: &S, name: &str, stored: Stored, next: u64, now: u64) -> Result<Self, StoreFault> {
        let mut outlet = Self {
            name: name.to_owned(),
            breaker: Breaker::restored(stored.broken_since, stored.held_until, stored.cursor.written_at(), now),
            // An idle object ends between two probes: the oldest and the newest event have their turns all the same.
            turn: u8::from(stored.cursor.all_tries() % 2 == 1),
            pace: Pace::restored(stored.cursor.pace),
            cursor: stored.cursor,
            pauses: stored.pauses,
            under_way: Leases::default(),
            orphaned: stored.orphaned,
            stalls: Stalls::default(),
            passed_by: 0,
            has_passed: false,
            lanes: None,
            fenced: None,
            due_from: store.next_due(name, &[])?.unwrap_or(u64::MAX),
            gathering_since: None,
        };
        // A failed event is copied before the cursor moves on: the object may have ended in between.
        let from = outlet.cursor.done().first_missing(1);
        let copied: Vec<_> =
            store.waiting_from(name, from)?.into_iter().filter(|number| !outlet.cursor.is_done(*number)).collect();
        copied.iter().for_each(|number| outlet.cursor.finish(*number));
        // Written at once: nothing says so any more when the copy is delivered and removed.
        let last = next.saturating_sub(1);
        let is_doubtful = outlet.cursor.doubt(last, outlet.due_from);
        if is_doubtful {
            outlet.cursor.fence.load(now);
            outlet.fenced = outlet.cursor.fence.around(last, outlet.cursor.doubted_due(), now);
        }
        if is_doubtful || !copied.is_empty() {
            store.write_cursor(name, &outlet.cursor)?;
        }
        if let Some(first) = outlet.cursor.first_gathered(next) {
            outlet.gathering_since = store.accepted_at(first)?;
        }
        Ok(outlet)
    }

    /// Writes how far it is, now that something became of an event.
    pub(super) fn save<S: Store>(&mut self, store: &S, now: u64) -> Result<(), StoreFault> {
        self.cursor.touch(now);
        store.write_cursor(&self.name, &self.cursor)?;
        (self.passed_by, self.has_passed) = (0, false);
        Ok(())
    }

    /// Writes what only memory knows: which events were passed by.
    pub(super) fn save_passed_by<S: Store>(&mut self, store: &S, now: u64) -> Result<(), StoreFault> {
        if self.passed_by > 0 { self.save(store, now) } else { Ok(()) }
    }

    /// Writes that events were passed by that had been handed out: else each instance would take them up again.
    pub(super) fn save_passed<S: Store>(&mut self, store: &S, now: u64) -> Result<(), StoreFault> {
        if self.has_passed { self.save(store, now) } else { Ok(()) }
    }

    /// Notes that an event that arrives is not for this destination. If that would make a range of its own in the cursor, between events
    /// that wait, and there are many already, the event is passed by when it is its turn.
    pub(super) fn pass_by_new<S: Store>(&mut self, store: &S, number: u64, now: u64) -> Result<(), StoreFault> {
        let is_next = self.cursor.is_done(number.saturating_sub(1));
        if is_next || self.cursor.done().iter().count() < MOST_RANGES {
            self.pass_by(store, number, now)?;
        }
        Ok(())
    }

    /// Notes that an event of the log is not for this destination. That is written down with what comes next, or with others: until then,
    /// the event's own row says so.
    pub(super) fn pass_by<S: Store>(&mut self, store: &S, number: u64, now: u64) -> Result<(), StoreFault> {
        self.under_way.end(number);
        if self.cursor.is_done(number) {
            return Ok(());
        }
        self.cursor.pass_by(number);
        self.passed_by = self.passed_by.saturating_add(1);
        if self.passed_by >= MOST_UNWRITTEN { self.save(store, now) } else { Ok(()) }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How far it is.
    pub const fn cursor(&self) -> &Cursor {
        &self.cursor
    }

    /// Whether it is attempted.
    pub const fn breaker(&self) -> &Breaker {
        &self.breaker
    }

    /// Since when it is not configured any more, if so.
    pub const fn orphaned(&self) -> Option<u64> {
        self.orphaned
    }

    /// How fast attempts may begin.
    pub(super) const fn pace(&self) -> &Pace {
        &self.pace
    }

    /// When an operator paused it.
    pub const fn pauses(&self) -> &Pauses {
        &self.pauses
    }

    /// Whether an attempt at an event is under way.
    pub fn is_under_way(&self, number: u64) -> bool {
        self.under_way.get(number).is_some()
    }

    /// How many attempts are under way.
    pub fn under_way(&self) -> usize {
        self.under_way.len()
    }

    /// Whether nothing is attempted but probes, although nobody paused it.
    pub(super) fn is_closed(&self) -> bool {
        self.breaker.broken_since().is_some() && self.pauses.since().is_none() && self.orphaned.is_none()
    }

    /// When the first of the waiting events was or is due that a doubt may concern, if there is one.
    ///
    /// # Errors
    /// If the database does not answer.
    pub(super) fn first_doubted<S: Store>(&self, store: &S) -> Result<Option<u64>, StoreFault> {
        if !self.cursor.has_doubts() {
            return Ok(None);
        }
        // When those are due that are behind others is not looked for: any may be concerned.
        let has_lanes = self.lanes.is_some() && !store.lanes_waiting(&self.name)?.is_empty();
        if has_lanes { Ok(Some(0)) } else { store.next_due(&self.name, &[]) }
    }

    /// Whether there are pending events among the waiting ones.
    pub(super) fn has_waiting(&self) -> bool {
        self.due_from != u64::MAX || self.under_way.iter().any(|lease| lease.waiting.is_some())
    }

    /// How many attempts at events of the log are under way.
    pub(super) fn log_under_way(&self) -> usize {
        self.under_way.iter().filter(|lease| lease.waiting.is_none()).count()
    }

    /// When the report of an attempt is late.
    pub(super) fn next_lapse(&self, now: u64, lifecycle: &Lifecycle) -> Option<u64> {
        self.under_way.iter().map(|lease| lease.lapses(now, lifecycle)).min()
    }

    /// When a waiting event may be due. What is due later than it could be is due now.
    pub(super) fn next_due(&self, now: u64, lifecycle: &Lifecycle) -> Option<u64> {
        match self.due_from {
            u64::MAX => None,
            due if due > lifecycle.latest_due(now) => Some(now),
            due => Some(due),
        }
    }

    /// How many more attempts may begin now, whether or not there is anything to attempt.
    pub(super) fn room(&self, now: u64, rules: &Rules) -> usize {
        if self.pauses.since().is_some() {
            return 0;
        }
        let room = self.breaker.allowed(rules.concurrency, now).saturating_sub(self.under_way.len());
        room.min(self.pace.room(now, rules))
    }

    /// How many more attempts at waiting events may begin now. If there is no room, a retry is under way, and its end makes some.
    pub(super) fn room_for_retries(&self, now: u64, rules: &Rules) -> usize {
        let retries = self.under_way.iter().filter(|lease| lease.waiting.is_some()).count();
        self.room(now, rules).min(self.stalls.most_retries(now, rules).saturating_sub(retries))
    }

    /// When so many events of the log, which nobody attempts, are attempted together. After a restart that is at once if some may have been
    /// under way before.
    pub(super) fn gathered_at(&self, count: u64, now: u64, rules: &Rules) -> u64 {
        let since = self.gathering_since.filter(|since| *since <= now && count < rules.concurrency as u64);
        since.map_or(now, |since| since.saturating_add(rules.gather))
    }

    /// How many attempts at an event may have begun.
    pub(super) fn begun(&self, number: u64, waiting: Option<&Progress>) -> u32 {
        let noted = match waiting {
            Some(progress) => progress.attempts.saturating_add(self.cursor.doubts_since(progress.due)),
            None => self.cursor.attempts(number),
        };
        self.under_way.get(number).map_or(noted, |lease| noted.max(lease.attempt))
    }

    /// The durations for an event: what the destination was paused for does not count.
    pub(super) fn lifecycle(&self, since: u64, now: u64, plan: &Plan) -> Lifecycle {
        let Some(rules) = plan.rules(&self.name) else {
            // Nothing is given up of a destination that is not configured.
            return Lifecycle { timeout: 0, give_up_after: u64::MAX, retention: plan.retention };
        };
        if plan.is_patient {
            return rules.lifecycle.patient();
        }
        let paused = self.pauses.within(since, now);
        Lifecycle { give_up_after: rules.lifecycle.give_up_after.saturating_add(paused), ..rules.lifecycle }
    }
}

/// Events that are passed by as they arrive make so many ranges of a cursor at most, which is written whole.
const MOST_RANGES: usize = 64;

/// So many events that were passed by are written down at once, if nothing else is to be written.
const MOST_UNWRITTEN: u32 = 256;
