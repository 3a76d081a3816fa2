//! What an operator orders: replay, forget, pause and resume. Milliseconds throughout.

use super::machine::Machine;
use super::outlet::Outlet;
use super::ranges::Ranges;
use super::span::Span;
use super::states::{EventState, Progress};
use super::store::{Store, StoreFault};

/// What came of a replay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replayed {
    /// The event is attempted again, or is under way.
    Yes,
    /// It is not for the destination, and stays so.
    Filtered,
    /// It is known, and no longer kept.
    Gone,
}

impl Machine {
    /// The state of an event of the log at a destination, if it is there, or whose id alone is known.
    pub fn state_in_log(&self, outlet: &Outlet, number: u64) -> EventState {
        match outlet.cursor.died_at(number) {
            Some(_) => EventState::Dead,
            None if outlet.cursor.is_done(number) => EventState::Delivered,
            None => EventState::Pending,
        }
    }

    /// Has an event attempted again at a destination, once that takes attempts, and with the whole schedule ahead of it. One that is not for
    /// the destination, or turns out not to be, is only attempted if the destination `is_named`.
    ///
    /// # Errors
    /// If the database does not answer.
    pub fn replay<S: Store>(
        &mut self,
        store: &S,
        (place, is_named): (usize, bool),
        number: u64,
        now: u64,
    ) -> Result<Replayed, StoreFault> {
        let Some(outlet) = self.outlets.get_mut(place) else { return Ok(Replayed::Gone) };
        let waiting = store.waiting(&outlet.name, number)?;
        if outlet.is_under_way(number) {
            outlet.name_for(store, number, (is_named, waiting), now)?;
            outlet.prolong(store, number, waiting, now)?;
            return Ok(Replayed::Yes);
        }
        let is_filtered = outlet.is_filtered(store, number)?;
        if is_filtered && waiting.is_none() && !is_named {
            return Ok(Replayed::Filtered);
        }
        if waiting.is_none() && store.accepted_at(number)?.is_none() {
            return Ok(Replayed::Gone);
        }
        outlet.name_for(store, number, (is_named, waiting), now)?;
        if is_filtered {
            outlet.unfilter(store, number, waiting.is_some())?;
            store.want(&outlet.name, number)?;
        }
        if let Some(progress) = waiting {
            let progress = Progress { attempts: outlet.begun(number, Some(&progress)), ..progress };
            let again = outlet.replayed(progress, now);
            store.set_waiting(&outlet.name, number, &again)?;
            outlet.due_from = outlet.due_from.min(now);
        } else if is_filtered || outlet.cursor.is_done(number) {
            outlet.split_dead(store, number)?;
            outlet.cursor.renew(number, number, now);
            outlet.forget_lanes();
            outlet.save(store, now)?;
        } else {
            outlet.prolong(store, number, None, now)?;
        }
        self.refresh(now, now);
        Ok(Replayed::Yes)
    }

    /// Has an event attempted again at all of some destinations, each at once even if it is broken or held back; whether it is attempted at
    /// any. Where destinations are not named, that is at those that were there for the event, and that it is for.
    ///
    /// # Errors
    /// If the database does not answer.
    pub fn replay_at<S: Store>(
        &mut self,
        store: &S,
        (places, are_named): (&[usize], bool),
        number: u64,
        now: u64,
    ) -> Result<bool, StoreFault> {
        let mut is_again = false;
        for place in places {
            let is_its = self.outlets.get(*place).is_some_and(|outlet| number >= outlet.cursor.from());
            if (is_its || are_named) && self.replay(store, (*place, are_named), number, now)? == Replayed::Yes {
                self.attempt_now(*place, now);
                is_again = true;
            }
        }
        Ok(is_again)
    }

    /// Has a destination that is broken or held back attempted once, now: an operator wants to know.
    pub fn attempt_now(&mut self, place: usize, now: u64) {
        if let Some(outlet) = self.outlets.get_mut(place) {
            outlet.breaker.probe_now(now);
        }
    }

    /// Has an event attempted that does not count as one for a destination, because a copy of it is; whether that is new.
    ///
    /// # Errors
    /// If the database does not answer.
    pub fn unfilter<S: Store>(&mut self, store: &S, place: usize, number: u64, now: u64) -> Result<bool, StoreFault> {
        let Some(outlet) = self.outlets.get(place) else { return Ok(false) };
        let is_its = number >= outlet.cursor.from() && outlet.is_filtered(store, number)?;
        Ok(is_its && self.replay(store, (place, true), number, now)? == Replayed::Yes)
    }

    /// Has events of the log, of which none waits by itself, attempted again at a destination. Filtered events are for the caller to leave out.
    ///
    /// # Errors
    /// If the database does not answer.
    pub fn replay_numbers<S: Store>(
        &mut self,
        store: &S,
        place: usize,
        numbers: &Ranges,
        now: u64,
    ) -> Result<(), StoreFault> {
        let Some(outlet) = self.outlets.get_mut(place) else { return Ok(()) };
        let (mut done, mut open) = (Ranges::default(), Ranges::default());
        for number in numbers.iter().flat_map(|(first, last)| first..=last) {
            let which = if outlet.cursor.is_done(number) { &mut done } else { &mut open };
            which.insert(number, number);
        }
        // What is pending is attempted anyway, and for as long as the others.
        open.iter().for_each(|(first, last)| outlet.cursor.prolong(first, last, now));
        for (first, last) in done.iter() {
            (first..=last).try_for_each(|number| outlet.split_dead(store, number))?;
            outlet.cursor.renew(first, last, now);
            outlet.cursor.unname(first, last);
        }
        outlet.forget_lanes();
        outlet.save(store, now)?;
        self.refresh(now, now);
        Ok(())
    }

    /// Notes that waiting events of a destination were replayed.
    pub fn replayed_waiting(&mut self, place: usize, now: u64) {
        if let Some(outlet) = self.outlets.get_mut(place) {
            outlet.due_from = outlet.due_from.min(now);
            outlet.breaker.probe_now(now);
            outlet.forget_lanes();
        }
    }

    /// Notes that an event was removed, everywhere. What comes of an attempt under way is dropped.
    ///
    /// # Errors
    /// If the database does not answer.
    pub fn forget<S: Store>(&mut self, store: &S, number: u64, now: u64) -> Result<(), StoreFault> {
        for outlet in &mut self.outlets {
            if outlet.is_filtered(store, number)? {
                let is_waiting = store.waiting(&outlet.name, number)?.is_some();
                outlet.unfilter(store, number, is_waiting)?;
            }
        }
        self.let_go(store, number, now)
    }

    /// Notes the same of an event that is lost, without a look at what is left of it. Where it was filtered, it counts as such for as long
    /// as its id would have been remembered.
    ///
    /// # Errors
    /// If the database does not answer.
    pub fn let_go<S: Store>(&mut self, store: &S, number: u64, now: u64) -> Result<(), StoreFault> {
        for outlet in &mut self.outlets {
            outlet.under_way.end(number);
            outlet.split_dead(store, number)?;
            outlet.cursor.forget(number);
            outlet.forget_lanes();
            outlet.save(store, now)?;
        }
        self.refresh(now, now);
        Ok(())
    }

    /// Pauses or resumes a destination; `false` if it is so already.
    ///
    /// # Errors
    /// If the database does not answer.
    pub fn pause<S: Store>(&mut self, store: &S, place: usize, paused: bool, now: u64) -> Result<bool, StoreFault> {
        let Some(outlet) = self.outlets.get_mut(place) else { return Ok(false) };
        let is_new = if paused { outlet.pauses.pause(now) } else { outlet.pauses.resume(now) };
        if !paused {
            outlet.breaker.probe_now(now);
        }
        if is_new {
            store.write_breaker(&outlet.name, &outlet.breaker, &outlet.pauses)?;
        }
        Ok(is_new)
    }
}

impl Outlet {
    /// Notes whether an operator named the destination for an event. What was given up since it did is replayed by itself.
    fn name_for<S: Store>(
        &mut self,
        store: &S,
        number: u64,
        (is_named, waiting): (bool, Option<Progress>),
        now: u64,
    ) -> Result<(), StoreFault> {
        let is_open = waiting.map_or(!self.cursor.is_done(number), |progress| progress.state.is_pending());
        let was_named = self.cursor.is_named(number);
        match (is_named, is_open) {
            (true, _) => self.cursor.name(number),
            (false, false) => self.cursor.unname(number, number),
            (false, true) => {}
        }
        if self.cursor.is_named(number) == was_named { Ok(()) } else { self.save(store, now) }
    }

    /// Forgets names for events whose ids are not remembered, those before `ids`: what waits by itself may be among them, and keeps its name.
    pub(super) fn forget_names<S: Store>(&mut self, store: &S, ids: u64) -> Result<(), StoreFault> {
        for number in self.cursor.named_before(ids) {
            if store.waiting(&self.name, number)?.is_none_or(|progress| !progress.state.is_pending()) {
                self.cursor.unname(number, number);
            }
        }
        Ok(())
    }

    /// Has an event whose attempt is under way begin its schedule anew: that may be the last attempt, and fail.
    fn prolong<S: Store>(
        &mut self,
        store: &S,
        number: u64,
        waiting: Option<Progress>,
        now: u64,
    ) -> Result<(), StoreFault> {
        match waiting {
            Some(progress) if progress.state.is_pending() => {
                store.set_waiting(&self.name, number, &Progress { tries: 0, since: now, ..progress })
            }
            None if !self.cursor.is_done(number) => {
                self.cursor.prolong(number, number, now);
                self.save(store, now)
            }
            _ => Ok(()),
        }
    }

    /// Whether the row of an event says that it is not for this destination.
    pub(super) fn is_filtered<S: Store>(&self, store: &S, number: u64) -> Result<bool, StoreFault> {
        Ok(!store.filtered(&self.name, number, number)?.is_empty())
    }

    /// Has an event no longer count as filtered. A waiting one never did, and one whose turn has not come does not yet.
    fn unfilter<S: Store>(&mut self, store: &S, number: u64, is_waiting: bool) -> Result<(), StoreFault> {
        self.split_dead(store, number)?;
        if !is_waiting && self.cursor.is_done(number) {
            self.cursor.want(number);
        }
        // As if it had been attempted: what is replayed has a number of its own.
        self.cursor.note_attempts(1);
        Ok(())
    }

    /// Takes apart what was given up with an event, so that something can become of it alone.
    fn split_dead<S: Store>(&mut self, store: &S, number: u64) -> Result<(), StoreFault> {
        if let Some(Span { first, .. }) = self.cursor.dead_around(number) {
            let filtered = store.filtered(&self.name, first, number)?;
            let own = filtered.last() == Some(&number);
            self.cursor.split_dead(number, ((filtered.len() as u64).saturating_sub(u64::from(own)), own));
        }
        Ok(())
    }
}
