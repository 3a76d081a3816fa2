//! What may become of an event by one step.

use countersign::inbox::{DEAD_KEPT, EventState};

use super::action::Action;
use super::destination::HELD;
use super::fate::Fate;
use super::rule;
use super::world::{GIVE_UP_AFTER, World};

/// An event at a destination, and what is stored of it there.
type Stored = (u64, usize, Option<EventState>);

impl World {
    /// What is stored of every event for every destination that it is there for.
    pub(crate) fn states(&self) -> Vec<Stored> {
        let all = self.history.iter().flat_map(|(number, known)| known.fates().map(|(to, _)| (*number, to)));
        all.map(|(number, to)| (number, to, self.state(number, to))).collect()
    }

    /// Compares what is stored with what was stored before an action.
    pub(crate) fn compare(&mut self, before: Vec<Stored>, action: Action) {
        for (number, to, was) in before {
            let is = self.state(number, to);
            if was == is {
                continue;
            }
            let Some(known) = self.history.get(&number).copied() else { continue };
            let Some(fate) = known.fates[to] else { continue };
            // A month after it was removed, nothing is owed to a destination.
            if self.sites[to].is_over(self.now) {
                self.note(number, to, is);
                continue;
            }
            let orders = match action {
                Action::Replay { number: replayed, to: at, .. } => replayed == number && at == to,
                Action::ReplayAll { state, to: at, .. } => was == Some(state) && at == to,
                _ => false,
            };
            let is_discarded =
                matches!(action, Action::Discard { number: other, to: at, .. } if (other, at) == (number, to));
            let wrong = match (was, is) {
                (Some(EventState::Delivered | EventState::Dead), Some(EventState::Pending)) if orders => None,
                (Some(EventState::Pending), Some(EventState::Dead)) if is_discarded => None,
                (Some(_), Some(EventState::Dead)) => self.may_die(to, &fate),
                (Some(was), Some(is)) => change(was, is, &fate),
                (Some(was), None) => self.may_vanish(to, was, &fate),
                (None, _) => Some(rule::WRITTEN),
            };
            if let Some(wrong) = wrong.filter(|_| !known.is_unwanted) {
                self.fail(wrong);
            }
            self.note(number, to, is);
        }
    }

    fn note(&mut self, number: u64, to: usize, is: Option<EventState>) {
        let (now, site) = (self.now, self.sites[to]);
        // All that a destination held until it released the log is finished then.
        let at = site.removed_at.map_or(now, |at| now.min(at + HELD));
        let Some(fate) = self.history.get_mut(&number).and_then(|known| known.fates[to].as_mut()) else { return };
        match is {
            None if fate.finished.is_none() => fate.finished = Some((EventState::Delivered, at)),
            Some(EventState::Pending) => {
                (fate.since, fate.is_answered, fate.finished) = (now, false, None);
                fate.replayed_after = fate.attempt;
            }
            Some(state) => fate.finished = Some((state, at)),
            None => {}
        }
    }

    fn may_die(&self, to: usize, fate: &Fate) -> Option<&'static str> {
        match fate.finished {
            Some((EventState::Delivered | EventState::Filtered, _)) => Some(rule::WRITTEN),
            _ if self.sites[to].removed_at.is_some() => Some(rule::ORPHANS),
            _ if self.now < self.patient_until => Some(rule::PATIENT),
            _ if self.now < fate.since + GIVE_UP_AFTER => Some(rule::KEPT),
            _ => None,
        }
    }

    fn may_vanish(&self, to: usize, was: EventState, fate: &Fate) -> Option<&'static str> {
        // A destination that is not configured any more holds the log for a day, and its waiting events for a month.
        let is_let_go = self.sites[to].removed_at.is_some_and(|at| self.now >= at + HELD);
        let kept = match was {
            EventState::Pending if is_let_go => return (self.now < self.patient_until).then_some(rule::PATIENT),
            // A delivered event that is not kept is removed at once.
            EventState::Pending | EventState::Behind => {
                let is_done = fate.is_answered || fate.is_filtered;
                return (!is_done || (self.keep > 0 && !fate.is_filtered)).then_some(rule::KEPT);
            }
            EventState::Delivered | EventState::Filtered => self.keep,
            EventState::Dead => DEAD_KEPT,
        };
        let finished = fate.finished.map_or(u64::MAX, |(_, at)| at);
        if self.now < finished.saturating_add(kept) {
            return Some(rule::DROPPED);
        }
        (self.now < self.patient_until).then_some(rule::PATIENT)
    }
}

fn change(was: EventState, is: EventState, fate: &Fate) -> Option<&'static str> {
    match (was, is) {
        (EventState::Pending, EventState::Delivered) if fate.is_answered || fate.is_filtered => None,
        (EventState::Pending, EventState::Delivered) => Some(rule::KEPT),
        _ => Some(rule::WRITTEN),
    }
}
