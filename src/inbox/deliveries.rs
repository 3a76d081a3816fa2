//! What couriers ask of a machine: events to be attempted, and to take what came of them. Milliseconds throughout.

use super::handout::Handout;
use super::machine::Machine;
use super::outcome::{Became, Outcome};
use super::plan::Plan;
use super::store::{Store, StoreFault};

impl Machine {
    /// Takes up to `most` events to be attempted now: for one destination, or for all in turn.
    ///
    /// # Errors
    /// If the database does not answer.
    pub fn hand_out<S: Store>(
        &mut self,
        store: &S,
        place: Option<usize>,
        most: usize,
        now: u64,
        plan: &Plan,
    ) -> Result<Vec<Handout>, StoreFault> {
        let (all, mut taken) = (self.outlets.len(), Vec::new());
        let is_due = place.and_then(|place| self.attempts_of(place, now, plan)).is_some_and(|at| at <= now);
        self.turn = self.turn.wrapping_add(1).checked_rem(all).unwrap_or_default();
        let places = place.map_or(self.turn..self.turn.wrapping_add(all), |place| place..place.saturating_add(1));
        for place in places.map(|place| place.checked_rem(all).unwrap_or_default()) {
            let left = most.saturating_sub(taken.len());
            let Some(outlet) = self.outlets.get_mut(place) else { continue };
            let Some(rules) = plan.rules(outlet.name()) else { continue };
            // What is gathered is taken whole, by whoever comes for it.
            if rules.gather > 0 && !is_due {
                outlet.save_passed(store, now)?;
                continue;
            }
            taken.extend(outlet.hand_out(store, (place, self.next), left, now, rules)?);
        }
        Ok(taken)
    }

    /// The destinations with an attempt that may begin now, each with how many may; a courier finds out how many waiting events there are.
    /// Attempts of which nobody reported in time end before. That is not left to couriers: without room, none is started.
    ///
    /// # Errors
    /// If the database does not answer.
    pub fn due<S: Store>(&mut self, store: &S, now: u64, plan: &Plan) -> Result<Vec<(usize, usize)>, StoreFault> {
        let mut due = Vec::new();
        for (place, outlet) in self.outlets.iter_mut().enumerate() {
            let Some(rules) = plan.rules(outlet.name()) else { continue };
            outlet.lapse(store, now, rules)?;
            due.push((place, rules));
        }
        due.retain(|(place, _)| self.attempts_of(*place, now, plan).is_some_and(|at| at <= now));
        let most = |(place, rules)| {
            let outlet = self.outlets.get(place)?;
            // Of an ordered source, most may wait for others.
            let backlog = if plan.is_ordered { self.ready(outlet) as u64 } else { self.backlog(outlet) };
            Some((place, usize::try_from(backlog.max(1)).unwrap_or(usize::MAX).min(outlet.room(now, rules))))
        };
        Ok(due.into_iter().filter_map(most).collect())
    }

    /// Notes that an event of the log that was handed out is not for a destination after all, so that no attempt is made. That is written
    /// down when nothing more is handed out.
    ///
    /// # Errors
    /// If the database does not answer.
    pub fn pass_by<S: Store>(
        &mut self,
        store: &S,
        place: usize,
        number: u64,
        now: u64,
        plan: &Plan,
    ) -> Result<(), StoreFault> {
        let Some(outlet) = self.outlets.get_mut(place) else { return Ok(()) };
        outlet.not_attempted(plan);
        outlet.has_passed = true;
        outlet.pass_by(store, number, now)?;
        self.refresh(now, now);
        Ok(())
    }

    /// Takes an attempt back that was handed out and not made: it has its turn again, under the same number.
    pub fn take_back(&mut self, destination: &str, number: u64, attempt: u32, plan: &Plan) {
        let outlet = self.outlets.iter_mut().find(|outlet| outlet.name == destination);
        let begun = outlet.filter(|outlet| outlet.under_way.get(number).is_some_and(|lease| lease.attempt == attempt));
        if let Some(outlet) = begun {
            outlet.under_way.end(number);
            outlet.not_attempted(plan);
        }
    }

    /// Takes what came of attempts at a destination.
    ///
    /// # Errors
    /// If the database does not answer.
    pub fn report<S: Store>(
        &mut self,
        store: &S,
        place: usize,
        outcomes: &[Outcome],
        now: u64,
        plan: &Plan,
    ) -> Result<Vec<Became>, StoreFault> {
        let Some(outlet) = self.outlets.get_mut(place) else { return Ok(vec![Became::Nothing; outcomes.len()]) };
        let became = outlet.report(store, outcomes, now, plan)?;
        let name = outlet.name.clone();
        let mut passed = Vec::new();
        for (outcome, _) in outcomes.iter().zip(&became).filter(|(_, became)| **became == Became::Filtered) {
            // What waited by itself is not there any more: it would count, and be seen, as delivered.
            if store.waiting(&name, outcome.number)?.is_some() {
                passed.push((outcome.number, outcome.attempt));
            }
        }
        self.remove_waiting(store, place, &passed, now, &plan.retention)?;
        self.refresh(now, now);
        Ok(became)
    }

    /// When there is something to do for any destination: an attempt that may begin, or one whose report is late.
    pub fn attempts_at(&self, now: u64, plan: &Plan) -> Option<u64> {
        (0..self.outlets.len()).filter_map(|place| self.attempts_of(place, now, plan)).min()
    }

    /// The same for one destination.
    pub fn attempts_of(&self, place: usize, now: u64, plan: &Plan) -> Option<u64> {
        let outlet = self.outlets.get(place)?;
        let rules = plan.rules(outlet.name())?;
        let lapse = outlet.next_lapse(now, &rules.lifecycle);
        if outlet.pauses().since().is_some() {
            return lapse;
        }
        let backlog = outlet.ready(self.next) as u64;
        let may_retry = outlet.room(now, rules) == 0 || outlet.room_for_retries(now, rules) > 0;
        let waiting = outlet.next_due(now, &rules.lifecycle).filter(|_| may_retry);
        let due = match outlet.gathered_at(backlog, now, rules) {
            _ if backlog == 0 => waiting,
            gathered if gathered > now => waiting.into_iter().chain([gathered]).min(),
            _ => Some(now),
        };
        let due = due.into_iter().chain(outlet.fenced_until()).min();
        let earliest = outlet.breaker().opens_at(now).max(outlet.pace().next_at(now, rules));
        let due = due.map(|due| due.max(earliest));
        // With no room, a report or a lapse makes some.
        let is_full = earliest <= now && outlet.room(now, rules) == 0;
        due.filter(|_| !is_full).into_iter().chain(lapse).min()
    }
}
