//! One destination of a log, and which events are attempted next. Milliseconds throughout.

use super::breaker::Breaker;
use super::cursor::Cursor;
use super::handout::{Cause, Handout};
use super::leases::{Lease, Leases};
use super::lifecycle::Lifecycle;
use super::pace::Pace;
use super::pauses::Pauses;
use super::plan::{Plan, Rules};
use super::states::{EventState, Progress};
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
    pace: Pace,
    /// Events that were passed by and are not written down as such.
    passed_by: u32,
    /// Where the next event is taken from: see [`Outlet::next_place`].
    turn: u8,
    /// No waiting event is due before this time.
    pub(super) due_from: u64,
}

impl Outlet {
    /// Goes on with what is stored of a destination; `next` is the sequence number of the next event.
    ///
    /// # Errors
    /// If the database does not answer.
    pub fn load<S: Store>(store: &S, name: &str, stored: Stored, next: u64, now: u64) -> Result<Self, StoreFault> {
        let mut outlet = Self {
            name: name.to_owned(),
            breaker: Breaker::restored(stored.broken_since, stored.held_until, now),
            cursor: stored.cursor,
            pauses: stored.pauses,
            under_way: Leases::default(),
            orphaned: stored.orphaned,
            pace: Pace::default(),
            passed_by: 0,
            turn: 0,
            due_from: store.next_due(name, &[])?.unwrap_or(u64::MAX),
        };
        // A failed event is copied before the cursor moves on: the object may have ended in between.
        let from = outlet.cursor.done().first_missing(1);
        let copied: Vec<_> =
            store.waiting_from(name, from)?.into_iter().filter(|number| !outlet.cursor.is_done(*number)).collect();
        copied.iter().for_each(|number| outlet.cursor.finish(*number));
        // Written at once: nothing says so any more when the copy is delivered and removed.
        if outlet.cursor.doubt(next.saturating_sub(1), outlet.due_from) || !copied.is_empty() {
            store.write_cursor(name, &outlet.cursor)?;
        }
        Ok(outlet)
    }

    /// Writes how far it is, now that something became of an event.
    pub(super) fn save<S: Store>(&mut self, store: &S, now: u64) -> Result<(), StoreFault> {
        self.cursor.touch(now);
        store.write_cursor(&self.name, &self.cursor)?;
        self.passed_by = 0;
        Ok(())
    }

    /// Writes what only memory knows: which events were passed by.
    pub(super) fn save_passed_by<S: Store>(&mut self, store: &S, now: u64) -> Result<(), StoreFault> {
        if self.passed_by > 0 { self.save(store, now) } else { Ok(()) }
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

    /// When the first of the pending waiting events was or is due, if there is one.
    pub(super) fn oldest_due(&self) -> Option<u64> {
        let under_way = self.under_way.iter().filter_map(|lease| lease.waiting).map(|progress| progress.due);
        under_way.chain([self.due_from]).min().filter(|due| *due != u64::MAX)
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
    pub fn room(&self, now: u64, rules: &Rules) -> usize {
        if self.pauses.since().is_some() {
            return 0;
        }
        let room = self.breaker.allowed(rules.concurrency, now).saturating_sub(self.under_way.len());
        room.min(self.pace.room(now, rules))
    }

    /// Begins the first attempt at an event that was just stored, if there is room; the caller has the event. `place` is this destination's.
    pub fn begin_first(&mut self, place: usize, number: u64, now: u64, rules: &Rules) -> Option<Handout> {
        // A probe is made with what the object chooses.
        let may_begin = self.room(now, rules) > 0 && self.breaker.broken_since().is_none();
        may_begin.then(|| self.begin(place, (number, None), now, rules))
    }

    /// How many attempts at an event may have begun.
    pub(super) fn begun(&self, number: u64, waiting: Option<&Progress>) -> u32 {
        let noted = match waiting {
            Some(progress) => progress.attempts.saturating_add(self.cursor.doubts_since(progress.due)),
            None => self.cursor.attempts(number),
        };
        self.under_way.get(number).map_or(noted, |lease| noted.max(lease.attempt))
    }

    fn begin(&mut self, place: usize, (number, waiting): (u64, Option<Progress>), now: u64, rules: &Rules) -> Handout {
        let before = self.begun(number, waiting.as_ref());
        let is_probe = self.breaker.broken_since().is_some();
        let is_replay = match &waiting {
            Some(progress) => progress.tries == 0,
            None => self.cursor.renewed_at(number).is_some(),
        };
        let cause = match before {
            _ if is_probe => Cause::Probe,
            0 => Cause::First,
            _ if is_replay => Cause::Replay,
            _ => Cause::Retry,
        };
        let (until, attempt) = (now.saturating_add(rules.lifecycle.lease()), before.saturating_add(1));
        self.under_way.begin(Lease { number, until, attempt, waiting });
        self.pace.begin(now, rules);
        Handout { place, number, attempt, is_waiting: waiting.is_some(), cause }
    }

    /// Takes up to `most` events to be attempted now: waiting events that are due, the oldest and the newest of the log in turn, so that
    /// what is fresh does not wait behind hours of backlog. `place` is this destination's, `next` the sequence number of the next event.
    ///
    /// # Errors
    /// If the database does not answer.
    pub fn hand_out<S: Store>(
        &mut self,
        store: &S,
        (place, next): (usize, u64),
        most: usize,
        now: u64,
        rules: &Rules,
    ) -> Result<Vec<Handout>, StoreFault> {
        self.lapse(store, now, rules)?;
        let most = most.min(self.room(now, rules));
        let mut due = self.due(store, most, now, rules)?.into_iter();
        let mut taken = Vec::new();
        while taken.len() < most {
            let Some(event) = self.next_place(&mut due, next) else { break };
            taken.push(self.begin(place, event, now, rules));
        }
        // Those for which there was no turn are due all the same.
        self.due_from = due.map(|(_, progress)| progress.due).chain([self.due_from]).min().unwrap_or(u64::MAX);
        // Written before they leave, so that their numbers are not used again.
        let handed = self.under_way.iter().filter_map(|lease| lease.waiting).map(|progress| progress.due).max();
        if handed.is_some_and(|due| self.cursor.hand_out(due)) {
            store.write_cursor(&self.name, &self.cursor)?;
        }
        Ok(taken)
    }

    fn next_place(
        &mut self,
        due: &mut impl Iterator<Item = (u64, Progress)>,
        next: u64,
    ) -> Option<(u64, Option<Progress>)> {
        for _ in 0..PLACES {
            self.turn = self.turn.wrapping_add(1).checked_rem(PLACES).unwrap_or_default();
            let found = match self.turn {
                0 => due.next().map(|(number, progress)| (number, Some(progress))),
                1 => self.oldest(next).map(|number| (number, None)),
                _ => self.newest(next).map(|number| (number, None)),
            };
            if found.is_some() {
                return found;
            }
        }
        None
    }

    /// The oldest event of the log that is to be attempted.
    fn oldest(&self, next: u64) -> Option<u64> {
        let mut number = self.cursor.done().first_missing(1);
        while number < next && self.is_under_way(number) {
            number = self.cursor.done().first_missing(number.saturating_add(1));
        }
        (number < next).then_some(number)
    }

    /// The newest event of the log that is to be attempted.
    fn newest(&self, next: u64) -> Option<u64> {
        let mut number = self.cursor.done().last_missing(next.saturating_sub(1));
        while number > 0 && self.is_under_way(number) {
            number = self.cursor.done().last_missing(number.saturating_sub(1));
        }
        (number > 0).then_some(number)
    }

    /// The waiting events that are due. They are looked for only if there may be one.
    fn due<S: Store>(
        &mut self,
        store: &S,
        most: usize,
        now: u64,
        rules: &Rules,
    ) -> Result<Vec<(u64, Progress)>, StoreFault> {
        let latest = rules.lifecycle.latest_due(now);
        if most == 0 || self.due_from == u64::MAX || (now < self.due_from && self.due_from <= latest) {
            return Ok(Vec::new());
        }
        let under_way: Vec<_> = self.under_way.iter().map(|lease| lease.number).collect();
        let due = store.due(&self.name, now, latest, &under_way, most)?;
        let taken: Vec<_> = under_way.into_iter().chain(due.iter().map(|(number, _)| *number)).collect();
        self.due_from = store.next_due(&self.name, &taken)?.unwrap_or(u64::MAX);
        Ok(due)
    }

    /// Ends the attempts of which nobody reported what came of them in time. They may have arrived; the events are attempted again.
    fn lapse<S: Store>(&mut self, store: &S, now: u64, rules: &Rules) -> Result<(), StoreFault> {
        let lapsed = self.under_way.iter().filter(|lease| lease.lapses(now, &rules.lifecycle) <= now);
        let lapsed: Vec<_> = lapsed.copied().collect();
        let mut is_moved = false;
        for Lease { number, attempt, waiting, .. } in lapsed {
            if waiting.is_some() {
                self.lapse_waiting(store, number, attempt, now)?;
            } else if !self.cursor.is_done(number) {
                self.cursor.try_again(number);
                is_moved = true;
            }
            self.under_way.end(number);
        }
        if is_moved { self.save(store, now) } else { Ok(()) }
    }

    /// The outcome of an earlier attempt may have arrived meanwhile, and an operator may have replayed the event: so it is read once more.
    fn lapse_waiting<S: Store>(&mut self, store: &S, number: u64, attempt: u32, now: u64) -> Result<(), StoreFault> {
        let progress = store.waiting(&self.name, number)?;
        let Some(progress) = progress.filter(|progress| progress.state == EventState::Pending) else { return Ok(()) };
        let again = Progress { attempts: progress.attempts.max(attempt), due: now, ..progress };
        store.set_waiting(&self.name, number, &again)?;
        self.due_from = self.due_from.min(now);
        Ok(())
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

/// The places that events are taken from in turn.
const PLACES: u8 = 3;

/// Events that are passed by as they arrive make so many ranges of a cursor at most, which is written whole.
const MOST_RANGES: usize = 64;

/// So many events that were passed by are written down at once, if nothing else is to be written.
const MOST_UNWRITTEN: u32 = 256;
