//! What may become of an event by one step.

use countersign::inbox::{DEAD_KEPT, EventState};

use super::action::Action;
use super::rule;
use super::world::{GIVE_UP_AFTER, Known, World};

impl World {
    /// What is stored of every event.
    pub(crate) fn states(&self) -> Vec<(u64, Option<EventState>)> {
        self.history.keys().map(|number| (*number, self.data.state(*number))).collect()
    }

    /// Compares what is stored with what was stored before an action.
    pub(crate) fn compare(&mut self, before: Vec<(u64, Option<EventState>)>, action: Action) {
        for (number, was) in before {
            let is = self.data.state(number);
            if was == is {
                continue;
            }
            let Some(known) = self.history.get(&number).copied() else { continue };
            let orders = match action {
                Action::Replay { number: replayed, .. } => replayed == number,
                Action::ReplayAll { state, .. } => was == Some(state),
                _ => false,
            };
            let wrong = match (was, is) {
                (Some(EventState::Delivered | EventState::Dead), Some(EventState::Pending)) if orders => None,
                (Some(_), Some(EventState::Dead)) => self.may_die(&known),
                (Some(was), Some(is)) => change(was, is, &known),
                (Some(was), None) => self.may_vanish(was, &known),
                (None, _) => Some(rule::WRITTEN),
            };
            if let Some(wrong) = wrong.filter(|_| !known.is_unwanted) {
                self.fail(wrong);
            }
            self.note(number, is);
        }
    }

    fn note(&mut self, number: u64, is: Option<EventState>) {
        let now = self.now;
        let Some(known) = self.history.get_mut(&number) else { return };
        match is {
            None if known.finished.is_none() => known.finished = Some((EventState::Delivered, now)),
            Some(EventState::Pending) => {
                (known.since, known.is_answered, known.finished) = (now, false, None);
            }
            Some(state) => known.finished = Some((state, now)),
            None => {}
        }
    }

    fn may_die(&self, known: &Known) -> Option<&'static str> {
        match known.finished {
            Some((EventState::Delivered, _)) => Some(rule::WRITTEN),
            _ if self.now < self.patient_until => Some(rule::PATIENT),
            _ if self.now < known.since + GIVE_UP_AFTER => Some(rule::KEPT),
            _ => None,
        }
    }

    fn may_vanish(&self, was: EventState, known: &Known) -> Option<&'static str> {
        let kept = match was {
            // A delivered event that is not kept is removed at once.
            EventState::Pending => return (!known.is_answered || self.keep > 0).then_some(rule::KEPT),
            EventState::Delivered => self.keep,
            EventState::Dead => DEAD_KEPT,
        };
        let finished = known.finished.map_or(u64::MAX, |(_, at)| at);
        if self.now < finished.saturating_add(kept) {
            return Some(rule::DROPPED);
        }
        (self.now < self.patient_until).then_some(rule::PATIENT)
    }
}

fn change(was: EventState, is: EventState, known: &Known) -> Option<&'static str> {
    match (was, is) {
        (EventState::Pending, EventState::Delivered) if known.is_answered => None,
        (EventState::Pending, EventState::Delivered) => Some(rule::KEPT),
        _ => Some(rule::WRITTEN),
    }
}
