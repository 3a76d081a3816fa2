//! Attempts that nobody reports, as their couriers were lost: the object's alarms find them, and only those.

use countersign::inbox::{Attempt, Cause, Handout, Outcome, Plan, Sign};

use crate::fan::Object;
use crate::{HOUR, MINUTE, NAMES, SECOND, plan};

/// When an attempt is over of which nothing is heard.
const LEASE: u64 = 15 * SECOND;

impl Object {
    /// What an alarm does: it starts couriers where there is room, and they take no more.
    fn alarm(&mut self) -> Vec<Handout> {
        let mut handed = Vec::new();
        let due = self.machine.due(&self.store, self.now, &self.plan).unwrap();
        for (place, most) in due.into_iter().filter(|(_, most)| *most > 0) {
            handed.extend(self.machine.hand_out(&self.store, Some(place), most, self.now, &self.plan).unwrap());
        }
        handed
    }

    /// When the next alarm comes.
    fn next(&self) -> Option<u64> {
        self.machine.attempts_at(self.now, &self.plan)
    }

    fn fails(&mut self, handed: &[Handout], not_before: Option<u64>) {
        let ended = Attempt::Failed { not_before };
        let outcome = |handed: &Handout| Outcome {
            number: handed.number,
            attempt: handed.attempt,
            ended,
            sign: if not_before.is_some() { Sign::Busy } else { Sign::Down },
        };
        let outcomes: Vec<_> = handed.iter().map(outcome).collect();
        self.machine.report(&self.store, 0, &outcomes, self.now, &self.plan).unwrap();
    }
}

fn one(concurrency: usize, gather: u64) -> Plan {
    let mut plan = plan(&NAMES[..1]);
    (plan.destinations[0].1.concurrency, plan.destinations[0].1.gather) = (concurrency, gather);
    plan
}

fn numbers(handed: &[Handout]) -> Vec<(u64, u32)> {
    handed.iter().map(|handed| (handed.number, handed.attempt)).collect()
}

#[test]
fn the_only_place_that_a_destination_has_is_free_again() {
    let mut object = Object::new(one(1, 0));
    assert_eq!(numbers(&object.accept(&[], true)), [(1, 1)]);
    object.accept(&[], true);
    assert_eq!((object.next(), object.alarm()), (Some(object.now + LEASE), vec![]));
    object.now += LEASE;
    let taken = object.alarm();
    assert_eq!((taken.len(), object.next()), (1, Some(object.now + LEASE)));
    // A waiting event's attempt is lost as well.
    object.fails(&taken, None);
    for attempts in 0..9 {
        object.now = object.next().unwrap();
        assert_eq!(object.alarm().len(), 1, "after {attempts}");
        assert!(object.next().is_some_and(|at| at > object.now));
    }
}

#[test]
fn a_lost_probe_of_a_broken_destination_is_made_again() {
    let mut object = Object::new(plan(&NAMES[..1]));
    for _ in 0..3 {
        let begun = object.accept(&[], true);
        object.fails(&begun, None);
    }
    assert!(object.machine.outlets()[0].breaker().broken_since().is_some());
    for probes in 1..5 {
        object.now = object.next().unwrap();
        let probe = object.alarm();
        assert_eq!((probe.len(), probe[0].cause), (1, Cause::Probe), "probe {probes}");
        assert_eq!(object.next(), Some(object.now + LEASE), "probe {probes}");
    }
}

#[test]
fn a_lost_batch_is_taken_again_at_once() {
    let mut object = Object::new(one(16, 30 * SECOND));
    (0..18).for_each(|_| drop(object.accept(&[], true)));
    assert_eq!(object.alarm().len(), 16);
    object.accept(&[], true);
    object.now += LEASE;
    assert_eq!((object.alarm().len(), object.next()), (16, Some(object.now + LEASE)));
    // One that was not full does not wait for others either.
    let mut object = Object::new(one(16, HOUR));
    object.accept(&[], true);
    object.now += HOUR;
    assert_eq!(object.alarm().len(), 1);
    object.accept(&[], true);
    object.now += LEASE;
    let mut taken = numbers(&object.alarm());
    taken.sort_unstable();
    assert_eq!(taken, [(1, 2), (2, 1)]);
}

#[test]
fn alarms_of_a_destination_that_takes_nothing_end_what_was_lost_once() {
    // Paused.
    let mut object = Object::new(plan(&NAMES[..1]));
    object.accept(&[], true);
    object.machine.pause(&object.store, 0, true, object.now).unwrap();
    assert_eq!((object.next(), object.alarm()), (Some(object.now + LEASE), vec![]));
    object.now += LEASE;
    assert_eq!((object.alarm(), object.next()), (vec![], None));
    assert_eq!(object.machine.outlets()[0].under_way(), 0);
    object.machine.pause(&object.store, 0, false, object.now).unwrap();
    assert_eq!(numbers(&object.alarm()), [(1, 2)]);
    // Held back.
    let mut object = Object::new(plan(&NAMES[..1]));
    object.accept(&[], true);
    let second = object.accept(&[], true);
    let until = object.now + HOUR;
    object.fails(&second, Some(until));
    object.now += LEASE;
    assert_eq!((object.alarm(), object.next()), (vec![], Some(until)));
    object.now = until;
    assert_eq!(object.alarm().len(), 1);
}

#[test]
fn a_clock_that_was_ahead_does_not_keep_the_only_place() {
    let mut object = Object::new(one(1, 0));
    object.now += HOUR;
    object.accept(&[], true);
    object.now -= HOUR - MINUTE;
    assert_eq!((numbers(&object.alarm()), object.next()), (vec![(1, 2)], Some(object.now + LEASE)));
}
