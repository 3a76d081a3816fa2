//! Thousands of events in random order, at two destinations that fail in their own ways, filter, have a rate or gather, and come and go: with
//! lost reports, and ends of the object at any write.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use countersign::inbox::{Accepted, Attempt, EventState, Handout, Machine, Outcome, Plan, Sign, StoreFault};
use proptest::prelude::*;

use crate::data::Event;
use crate::store::MemoryStore;
use crate::{CONCURRENCY, NAMES, SECOND, START, arrival, courier, machine, plan};

/// An event at a destination.
type Place = (usize, u64);

/// What is filtered, in turn.
const FILTERS: [&[&str]; 6] = [&[], &[NAMES[1]], &[], &[NAMES[0]], &[NAMES[1]], &NAMES];

/// How attempts at the second destination begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Special {
    None,
    Rate,
    Gather,
}

/// The most attempts that begin in a second at one with a rate: a second's worth at once, and as many over the second.
const RATE: usize = 20;

struct Site {
    store: MemoryStore,
    machine: Machine,
    plan: Plan,
    keep: u64,
    special: Special,
    now: u64,
    seed: u64,
    /// What is under way, by destination.
    flights: Vec<(usize, Handout)>,
    highest: BTreeMap<Place, u32>,
    /// What a destination answered 2xx to, and of what that was written.
    answered: BTreeSet<Place>,
    delivered: BTreeSet<Place>,
    /// When attempts at the second destination began, since the object was loaded.
    begun: VecDeque<u64>,
}

impl Site {
    fn new(seed: u64, keep: u64, special: Special) -> Self {
        let (store, plan) = (MemoryStore::default(), planned(&NAMES, keep, special));
        let machine = machine(&store, START, &plan);
        Self {
            store,
            machine,
            plan,
            keep,
            special,
            now: START,
            seed,
            flights: Vec::new(),
            highest: BTreeMap::new(),
            answered: BTreeSet::new(),
            delivered: BTreeSet::new(),
            begun: VecDeque::new(),
        }
    }

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
        self.machine = machine(&self.store, self.now, &self.plan);
        self.begun.clear();
    }

    /// Configures these destinations.
    fn configure(&mut self, names: &[&str]) -> Result<(), StoreFault> {
        self.plan = planned(names, self.keep, self.special);
        self.machine.fit(&self.store, &self.plan, self.now).map(drop)
    }

    fn accept(&mut self) -> Result<(), StoreFault> {
        let id = self.machine.next();
        let event = Event { id, at: self.now, filtered: filtered(id) };
        let accepted = self.machine.accept(&self.store, &arrival(&event), true, self.now, &self.plan)?;
        let Accepted::New(_, handouts) = accepted else { panic!("a new event is known") };
        self.begin(handouts);
        Ok(())
    }

    fn begin(&mut self, handed: Vec<Handout>) {
        for handout in handed {
            let name = self.machine.outlets()[handout.place].name();
            let to = NAMES.into_iter().position(|known| known == name).unwrap();
            assert!(self.plan.rules(name).is_some(), "it is not configured: {handout:?}");
            assert!(!filtered(handout.number).contains(&name), "it is filtered: {handout:?}");
            let place = (to, handout.number);
            assert!(!self.delivered.contains(&place), "attempted after it was delivered: {handout:?}");
            let highest = self.highest.entry(place).or_default();
            assert!(handout.attempt > *highest, "a number of an attempt is used twice: {handout:?}");
            *highest = handout.attempt;
            self.flights.push((to, handout));
            if to == 1 && self.special == Special::Rate {
                self.begun.push_back(self.now);
                while self.begun.front().is_some_and(|at| *at + SECOND <= self.now) {
                    self.begun.pop_front();
                }
                assert!(self.begun.len() <= 2 * RATE, "{} begin in a second", self.begun.len());
            }
        }
        for outlet in self.machine.outlets() {
            assert!(outlet.under_way() <= CONCURRENCY, "{} are under way", outlet.under_way());
        }
    }

    fn hand_out(&mut self) -> Result<(), StoreFault> {
        for place in 0..self.machine.outlets().len() {
            let handed = courier::take(&mut self.machine, &self.store, Some(place), usize::MAX, self.now, &self.plan)?;
            self.begin(handed);
        }
        Ok(())
    }

    /// Some of the attempts end, and are reported, destination by destination.
    fn report(&mut self, failures: [u64; 2]) -> Result<(), StoreFault> {
        let count = self.random(self.flights.len() as u64 + 1) as usize;
        let ended: Vec<_> = self.flights.drain(..count).collect();
        let mut outcomes = [Vec::new(), Vec::new()];
        for (to, Handout { number, attempt, .. }) in ended {
            let failures = failures[to];
            let (ended, sign) = match self.random(100) {
                percent if percent < failures / 2 => (Attempt::Failed { not_before: None }, Sign::Up),
                percent if percent < failures => (Attempt::Failed { not_before: None }, Sign::Silent),
                _ => (Attempt::Delivered, Sign::Up),
            };
            if ended == Attempt::Delivered {
                self.answered.insert((to, number));
            }
            // Some reports get lost.
            if self.random(50) > 0 {
                outcomes[to].push(Outcome { number, attempt, ended, sign });
            }
        }
        outcomes.into_iter().enumerate().try_for_each(|(to, outcomes)| self.write(to, &outcomes))
    }

    fn write(&mut self, to: usize, outcomes: &[Outcome]) -> Result<(), StoreFault> {
        let place = self.machine.place(NAMES[to]).unwrap();
        self.machine.report(&self.store, place, outcomes, self.now, &self.plan)?;
        let delivered = outcomes.iter().filter(|outcome| outcome.ended == Attempt::Delivered);
        self.delivered.extend(delivered.map(|outcome| (to, outcome.number)));
        Ok(())
    }

    fn step(&mut self, failures: [u64; 2]) -> Result<(), StoreFault> {
        match self.random(32) {
            0..12 => (0..self.random(30)).try_for_each(|_| self.accept()),
            12..18 => self.hand_out(),
            18..24 => self.report(failures),
            24..27 => {
                self.now += self.random(40 * SECOND);
                Ok(())
            }
            27..30 => self.machine.expire(&self.store, self.now, &self.plan).map(drop),
            _ => match self.random(4) {
                0 => self.configure(&NAMES[..1]),
                1 => self.configure(&NAMES[1..]),
                _ => self.configure(&NAMES),
            },
        }
    }

    /// From now on the destinations answer, and alarms do the rest.
    fn settle(&mut self) {
        self.flights.clear();
        self.configure(&NAMES).unwrap();
        for _ in 0..20_000 {
            let due = self.machine.due(&self.store, self.now, &self.plan).unwrap();
            for (place, most) in due.into_iter().filter(|(_, most)| *most > 0) {
                let handed = courier::take(&mut self.machine, &self.store, Some(place), most, self.now, &self.plan);
                self.begin(handed.unwrap());
            }
            for to in 0..NAMES.len() {
                let flights = self.flights.iter().filter(|(at, _)| *at == to);
                let outcome = |Handout { number, attempt, .. }| Outcome {
                    number,
                    attempt,
                    ended: Attempt::Delivered,
                    sign: Sign::Up,
                };
                let outcomes: Vec<_> = flights.map(|(_, handout)| outcome(*handout)).collect();
                self.answered.extend(outcomes.iter().map(|outcome| (to, outcome.number)));
                self.write(to, &outcomes).unwrap();
            }
            self.flights.clear();
            let Some(at) = self.machine.attempts_at(self.now, &self.plan) else { break };
            self.now = self.now.max(at);
        }
    }
}

/// The destinations that filter an event.
const fn filtered(id: u64) -> &'static [&'static str] {
    FILTERS[(id % FILTERS.len() as u64) as usize]
}

/// A plan with these destinations, and finished events kept for so long.
fn planned(names: &[&str], keep: u64, special: Special) -> Plan {
    let mut plan = plan(names);
    plan.retention.keep = keep;
    plan.destinations.iter_mut().for_each(|(_, rules)| rules.lifecycle.retention.keep = keep);
    if let Some((_, rules)) = plan.destinations.iter_mut().find(|(name, _)| name == NAMES[1]) {
        match special {
            Special::None => {}
            Special::Rate => rules.interval = 1_000 * SECOND / RATE as u64,
            Special::Gather => rules.gather = 30 * SECOND,
        }
    }
    plan
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn every_event_is_delivered_whatever_happened(
        seed in 1..u64::MAX, first in 0..60_u64, second in 0..20_u64, crashes in 0..8_u64, is_kept: bool,
        special in prop_oneof![Just(Special::None), Just(Special::Rate), Just(Special::Gather)],
    ) {
        let mut site = Site::new(seed, if is_kept { 24 * crate::HOUR } else { 0 }, special);
        let failures = [first, second];
        for _ in 0..600 {
            if site.random(100) < crashes {
                let allowed = site.random(6) as usize;
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
        let last = site.machine.next() - 1;
        site.settle();
        let data = site.store.data();
        for number in 1..=last {
            for (to, name) in NAMES.into_iter().enumerate() {
                let is_filtered = filtered(number).contains(&name);
                prop_assert_eq!(site.answered.contains(&(to, number)), !is_filtered, "{} at {}", number, name);
                prop_assert_ne!(data.state(name, number), Some(EventState::Pending), "{} at {}", number, name);
            }
        }
        for outlet in site.machine.outlets() {
            prop_assert!(outlet.cursor().done().iter().count() <= 1, "all is done at {}", outlet.name());
        }
    }
}
