//! A destination that is broken by events that fail by themselves, and takes all others: probes find one that it takes.

use countersign::inbox::{Accepted, Arrival, Attempt, Handout, Machine, Outcome, Plan, Sign};

use crate::data::{Data, Event};
use crate::store::MemoryStore;
use crate::{MINUTE, NAMES, SECOND, START, arrival, machine, plan};

/// Events whose attempts fail whenever they are made.
const POISONED: [u64; 5] = [1, 2, 3, 4, 7];

struct Site {
    store: MemoryStore,
    machine: Machine,
    plan: Plan,
    now: u64,
    /// Whether the object ends after each probe.
    is_idle: bool,
    delivered: Vec<u64>,
}

/// Each event has a lane of its own.
fn stored(data: Data) -> MemoryStore {
    let mut store = MemoryStore::new(data, None);
    (store.lanes, store.has_all) = (100, true);
    store
}

impl Site {
    fn new(is_ordered: bool, is_idle: bool) -> Self {
        let plan = Plan { is_ordered, ..plan(&NAMES[..1]) };
        let store = stored(Data::default());
        let machine = machine(&store, START, &plan);
        Self { store, machine, plan, now: START, is_idle, delivered: Vec::new() }
    }

    fn accept(&mut self) {
        let number = self.machine.next();
        let event = Event { id: number, at: self.now, filtered: &[] };
        let arrival = Arrival { lane: Some(number), ..arrival(&event) };
        let accepted = self.machine.accept(&self.store, &arrival, true, self.now, &self.plan).unwrap();
        let Accepted::New(_, handed) = accepted else { panic!("refused") };
        self.end(&handed);
    }

    fn end(&mut self, handed: &[Handout]) {
        for handout in handed {
            let (ended, sign) = if POISONED.contains(&handout.number) {
                (Attempt::Failed { not_before: None }, Sign::Down)
            } else {
                self.delivered.push(handout.number);
                (Attempt::Delivered, Sign::Up)
            };
            let outcome = Outcome { number: handout.number, attempt: handout.attempt, ended, sign };
            self.machine.report(&self.store, 0, &[outcome], self.now, &self.plan).unwrap();
        }
    }

    fn is_broken(&self) -> bool {
        self.machine.outlets()[0].breaker().broken_since().is_some()
    }

    /// Ends the object and starts it, if it is idle.
    fn restart(&mut self) {
        if self.is_idle {
            let store = std::mem::take(&mut self.store);
            self.store = stored(store.into_data());
            self.machine = machine(&self.store, self.now, &self.plan);
        }
    }

    /// Makes probes until one is answered; how many that takes.
    fn probes(&mut self) -> usize {
        let mut probes = 0;
        while self.is_broken() {
            self.now += 2 * MINUTE;
            self.restart();
            let handed = self.machine.hand_out(&self.store, None, usize::MAX, self.now, &self.plan).unwrap();
            assert_eq!(handed.len(), 1, "one at a time");
            self.end(&handed);
            probes += 1;
            assert!(probes < 20, "it is broken for ever");
        }
        probes
    }
}

#[test]
fn events_that_fail_by_themselves_do_not_keep_it_broken() {
    for (is_ordered, is_idle) in [(false, false), (false, true), (true, false), (true, true)] {
        let mut site = Site::new(is_ordered, is_idle);
        (0..7).for_each(|_| site.accept());
        assert!(site.is_broken() && site.delivered.is_empty());
        let probes = site.probes();
        assert!(site.delivered == [5] && probes < 10, "{probes} probes, in order: {is_ordered}, idle: {is_idle}");
    }
}

#[test]
fn an_object_that_ends_between_two_probes_makes_no_more_of_them() {
    for (is_ordered, is_idle) in [(false, false), (false, true), (true, false), (true, true)] {
        let mut site = Site::new(is_ordered, is_idle);
        (0..4).for_each(|_| site.accept());
        let mut waits = Vec::new();
        for _ in 0..6 {
            let broken_at = site.now;
            site.restart();
            site.now = site.machine.attempts_at(site.now, &site.plan).unwrap();
            // Its alarm finds it ended.
            site.restart();
            waits.push((site.now - broken_at) / SECOND);
            let handed = site.machine.hand_out(&site.store, None, usize::MAX, site.now, &site.plan).unwrap();
            assert_eq!(handed.len(), 1, "after {waits:?} s, in order: {is_ordered}, idle: {is_idle}");
            site.end(&handed);
        }
        assert_eq!(waits, [5, 30, 120, 60, 60, 60], "in order: {is_ordered}, idle: {is_idle}");
    }
}

#[test]
fn an_event_that_just_arrived_is_soon_a_probe_of_an_idle_object() {
    let mut site = Site::new(false, true);
    (0..4).for_each(|_| site.accept());
    site.now += MINUTE;
    (0..2).for_each(|_| site.accept());
    assert!(site.probes() <= 2 && site.delivered == [6], "{:?}", site.delivered);
}
