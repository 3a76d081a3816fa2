//! An outage of hours, with its clock compressed.

use std::collections::HashMap;

use countersign::inbox::{Accepted, Attempt, Handout, Machine, Outcome, Sign};

use crate::data::Event;
use crate::store::MemoryStore;
use crate::{SECOND, START, arrival, is_large, machine, plan};

/// How many events arrive in a second.
const RATE: u64 = 50;

/// One object, its origin, and when every event was accepted.
struct Site {
    store: MemoryStore,
    machine: Machine,
    now: u64,
    is_up: bool,
    waiting: HashMap<u64, u64>,
    attempts: u64,
    longest_fresh: u64,
    up_since: u64,
}

impl Site {
    fn accept(&mut self) {
        let id = self.machine.next();
        let event = Event { id, at: self.now, filtered: &[] };
        let accepted = self.machine.accept(&self.store, &arrival(&event), true, self.now, &plan()).unwrap();
        let Accepted::New(number, handout) = accepted else { panic!("refused") };
        assert!(self.waiting.insert(number, self.now).is_none());
        self.end(handout);
    }

    /// Attempts end as soon as they begin: what takes time is that only so many may be under way in a round.
    fn round(&mut self) {
        let handed = self.machine.hand_out(&self.store, None, usize::MAX, self.now, &plan()).unwrap();
        self.end(handed);
    }

    fn end(&mut self, handed: Vec<Handout>) {
        if handed.is_empty() {
            return;
        }
        self.attempts += handed.len() as u64;
        let (ended, sign) = if self.is_up {
            (Attempt::Delivered, Sign::Up)
        } else {
            (Attempt::Failed { not_before: None }, Sign::Silent)
        };
        let outcomes: Vec<_> = handed
            .iter()
            .map(|handout| Outcome { number: handout.number, attempt: handout.attempt, ended, sign })
            .collect();
        self.machine.report(&self.store, 0, &outcomes, self.now, &plan()).unwrap();
        for handout in handed.iter().filter(|_| self.is_up) {
            let accepted = self.waiting.remove(&handout.number).unwrap_or_else(|| panic!("delivered twice"));
            if accepted >= self.up_since {
                self.longest_fresh = self.longest_fresh.max(self.now - accepted);
            }
        }
    }
}

#[test]
fn nothing_is_refused_or_lost_and_what_waited_leaves_at_once() {
    let seconds = if is_large() { 8 * 3600 } else { 48 * 60 };
    let store = MemoryStore::default();
    let machine = machine(&store, START);
    let waiting = HashMap::new();
    let mut site =
        Site { store, machine, now: START, is_up: false, waiting, attempts: 0, longest_fresh: 0, up_since: u64::MAX };
    for _ in 0..seconds {
        (0..RATE).for_each(|_| site.accept());
        if site.machine.attempts_at(site.now, &plan()).is_some_and(|at| at <= site.now) {
            site.round();
        }
        site.now += SECOND;
    }
    assert_eq!(site.waiting.len() as u64, seconds * RATE);
    assert!(site.attempts < 20 + seconds / 30, "{} attempts at an origin that is down", site.attempts);
    site.is_up = true;
    let mut rounds = 0;
    while !site.waiting.is_empty() {
        // A round is 50 ms: the origin's time.
        site.now += 50;
        rounds += 1;
        if rounds % 20 == 0 {
            (0..RATE).for_each(|_| site.accept());
        }
        site.round();
        // The next probe finds out that it is back.
        let is_broken = site.machine.outlets()[0].breaker().broken_since().is_some();
        site.up_since = if is_broken { u64::MAX } else { site.up_since.min(site.now) };
        assert!(rounds < 20 * seconds, "{} events wait", site.waiting.len());
        assert!(site.machine.outlets()[0].cursor().done().iter().count() < 10, "a handful of ranges");
    }
    let best = seconds * RATE / 64;
    println!("{} events drained in {rounds} rounds of 64; {best} would do without new ones", seconds * RATE);
    assert!(rounds < best * 5 / 4 + 200 * 10);
    assert!(site.longest_fresh <= 10 * SECOND, "a fresh event waited {} ms", site.longest_fresh);
    assert_eq!(site.machine.backlog(&site.machine.outlets()[0]), 0);
    site.store.take_writes();
}
