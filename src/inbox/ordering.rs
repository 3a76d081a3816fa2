//! Events of one key, one after the other: what a destination of an ordered source does besides. Milliseconds throughout.

use super::lanes::{InLane, Lanes};
use super::outlet::Outlet;
use super::states::{EventState, Progress};
use super::store::{Store, StoreFault};

impl Outlet {
    /// Makes the destination ordered or not. `next` is the sequence number of the next event.
    pub(super) fn set_order<S: Store>(
        &mut self,
        store: &S,
        is_ordered: bool,
        next: u64,
        now: u64,
    ) -> Result<(), StoreFault> {
        if is_ordered && self.lanes.is_some() {
            return Ok(());
        }
        if store.settle_order(&self.name, is_ordered)? {
            self.due_from = self.due_from.min(now);
        }
        self.lanes = is_ordered.then(Lanes::default);
        self.fenced = self.fenced.take().filter(|_| is_ordered);
        self.load_lanes(store, next)
    }

    fn load_lanes<S: Store>(&mut self, store: &S, next: u64) -> Result<(), StoreFault> {
        match &mut self.lanes {
            Some(lanes) => lanes.load(store, &self.name, &self.cursor, next),
            None => Ok(()),
        }
    }

    /// Forgets what memory knows of the order, after what changed more than one event.
    pub(super) fn forget_lanes(&mut self) {
        if let Some(lanes) = &mut self.lanes {
            lanes.forget();
        }
    }

    /// Takes an event that arrives; whether none that is open has to be finished before it.
    pub(super) fn arrive(&mut self, number: u64, lane: Option<u64>) -> bool {
        let is_busy = lane.is_some_and(|lane| self.is_busy(lane, number));
        match &mut self.lanes {
            Some(lanes) => lanes.arrive(number, lane, &self.cursor) && !is_busy,
            None => true,
        }
    }

    /// Whether another event of a lane than this one is under way.
    pub(super) fn is_busy(&self, lane: u64, number: u64) -> bool {
        self.under_way.iter().any(|lease| lease.lane == Some(lane) && lease.number != number)
    }

    /// How many events of the log could be attempted now, if there were room: those that are not under way. Of an ordered source, only those
    /// that wait for no other, and one if that is not known.
    pub(super) fn ready(&self, next: u64) -> usize {
        let Some(lanes) = &self.lanes else {
            let last = next.saturating_sub(1);
            let open = last.saturating_sub(self.cursor.done().count(1, last));
            return usize::try_from(open).unwrap_or(usize::MAX).saturating_sub(self.log_under_way());
        };
        let behind = lanes.headless().filter(|lane| !self.is_busy(*lane, 0) && self.is_free(*lane)).count();
        let ready = lanes.ready(&self.cursor, &self.under_way, self.fenced.as_ref(), MOST).len();
        let may_see_more =
            lanes.has_more(next) || (lanes.overflows(next) && !lanes.held_back(&self.under_way, 1).is_empty());
        ready.saturating_add(behind).saturating_add(usize::from(may_see_more))
    }

    /// Finds out which events of an ordered source may be attempted: up to `most` of the log, oldest first. `None` if it is not ordered.
    pub(super) fn in_order<S: Store>(
        &mut self,
        store: &S,
        next: u64,
        most: usize,
        now: u64,
    ) -> Result<Option<Vec<InLane>>, StoreFault> {
        if self.lanes.is_none() {
            return Ok(None);
        }
        self.load_lanes(store, next)?;
        while self.hold_back(store, next, now)? {
            self.load_lanes(store, next)?;
        }
        self.promote(store, now)?;
        let Some(lanes) = &self.lanes else { return Ok(None) };
        let ready = |most| lanes.ready(&self.cursor, &self.under_way, self.fenced.as_ref(), most);
        if self.breaker.broken_since().is_none() {
            return Ok(Some(ready(most)));
        }
        // A probe is made with another event each time: some may fail by themselves.
        let probe = ready(usize::MAX).into_iter().min_by_key(|(number, _)| self.cursor.tries(*number));
        Ok(Some(probe.into_iter().take(most).collect()))
    }

    /// Whether no attempt of a former instance can be under way in a lane.
    fn is_free(&self, lane: u64) -> bool {
        self.fenced.as_ref().is_none_or(|fenced| fenced.is_free(lane))
    }

    /// When lanes may be attempted again that wait for attempts of a former instance, if any does.
    pub(super) fn fenced_until(&self) -> Option<u64> {
        let (fenced, lanes) = self.fenced.as_ref().zip(self.lanes.as_ref())?;
        lanes.is_fenced(fenced, &self.cursor).then(|| fenced.until())
    }

    /// Ends the wait for attempts of a former instance once their leases are over.
    pub(super) fn lift_fence(&mut self, now: u64) {
        if self.fenced.as_ref().is_some_and(|fenced| fenced.is_over(now)) {
            self.fenced = None;
            self.due_from = self.due_from.min(now);
        }
    }

    /// Whether a later attempt at an event of a lane is under way, or may be since a restart.
    ///
    /// # Errors
    /// If the database does not answer.
    pub(super) fn is_decided_later<S: Store>(
        &self,
        store: &S,
        number: u64,
        waiting: Option<&Progress>,
    ) -> Result<bool, StoreFault> {
        if self.under_way.get(number).is_some_and(|lease| lease.lane.is_some()) {
            return Ok(true);
        }
        let Some(fenced) = &self.fenced else { return Ok(false) };
        let due = waiting.map_or(0, |progress| progress.due);
        let lane = self.lane_of(store, number, waiting)?;
        Ok(lane.is_some_and(|lane| fenced.holds_waiting(number, lane, due)))
    }

    /// The lane of an event that is not finished.
    fn lane_of<S: Store>(&self, store: &S, number: u64, waiting: Option<&Progress>) -> Result<Option<u64>, StoreFault> {
        let Some(lanes) = &self.lanes else { return Ok(None) };
        if let Some(progress) = waiting {
            return Ok(progress.lane);
        }
        let known = lanes.lane_of(number);
        // A report can come before anything is looked at after a restart.
        known.map_or_else(|| stored_lane(store, number), |lane| Ok(Some(lane)))
    }

    /// Notes that an outcome of an event's last attempt is written: nothing else was under way in its lane.
    ///
    /// # Errors
    /// If the database does not answer.
    pub(super) fn free_lane<S: Store>(
        &mut self,
        store: &S,
        number: u64,
        waiting: Option<&Progress>,
        now: u64,
    ) -> Result<(), StoreFault> {
        if self.fenced.is_none() {
            return Ok(());
        }
        let lane = self.lane_of(store, number, waiting)?;
        if let Some((fenced, lane)) = self.fenced.as_mut().zip(lane) {
            fenced.free(lane);
            self.due_from = self.due_from.min(now);
        }
        Ok(())
    }

    /// Has the first event that is behind attempted, in each lane of which none is.
    fn promote<S: Store>(&mut self, store: &S, now: u64) -> Result<(), StoreFault> {
        let headless: Vec<_> = self.lanes.iter().flat_map(Lanes::headless).collect();
        let may_begin = |lane: &u64| !self.is_busy(*lane, 0) && self.is_free(*lane);
        for lane in headless.into_iter().filter(may_begin).collect::<Vec<_>>() {
            let first = store.first_behind(&self.name, lane)?;
            let Some(lanes) = &mut self.lanes else { return Ok(()) };
            let Some((number, progress)) = first else {
                lanes.end_waiting(lane);
                continue;
            };
            // One that was replayed may be before it, in the log.
            if lanes.first_of(lane, &self.cursor).is_none_or(|earlier| earlier > number) {
                lanes.wait(lane, true);
                let due = progress.due.max(now);
                // What may have been under way as the object ended is known by when it was due, so it is noted before that changes.
                let attempts = self.begun(number, Some(&progress));
                let head = Progress { state: EventState::Pending, attempts, due, ..progress };
                store.set_waiting(&self.name, number, &head)?;
                self.due_from = self.due_from.min(due);
            }
        }
        Ok(())
    }

    /// Moves a batch of events that wait for one that failed out of the log, if they keep others from being seen. So a poison event holds up
    /// its own lane, and no other. Whether there were any.
    fn hold_back<S: Store>(&mut self, store: &S, next: u64, now: u64) -> Result<bool, StoreFault> {
        let Some(lanes) = self.lanes.as_ref().filter(|lanes| lanes.overflows(next)) else { return Ok(false) };
        let held = lanes.held_back(&self.under_way, super::expiry::BATCH);
        for (number, lane) in &held {
            let accepted = store.accepted_at(*number)?.unwrap_or(now);
            let renewed = self.cursor.renewed_at(*number);
            let attempts = self.cursor.attempts(*number);
            let tries = u32::from(attempts > 0 && renewed.is_none());
            let since = renewed.unwrap_or_else(|| self.cursor.offered_at(*number, accepted)).min(now);
            let (state, replayed_after) = (EventState::Behind, self.cursor.replayed_after(*number));
            let accepted = Progress::accepted(since);
            let behind = Progress { state, attempts, tries, lane: Some(*lane), replayed_after, ..accepted };
            store.put_waiting(&self.name, *number, &behind)?;
            self.cursor.finish(*number);
        }
        if !held.is_empty() {
            self.save(store, now)?;
        }
        Ok(!held.is_empty())
    }
}

/// The lane that an event of the log is stored with.
pub(super) fn stored_lane<S: Store>(store: &S, number: u64) -> Result<Option<u64>, StoreFault> {
    let found = store.lanes(number, 1)?;
    Ok(found.first().filter(|(found, _)| *found == number).and_then(|(_, lane)| *lane))
}

/// As many attempts are under way at most.
const MOST: usize = 128;
