//! How an action changes the world, and what it must not change.

use countersign::inbox::{EventState, Replayed};

use super::action::{Action, Answer, Crash};
use super::rule;
use super::world::{Called, World};
use crate::{HOUR, NAMES, operator};

impl World {
    /// The world after an action; `None` if the action is impossible.
    pub(crate) fn after(&self, action: Action) -> Option<Self> {
        let mut next = self.clone();
        next.act(action)?;
        next.compare(self.states(), action);
        next.note_destinations();
        if let Some(only) = self.concerns(action) {
            next.compare_others(self, only);
        }
        Some(next)
    }

    fn act(&mut self, action: Action) -> Option<()> {
        match action {
            Action::Accept { id, may_begin, crash } => self.accept(id, may_begin, crash),
            Action::HandOut { to, most, crash } => self.hand_out(to, most, crash).map(drop),
            Action::Report { place, answer, again, crash } => self.report(&[(place, answer)], again, crash),
            Action::ReportAll { to, first, crash } => {
                let all = self.flights.iter().enumerate().filter(|(_, flight)| flight.to == to);
                let mut first = Some(first);
                let all: Vec<_> = all.map(|(place, _)| (place, first.take().unwrap_or(Answer::Taken))).collect();
                self.report(&all, false, crash)
            }
            Action::Lose { place } => {
                self.flights.remove(place);
                Some(())
            }
            Action::Expire { crash } => {
                possible(self.call(crash, |machine, store, now, plan| machine.expire(store, now, plan)))
            }
            Action::Wake | Action::Pass | Action::Day | Action::Month | Action::Ahead | Action::Back => {
                self.pass(action)
            }
            Action::End => {
                self.crash();
                Some(())
            }
            Action::Load { crash } => possible(self.load(crash)),
            Action::Add { to, from_stored, crash } => self.configure(to, true, from_stored, crash),
            Action::Remove { to, crash } => self.configure(to, false, false, crash),
            Action::Pause { to, paused, crash } => {
                let place = self.place(to)?;
                possible(self.call(crash, |machine, store, now, _| machine.pause(store, place, paused, now)))
            }
            Action::Replay { to, number, crash } => self.replay(to, number, crash),
            Action::ReplayAll { to, state, crash } => {
                let place = self.place(to)?;
                possible(
                    self.call(crash, |machine, store, now, _| operator::replay_all(machine, store, place, state, now)),
                )
            }
            Action::Discard { to, number, crash } => self.discard(to, number, crash),
            Action::Forget { number, crash } => self.forget(number, crash),
        }
    }

    /// The place of a destination in the machine.
    pub(crate) fn place(&self, to: usize) -> Option<usize> {
        self.machine.as_ref()?.place(NAMES[to])
    }

    fn pass(&mut self, action: Action) -> Option<()> {
        // What was forgotten in time is not owed once more, whatever the clock says later.
        let forgotten: Vec<_> = self
            .history
            .iter()
            .filter(|(number, known)| !self.is_remembered(**number, known))
            .map(|(number, _)| *number)
            .collect();
        self.history.iter_mut().for_each(|(number, known)| known.is_unwanted |= forgotten.contains(number));
        let now = match action {
            Action::Wake => self.agenda()?.wake_at(self.now)?.max(self.now),
            Action::Pass => self.now + 5 * HOUR / 2,
            Action::Day => self.now + 25 * HOUR,
            Action::Month => self.now + 31 * 24 * HOUR,
            Action::Ahead => self.now + 4 * HOUR,
            _ => self.now - 4 * HOUR,
        };
        // Nothing gets more time for a clock that was ahead.
        for fate in self.history.values_mut().flat_map(|known| &mut known.fates).flatten() {
            fate.since = fate.since.min(now);
            fate.finished = fate.finished.map(|(state, at)| (state, at.min(now)));
        }
        (std::mem::replace(&mut self.now, now) != now).then_some(())
    }

    fn replay(&mut self, to: usize, number: u64, crash: Crash) -> Option<()> {
        let place = self.place(to)?;
        let is_under_way = self.machine.as_ref()?.outlets()[place].is_under_way(number);
        let was_pending = self.state(number, to) == Some(EventState::Pending);
        let is_waiting = self.data.destinations[NAMES[to]].waiting.contains_key(&number);
        let replayed = self.call(crash, |machine, store, now, _| {
            let replayed = machine.replay(store, (place, false), number, now)?;
            machine.attempt_now(place, now);
            Ok(replayed)
        });
        match replayed {
            Called::Impossible => None,
            Called::Crashed => Some(()),
            Called::Done(replayed) => {
                let is_there = is_under_way || self.state(number, to).is_some();
                if (replayed != Replayed::Gone) != is_there {
                    self.fail(rule::REPLAYED);
                }
                // It has as long as a new one.
                let now = self.now;
                let fate = self.history.get_mut(&number).and_then(|known| known.fates[to].as_mut());
                if let Some(fate) = fate.filter(|_| was_pending && (is_under_way || is_waiting)) {
                    fate.since = now;
                }
                Some(())
            }
        }
    }

    fn discard(&mut self, to: usize, number: u64, crash: Crash) -> Option<()> {
        let place = self.place(to)?;
        let was_pending = self.state(number, to) == Some(EventState::Pending);
        match self.call(crash, |machine, store, now, _| machine.discard(store, place, number, now)) {
            Called::Impossible => return None,
            Called::Done(is_discarded)
                if is_discarded != was_pending
                    || (is_discarded && self.state(number, to) != Some(EventState::Dead)) =>
            {
                self.fail(rule::DISCARDED);
            }
            // Its attempt may still be at the destination; the operator lets the others go on all the same.
            Called::Crashed | Called::Done(_) => {
                self.hanging.retain(|(at, hanging, ..)| (*at, *hanging) != (to, number));
            }
        }
        Some(())
    }

    fn forget(&mut self, number: u64, crash: Crash) -> Option<()> {
        let forgotten = self.call(crash, |machine, store, now, _| {
            machine.forget(store, number, now)?;
            store.erase(number)
        });
        let is_stored = self.data.has(number);
        let known = self.history.get_mut(&number)?;
        known.is_unwanted = true;
        match forgotten {
            Called::Impossible => return None,
            Called::Crashed => known.is_erased = !is_stored,
            Called::Done(()) => known.is_erased = true,
        }
        Some(())
    }

    /// The only destination that an action may change anything of, if there is one.
    fn concerns(&self, action: Action) -> Option<usize> {
        match action {
            Action::Report { place, .. } | Action::Lose { place } => self.flights.get(place).map(|flight| flight.to),
            Action::HandOut { to, .. } => to,
            Action::ReportAll { to, .. }
            | Action::Pause { to, .. }
            | Action::Replay { to, .. }
            | Action::ReplayAll { to, .. }
            | Action::Discard { to, .. } => Some(to),
            _ => None,
        }
    }

    /// Checks that nothing changed of other destinations: neither what is stored, nor what is in memory.
    fn compare_others(&mut self, before: &Self, only: usize) {
        for name in NAMES.into_iter().enumerate().filter(|(to, _)| *to != only).map(|(_, name)| name) {
            let outlet = |world: &Self| {
                let machine = world.machine.as_ref()?;
                Some(machine.place(name).map(|place| machine.outlets()[place].clone()))
            };
            let is_other = match (outlet(before), outlet(self)) {
                (Some(before), Some(after)) => before != after,
                _ => false,
            };
            if is_other || before.data.destinations.get(name) != self.data.destinations.get(name) {
                self.fail(rule::ALONE);
            }
        }
    }
}

fn possible<T>(called: Called<T>) -> Option<()> {
    (!matches!(called, Called::Impossible)).then_some(())
}

/// What an operator may replay all events of.
pub(crate) const REPLAYABLE: [EventState; 2] = [EventState::Dead, EventState::Delivered];
