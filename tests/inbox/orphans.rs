//! Destinations that are added, removed and back again, by example.

use countersign::inbox::{Attempt, Became, DEAD_KEPT, EventState, Kind, Roster, Sign};

use crate::fan::Object;
use crate::{HOUR, MINUTE, NAMES, START, courier, plan};

/// An object of which one destination was removed while an event waits for it, and has everything at the other.
fn removed(keep: u64) -> Object {
    let mut both = plan(&NAMES);
    both.retention.keep = keep;
    both.destinations.iter_mut().for_each(|(_, rules)| rules.lifecycle.retention.keep = keep);
    let mut object = Object::new(both.clone());
    object.accept(&[], true);
    object.report(NAMES[0], 1, Attempt::Delivered);
    object.report(NAMES[1], 1, Attempt::Failed { not_before: None });
    both.destinations.truncate(1);
    assert!(object.fit(both).unwrap());
    object.accept(&[], true);
    object.report(NAMES[0], 2, Attempt::Delivered);
    object
}

fn back(object: &Object) -> countersign::inbox::Plan {
    let (_, rules) = object.plan.destinations[0];
    let mut back = object.plan.clone();
    back.destinations.push((NAMES[1].to_owned(), rules));
    back
}

fn expire(object: &mut Object, after: u64) {
    object.now += after;
    object.machine.expire(&object.store, object.now, &object.plan).unwrap();
}

#[test]
fn one_that_is_back_within_a_day_has_lost_nothing() {
    let mut object = removed(0);
    assert!(!object.fit(object.plan.clone()).unwrap(), "nothing changed");
    expire(&mut object, 24 * HOUR - 1);
    assert!(object.take(Some(NAMES[1]), 9).is_empty(), "it is not configured");
    assert_eq!(object.machine.outlets()[object.place(NAMES[1])].orphaned(), Some(START));
    object.reload();
    let plan = back(&object);
    assert!(object.fit(plan).unwrap());
    let mut all = object.take(Some(NAMES[1]), 9);
    all.sort();
    assert_eq!(all, [1, 2].map(|number| (NAMES[1].to_owned(), number)), "what waited, and what came meanwhile");
    assert_eq!(object.machine.outlets()[object.place(NAMES[1])].orphaned(), None);
}

#[test]
fn a_new_object_has_what_the_others_know() {
    let mut roster = Roster::default();
    roster.note(&NAMES, START - 2 * HOUR);
    roster.pause(&NAMES[..1], true, START - HOUR);
    roster.note(&NAMES[..1], START - MINUTE);
    let mut object = Object::new(plan(&NAMES[..1]));
    object.machine.meet(&object.store, &roster, &object.plan, object.now).unwrap();
    assert!(object.accept(&[], true).is_empty(), "it is paused");
    object.reload();
    let [there, missing] = NAMES.map(|name| &object.machine.outlets()[object.place(name)]);
    assert_eq!((there.pauses().since(), there.orphaned()), (Some(START - HOUR), None));
    assert_eq!((missing.pauses().since(), missing.orphaned()), (None, Some(START - MINUTE)));
    let plan = back(&object);
    assert!(object.fit(plan).unwrap());
    assert_eq!(object.take(Some(NAMES[1]), 9), [(NAMES[1].to_owned(), 1)], "what came while it was missing");
    // The registry may not know yet that it was resumed.
    object.machine.pause(&object.store, object.place(NAMES[0]), false, object.now).unwrap();
    object.machine.meet(&object.store, &roster, &object.plan, object.now).unwrap();
    assert_eq!(object.take(Some(NAMES[0]), 9), [(NAMES[0].to_owned(), 1)], "an object that has events knows better");
}

#[test]
fn the_time_without_it_does_not_count() {
    let mut object = removed(0);
    object.plan.destinations[0].1.lifecycle.give_up_after = HOUR;
    expire(&mut object, 20 * HOUR);
    let plan = back(&object);
    object.fit(plan).unwrap();
    object.take(Some(NAMES[1]), 9);
    let (place, outcome) = (object.place(NAMES[1]), |attempt| countersign::inbox::Outcome {
        number: 1,
        attempt,
        ended: Attempt::Failed { not_before: None },
        sign: countersign::inbox::Sign::Up,
    });
    object.machine.report(&object.store, place, &[outcome(2)], object.now, &object.plan).unwrap();
    assert_eq!(object.state(NAMES[1], 1), Some(EventState::Pending));
    object.now += HOUR;
    object.take(Some(NAMES[1]), 9);
    object.machine.report(&object.store, place, &[outcome(3)], object.now, &object.plan).unwrap();
    assert_eq!(object.state(NAMES[1], 1), Some(EventState::Dead));
}

#[test]
fn after_a_day_the_log_goes_and_after_a_month_all_of_it() {
    let mut object = removed(0);
    let released = object.machine.expiry_at(&object.store, object.now, &object.plan).unwrap();
    assert_eq!(released, Some(START + 24 * HOUR));
    object.now += 24 * HOUR + 10 * MINUTE;
    // Something wakes the object before anything expires, and expiry is not put off by it.
    object.take(None, 9);
    let due = object.machine.expiry_at(&object.store, object.now, &object.plan).unwrap();
    assert_eq!(due, Some(START + 24 * HOUR));
    expire(&mut object, 0);
    assert!(object.machine.tables(Kind::Log).is_empty());
    assert_eq!(object.state(NAMES[1], 1), Some(EventState::Pending), "its copy is kept");
    object.now = START + DEAD_KEPT;
    (0..3).for_each(|_| expire(&mut object, 0));
    assert_eq!(object.machine.place(NAMES[1]), None);
    assert!(!object.store.data().destinations.contains_key(NAMES[1]));
    let plan = back(&object);
    assert!(object.fit(plan).unwrap());
    assert!(object.take(Some(NAMES[1]), 9).is_empty(), "it begins with what comes next");
}

#[test]
fn a_new_one_begins_now_or_with_what_is_stored() {
    for (from_stored, expected) in [(false, 0), (true, 1)] {
        let mut object = Object::new(plan(&NAMES[..1]));
        object.accept(&[], true);
        object.report(NAMES[0], 1, Attempt::Delivered);
        let mut both = plan(&NAMES);
        both.destinations[1].1.from_stored = from_stored;
        assert!(object.fit(both).unwrap());
        assert_eq!(object.backlog(NAMES[1]), expected);
        object.reload();
        assert_eq!(object.take(None, 9).len() as u64, expected);
        assert_eq!(object.machine.tables(Kind::Log)[0].finished_at.is_none(), from_stored, "the log is held for it");
    }
}

#[test]
fn what_a_new_one_takes_from_the_log_has_its_time_from_then_on() {
    for is_broken in [false, true] {
        let mut object = Object::new(plan(&NAMES[..1]));
        (1..=4).for_each(|number| {
            object.accept(&[], true);
            object.report(NAMES[0], number, Attempt::Delivered);
        });
        object.now += 10 * HOUR;
        let mut both = plan(&NAMES);
        both.destinations[1].1.from_stored = true;
        both.destinations[1].1.lifecycle.give_up_after = HOUR;
        object.fit(both).unwrap();
        object.reload();
        let (place, sign) = (object.place(NAMES[1]), if is_broken { Sign::Silent } else { Sign::Up });
        let fail = |object: &mut Object| {
            let handed = courier::take(&mut object.machine, &object.store, Some(place), 9, object.now, &object.plan);
            let outcome = |handout: &countersign::inbox::Handout| countersign::inbox::Outcome {
                number: handout.number,
                attempt: handout.attempt,
                ended: Attempt::Failed { not_before: None },
                sign,
            };
            let outcomes: Vec<_> = handed.unwrap().iter().map(outcome).collect();
            object.machine.report(&object.store, place, &outcomes, object.now, &object.plan).unwrap();
            outcomes.len()
        };
        assert_eq!(fail(&mut object), 4);
        expire(&mut object, HOUR - 1);
        assert!(fail(&mut object) > 0);
        assert_eq!([1, 2, 3, 4].map(|number| object.state(NAMES[1], number)), [Some(EventState::Pending); 4]);
        object.reload();
        expire(&mut object, HOUR);
        while fail(&mut object) > 0 {}
        expire(&mut object, 0);
        assert_eq!([1, 2, 3, 4].map(|number| object.state(NAMES[1], number)), [Some(EventState::Dead); 4]);
    }
}

#[test]
fn what_waits_there_behind_one_that_failed_has_its_time_from_then_on() {
    let mut object = Object::new(plan(&NAMES[..1]));
    (object.store.lanes, object.store.has_all) = (1, true);
    // More than are looked at for other keys: those behind the one that failed leave the log.
    (1..=5_000).for_each(|number| {
        object.accept(&[], true);
        object.report(NAMES[0], number, Attempt::Delivered);
    });
    object.now += 10 * HOUR;
    let mut both = plan(&NAMES);
    both.is_ordered = true;
    both.destinations[1].1.from_stored = true;
    both.destinations[1].1.lifecycle.give_up_after = HOUR;
    object.fit(both).unwrap();
    for ended in [Attempt::Failed { not_before: None }, Attempt::Delivered] {
        let handed = object.take(Some(NAMES[1]), 9);
        assert_eq!(handed, [(NAMES[1].to_owned(), 1)]);
        let attempt = if ended == Attempt::Delivered { 2 } else { 1 };
        object.ended(NAMES[1], (1, attempt), ended);
        assert!(object.take(Some(NAMES[1]), 9).iter().all(|(_, number)| *number == 2));
        object.now += MINUTE;
    }
    assert_eq!(object.ended(NAMES[1], (2, 1), Attempt::Failed { not_before: None }), Became::Pending);
}

#[test]
fn a_dead_event_is_seen_as_such_while_the_log_has_it() {
    let mut object = Object::new(plan(&NAMES));
    object.plan.destinations[1].1.lifecycle.give_up_after = 0;
    object.accept(&[], true);
    object.machine.pause(&object.store, 0, true, object.now).unwrap();
    object.report(NAMES[1], 1, Attempt::Failed { not_before: None });
    for days in [1, 29, 31, 60] {
        object.now = START + days * 24 * HOUR;
        expire(&mut object, 0);
        assert_eq!(object.state(NAMES[1], 1), Some(EventState::Dead), "after {days} days");
    }
}
