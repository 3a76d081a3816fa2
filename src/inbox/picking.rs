//! Which events of a destination are attempted next. Milliseconds throughout.

use super::handout::{Cause, Handout};
use super::leases::Lease;
use super::outlet::Outlet;
use super::plan::Rules;
use super::states::Progress;
use super::store::{Store, StoreFault};

impl Outlet {
    /// Begins the first attempt at an event that was just stored, if there is room and it is not gathered with others; the caller has the
    /// event. `place` is this destination's.
    ///
    /// # Errors
    /// If the database does not answer.
    pub fn begin_first<S: Store>(
        &mut self,
        store: &S,
        place: usize,
        (number, lane): (u64, Option<u64>),
        now: u64,
        rules: &Rules,
    ) -> Result<Option<Handout>, StoreFault> {
        if rules.gather > 0 {
            self.gathering_since.get_or_insert(now);
            return Ok(None);
        }
        // A probe is made with what the object chooses.
        let may_begin = self.room(now, rules) > 0 && self.breaker.broken_since().is_none();
        if !may_begin {
            return Ok(None);
        }
        let has_begun = lane.is_some() && self.note_begun(rules);
        let handout = self.begin(place, Picked { number, lane, waiting: None }, now, rules);
        if self.cursor.begin() | self.cursor.gather(None) | self.note_pace(rules) | has_begun {
            store.write_cursor(&self.name, &self.cursor)?;
        }
        Ok(Some(handout))
    }

    /// Notes how far the rate is used up. Whether that is to be written: an idle object ends between two attempts.
    fn note_pace(&mut self, rules: &Rules) -> bool {
        let pace = self.pace.stored(rules);
        std::mem::replace(&mut self.cursor.pace, pace) != pace
    }

    /// Notes that attempts in lanes begin, for whoever finds out after a restart. Whether that is to be written.
    fn note_begun(&mut self, rules: &Rules) -> bool {
        self.lanes.is_some() && self.cursor.fence.begin(rules.lifecycle.lease())
    }

    fn begin(&mut self, place: usize, picked: Picked, now: u64, rules: &Rules) -> Handout {
        let Picked { number, lane, waiting } = picked;
        let lane = lane.filter(|_| self.lanes.is_some());
        let before = self.begun(number, waiting.as_ref());
        let is_probe = self.breaker.broken_since().is_some();
        let (is_replayed, is_untried) = match &waiting {
            Some(progress) => (progress.replayed_after > 0, progress.tries == 0),
            None => (self.cursor.renewed_at(number).is_some(), true),
        };
        let cause = match before {
            _ if is_probe => Cause::Probe,
            0 => Cause::First,
            _ if is_replayed && is_untried => Cause::Replay,
            _ => Cause::Retry,
        };
        let (until, attempt) = (now.saturating_add(rules.lifecycle.lease()), before.saturating_add(1));
        self.under_way.begin(Lease { number, until, attempt, waiting, lane });
        self.pace.begin(now, rules);
        Handout { place, number, attempt, is_waiting: waiting.is_some(), cause, is_named: self.cursor.is_named(number) }
    }

    /// Takes up to `most` events to be attempted now: waiting events that are due, the oldest and the newest of the log in turn, so that
    /// what is fresh does not wait behind hours of backlog. Of an ordered source, the oldest that wait for no other, and where events are
    /// gathered, the oldest. `place` is this destination's, `next` the sequence number of the next event.
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
        self.lift_fence(now);
        let most = most.min(self.room(now, rules));
        let mut in_order = self.in_order(store, next, most, now)?.map(Vec::into_iter);
        let mut due = self.due(store, most.min(self.room_for_retries(now, rules)), now, rules)?.into_iter();
        let mut taken = Vec::new();
        while taken.len() < most {
            let Some(event) = self.next_place(&mut due, &mut in_order, next, rules) else { break };
            taken.push(self.begin(place, event, now, rules));
        }
        if !taken.is_empty() {
            self.gathering_since = None;
        }
        // Those for which there was no turn are due all the same.
        self.due_from = due.map(|(_, progress)| progress.due).chain([self.due_from]).min().unwrap_or(u64::MAX);
        // Written before they leave, so that their numbers are not used again.
        let handed = self.under_way.iter().filter_map(|lease| lease.waiting).map(|progress| progress.due).max();
        let has_lane = self.under_way.iter().any(|lease| lease.lane.is_some());
        let has_begun = has_lane && self.note_begun(rules);
        let gathered = (rules.gather > 0).then_some(next.saturating_sub(1));
        let is_first = !taken.is_empty() && (self.cursor.begin() | self.cursor.gather(gathered));
        // Else each instance would take up again what was passed by.
        let is_last = taken.is_empty() && self.has_passed;
        if handed.is_some_and(|due| self.cursor.hand_out(due)) | self.note_pace(rules)
            || has_begun
            || is_first
            || is_last
        {
            self.save(store, now)?;
        }
        Ok(taken)
    }

    fn next_place(
        &mut self,
        due: &mut impl Iterator<Item = (u64, Progress)>,
        in_order: &mut Option<impl Iterator<Item = (u64, Option<u64>)>>,
        next: u64,
        rules: &Rules,
    ) -> Option<Picked> {
        for _ in 0..PLACES {
            self.turn = self.turn.wrapping_add(1).checked_rem(PLACES).unwrap_or_default();
            let found = match (self.turn, &mut *in_order) {
                (0, _) => {
                    due.next().map(|(number, waiting)| Picked { number, lane: waiting.lane, waiting: Some(waiting) })
                }
                (_, Some(in_order)) => in_order.next().map(|(number, lane)| Picked { number, lane, waiting: None }),
                (2, None) if rules.gather == 0 => self.newest(next).map(Picked::of_log),
                (_, None) => self.oldest(next).map(Picked::of_log),
            };
            if found.is_some() {
                return found;
            }
        }
        None
    }

    /// The oldest event of the log that is to be attempted. A probe is made with another one each time: some events may fail by themselves.
    fn oldest(&self, next: u64) -> Option<u64> {
        let is_probe = self.breaker.broken_since().is_some();
        let mut number = self.cursor.done().first_missing(1);
        while number < next && (self.is_under_way(number) || (is_probe && self.cursor.tries(number) > 0)) {
            number = self.cursor.done().first_missing(number.saturating_add(1));
        }
        let untried = (number < next).then_some(number);
        untried.or_else(|| self.cursor.least_tried().filter(|number| is_probe && !self.is_under_way(*number)))
    }

    /// The newest event of the log that is to be attempted.
    fn newest(&self, next: u64) -> Option<u64> {
        let mut number = self.cursor.done().last_missing(next.saturating_sub(1));
        while number > 0 && self.is_under_way(number) {
            number = self.cursor.done().last_missing(number.saturating_sub(1));
        }
        (number > 0).then_some(number)
    }

    /// The waiting events that are due and may be attempted. They are looked for only if there may be one.
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
        let mut seen: Vec<_> = self.under_way.iter().map(|lease| lease.number).collect();
        let (mut kept, mut fenced_until) = (Vec::new(), u64::MAX);
        loop {
            let due = store.due(&self.name, now, latest, &seen, most.saturating_sub(kept.len()))?;
            let is_last = due.is_empty() || seen.len() >= MOST_SEEN;
            seen.extend(due.iter().map(|(number, _)| *number));
            fenced_until = fenced_until.min(self.one_each(store, due, &mut kept)?);
            // Those that are fenced are the first that are due, and must not hide the others.
            if is_last || kept.len() >= most || fenced_until == u64::MAX {
                break;
            }
        }
        self.due_from = store.next_due(&self.name, &seen)?.unwrap_or(u64::MAX).min(fenced_until);
        Ok(kept)
    }

    /// Ends the attempts of which nobody reported what came of them in time. They may have arrived; the events are attempted again.
    pub(super) fn lapse<S: Store>(&mut self, store: &S, now: u64, rules: &Rules) -> Result<(), StoreFault> {
        let lapsed = self.under_way.iter().filter(|lease| lease.lapses(now, &rules.lifecycle) <= now);
        let lapsed: Vec<_> = lapsed.copied().collect();
        let mut is_moved = false;
        for Lease { number, attempt, waiting, .. } in lapsed {
            if waiting.is_some() {
                self.lapse_waiting(store, number, attempt, now)?;
            } else if !self.cursor.is_done(number) {
                self.cursor.try_again(number);
                // What was gathered once does not wait for others again.
                self.gathering_since = Some(0);
                is_moved = true;
            }
            self.under_way.end(number);
        }
        if is_moved { self.save(store, now) } else { Ok(()) }
    }

    /// The outcome of an earlier attempt may have arrived meanwhile, and an operator may have replayed the event: so it is read once more.
    fn lapse_waiting<S: Store>(&mut self, store: &S, number: u64, attempt: u32, now: u64) -> Result<(), StoreFault> {
        let progress = store.waiting(&self.name, number)?;
        let Some(progress) = progress.filter(|progress| progress.state.is_pending()) else { return Ok(()) };
        let again = Progress { attempts: progress.attempts.max(attempt), due: now, ..progress };
        store.set_waiting(&self.name, number, &again)?;
        self.due_from = self.due_from.min(now);
        Ok(())
    }
}

/// An event that is attempted next.
struct Picked {
    number: u64,
    lane: Option<u64>,
    /// The waiting event, unless it is in the log.
    waiting: Option<Progress>,
}

impl Picked {
    const fn of_log(number: u64) -> Self {
        Self { number, lane: None, waiting: None }
    }
}

/// So many waiting events are looked at in one go: a statement names them.
const MOST_SEEN: usize = 1_000;

/// The places that events are taken from in turn.
const PLACES: u8 = 3;
