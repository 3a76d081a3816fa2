//! Thousands of events in random order: with failures, lost reports, and ends of the object at any write.

use std::collections::{BTreeMap, BTreeSet};

use countersign::inbox::{Accepted, Attempt, EventState, Handout, Machine, Outcome, Sign, StoreFault};
use proptest::prelude::*;

use crate::data::Event;
use crate::store::MemoryStore;
use crate::{CONCURRENCY, NAMES, SECOND, START, arrival, machine, plan};

struct Site {
    store: MemoryStore,
    machine: Machine,
    now: u64,
    seed: u64,
    flights: Vec<Handout>,
    highest: BTreeMap<u64, u32>,
    delivered: BTreeSet<u64>,
}

impl Site {
    /// A number below `below`, by xorshift.
    fn random(&mut self, below: u64) -> u64 {
        self.seed ^= self.seed << 13;
        self.seed ^= self.seed >> 7;
        self.seed ^= self.seed << 17;
        self.seed % below
    }

    /// Goes on with what is stored, as after a crash.
    fn reload(&mut self) {
        let data = self.store.data().clone();
        self.store = MemoryStore::new(data, None);
        self.machine = machine(&self.store, self.now);
    }

    fn accept(&mut self) -> Result<(), StoreFault> {
        let id = self.machine.next();
        let event = Event { id, at: self.now, filtered: &[] };
        let accepted = self.machine.accept(&self.store, &arrival(&event), true, self.now, &plan())?;
        let Accepted::New(_, handout) = accepted else { panic!("a new event is known") };
        self.begin(handout);
        Ok(())
    }

    fn begin(&mut self, handed: Vec<Handout>) {
        for handout in handed {
            assert!(!self.delivered.contains(&handout.number), "attempted after it was delivered");
            let highest = self.highest.entry(handout.number).or_default();
            assert!(handout.attempt > *highest, "a number of an attempt is used twice: {handout:?}");
            *highest = handout.attempt;
            self.flights.push(handout);
        }
    }

    fn report(&mut self, failures: u64) -> Result<(), StoreFault> {
        let count = self.random(self.flights.len() as u64 + 1) as usize;
        let ended: Vec<_> = self.flights.drain(..count).collect();
        let mut outcomes = Vec::new();
        for Handout { number, attempt, .. } in ended {
            let (ended, sign) = match self.random(100) {
                percent if percent < failures / 2 => (Attempt::Failed { not_before: None }, Sign::Up),
                percent if percent < failures => (Attempt::Failed { not_before: None }, Sign::Silent),
                percent if percent > 97 => continue,
                _ => (Attempt::Delivered, Sign::Up),
            };
            outcomes.push(Outcome { number, attempt, ended, sign });
        }
        self.machine.report(&self.store, 0, &outcomes, self.now, &plan())?;
        let delivered = outcomes.iter().filter(|outcome| outcome.ended == Attempt::Delivered);
        self.delivered.extend(delivered.map(|outcome| outcome.number));
        Ok(())
    }

    fn step(&mut self, failures: u64) -> Result<(), StoreFault> {
        match self.random(10) {
            0..4 => (0..self.random(30)).try_for_each(|_| self.accept()),
            4..6 => {
                let handed = self.machine.hand_out(&self.store, None, usize::MAX, self.now, &plan())?;
                assert!(self.machine.outlets()[0].under_way() <= CONCURRENCY);
                self.begin(handed);
                Ok(())
            }
            6..8 => self.report(failures),
            8 => {
                self.now += self.random(10 * SECOND);
                Ok(())
            }
            _ => self.machine.tidy(&self.store, self.now, &plan()).map(drop),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn every_event_is_delivered_whatever_happened(seed in 1..u64::MAX, failures in 0..60_u64, crashes in 0..8_u64) {
        let store = MemoryStore::default();
        let machine = machine(&store, START);
        let (flights, highest, delivered) = (Vec::new(), BTreeMap::new(), BTreeSet::new());
        let mut site = Site { store, machine, now: START, seed, flights, highest, delivered };
        for _ in 0..400 {
            if site.random(100) < crashes {
                let allowed = site.random(4) as usize;
                let data = site.store.data().clone();
                site.store = MemoryStore::new(data, Some(allowed));
                if site.step(failures).is_ok() {
                    site.flights.clear();
                }
                site.reload();
            } else {
                site.step(failures).unwrap();
            }
        }
        // From now on the origin answers, and alarms do the rest.
        site.flights.clear();
        let last = site.machine.next() - 1;
        for _ in 0..20_000 {
            let handed = site.machine.hand_out(&site.store, None, usize::MAX, site.now, &plan()).unwrap();
            site.begin(handed);
            let flights: Vec<_> = site.flights.drain(..).collect();
            let outcomes: Vec<_> = flights.into_iter().map(|handout| Outcome { number: handout.number, attempt: handout.attempt, ended: Attempt::Delivered, sign: Sign::Up }).collect();
            site.machine.report(&site.store, 0, &outcomes, site.now, &plan()).unwrap();
            site.delivered.extend(outcomes.iter().map(|outcome| outcome.number));
            let Some(at) = site.machine.attempts_at(site.now, &plan()) else { break };
            site.now = site.now.max(at);
        }
        let data = site.store.data();
        for number in 1..=last {
            prop_assert_eq!(data.state(NAMES[0], number), Some(EventState::Delivered), "{}", number);
        }
        prop_assert!(data.destinations[NAMES[0]].cursor.done().iter().count() == 1 || last == 0);
    }
}
