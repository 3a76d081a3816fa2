//! One event in twenty stalls until the time limit, at each attempt: the others must not wait for it.

use countersign::inbox::{Accepted, Attempt, Handout, Machine, Outcome, Plan, Sign};

use crate::data::Event;
use crate::store::MemoryStore;
use crate::{MINUTE, NAMES, SECOND, START, arrival, machine, plan};

/// How long the destination takes for an event that does not stall, and for how long one step of the clock counts.
const STEP: u64 = 50;

/// An event arrives every second step, ten in a second, and takes each place twenty times in one.
const PLACES: usize = 8;

struct Site {
    store: MemoryStore,
    machine: Machine,
    plan: Plan,
    now: u64,
    /// The attempts under way, and when each ends.
    under_way: Vec<(u64, Handout)>,
    does_stall: bool,
    delivered: u64,
}

impl Site {
    /// Whether attempts at an event stall.
    const fn stalls(&self, number: u64) -> bool {
        self.does_stall && number.is_multiple_of(20)
    }

    fn begin(&mut self, handed: &[Handout]) {
        for handout in handed {
            let takes = if self.stalls(handout.number) { 10 * SECOND } else { STEP };
            self.under_way.push((self.now + takes, *handout));
        }
        assert!(self.under_way.len() <= PLACES);
    }

    fn accept(&mut self) {
        let event = Event { id: self.machine.next(), at: self.now, filtered: &[] };
        let accepted = self.machine.accept(&self.store, &arrival(&event), true, self.now, &self.plan).unwrap();
        let Accepted::New(_, handouts) = accepted else { panic!("refused") };
        self.begin(&handouts);
    }

    fn step(&mut self) {
        self.now += STEP;
        let (ended, under_way) = self.under_way.iter().partition(|(at, _)| *at <= self.now);
        self.under_way = under_way;
        let ended: Vec<(u64, Handout)> = ended;
        for (_, handout) in ended {
            let (ended, sign) = if self.stalls(handout.number) {
                (Attempt::Failed { not_before: None }, Sign::Stalled)
            } else {
                self.delivered += 1;
                (Attempt::Delivered, Sign::Up)
            };
            let outcome = Outcome { number: handout.number, attempt: handout.attempt, ended, sign };
            self.machine.report(&self.store, handout.place, &[outcome], self.now, &self.plan).unwrap();
        }
        while self.machine.attempts_at(self.now, &self.plan).is_some_and(|at| at <= self.now) {
            let handed = self.machine.hand_out(&self.store, None, usize::MAX, self.now, &self.plan).unwrap();
            assert!(!handed.is_empty(), "it says that there is something to do, and there is not");
            self.begin(&handed);
        }
    }

    /// A minute in which ten events arrive each second; how many are delivered.
    fn minute(&mut self) -> u64 {
        let before = self.delivered;
        for step in 0..MINUTE / STEP {
            if step.is_multiple_of(2) {
                self.accept();
            }
            self.step();
        }
        self.delivered - before
    }
}

#[test]
fn retries_that_stall_again_leave_room_for_the_others_and_are_made_in_the_end() {
    let (store, mut plan) = (MemoryStore::default(), plan(&NAMES[..1]));
    plan.destinations[0].1.concurrency = PLACES;
    let machine = machine(&store, START, &plan);
    let mut site = Site { store, machine, plan, now: START, under_way: Vec::new(), does_stall: true, delivered: 0 };
    // First attempts that stall hold five places of eight, and retries two.
    for minute in 0..20 {
        let delivered = site.minute();
        assert!(delivered >= 565, "in minute {minute}, {delivered} of 570 that do not stall");
    }
    site.does_stall = false;
    let is_drained = (0..2 * 60).any(|_| {
        site.minute();
        site.delivered + site.under_way.len() as u64 == site.machine.next() - 1
    });
    assert!(is_drained, "retries come to their turn");
}
