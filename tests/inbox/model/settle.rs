//! What comes of a state by alarms alone: without another crash, request or order.

use std::collections::BTreeSet;

use countersign::inbox::EventState;

use super::action::{Action, Answer};
use super::rule;
use super::world::{GIVE_UP_AFTER, World};
use crate::HOUR;

impl World {
    /// What does not happen, although it must, if the origin answers so from now on and an operator resumes what is paused.
    pub(crate) fn settle(&self, answer: Answer) -> Option<&'static str> {
        let mut world = self.clone();
        // Whatever is under way is never reported.
        world.flights.clear();
        if world.machine.is_none() {
            world.load(None);
        }
        world.call(None, |machine, store, now, _| machine.pause(store, false, now));
        let mut pending = world.pending();
        let deadline = world.now + GIVE_UP_AFTER + 8 * HOUR;
        let mut spins = 0;
        for _ in 0..MOST_ALARMS {
            let handed = world.alarm(answer);
            pending.retain(|number| !handed.contains(number));
            if world.now > deadline && !world.pending().is_empty() {
                return Some(if answer == Answer::Taken { rule::AGAIN } else { rule::DIES });
            }
            let Some(at) = world.agenda()?.wake_at(world.now) else { return world.asleep(answer, &pending) };
            spins = if at > world.now || !handed.is_empty() { 0 } else { spins + 1 };
            if spins > MOST_SPINS {
                return Some(rule::ASLEEP);
            }
            world.now = world.now.max(at);
        }
        Some(rule::ASLEEP)
    }

    /// What an object does when it wakes up; the numbers of what was attempted.
    fn alarm(&mut self, answer: Answer) -> Vec<u64> {
        let tidy = self.agenda().and_then(|agenda| agenda.tidy);
        let before = self.states();
        if tidy.is_some_and(|at| at <= self.now) {
            self.call(None, |machine, store, now, rules| machine.tidy(store, now, rules));
        }
        self.hand_out(64, None);
        let handed: Vec<_> = self.flights.iter().map(|flight| flight.number).collect();
        let all: Vec<_> = (0..handed.len()).map(|place| (place, answer)).collect();
        if !all.is_empty() {
            self.report(&all, false, None);
        }
        self.compare(before, Action::Tidy { crash: None });
        handed
    }

    fn pending(&self) -> BTreeSet<u64> {
        let all = self.history.iter().filter(|(_, known)| !known.is_erased).map(|(number, _)| *number);
        all.filter(|number| self.data.state(*number) == Some(EventState::Pending)).collect()
    }

    fn asleep(&self, answer: Answer, pending: &BTreeSet<u64>) -> Option<&'static str> {
        if let Some(wrong) = self.wrong {
            return Some(wrong);
        }
        if answer == Answer::Taken && !pending.is_empty() {
            return Some(rule::AGAIN);
        }
        (self.data.rows() > 0 || !self.pending().is_empty()).then_some(rule::ASLEEP)
    }
}

/// More than anything needs here: 30 days of nothing are one.
const MOST_ALARMS: usize = 1_000;

/// An alarm may have nothing to do once in a while, but not again and again.
const MOST_SPINS: u32 = 3;
