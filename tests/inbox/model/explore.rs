//! The model as `stateright` sees it.

use countersign::inbox::EventState;
use stateright::{Model, Property};

use super::action::{Action, Answer, Crash};
use super::rule;
use super::scope::Question;
use super::step::REPLAYABLE;
use super::world::World;
use crate::NAMES;

/// The property that nothing went wrong by that name.
macro_rules! never {
    ($rule:path) => {
        Property::always($rule, |_, world: &World| world.wrong != Some($rule))
    };
}

impl Model for Question {
    type State = World;
    type Action = Action;

    fn init_states(&self) -> Vec<World> {
        let world = World::new(self);
        vec![if self.is_broken { broken(self, world) } else { world }]
    }

    fn actions(&self, world: &World, actions: &mut Vec<Action>) {
        if world.wrong.is_some() {
            return;
        }
        let left = &world.left;
        let crashes: &[Crash] = if left.crashes > 0 { &[None, Some(1), Some(2), Some(3)] } else { &[None] };
        if world.machine.is_none() {
            let crashes = if left.crashes > 0 { &crashes[..2] } else { crashes };
            actions.extend(crashes.iter().map(|crash| Action::Load { crash: *crash }));
            self.time(world, actions);
            return;
        }
        for crash in crashes.iter().copied() {
            self.calls(world, crash, actions);
            if left.orders > 0 {
                orders(world, crash, actions);
            }
            if left.changes > 0 {
                changes(world, crash, actions);
            }
        }
        if left.losses > 0 {
            actions.extend((0..world.flights.len()).map(|place| Action::Lose { place }));
        }
        if left.crashes > 0 {
            actions.push(Action::End);
        }
        self.time(world, actions);
    }

    fn next_state(&self, world: &World, action: Action) -> Option<World> {
        let mut next = world.after(action)?;
        let left = &mut next.left;
        let crashed =
            world.machine.is_some() && next.machine.is_none() || matches!(action, Action::Load { crash: Some(_) });
        left.crashes = left.crashes.checked_sub(u8::from(crashed))?;
        match action {
            Action::Accept { id, .. } if id > self.scope.events - left.events => {
                left.events = left.events.checked_sub(1)?
            }
            Action::Accept { .. } => left.copies = left.copies.checked_sub(1)?,
            Action::Report { answer, again, .. } => {
                left.doubles = left.doubles.checked_sub(u8::from(again))?;
                left.failures = left.failures.checked_sub(u8::from(answer.is_failure()))?;
            }
            Action::ReportAll { first, .. } => {
                left.failures = left.failures.checked_sub(u8::from(first.is_failure()))?
            }
            Action::Lose { .. } => left.losses = left.losses.checked_sub(1)?,
            Action::Wake => left.sleeps = left.sleeps.checked_sub(1)?,
            Action::Pass => left.passes = left.passes.checked_sub(1)?,
            Action::Day => left.days = left.days.checked_sub(1)?,
            Action::Month => left.months = left.months.checked_sub(1)?,
            Action::Ahead | Action::Back => left.jumps = left.jumps.checked_sub(1)?,
            Action::Pause { .. }
            | Action::Replay { .. }
            | Action::ReplayAll { .. }
            | Action::Discard { .. }
            | Action::Forget { .. } => left.orders = left.orders.checked_sub(1)?,
            Action::Add { .. } | Action::Remove { .. } => left.changes = left.changes.checked_sub(1)?,
            Action::HandOut { .. } | Action::Expire { .. } | Action::End | Action::Load { .. } => {}
        }
        if next.attempts() > world.attempts() {
            next.left.attempts = next.left.attempts.checked_sub(1)?;
        }
        Some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        let mut all = vec![
            never!(rule::KEPT),
            never!(rule::WRITTEN),
            never!(rule::DROPPED),
            never!(rule::PATIENT),
            never!(rule::ORDER),
            never!(rule::NUMBERS),
            never!(rule::ALONE),
            never!(rule::FILTERED),
            never!(rule::ORPHANS),
            never!(rule::PLACE),
            never!(rule::REPLAYED),
            never!(rule::DISCARDED),
            never!(rule::CONCURRENCY),
            never!(rule::PROBES),
            never!(rule::PAUSED),
            Property::always(rule::KNOWN, |_, world: &World| world.wrong != Some(rule::KNOWN) && world.knows_ids()),
            Property::always(rule::STORED, |_, world: &World| world.knows_what_is_stored()),
            Property::always(rule::AGAIN, |_, world: &World| world.settle([Answer::Taken; 2]).is_none()),
        ];
        let is_silent = self.failures[0].contains(&Answer::Silent);
        if is_silent && self.destinations == 1 {
            all.push(Property::always(rule::DIES, |_, world: &World| world.settle([Answer::Silent; 2]).is_none()));
        }
        if is_silent && self.destinations > 1 {
            all.push(Property::always(rule::DIES, |_, world: &World| {
                world.settle([Answer::Silent, Answer::Taken]).is_none()
            }));
        }
        all
    }
}

impl Question {
    fn calls(&self, world: &World, crash: Crash, actions: &mut Vec<Action>) {
        let left = &world.left;
        let ids = self.scope.events - left.events;
        if left.events > 0 {
            actions.extend([true, false].map(|may_begin| Action::Accept { id: ids + 1, may_begin, crash }));
        }
        if left.copies > 0 {
            actions.extend((1..=ids).map(|id| Action::Accept { id, may_begin: true, crash }));
        }
        let destinations = world.known_destinations();
        if left.attempts > 0 {
            actions.push(Action::HandOut { to: None, most: 2, crash });
            // One at a time, for any of them.
            actions.extend(destinations.iter().map(|to| Action::HandOut { to: Some(*to), most: 1, crash }));
        }
        actions.push(Action::Expire { crash });
        for (place, flight) in world.flights.iter().enumerate() {
            let any = self.answers(world, flight.number, flight.to).into_iter();
            for answer in any.filter(|answer| flight.answer.is_none_or(|before| before == *answer)) {
                let again: &[bool] = if left.doubles > 0 { &[false, true] } else { &[false] };
                actions.extend(again.iter().map(|again| Action::Report { place, answer, again: *again, crash }));
            }
        }
        for to in destinations {
            let flights: Vec<_> = world.flights.iter().filter(|flight| flight.to == to).collect();
            let are_new = flights.iter().all(|flight| flight.answer.is_none() && !world.is_filtered(flight.number, to));
            if flights.len() > 1 && are_new {
                let any = self.answers(world, flights[0].number, to).into_iter();
                actions.extend(any.map(|first| Action::ReportAll { to, first, crash }));
            }
        }
    }

    /// How an attempt may end.
    fn answers(&self, world: &World, number: u64, to: usize) -> Vec<Answer> {
        if world.is_filtered(number, to) {
            return vec![Answer::Filtered];
        }
        let failures = if world.left.failures > 0 { self.failures[to] } else { &[] };
        [Answer::Taken].into_iter().chain(failures.iter().copied()).collect()
    }

    fn time(&self, world: &World, actions: &mut Vec<Action>) {
        let left = &world.left;
        let times = [
            (left.sleeps, Action::Wake),
            (left.passes, Action::Pass),
            (left.days, Action::Day),
            (left.months, Action::Month),
            (left.jumps, Action::Ahead),
            (left.jumps, Action::Back),
        ];
        actions.extend(times.into_iter().filter(|(left, _)| *left > 0).map(|(_, action)| action));
    }
}

fn orders(world: &World, crash: Crash, actions: &mut Vec<Action>) {
    for to in world.known_destinations() {
        actions.extend([true, false].map(|paused| Action::Pause { to, paused, crash }));
        actions.extend(REPLAYABLE.map(|state| Action::ReplayAll { to, state, crash }));
    }
    for (number, known) in world.history.iter().filter(|(_, known)| !known.is_unwanted) {
        actions.extend(known.fates().map(|(to, _)| Action::Replay { to, number: *number, crash }));
        actions.extend(known.fates().map(|(to, _)| Action::Discard { to, number: *number, crash }));
        actions.push(Action::Forget { number: *number, crash });
    }
}

/// A source always has a destination.
fn changes(world: &World, crash: Crash, actions: &mut Vec<Action>) {
    let configured: Vec<_> = world.sites.iter().map(|site| site.is_configured).collect();
    for (to, is_configured) in configured.iter().enumerate() {
        match is_configured {
            true if configured.iter().all(|configured| *configured) => actions.push(Action::Remove { to, crash }),
            true => {}
            false => actions.extend([true, false].map(|from_stored| Action::Add { to, from_stored, crash })),
        }
    }
}

/// The same with a destination that is broken: one event was attempted three times without an answer.
fn broken(question: &Question, mut world: World) -> World {
    world.left.events -= 1;
    let mut act = |action| world = world.after(action).unwrap();
    act(Action::Accept { id: 1, may_begin: true, crash: None });
    if question.destinations > 1 {
        act(Action::Report { place: 1, answer: Answer::Taken, again: false, crash: None });
    }
    for _ in 0..2 {
        act(Action::Report { place: 0, answer: Answer::Silent, again: false, crash: None });
        act(Action::Wake);
        act(Action::HandOut { to: Some(0), most: 1, crash: None });
    }
    act(Action::Report { place: 0, answer: Answer::Silent, again: false, crash: None });
    assert!(world.machine.as_ref().unwrap().outlets()[world.place(0).unwrap()].breaker().broken_since().is_some());
    world
}

impl World {
    /// Whether every id is known that has to be.
    fn knows_ids(&self) -> bool {
        let remembered = self.history.iter().filter(|(number, known)| self.is_remembered(**number, known));
        remembered.into_iter().all(|(_, known)| self.data.find(known.id).is_some())
    }

    /// Whether the machine knows what is stored, and has room for no more than it may.
    fn knows_what_is_stored(&self) -> bool {
        let Some(machine) = &self.machine else { return true };
        self.states().into_iter().all(|(number, to, state)| {
            let Some(place) = self.place(to) else { return state.is_none() };
            let is_waiting = self.data.destinations[NAMES[to]].waiting.contains_key(&number);
            // What was passed by is not written down at once: the event's row says so.
            let is_in_log = self.data.in_log(number).is_some() && state != Some(EventState::Filtered);
            let known = machine.state_in_log(&machine.outlets()[place], number);
            !is_in_log || is_waiting || state == Some(known)
        })
    }

    /// The destinations of which anything is stored.
    fn known_destinations(&self) -> Vec<usize> {
        (0..NAMES.len()).filter(|to| self.sites[*to].is_known).collect()
    }

    /// How many attempts were begun.
    fn attempts(&self) -> u32 {
        self.history.values().flat_map(|known| known.fates().map(|(_, fate)| fate.attempt).collect::<Vec<_>>()).sum()
    }
}
