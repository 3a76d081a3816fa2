//! How events flow: they arrive, are attempted, and something comes of it.

use countersign::inbox::{Accepted, Arrival, EventState, Handout, Machine};

use super::action::{Answer, Crash};
use super::fate::{Fate, Known, is_filtered};
use super::rule;
use super::world::{CONCURRENCY, Called, Flight, TIMEOUT, World};
use crate::data::Event;
use crate::{NAMES, courier};

impl World {
    /// Has an event arrive.
    pub(crate) fn accept(&mut self, id: u64, may_begin: bool, crash: Crash) -> Option<()> {
        let event = Event { id, at: self.now, filtered: self.filtered(id) };
        let arrival =
            Arrival { event: &event, key: super::key(id), bytes: 1, filtered: event.filtered, lane: self.lane(id) };
        let known = self.history.iter().filter(|(_, known)| known.id == id);
        let is_expected = known.into_iter().any(|(number, known)| self.is_remembered(*number, known));
        let number = self.machine.as_ref()?.next();
        let accepted =
            self.call(crash, |machine, store, now, plan| machine.accept(store, &arrival, may_begin, now, plan));
        if self.data.in_log(number).is_some() {
            if is_expected {
                self.fail(rule::KNOWN);
            }
            if self.history.insert(number, self.known(id, matches!(accepted, Called::Done(_)))).is_some() {
                self.fail(rule::NUMBERS);
            }
        }
        match accepted {
            Called::Impossible => None,
            Called::Crashed => Some(()),
            Called::Done(Accepted::New(_, handouts)) => {
                self.begin(handouts);
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

    /// The destinations that are configured, and that an event is not for.
    fn filtered(&self, id: u64) -> &'static [&'static str] {
        if self.sites[1].is_configured && is_filtered(id, 1) { &NAMES[1..] } else { &[] }
    }

    /// An event that was just stored, for all that is known of: a destination that was removed may come back.
    fn known(&self, id: u64, is_promised: bool) -> Known {
        let now = self.now;
        let fate = |to: usize| {
            // What its row says is finished there.
            let is_passed = self.sites[to].is_configured && is_filtered(id, to);
            let finished = is_passed.then_some((EventState::Filtered, now));
            self.sites[to].is_known.then(|| Fate { finished, ..Fate::new(id, to, now) })
        };
        let fates = std::array::from_fn(fate);
        Known { id, is_promised, accepted_at: now, is_unwanted: false, is_erased: false, fates }
    }

    /// Has couriers take events; how many.
    pub(crate) fn hand_out(&mut self, to: Option<usize>, most: usize, crash: Crash) -> Option<usize> {
        let place = match to {
            None => None,
            Some(to) => Some(self.place(to)?),
        };
        match self.call(crash, |machine, store, now, plan| courier::take(machine, store, place, most, now, plan)) {
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
            let Handout { place, number, attempt, is_waiting, .. } = *handout;
            let name = machine.outlets()[place].name();
            let Some(to) = NAMES.into_iter().position(|known| known == name) else { continue };
            match self.state(number, to) {
                Some(EventState::Pending) if self.sites[to].is_configured => {}
                Some(EventState::Filtered) => self.fail(rule::FILTERED),
                Some(EventState::Pending) => self.fail(rule::ORPHANS),
                _ => self.fail(rule::WRITTEN),
            }
            if is_waiting != self.data.destinations[name].waiting.contains_key(&number) {
                self.fail(rule::PLACE);
            }
            let Some(fate) = self.history.get_mut(&number).and_then(|known| known.fates[to].as_mut()) else {
                self.fail(rule::PLACE);
                continue;
            };
            let highest = fate.attempt;
            fate.attempt = highest.max(attempt);
            if attempt <= highest {
                self.fail(rule::NUMBERS);
            }
            self.check_order(to, number, attempt);
            self.flights.push(Flight { to, number, attempt, answer: None });
        }
        self.flights.sort_unstable();
        if !handed.is_empty() {
            handed.iter().for_each(|handout| self.check_limits(&machine, handout.place));
        }
        self.machine = Some(machine);
    }

    /// Checks that everything before an event in its lane is finished, and that no other attempt of the lane may be at the destination,
    /// whoever began it.
    fn check_order(&mut self, to: usize, number: u64, attempt: u32) {
        let now = self.now;
        self.hanging.retain(|(.., until)| *until > now);
        let lane_of = |number: &u64| self.history.get(number).and_then(|known| self.lane(known.id));
        let Some(lane) = lane_of(&number) else { return };
        let same = |other: &u64| lane_of(other) == Some(lane);
        let is_open = |earlier: &u64| self.state(*earlier, to) == Some(EventState::Pending);
        let is_late =
            self.history.keys().filter(|earlier| **earlier < number).any(|other| same(other) && is_open(other));
        if is_late || self.hanging.iter().any(|(at, other, ..)| *at == to && same(other)) {
            self.fail(rule::ORDER);
        }
        self.hanging.push((to, number, attempt, now + TIMEOUT));
        self.hanging.sort_unstable();
    }

    fn check_limits(&mut self, machine: &Machine, place: usize) {
        let outlet = &machine.outlets()[place];
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

    /// Reports what came of attempts at one destination.
    pub(crate) fn report(&mut self, ended: &[(usize, Answer)], again: bool, crash: Crash) -> Option<()> {
        let (mut outcomes, mut to) = (Vec::new(), 0);
        for (place, answer) in ended {
            let flight = self.flights.get_mut(*place)?;
            flight.answer = Some(*answer);
            to = flight.to;
            let ended = (to, flight.number, flight.attempt);
            self.hanging.retain(|(to, number, attempt, _)| (*to, *number, *attempt) != ended);
            outcomes.push(answer.outcome(flight.number, flight.attempt, self.now));
            let attempt = flight.attempt;
            let fate = self.history.get_mut(&flight.number).and_then(|known| known.fates[to].as_mut());
            if let Some(fate) = fate.filter(|fate| *answer == Answer::Taken && attempt > fate.replayed_after) {
                fate.is_answered = true;
            }
        }
        let arrived = match self.place(to) {
            // It was removed, and everything about it forgotten.
            None if self.machine.is_some() => true,
            None => return None,
            Some(at) => {
                match self.call(crash, |machine, store, now, plan| machine.report(store, at, &outcomes, now, plan)) {
                    Called::Impossible => return None,
                    Called::Crashed => false,
                    Called::Done(became) => {
                        let mut fits = ended.iter().zip(&became).map(|((_, answer), became)| answer.allows(*became));
                        if became.len() != ended.len() || !fits.all(|fits| fits) {
                            self.fail(rule::WRITTEN);
                        }
                        true
                    }
                }
            }
        };
        if arrived && !again {
            let places: Vec<_> = ended.iter().map(|(place, _)| *place).collect();
            let kept = self.flights.iter().enumerate().filter(|(place, _)| !places.contains(place));
            self.flights = kept.map(|(_, flight)| *flight).collect();
        }
        Some(())
    }
}
