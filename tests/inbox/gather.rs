//! A destination that gathers events, beside one that does not.

use countersign::inbox::{Accepted, Arrival, Attempt, Cause, Handout, Machine, Outcome, Plan, Sign};

use crate::courier::take;
use crate::data::Event;
use crate::store::MemoryStore;
use crate::{NAMES, SECOND, START, arrival, plan};

/// How long the second destination gathers events, and how many.
const GATHER: u64 = 30 * SECOND;
const MOST: usize = 5;

fn both() -> Plan {
    let mut plan = plan(&NAMES[..1]);
    let mut rules = plan.destinations[0].1;
    (rules.gather, rules.concurrency) = (GATHER, MOST);
    plan.destinations.push((NAMES[1].to_owned(), rules));
    plan
}

fn machine(store: &MemoryStore, now: u64) -> Machine {
    let mut machine = Machine::load(store, now).unwrap();
    machine.fit(store, &both(), now).unwrap();
    machine
}

/// The first attempts that may begin with an event that arrives.
fn accept(machine: &mut Machine, store: &MemoryStore, id: u64, at: u64) -> Vec<Handout> {
    let event = Event { id, at, filtered: &[] };
    match machine.accept(store, &arrival(&event), true, at, &both()).unwrap() {
        Accepted::New(_, begun) => begun,
        Accepted::Known => panic!("{id} is known"),
    }
}

/// What a courier of the second destination gets, in the order of the numbers.
fn gathered(machine: &mut Machine, store: &MemoryStore, now: u64) -> Vec<Handout> {
    let place = machine.place(NAMES[1]);
    let mut handed = take(machine, store, place, MOST, now, &both()).unwrap();
    handed.sort_unstable_by_key(|handout| handout.number);
    handed
}

fn numbers(handed: &[Handout]) -> Vec<u64> {
    handed.iter().map(|handout| handout.number).collect()
}

fn report(machine: &mut Machine, store: &MemoryStore, handed: &[Handout], ended: Attempt, now: u64) {
    let sign = if ended == Attempt::Delivered { Sign::Up } else { Sign::Silent };
    let outcome = |handed: &Handout| Outcome { number: handed.number, attempt: handed.attempt, ended, sign };
    let outcomes: Vec<_> = handed.iter().map(outcome).collect();
    let place = machine.place(NAMES[1]).unwrap();
    machine.report(store, place, &outcomes, now, &both()).unwrap();
}

fn due(machine: &Machine, now: u64) -> Option<u64> {
    machine.attempts_of(machine.place(NAMES[1]).unwrap(), now, &both())
}

#[test]
fn events_are_gathered_until_the_oldest_has_waited_long_enough() {
    let store = MemoryStore::default();
    let mut machine = machine(&store, START);
    let begun = accept(&mut machine, &store, 1, START);
    assert_eq!(begun.len(), 1, "the other destination gets it at once");
    assert_eq!((begun[0].place, begun[0].cause), (machine.place(NAMES[0]).unwrap(), Cause::First));
    accept(&mut machine, &store, 2, START + 20 * SECOND);
    assert_eq!(due(&machine, START + 20 * SECOND), Some(START + GATHER));
    assert!(gathered(&mut machine, &store, START + GATHER - 1).is_empty());
    let for_all = take(&mut machine, &store, None, 9, START + GATHER, &both()).unwrap();
    assert!(for_all.iter().all(|handout| handout.place == begun[0].place), "nobody takes it by the way: {for_all:?}");
    let handed = gathered(&mut machine, &store, START + GATHER);
    assert_eq!(numbers(&handed), [1, 2]);

    accept(&mut machine, &store, 3, START + GATHER + SECOND);
    report(&mut machine, &store, &handed, Attempt::Delivered, START + GATHER + 2 * SECOND);
    assert_eq!(due(&machine, START + GATHER + 2 * SECOND), Some(START + 2 * GATHER + SECOND));
    assert!(gathered(&mut machine, &store, START + GATHER + 2 * SECOND).is_empty());
}

#[test]
fn what_is_gathered_goes_in_the_order_of_arrival() {
    let store = MemoryStore::default();
    let mut machine = machine(&store, START);
    (1..=7).for_each(|id| drop(accept(&mut machine, &store, id, START)));
    let place = machine.place(NAMES[1]);
    let first = take(&mut machine, &store, place, MOST, START + GATHER, &both()).unwrap();
    assert_eq!(numbers(&first), [1, 2, 3, 4, 5]);
    report(&mut machine, &store, &first, Attempt::Delivered, START + GATHER);
    let rest = take(&mut machine, &store, place, MOST, START + GATHER, &both()).unwrap();
    assert_eq!(numbers(&rest), [6, 7]);
}

#[test]
fn what_a_destination_that_gathers_filters_is_looked_at_once() {
    let store = MemoryStore::default();
    let mut first = machine(&store, START);
    for id in 1..=3 {
        let event = Event { id, at: START, filtered: &NAMES[1..] };
        first.accept(&store, &arrival(&event), true, START, &both()).unwrap();
    }
    // What was passed by is not written.
    let mut second = machine(&store, START + SECOND);
    assert!(gathered(&mut second, &store, START + GATHER).is_empty());
    let third = machine(&store, START + GATHER);
    let outlet = &third.outlets()[third.place(NAMES[1]).unwrap()];
    assert_eq!(third.backlog(outlet), 0, "all were looked at, and that was written");
}

#[test]
fn a_full_batch_does_not_wait_and_nor_does_what_was_stored_before_a_restart() {
    let store = MemoryStore::default();
    let mut first = machine(&store, START);
    (1..=7).for_each(|id| drop(accept(&mut first, &store, id, START)));
    assert_eq!(due(&first, START), Some(START));
    assert_eq!(gathered(&mut first, &store, START).len(), MOST);
    assert!(gathered(&mut first, &store, START).is_empty(), "one batch at a time");

    let mut second = machine(&store, START + SECOND);
    let handed = gathered(&mut second, &store, START + SECOND);
    assert_eq!(handed.len(), MOST, "nobody reported on the first");
    report(&mut second, &store, &handed, Attempt::Delivered, START + 2 * SECOND);
    let rest = gathered(&mut second, &store, START + 2 * SECOND);
    let mut all = [numbers(&handed), numbers(&rest)].concat();
    all.sort_unstable();
    assert_eq!(all, [1, 2, 3, 4, 5, 6, 7]);
}

#[test]
fn a_batch_that_fails_counts_once() {
    let store = MemoryStore::default();
    let mut machine = machine(&store, START);
    let is_broken = |machine: &Machine| machine.outlets()[1].breaker().broken_since().is_some();
    let mut now = START;
    for batch in 1..=3 {
        (0..MOST as u64).for_each(|n| drop(accept(&mut machine, &store, batch * 10 + n, now)));
        let handed = gathered(&mut machine, &store, now);
        assert_eq!(handed.len(), MOST);
        report(&mut machine, &store, &handed, Attempt::Failed { not_before: None }, now);
        assert_eq!(is_broken(&machine), batch == 3, "after {batch} writes");
        now += SECOND;
    }
    let data = store.data();
    assert_eq!(data.destinations[NAMES[1]].waiting.len(), 2 * MOST, "those of the last one stay in the log");
}

#[test]
fn a_batch_that_failed_is_attempted_again() {
    let store = MemoryStore::default();
    let mut machine = machine(&store, START);
    (1..=2).for_each(|id| drop(accept(&mut machine, &store, id, START)));
    let now = START + GATHER;
    let handed = gathered(&mut machine, &store, now);
    report(&mut machine, &store, &handed, Attempt::Failed { not_before: None }, now);
    let retry = due(&machine, now).unwrap();
    assert!(retry > now && retry < now + 10 * SECOND, "after about 5 s");
    assert_eq!(numbers(&gathered(&mut machine, &store, retry + 2 * SECOND)), numbers(&handed));
}

#[test]
fn a_restart_is_no_attempt_and_does_not_end_the_gathering() {
    let store = MemoryStore::default();
    accept(&mut machine(&store, START), &store, 1, START);
    for seconds in [12, 24] {
        accept(&mut machine(&store, START + seconds * SECOND), &store, seconds, START + seconds * SECOND);
    }
    let mut again = machine(&store, START + GATHER - SECOND);
    assert_eq!(due(&again, START + GATHER - SECOND), Some(START + GATHER));
    assert!(gathered(&mut again, &store, START + GATHER - 1).is_empty());
    let handed = gathered(&mut again, &store, START + GATHER);
    assert_eq!(handed.iter().map(|one| (one.attempt, one.cause)).collect::<Vec<_>>(), [(1, Cause::First); 3]);

    let now = START + GATHER + SECOND;
    let mut last = machine(&store, now);
    accept(&mut last, &store, 30, now);
    let handed = gathered(&mut last, &store, now + GATHER);
    assert_eq!(
        handed.iter().map(|one| one.attempt).collect::<Vec<_>>(),
        [2, 2, 2, 1],
        "nobody reported on the first three"
    );
}

#[test]
fn a_destination_that_gathers_no_longer_uses_no_number_twice() {
    let store = MemoryStore::default();
    accept(&mut machine(&store, START), &store, 1, START);
    let each = plan(&NAMES);
    let load = || {
        let mut machine = Machine::load(&store, START).unwrap();
        machine.fit(&store, &each, START).unwrap();
        machine
    };
    let event = Event { id: 2, at: START, filtered: &[] };
    let mut first = load();
    let Accepted::New(_, begun) = first.accept(&store, &arrival(&event), true, START, &each).unwrap() else {
        panic!("2 is known");
    };
    assert_eq!(begun.iter().map(|one| one.attempt).collect::<Vec<_>>(), [1, 1]);
    let mut second = load();
    let place = second.place(NAMES[1]);
    let handed = take(&mut second, &store, place, MOST, START, &each).unwrap();
    let attempt = handed.iter().find(|one| one.number == begun[0].number).unwrap().attempt;
    assert_eq!(attempt, 2, "the first attempt may have arrived");
}

#[test]
fn an_order_does_not_part_what_is_gathered() {
    let (store, mut plan) = (MemoryStore::default(), both());
    plan.is_ordered = true;
    let mut machine = Machine::load(&store, START).unwrap();
    machine.fit(&store, &plan, START).unwrap();
    for id in 0..MOST as u64 {
        let event = Event { id, at: START, filtered: &[] };
        machine.accept(&store, &Arrival { lane: Some(7), ..arrival(&event) }, true, START, &plan).unwrap();
    }
    let place = |name| machine.place(name);
    let [each, together] = NAMES.map(place);
    assert_eq!(
        take(&mut machine, &store, each, MOST, START, &plan).unwrap().len(),
        0,
        "the first of the key is under way"
    );
    assert_eq!(numbers(&take(&mut machine, &store, together, MOST, START, &plan).unwrap()).len(), MOST);
}
