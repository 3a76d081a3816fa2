//! Several destinations, by example: what is filtered, what is handed out to whom, and how fast.

use countersign::inbox::{
    Accepted, Attempt, Became, EventState, Handout, Kind, Machine, Outcome, Plan, Sign, StoreFault,
};

use crate::data::Event;
use crate::store::MemoryStore;
use crate::write::Write;
use crate::{HOUR, MINUTE, NAMES, SECOND, START, arrival, courier, machine, plan};

/// An object with two destinations.
pub(crate) struct Object {
    pub(crate) store: MemoryStore,
    pub(crate) machine: Machine,
    pub(crate) plan: Plan,
    pub(crate) now: u64,
}

impl Object {
    pub(crate) fn new(plan: Plan) -> Self {
        let store = MemoryStore::default();
        let machine = machine(&store, START, &plan);
        Self { store, machine, plan, now: START }
    }

    /// Has an event arrive; the attempts that begin at once.
    pub(crate) fn accept(&mut self, filtered: &'static [&'static str], may_begin: bool) -> Vec<Handout> {
        let event = Event { id: self.machine.next(), at: self.now, filtered };
        let accepted = self.machine.accept(&self.store, &arrival(&event), may_begin, self.now, &self.plan).unwrap();
        let Accepted::New(_, handouts) = accepted else { panic!("it is known") };
        handouts
    }

    /// Where a destination is.
    pub(crate) fn place(&self, name: &str) -> usize {
        self.machine.place(name).unwrap()
    }

    /// Takes events for one destination, or for all; their names and numbers.
    pub(crate) fn take(&mut self, name: Option<&str>, most: usize) -> Vec<(String, u64)> {
        let place = name.map(|name| self.place(name));
        let taken = courier::take(&mut self.machine, &self.store, place, most, self.now, &self.plan).unwrap();
        let name = |handout: &Handout| self.machine.outlets()[handout.place].name().to_owned();
        taken.iter().map(|handout| (name(handout), handout.number)).collect()
    }

    /// Reports how the first attempt at an event ended.
    pub(crate) fn report(&mut self, name: &str, number: u64, ended: Attempt) -> Became {
        self.ended(name, (number, 1), ended)
    }

    /// Reports how an attempt at an event ended.
    pub(crate) fn ended(&mut self, name: &str, (number, attempt): (u64, u32), ended: Attempt) -> Became {
        let (place, outcome) = (self.place(name), Outcome { number, attempt, ended, sign: Sign::Up });
        let became = self.machine.report(&self.store, place, &[outcome], self.now, &self.plan);
        became.unwrap()[0]
    }

    /// How many events of the log wait for a destination.
    pub(crate) fn backlog(&self, name: &str) -> u64 {
        self.machine.backlog(&self.machine.outlets()[self.place(name)])
    }

    pub(crate) fn state(&self, name: &str, number: u64) -> Option<EventState> {
        self.store.data().state(name, number)
    }

    /// Configures other destinations.
    pub(crate) fn fit(&mut self, plan: Plan) -> Result<bool, StoreFault> {
        self.plan = plan;
        self.machine.fit(&self.store, &self.plan, self.now)
    }

    /// Goes on with what is stored.
    pub(crate) fn reload(&mut self) {
        self.machine = machine(&self.store, self.now, &self.plan);
    }
}

fn taken(name: &str, numbers: &[u64]) -> Vec<(String, u64)> {
    numbers.iter().map(|number| (name.to_owned(), *number)).collect()
}

const FAILED: Attempt = Attempt::Failed { not_before: None };

#[test]
fn an_event_is_stored_once_and_begins_wherever_it_is_for() {
    let mut object = Object::new(plan(&NAMES));
    object.accept(&[], false);
    object.store.take_writes();
    let begun = object.accept(&[], true);
    assert_eq!(begun.iter().map(|handout| handout.place).collect::<Vec<_>>(), [0, 1]);
    assert_eq!(object.store.take_writes(), [Write::Insert(2)], "one row, however many destinations");
    let begun = object.accept(&[NAMES[0]], true);
    assert_eq!(begun.iter().map(|handout| handout.place).collect::<Vec<_>>(), [object.place(NAMES[1])]);
    assert_eq!(object.store.take_writes(), [Write::Insert(3)], "what is filtered is written with what comes next");
    assert_eq!([0, 1].map(|to| object.backlog(NAMES[to])), [2, 3]);
    object.reload();
    assert_eq!(object.backlog(NAMES[0]), 3, "it was not written, and the event's own row says so");
    assert_eq!(object.take(Some(NAMES[0]), 9), taken(NAMES[0], &[1, 2]));
    assert_eq!(object.backlog(NAMES[0]), 2);
    assert_eq!(object.machine.outlets()[object.place(NAMES[0])].cursor().filtered(), 1);
}

#[test]
fn what_is_filtered_uses_up_no_rate_and_is_looked_at_once() {
    let mut plan = plan(&NAMES[..1]);
    plan.destinations[0].1.interval = MINUTE * 1_000;
    let mut object = Object::new(plan);
    (0..3).for_each(|_| drop(object.accept(&NAMES[..1], true)));
    // An idle object ends between two attempts.
    object.reload();
    assert_eq!(object.take(Some(NAMES[0]), 9), []);
    object.reload();
    assert_eq!(object.backlog(NAMES[0]), 0, "all were looked at, and that was written");
    object.accept(&[], false);
    assert_eq!(object.take(Some(NAMES[0]), 9), taken(NAMES[0], &[4]), "no attempt was made before");
    // A courier finds out, too.
    assert_eq!(object.report(NAMES[0], 4, Attempt::Filtered), Became::Filtered);
    object.accept(&[], false);
    assert_eq!(object.take(Some(NAMES[0]), 9), taken(NAMES[0], &[5]));
}

#[test]
fn what_is_named_while_a_courier_filters_it_uses_up_no_rate() {
    let mut plan = plan(&NAMES[..1]);
    plan.destinations[0].1.interval = MINUTE * 1_000;
    let mut object = Object::new(plan);
    object.accept(&[], false);
    assert_eq!(object.take(Some(NAMES[0]), 9), taken(NAMES[0], &[1]));
    let place = object.place(NAMES[0]);
    object.machine.replay(&object.store, (place, true), 1, object.now).unwrap();
    assert_eq!(object.report(NAMES[0], 1, Attempt::Filtered), Became::Pending);
    object.now += 40 * SECOND;
    assert_eq!(object.take(Some(NAMES[0]), 9), taken(NAMES[0], &[1]), "no attempt was made before");
}

#[test]
fn an_attempt_that_is_taken_back_is_made_by_another_courier_under_its_number() {
    let mut plan = plan(&NAMES[..1]);
    plan.destinations[0].1.interval = MINUTE * 1_000;
    let mut object = Object::new(plan);
    assert_eq!(object.accept(&[], true).len(), 1);
    object.machine.take_back(NAMES[0], 1, 2, &object.plan);
    assert_eq!(object.take(Some(NAMES[0]), 9), [], "it is not that one");
    object.machine.take_back(NAMES[0], 1, 1, &object.plan);
    assert_eq!(object.take(Some(NAMES[0]), 9), taken(NAMES[0], &[1]));
    assert_eq!(object.report(NAMES[0], 1, Attempt::Delivered), Became::Delivered);
}

#[test]
fn what_is_for_nobody_is_dropped_in_time() {
    let mut object = Object::new(plan(&NAMES));
    assert!(object.accept(&NAMES, true).is_empty());
    assert_eq!(object.machine.attempts_at(object.now, &object.plan), None);
    let at = object.machine.expiry_at(&object.store, object.now, &object.plan).unwrap();
    assert_eq!(at, Some(START + 24 * HOUR));
    object.now += 24 * HOUR;
    object.machine.expire(&object.store, object.now, &object.plan).unwrap();
    assert!(object.machine.tables(Kind::Log).is_empty());
}

#[test]
fn hundreds_of_filtered_events_among_those_that_wait_are_passed_by() {
    let mut object = Object::new(plan(&NAMES[..1]));
    for number in 0..400 {
        object.accept(if number % 2 == 0 { &[] } else { &NAMES }, false);
    }
    let ranges = object.machine.outlets()[0].cursor().done().iter().count();
    assert!((60..=65).contains(&ranges), "{ranges} ranges, which are written whole");
    object.plan.destinations[0].1.concurrency = 300;
    let all = object.take(None, 300);
    assert_eq!(all.len(), 200);
    assert!(all.iter().all(|(_, number)| number % 2 == 1));
    assert!(object.take(None, 100).is_empty() && object.backlog(NAMES[0]) == 200);
}

#[test]
fn destinations_take_turns_and_none_waits_for_another() {
    let mut object = Object::new(plan(&NAMES));
    (0..4).for_each(|_| drop(object.accept(&[], false)));
    let first = object.take(None, 1);
    let second = object.take(None, 1);
    assert_ne!(first[0].0, second[0].0, "each in turn");
    assert_eq!(object.take(Some(NAMES[1]), 9).len(), 3, "the others of the one that was asked for");
    assert_eq!(object.take(None, 9).len(), 3, "those of the other are there still");
    let (billing, archive) = (object.place(NAMES[0]), object.place(NAMES[1]));
    assert_eq!(object.report(NAMES[1], 1, Attempt::Delivered), Became::Delivered);
    let states = NAMES.map(|name| object.state(name, 1));
    assert_eq!(states, [Some(EventState::Pending), Some(EventState::Delivered)]);
    let under_way = [billing, archive].map(|place| object.machine.outlets()[place].under_way());
    assert_eq!(under_way, [4, 3]);
    assert_eq!(object.report(NAMES[0], 1, FAILED), Became::Pending);
    assert_eq!(object.state(NAMES[1], 1), Some(EventState::Delivered));
    assert_eq!([0, 1].map(|to| object.backlog(NAMES[to])), [3, 3], "what failed waits by itself");
    let nobody = object.machine.hand_out(&object.store, Some(7), 9, object.now, &object.plan).unwrap();
    assert!(nobody.is_empty(), "there is no such destination");
}

#[test]
fn a_courier_may_find_that_an_event_is_filtered() {
    let mut object = Object::new(plan(&NAMES));
    object.accept(&[], true);
    assert_eq!(object.report(NAMES[0], 1, Attempt::Filtered), Became::Filtered);
    assert_eq!((object.backlog(NAMES[0]), object.backlog(NAMES[1])), (0, 1));
    assert_eq!(object.machine.outlets()[object.place(NAMES[0])].cursor().filtered(), 1);
    // So it may of one that waits, if it is configured otherwise by then.
    assert_eq!(object.report(NAMES[1], 1, FAILED), Became::Pending);
    object.now += 10 * SECOND;
    assert_eq!(object.take(Some(NAMES[1]), 1), taken(NAMES[1], &[1]));
    let outcome = Outcome { number: 1, attempt: 2, ended: Attempt::Filtered, sign: Sign::Up };
    let place = object.place(NAMES[1]);
    let became = object.machine.report(&object.store, place, &[outcome], object.now, &object.plan).unwrap();
    assert_eq!(became[0], Became::Filtered);
    let cursor = object.machine.outlets()[place].cursor();
    assert_eq!((cursor.filtered(), cursor.is_done(1), cursor.most_attempts() >= 2), (1, true, true));
    assert!(object.store.data().destinations[NAMES[1]].waiting.is_empty(), "it is not seen as delivered");
    assert_eq!(object.store.data().find(1), Some(1), "its id is known");
    assert_eq!(object.machine.attempts_at(object.now, &object.plan), None);
}

#[test]
fn a_rate_holds_one_destination_back_and_no_other() {
    let mut object = Object::new(plan(&NAMES));
    object.plan.destinations[0].1.interval = 500_000;
    (0..5).for_each(|_| drop(object.accept(&[], false)));
    assert_eq!(object.take(None, 99).iter().filter(|(name, _)| name == NAMES[0]).count(), 2, "two a second");
    let (billing, archive) = (object.place(NAMES[0]), object.place(NAMES[1]));
    assert_eq!(object.machine.attempts_of(billing, object.now, &object.plan), Some(START + 500));
    for number in 1..=5 {
        object.report(NAMES[1], number, Attempt::Delivered);
    }
    assert_eq!(object.machine.attempts_of(archive, object.now, &object.plan), None);
    object.now += 499;
    assert!(object.take(None, 99).is_empty() && object.accept(&[], true).len() == 1);
    object.now += 1;
    assert_eq!(object.take(None, 99).len(), 1);
}

#[test]
fn a_restart_begins_no_slow_rate_anew() {
    let mut object = Object::new(plan(&NAMES[..1]));
    object.plan.destinations[0].1.interval = 3_600_000_000;
    assert_eq!(object.accept(&[], true).len(), 1);
    for _ in 0..4 {
        object.reload();
        assert!(object.accept(&[], true).is_empty());
        assert!(object.take(None, 9).is_empty());
    }
    object.report(NAMES[0], 1, FAILED);
    for hour in 1..5 {
        let at = object.machine.attempts_at(object.now, &object.plan);
        assert_eq!(at, Some(START + hour * HOUR), "retries share the rate");
        object.now = START + hour * HOUR - 1;
        object.reload();
        assert!(object.take(None, 9).is_empty());
        object.now += 1;
        assert_eq!(object.take(None, 9).len(), 1);
        object.reload();
    }
    // One that is not slow costs no writes.
    object.plan.destinations[0].1.interval = 1_000_000;
    object.now += SECOND;
    assert_eq!(object.take(None, 1).len(), 1);
    object.now += SECOND;
    object.store.take_writes();
    assert_eq!((object.take(None, 1).len(), object.store.take_writes()), (1, vec![]));
}
