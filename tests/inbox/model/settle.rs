//! What comes of a state by alarms alone: without another crash, request, order or change of the configuration.

use std::collections::BTreeSet;

use countersign::inbox::EventState;

use super::action::{Action, Answer};
use super::rule;
use super::world::{Called, GIVE_UP_AFTER, World};
use crate::{HOUR, NAMES};

/// How each destination answers from now on.
pub(crate) type Answers = [Answer; NAMES.len()];

impl World {
    /// What does not happen, although it must, if the destinations answer so from now on and an operator resumes what is paused.
    pub(crate) fn settle(&self, answers: Answers) -> Option<&'static str> {
        let mut world = self.clone();
        // Whatever is under way is never reported.
        world.flights.clear();
        if world.machine.is_none() {
            world.load(None);
            world.note_destinations();
        }
        let all: Vec<_> = (0..NAMES.len()).filter_map(|to| world.place(to)).collect();
        for place in all {
            world.call(None, |machine, store, now, _| machine.pause(store, place, false, now));
        }
        let mut pending = world.pending();
        let deadline = world.now + GIVE_UP_AFTER + 8 * HOUR;
        let mut spins = 0;
        for _ in 0..MOST_ALARMS {
            let handed = world.alarm(answers);
            pending.retain(|event| !handed.contains(event));
            if world.now > deadline
                && let Some((_, to)) = world.pending().first()
            {
                return Some(if answers[*to] == Answer::Taken { rule::AGAIN } else { rule::DIES });
            }
            let Some(at) = world.agenda()?.wake_at(world.now) else { return world.asleep(answers, &pending) };
            spins = if at > world.now || !handed.is_empty() { 0 } else { spins + 1 };
            if spins > MOST_SPINS {
                return Some(rule::ASLEEP);
            }
            world.now = world.now.max(at);
        }
        Some(rule::ASLEEP)
    }

    /// What an object does when it wakes up; what was attempted, and where.
    fn alarm(&mut self, answers: Answers) -> Vec<(u64, usize)> {
        let expiry = self.agenda().and_then(|agenda| agenda.expiry);
        let before = self.states();
        if expiry.is_some_and(|at| at <= self.now) {
            self.call(None, |machine, store, now, plan| machine.expire(store, now, plan));
        }
        // Couriers are started where there is room for attempts.
        let due = match self.call(None, |machine, store, now, plan| machine.due(store, now, plan)) {
            Called::Done(due) => due,
            _ => Vec::new(),
        };
        for to in 0..NAMES.len() {
            if due.iter().any(|(place, most)| Some(*place) == self.place(to) && *most > 0) {
                self.hand_out(Some(to), 64, None);
            }
        }
        let handed: Vec<_> = self.flights.iter().map(|flight| (flight.number, flight.to)).collect();
        for (to, its) in answers.into_iter().enumerate() {
            let flights = self.flights.iter().enumerate().filter(|(_, flight)| flight.to == to);
            let ended: Vec<_> = flights.map(|(place, flight)| (place, self.answer(flight.number, to, its))).collect();
            if !ended.is_empty() {
                self.report(&ended, false, None);
            }
        }
        self.compare(before, Action::Expire { crash: None });
        self.note_destinations();
        handed
    }

    /// How an attempt ends, if the destination answers so: without any, if the event is not for it.
    fn answer(&self, number: u64, to: usize, answer: Answer) -> Answer {
        if self.is_filtered(number, to) { Answer::Filtered } else { answer }
    }

    /// Whether an event is not for a destination.
    pub(crate) fn is_filtered(&self, number: u64, to: usize) -> bool {
        let fate = self.history.get(&number).and_then(|known| known.fates[to]);
        fate.is_some_and(|fate| fate.is_filtered)
    }

    /// What is to be delivered, and where.
    fn pending(&self) -> BTreeSet<(u64, usize)> {
        let all = self.history.iter().filter(|(_, known)| !known.is_erased);
        let all = all.flat_map(|(number, known)| known.fates().map(|(to, _)| (*number, to)));
        let configured = all.filter(|(_, to)| self.sites[*to].is_configured);
        configured.filter(|(number, to)| self.state(*number, *to) == Some(EventState::Pending)).collect()
    }

    fn asleep(&self, answers: Answers, pending: &BTreeSet<(u64, usize)>) -> Option<&'static str> {
        if let Some(wrong) = self.wrong {
            return Some(wrong);
        }
        if pending.iter().any(|(_, to)| answers[*to] == Answer::Taken) {
            return Some(rule::AGAIN);
        }
        (self.data.rows() > 0 || !self.pending().is_empty()).then_some(rule::ASLEEP)
    }
}

/// More than anything needs here: 30 days of nothing are one.
const MOST_ALARMS: usize = 1_000;

/// An alarm may have nothing to do once in a while, but not again and again.
const MOST_SPINS: u32 = 3;
