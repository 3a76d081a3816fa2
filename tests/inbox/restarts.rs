//! What an object does after it was started again, and when it is often: while its destination takes nothing: an idle one is ended after seconds, and each event that comes, and each
//! probe, starts another.

use countersign::inbox::{Accepted, Arrival, Attempt, Handout, Machine, Outcome, Plan, Sign};

use crate::data::Event;
use crate::store::MemoryStore;
use crate::{MINUTE, NAMES, SECOND, START, arrival, machine, plan};

#[test]
fn what_is_stored_of_a_destination_does_not_grow_with_every_start() {
    let (mut store, plan) = (MemoryStore::default(), plan(&NAMES[..1]));
    let mut now = START;
    machine(&store, now, &plan).pause(&store, 0, true, now).unwrap();
    let days = 2;
    for minute in 0..days * 24 * 60 {
        store = MemoryStore::new(store.into_data(), None);
        let mut machine = machine(&store, now, &plan);
        let event = Event { id: minute, at: now, filtered: &[] };
        let accepted = machine.accept(&store, &arrival(&event), true, now, &plan).unwrap();
        assert!(matches!(accepted, Accepted::New(_, begun) if begun.is_empty()));
        now += MINUTE;
    }
    let length = store.data().destinations[NAMES[0]].cursor.to_json().to_string().len();
    assert!(length < 1_000, "{length} bytes");
    let resumed = now + MINUTE;
    let mut machine = machine(&store, now, &plan);
    machine.pause(&store, 0, false, resumed).unwrap();
    let handed = machine.hand_out(&store, None, 6, resumed, &plan).unwrap();
    assert!(handed.iter().all(|handout| handout.attempt <= 2), "none was attempted before: {handed:?}");
}

#[test]
fn probes_of_many_instances_are_told_apart_by_their_numbers_in_little_space() {
    let (mut store, plan) = (MemoryStore::default(), plan(&NAMES[..1]));
    let (mut now, mut highest) = (START, [0; 10]);
    for number in 0..10 {
        let event = Event { id: number, at: now, filtered: &[] };
        machine(&store, now, &plan).accept(&store, &arrival(&event), false, now, &plan).unwrap();
    }
    for _ in 0..500 {
        store = MemoryStore::new(store.into_data(), None);
        let handed = machine(&store, now, &plan).hand_out(&store, None, 2, now, &plan).unwrap();
        assert_eq!(handed.len(), 2);
        for Handout { number, attempt, .. } in handed {
            let before = std::mem::replace(&mut highest[number as usize - 1], attempt);
            assert!(attempt > before, "attempt {attempt} at event {number} after {before}");
        }
        now += MINUTE;
    }
    let length = store.data().destinations[NAMES[0]].cursor.to_json().to_string().len();
    assert!(length < 2_000, "{length} bytes");
}

/// Ends attempts at an ordered destination as failures of their own events.
fn fail(machine: &mut Machine, store: &MemoryStore, handed: &[Handout], now: u64, plan: &Plan) {
    let ended = Attempt::Failed { not_before: None };
    let outcome =
        |handout: &Handout| Outcome { number: handout.number, attempt: handout.attempt, ended, sign: Sign::Up };
    let outcomes: Vec<_> = handed.iter().map(outcome).collect();
    machine.report(store, 0, &outcomes, now, plan).unwrap();
}

#[test]
fn retries_that_wait_for_attempts_of_before_do_not_hide_others_that_are_due() {
    let mut plan = Plan { is_ordered: true, ..plan(&NAMES[..1]) };
    plan.destinations[0].1.concurrency = 2;
    let store = MemoryStore::default();
    let mut object = machine(&store, START, &plan);
    for number in 1..=3 {
        let event = Event { id: number, at: START, filtered: &[] };
        let arrival = Arrival { lane: Some(number), ..arrival(&event) };
        object.accept(&store, &arrival, false, START, &plan).unwrap();
    }
    let two = object.hand_out(&store, None, 2, START, &plan).unwrap();
    fail(&mut object, &store, &two, START, &plan);
    let third = object.hand_out(&store, None, 2, START, &plan).unwrap();
    fail(&mut object, &store, &third, START + 3 * SECOND, &plan);
    let again = object.hand_out(&store, None, 2, START + 6_001, &plan).unwrap();
    assert_eq!(again.iter().map(|handout| handout.attempt).collect::<Vec<_>>(), [2, 2]);
    // The object ends in the middle of both attempts. The third event is due.
    let now = START + 10 * SECOND;
    let store = MemoryStore::new(store.into_data(), None);
    let mut object = machine(&store, now, &plan);
    let handed = object.hand_out(&store, None, 2, now, &plan).unwrap();
    assert_eq!(handed.iter().map(|handout| handout.number).collect::<Vec<_>>(), [third[0].number]);
    let at = object.attempts_at(now, &plan).unwrap();
    assert!(at > now, "it says that there is something to do, and there is not");
}
