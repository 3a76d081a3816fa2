//! How an action changes the world, and what it must not change.

use countersign::inbox::{Accepted, EventState, Handout, Machine, Replayed};

use super::action::{Action, Answer, Crash};
use super::rule;
use super::world::{CONCURRENCY, Called, Flight, Known, World};
use crate::HOUR;
use crate::store::Event;

impl World {
    /// The world after an action; `None` if the action is impossible.
    pub(crate) fn after(&self, action: Action) -> Option<Self> {
        let mut next = self.clone();
        next.act(action)?;
        next.compare(self.states(), action);
        Some(next)
    }

    fn act(&mut self, action: Action) -> Option<()> {
        match action {
            Action::Accept { id, may_begin, crash } => self.accept(id, may_begin, crash),
            Action::HandOut { most, crash } => self.hand_out(most, crash).map(drop),
            Action::Report { place, answer, again, crash } => self.report(&[(place, answer)], again, crash),
            Action::ReportAll { first, crash } => {
                let all: Vec<_> = (0..self.flights.len()).map(|place| (place, Answer::Taken)).collect();
                let all: Vec<_> =
                    all.into_iter().map(|(place, taken)| (place, if place == 0 { first } else { taken })).collect();
                self.report(&all, false, crash)
            }
            Action::Lose { place } => {
                self.flights.remove(place);
                Some(())
            }
            Action::Tidy { crash } => {
                possible(self.call(crash, |machine, store, now, rules| machine.tidy(store, now, rules)))
            }
            Action::Wake | Action::Pass | Action::Ahead | Action::Back => self.pass(action),
            Action::End => {
                self.crash();
                Some(())
            }
            Action::Load { crash } => possible(self.load(crash)),
            Action::Pause { paused, crash } => {
                possible(self.call(crash, |machine, store, now, _| machine.pause(store, paused, now)))
            }
            Action::Replay { number, crash } => self.replay(number, crash),
            Action::ReplayAll { state, crash } => {
                possible(self.call(crash, |machine, store, now, _| machine.replay_log(store, state, now)))
            }
            Action::Forget { number, crash } => self.forget(number, crash),
        }
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
            Action::Ahead => self.now + 4 * HOUR,
            _ => self.now - 4 * HOUR,
        };
        // Nothing gets more time for a clock that was ahead.
        for known in self.history.values_mut() {
            known.since = known.since.min(now);
            known.finished = known.finished.map(|(state, at)| (state, at.min(now)));
        }
        (std::mem::replace(&mut self.now, now) != now).then_some(())
    }

    fn accept(&mut self, id: u64, may_begin: bool, crash: Crash) -> Option<()> {
        let (event, key) = (Event { id, at: self.now }, super::key(id));
        let is_expected: Vec<u64> = self
            .history
            .iter()
            .filter(|(number, known)| known.id == id && self.is_remembered(**number, known))
            .map(|(number, _)| *number)
            .collect();
        let number = self.machine.as_ref()?.next();
        let accepted = self
            .call(crash, |machine, store, now, rules| machine.accept(store, (&event, key, 1), may_begin, now, rules));
        let is_stored = self.data.in_log(number).is_some();
        if is_stored {
            if !is_expected.is_empty() {
                self.fail(rule::KNOWN);
            }
            let known = Known {
                id,
                is_promised: matches!(accepted, Called::Done(_)),
                accepted_at: self.now,
                since: self.now,
                attempt: 0,
                is_answered: false,
                finished: None,
                is_unwanted: false,
                is_erased: false,
            };
            if self.history.insert(number, known).is_some() {
                self.fail(rule::NUMBERS);
            }
        }
        match accepted {
            Called::Impossible => None,
            Called::Crashed => Some(()),
            Called::Done(Accepted::New(_, handout)) => {
                self.begin(handout.into_iter().collect());
                Some(())
            }
            Called::Done(Accepted::Known) => {
                match self.data.find(id).and_then(|number| self.history.get_mut(&number)) {
                    Some(known) => known.is_promised = true,
                    None => self.fail(rule::KNOWN),
                }
                Some(())
            }
        }
    }

    /// Has couriers take events; how many.
    pub(crate) fn hand_out(&mut self, most: usize, crash: Crash) -> Option<usize> {
        match self.call(crash, |machine, store, now, rules| machine.hand_out(store, most, now, rules)) {
            Called::Impossible => None,
            Called::Crashed => Some(0),
            Called::Done(handed) => {
                let count = handed.len();
                self.begin(handed);
                Some(count)
            }
        }
    }

    /// Notes that attempts begin.
    fn begin(&mut self, handed: Vec<Handout>) {
        let Some(machine) = self.machine.take() else { return };
        for handout in &handed {
            let Handout { number, attempt, is_waiting, .. } = *handout;
            if self.data.state(number) != Some(EventState::Pending) {
                self.fail(rule::WRITTEN);
            }
            if is_waiting != self.data.waiting.contains_key(&number) {
                self.fail(rule::PLACE);
            }
            let Some(known) = self.history.get_mut(&number) else {
                self.fail(rule::PLACE);
                continue;
            };
            let highest = known.attempt;
            known.attempt = highest.max(attempt);
            if attempt <= highest {
                self.fail(rule::NUMBERS);
            }
            self.flights.push(Flight { number, attempt, answer: None });
        }
        self.flights.sort_unstable();
        if !handed.is_empty() {
            self.check_limits(&machine);
        }
        self.machine = Some(machine);
    }

    fn check_limits(&mut self, machine: &Machine) {
        let outlet = machine.outlet();
        if outlet.under_way() > CONCURRENCY {
            self.fail(rule::CONCURRENCY);
        }
        if outlet.breaker().broken_since().is_some() && outlet.under_way() > 1 {
            self.fail(rule::PROBES);
        }
        if outlet.pauses().since().is_some() || self.now < outlet.breaker().held_until() {
            self.fail(rule::PAUSED);
        }
    }

    /// Reports what came of attempts.
    pub(crate) fn report(&mut self, ended: &[(usize, Answer)], again: bool, crash: Crash) -> Option<()> {
        let mut outcomes = Vec::new();
        for (place, answer) in ended {
            let flight = self.flights.get_mut(*place)?;
            flight.answer = Some(*answer);
            outcomes.push(answer.outcome(flight.number, flight.attempt, self.now));
            if *answer == Answer::Taken {
                self.history.get_mut(&flight.number)?.is_answered = true;
            }
        }
        let reported = self.call(crash, |machine, store, now, rules| machine.report(store, &outcomes, now, rules));
        let arrived = match reported {
            Called::Impossible => return None,
            Called::Crashed => false,
            Called::Done(became) => {
                let fits = became.len() == ended.len()
                    && ended.iter().zip(became).all(|((_, answer), became)| answer.allows(became));
                if !fits {
                    self.fail(rule::WRITTEN);
                }
                true
            }
        };
        if arrived && !again {
            let places: Vec<_> = ended.iter().map(|(place, _)| *place).collect();
            let kept = self.flights.iter().enumerate().filter(|(place, _)| !places.contains(place));
            self.flights = kept.map(|(_, flight)| *flight).collect();
        }
        Some(())
    }

    fn replay(&mut self, number: u64, crash: Crash) -> Option<()> {
        match self.call(crash, |machine, store, now, _| machine.replay(store, number, now)) {
            Called::Impossible => None,
            Called::Crashed => Some(()),
            Called::Done(replayed) => {
                let is_stored = self.data.state(number).is_some();
                if (replayed == Replayed::Yes) != is_stored {
                    self.fail(rule::REPLAYED);
                }
                Some(())
            }
        }
    }

    fn forget(&mut self, number: u64, crash: Crash) -> Option<()> {
        let forgotten = self.call(crash, |machine, store, now, _| {
            machine.forget(store, number, now)?;
            store.erase(number)
        });
        let known = self.history.get_mut(&number)?;
        known.is_unwanted = true;
        match forgotten {
            Called::Impossible => return None,
            Called::Crashed => known.is_erased = self.data.state(number).is_none(),
            Called::Done(()) => known.is_erased = true,
        }
        Some(())
    }
}

fn possible<T>(called: Called<T>) -> Option<()> {
    (!matches!(called, Called::Impossible)).then_some(())
}
