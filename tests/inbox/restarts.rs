//! What an object does after it was started again, and when it is often: while its destination takes nothing: an idle one is ended after seconds, and each event that comes, and each
//! probe, starts another.

use countersign::inbox::{Accepted, Handout};

use crate::data::Event;
use crate::store::MemoryStore;
use crate::{MINUTE, NAMES, START, arrival, machine, plan};

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
