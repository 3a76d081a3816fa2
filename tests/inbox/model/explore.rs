//! The model as `stateright` sees it.

use countersign::inbox::EventState;
use stateright::{Model, Property};

use super::action::{Action, Answer, Crash};
use super::rule;
use super::scope::Question;
use super::world::World;

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
        let world = World::new(self.scope, self.keep);
        vec![if self.is_broken { broken(world) } else { world }]
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
                left.failures = left.failures.checked_sub(u8::from(answer != Answer::Taken))?;
            }
            Action::ReportAll { first, .. } => {
                left.failures = left.failures.checked_sub(u8::from(first != Answer::Taken))?
            }
            Action::Lose { .. } => left.losses = left.losses.checked_sub(1)?,
            Action::Wake => left.sleeps = left.sleeps.checked_sub(1)?,
            Action::Pass => left.passes = left.passes.checked_sub(1)?,
            Action::Ahead | Action::Back => left.jumps = left.jumps.checked_sub(1)?,
            Action::Pause { .. } | Action::Replay { .. } | Action::ReplayAll { .. } | Action::Forget { .. } => {
                left.orders = left.orders.checked_sub(1)?;
            }
            Action::HandOut { .. } | Action::Tidy { .. } | Action::End | Action::Load { .. } => {}
        }
        let began = next.history.values().map(|known| known.attempt).sum::<u32>();
        let before = world.history.values().map(|known| known.attempt).sum::<u32>();
        if began > before {
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
            never!(rule::NUMBERS),
            never!(rule::PLACE),
            never!(rule::REPLAYED),
            never!(rule::CONCURRENCY),
            never!(rule::PROBES),
            never!(rule::PAUSED),
            Property::always(rule::KNOWN, |_, world: &World| world.wrong != Some(rule::KNOWN) && world.knows_ids()),
            Property::always(rule::STORED, |_, world: &World| world.knows_what_is_stored()),
            Property::always(rule::AGAIN, |_, world: &World| world.settle(Answer::Taken).is_none()),
        ];
        if self.failures.contains(&Answer::Silent) {
            all.push(Property::always(rule::DIES, |_, world: &World| world.settle(Answer::Silent).is_none()));
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
        if left.attempts > 0 {
            actions.extend([1, 2].map(|most| Action::HandOut { most, crash }));
        }
        actions.push(Action::Tidy { crash });
        let failures = if left.failures > 0 { self.failures } else { &[] };
        for (place, flight) in world.flights.iter().enumerate() {
            let any = [Answer::Taken].into_iter().chain(failures.iter().copied());
            for answer in any.filter(|answer| flight.answer.is_none_or(|before| before == *answer)) {
                let again: &[bool] = if left.doubles > 0 { &[false, true] } else { &[false] };
                actions.extend(again.iter().map(|again| Action::Report { place, answer, again: *again, crash }));
            }
        }
        if world.flights.len() > 1 && world.flights.iter().all(|flight| flight.answer.is_none()) {
            let any = [Answer::Taken].into_iter().chain(failures.iter().copied());
            actions.extend(any.map(|first| Action::ReportAll { first, crash }));
        }
    }

    fn time(&self, world: &World, actions: &mut Vec<Action>) {
        let left = &world.left;
        let times = [
            (left.sleeps, Action::Wake),
            (left.passes, Action::Pass),
            (left.jumps, Action::Ahead),
            (left.jumps, Action::Back),
        ];
        actions.extend(times.into_iter().filter(|(left, _)| *left > 0).map(|(_, action)| action));
    }
}

fn orders(world: &World, crash: Crash, actions: &mut Vec<Action>) {
    actions.extend([true, false].map(|paused| Action::Pause { paused, crash }));
    actions.extend([EventState::Dead, EventState::Delivered].map(|state| Action::ReplayAll { state, crash }));
    for (number, known) in &world.history {
        if !known.is_unwanted {
            actions.extend([Action::Replay { number: *number, crash }, Action::Forget { number: *number, crash }]);
        }
    }
}

/// The same with a destination that is broken: one event was attempted three times without an answer.
fn broken(mut world: World) -> World {
    world.left.events -= 1;
    let mut act = |action| world = world.after(action).unwrap();
    act(Action::Accept { id: 1, may_begin: true, crash: None });
    for _ in 0..2 {
        act(Action::Report { place: 0, answer: Answer::Silent, again: false, crash: None });
        act(Action::Wake);
        act(Action::HandOut { most: 1, crash: None });
    }
    act(Action::Report { place: 0, answer: Answer::Silent, again: false, crash: None });
    assert!(world.machine.as_ref().unwrap().outlet().breaker().broken_since().is_some());
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
        self.history.keys().all(|number| {
            let is_in_log = self.data.in_log(*number).is_some() && !self.data.waiting.contains_key(number);
            !is_in_log || self.data.state(*number) == Some(machine.state_in_log(*number))
        })
    }
}
