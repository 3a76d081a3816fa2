//! An outage of hours, with its clock compressed: one destination is down, and the other is fine.

use std::collections::HashMap;

use countersign::inbox::{Accepted, Attempt, Handout, Kind, Machine, Outcome, Plan, Sign};

use crate::data::Event;
use crate::store::MemoryStore;
use crate::{CONCURRENCY, HOUR, NAMES, SECOND, START, arrival, is_large, machine, plan};

/// How many events arrive in a second.
const RATE: u64 = 50;

/// One object, and its two destinations.
struct Site {
    store: MemoryStore,
    machine: Machine,
    plan: Plan,
    now: u64,
    origins: [Origin; NAMES.len()],
}

/// One destination.
#[derive(Default)]
struct Origin {
    is_up: bool,
    /// When each event was accepted that it does not have.
    waiting: HashMap<u64, u64>,
    attempts: u64,
    longest_fresh: u64,
    up_since: u64,
}

impl Site {
    fn accept(&mut self) {
        let id = self.machine.next();
        let event = Event { id, at: self.now, filtered: &[] };
        let accepted = self.machine.accept(&self.store, &arrival(&event), true, self.now, &self.plan).unwrap();
        let Accepted::New(number, handouts) = accepted else { panic!("refused") };
        for origin in &mut self.origins {
            assert!(origin.waiting.insert(number, self.now).is_none());
        }
        self.end(&handouts);
    }

    /// Attempts end as soon as they begin: what takes time is that only so many may be under way in a round.
    fn round(&mut self) {
        let handed = self.machine.hand_out(&self.store, None, usize::MAX, self.now, &self.plan).unwrap();
        self.end(&handed);
    }

    fn end(&mut self, handed: &[Handout]) {
        for (to, name) in NAMES.into_iter().enumerate() {
            let place = self.machine.place(name).unwrap();
            let its: Vec<_> = handed.iter().copied().filter(|handout| handout.place == place).collect();
            if !its.is_empty() {
                self.end_at(to, place, &its);
            }
        }
    }

    fn end_at(&mut self, to: usize, place: usize, handed: &[Handout]) {
        let origin = &mut self.origins[to];
        origin.attempts += handed.len() as u64;
        let (ended, sign) = if origin.is_up {
            (Attempt::Delivered, Sign::Up)
        } else {
            (Attempt::Failed { not_before: None }, Sign::Silent)
        };
        let outcomes: Vec<_> = handed
            .iter()
            .map(|handout| Outcome { number: handout.number, attempt: handout.attempt, ended, sign })
            .collect();
        self.machine.report(&self.store, place, &outcomes, self.now, &self.plan).unwrap();
        for handout in handed.iter().filter(|_| origin.is_up) {
            let accepted = origin.waiting.remove(&handout.number).unwrap_or_else(|| panic!("delivered twice"));
            if accepted >= origin.up_since {
                origin.longest_fresh = origin.longest_fresh.max(self.now - accepted);
            }
        }
    }

    fn backlog(&self, to: usize) -> u64 {
        self.machine.backlog(&self.machine.outlets()[self.machine.place(NAMES[to]).unwrap()])
    }

    /// The destination is down, and the other takes everything at once.
    fn outage(&mut self, seconds: u64) {
        for _ in 0..seconds {
            (0..RATE).for_each(|_| self.accept());
            assert!(self.origins[1].waiting.is_empty() && self.backlog(1) == 0, "it waits for the one that is down");
            if self.machine.attempts_at(self.now, &self.plan).is_some_and(|at| at <= self.now) {
                self.round();
            }
            self.now += SECOND;
        }
        assert_eq!(self.origins[0].waiting.len() as u64, seconds * RATE);
        let attempts = self.origins[0].attempts;
        assert!(attempts < 20 + seconds / 30, "{attempts} attempts at a destination that is down");
        assert_eq!(self.origins[1].attempts, seconds * RATE);
    }

    /// The destination is back; in how many rounds it has everything.
    fn drain(&mut self, most: u64) -> u64 {
        self.origins[0].is_up = true;
        let (mut rounds, place) = (0, self.machine.place(NAMES[0]).unwrap());
        while !self.origins[0].waiting.is_empty() {
            // A round is 50 ms: the origin's time.
            self.now += 50;
            rounds += 1;
            if rounds % 20 == 0 {
                (0..RATE).for_each(|_| self.accept());
                assert!(self.origins[1].waiting.is_empty(), "it waits for the one that drains");
            }
            self.round();
            // The next probe finds out that it is back.
            let outlet = &self.machine.outlets()[place];
            let is_broken = outlet.breaker().broken_since().is_some();
            assert!(outlet.cursor().done().iter().count() < 10, "a handful of ranges");
            let origin = &mut self.origins[0];
            origin.up_since = if is_broken { u64::MAX } else { origin.up_since.min(self.now) };
            assert!(rounds < most, "{} events wait", origin.waiting.len());
        }
        rounds
    }
}

#[test]
fn nothing_is_refused_or_lost_and_what_waited_leaves_at_once() {
    let seconds = if is_large() { 8 * 3600 } else { 48 * 60 };
    let (store, plan) = (MemoryStore::default(), plan(&NAMES));
    let machine = machine(&store, START, &plan);
    let down = Origin { up_since: u64::MAX, ..Origin::default() };
    let fine = Origin { is_up: true, ..Origin::default() };
    let mut site = Site { store, machine, plan, now: START, origins: [down, fine] };
    site.outage(seconds);
    let rounds = site.drain(20 * seconds);
    let best = seconds * RATE / CONCURRENCY as u64;
    println!("{} events drained in {rounds} rounds of {CONCURRENCY}; {best} would do without new ones", seconds * RATE);
    assert!(rounds < best * 5 / 4 + 200 * 10);
    assert!(site.origins[0].longest_fresh <= 10 * SECOND, "a fresh event waited {} ms", site.origins[0].longest_fresh);
    assert_eq!(site.origins[1].longest_fresh, 0, "it had every event at once");
    assert_eq!((site.backlog(0), site.backlog(1)), (0, 0));
    site.store.take_writes();
    // Nothing of the log is left that only the outage kept.
    assert!(!site.machine.tables(Kind::Log).is_empty());
    site.now += 25 * HOUR;
    site.machine.expire(&site.store, site.now, &site.plan).unwrap();
    assert!(site.machine.tables(Kind::Log).is_empty() && site.store.data().logs.is_empty());
}
