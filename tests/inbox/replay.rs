//! What an operator orders of single events and of many, by example.

mod named;

use countersign::inbox::{Attempt, Became, Cause, EventState, Handout, Outcome, Replayed, Sign};

use crate::fan::Object;
use crate::{HOUR, MINUTE, NAMES, SECOND, courier, operator, plan};

const FAILED: Attempt = Attempt::Failed { not_before: None };

impl Object {
    /// How many events a destination filtered, gave up, and has to get from the log.
    fn counts(&self, name: &str) -> (u64, u64, u64) {
        let cursor = self.machine.outlets()[self.place(name)].cursor();
        (cursor.filtered(), cursor.dead().iter().map(|dead| dead.count(0)).sum(), self.backlog(name))
    }

    fn replay(&mut self, name: &str, is_named: bool, number: u64) -> Replayed {
        let place = self.place(name);
        let replayed = self.machine.replay(&self.store, (place, is_named), number, self.now).unwrap();
        self.machine.attempt_now(place, self.now);
        replayed
    }

    fn replay_all(&mut self, name: &str, state: EventState) -> u64 {
        let place = self.place(name);
        operator::replay_all(&mut self.machine, &self.store, place, state, self.now).unwrap()
    }

    fn handed(&mut self, name: &str) -> Vec<Handout> {
        let place = self.place(name);
        courier::take(&mut self.machine, &self.store, Some(place), 99, self.now, &self.plan).unwrap()
    }

    fn end(&mut self, name: &str, (number, attempt): (u64, u32), (ended, sign): (Attempt, Sign)) -> Became {
        let (place, outcome) = (self.place(name), Outcome { number, attempt, ended, sign });
        self.machine.report(&self.store, place, &[outcome], self.now, &self.plan).unwrap()[0]
    }

    /// Has the first destination broken by three events that get no answer, and an hour go by.
    fn break_down(&mut self) {
        for (number, attempt) in
            self.handed(NAMES[0]).iter().map(|handout| (handout.number, handout.attempt)).take(3).collect::<Vec<_>>()
        {
            self.end(NAMES[0], (number, attempt), (FAILED, Sign::Silent));
        }
        assert!(self.machine.outlets()[0].breaker().broken_since().is_some());
        self.reload();
    }
}

const TAKEN: (Attempt, Sign) = (Attempt::Delivered, Sign::Up);
const REFUSED: (Attempt, Sign) = (FAILED, Sign::Up);

#[test]
fn a_filtered_event_counts_once_however_often_it_is_replayed() {
    let mut object = Object::new(plan(&NAMES[..1]));
    object.accept(&NAMES[..1], true);
    object.accept(&[], true);
    object.end(NAMES[0], (2, 1), TAKEN);
    assert_eq!(object.counts(NAMES[0]), (1, 0, 0));
    assert_eq!(object.replay(NAMES[0], false, 1), Replayed::Filtered);
    assert_eq!((object.counts(NAMES[0]), object.handed(NAMES[0])), ((1, 0, 0), vec![]));
    object.replay_all(NAMES[0], EventState::Delivered);
    let handed = object.handed(NAMES[0]);
    assert_eq!(handed.iter().map(|handout| handout.number).collect::<Vec<_>>(), [2]);
    object.end(NAMES[0], (2, handed[0].attempt), TAKEN);
    assert_eq!(object.counts(NAMES[0]), (1, 0, 0));
}

#[test]
fn a_filtered_event_that_is_wanted_does_not_count_as_such_and_is_attempted_until_it_is_taken() {
    let mut object = Object::new(plan(&NAMES[..1]));
    object.accept(&NAMES[..1], true);
    assert_eq!(object.replay(NAMES[0], true, 1), Replayed::Yes);
    assert_eq!(object.counts(NAMES[0]), (0, 0, 1));
    object.reload();
    let handed = object.handed(NAMES[0]);
    assert_eq!((handed.len(), handed[0].cause, handed[0].is_named), (1, Cause::Replay, true));
    object.end(NAMES[0], (1, handed[0].attempt), REFUSED);
    object.now += MINUTE;
    object.reload();
    let handed = object.handed(NAMES[0]);
    assert_eq!((handed.len(), handed[0].cause, handed[0].is_named), (1, Cause::Retry, true));
    object.end(NAMES[0], (1, handed[0].attempt), TAKEN);
    assert_eq!((object.state(NAMES[0], 1), object.counts(NAMES[0])), (Some(EventState::Delivered), (0, 0, 0)));
}

#[test]
fn an_event_of_the_backlog_that_is_replayed_has_the_whole_schedule_ahead_of_it() {
    let mut object = Object::new(plan(&NAMES[..1]));
    (0..4).for_each(|_| drop(object.accept(&[], false)));
    object.break_down();
    object.now += 71 * HOUR;
    assert_eq!(object.replay(NAMES[0], false, 3), Replayed::Yes);
    object.reload();
    object.now += 2 * HOUR;
    object.machine.expire(&object.store, object.now, &object.plan).unwrap();
    assert_eq!(object.counts(NAMES[0]), (0, 1, 1), "the second died, and the third did not");
}

#[test]
fn so_have_those_of_the_backlog_that_are_replayed_together() {
    let mut object = Object::new(plan(&NAMES[..1]));
    (0..9).for_each(|_| drop(object.accept(&[], false)));
    object.break_down();
    object.now += 71 * HOUR;
    let (_, _, pending) = object.counts(NAMES[0]);
    for _ in 0..3 {
        object.replay_all(NAMES[0], EventState::Pending);
        for number in 3..9 {
            object.replay(NAMES[0], false, number);
        }
    }
    let ranges = object.machine.outlets()[0].cursor().renewed();
    assert!(ranges <= 2, "{ranges} ranges, however often they are replayed");
    object.reload();
    object.now += 2 * HOUR;
    object.machine.expire(&object.store, object.now, &object.plan).unwrap();
    assert_eq!(object.counts(NAMES[0]), (0, 0, pending));
    object.now += 72 * HOUR;
    object.machine.expire(&object.store, object.now, &object.plan).unwrap();
    assert_eq!(object.counts(NAMES[0]), (0, pending, 0));
}

#[test]
fn a_filtered_event_that_is_forgotten_does_not_count() {
    let mut object = Object::new(plan(&NAMES[..1]));
    object.accept(&NAMES[..1], true);
    object.accept(&NAMES[..1], true);
    object.machine.forget(&object.store, 1, object.now).unwrap();
    object.store.erase(1).unwrap();
    assert_eq!(object.counts(NAMES[0]), (1, 0, 0));
}

#[test]
fn what_is_given_up_has_no_filtered_events_among_it() {
    let mut object = Object::new(plan(&NAMES[..1]));
    (0..3).for_each(|_| drop(object.accept(&[], false)));
    object.break_down();
    // Two of them wait by themselves. Every other one from here on is filtered: only so many are passed by as they arrive.
    for number in 0..400 {
        object.accept(if number % 2 == 0 { &NAMES[..1] } else { &[] }, false);
    }
    object.reload();
    object.now += 73 * HOUR;
    object.machine.expire(&object.store, object.now, &object.plan).unwrap();
    assert_eq!(object.counts(NAMES[0]), (200, 201, 0));
    let ranges = object.machine.outlets()[0].cursor().dead().len();
    assert!(ranges <= 65, "{ranges} ranges, which are written whole");
    object.reload();
    assert_eq!(object.counts(NAMES[0]), (200, 201, 0));

    // One of them, then the others, with the two that wait by themselves.
    assert_eq!(object.replay(NAMES[0], false, 303), Replayed::Yes);
    assert_eq!(object.replay(NAMES[0], false, 304), Replayed::Filtered);
    assert_eq!(object.counts(NAMES[0]), (200, 200, 1));
    assert_eq!(object.replay(NAMES[0], true, 200), Replayed::Yes);
    assert_eq!(object.counts(NAMES[0]), (199, 200, 2));
    assert_eq!(object.replay_all(NAMES[0], EventState::Dead), 202);
    object.plan.destinations[0].1.concurrency = 1_000;
    for _ in 0..9 {
        for (number, attempt) in
            object.handed(NAMES[0]).into_iter().map(|handout| (handout.number, handout.attempt)).collect::<Vec<_>>()
        {
            object.end(NAMES[0], (number, attempt), TAKEN);
        }
        object.now += MINUTE;
    }
    assert_eq!(object.counts(NAMES[0]), (199, 0, 0));
}

#[test]
fn what_is_given_up_minute_by_minute_makes_a_range_an_hour() {
    let mut object = Object::new(plan(&NAMES[..1]));
    (0..3).for_each(|_| drop(object.accept(&[], false)));
    object.break_down();
    for _ in 0..300 {
        object.now += MINUTE;
        object.accept(&[], false);
    }
    object.now += 67 * HOUR;
    for _ in 0..300 {
        object.now += MINUTE;
        object.machine.expire(&object.store, object.now, &object.plan).unwrap();
    }
    let (_, dead, left) = object.counts(NAMES[0]);
    assert_eq!((dead + left, left < 10), (301, true));
    let ranges = object.machine.outlets()[0].cursor().dead().len();
    assert!(ranges <= 7, "{ranges} ranges, which are written whole");
}

#[test]
fn a_report_that_comes_twice_says_nothing_of_a_replay_in_between() {
    // From the log.
    let mut object = Object::new(plan(&NAMES[..1]));
    object.accept(&[], true);
    assert_eq!(object.end(NAMES[0], (1, 1), TAKEN), Became::Delivered);
    object.replay(NAMES[0], false, 1);
    assert_eq!(object.end(NAMES[0], (1, 1), TAKEN), Became::Nothing);
    assert_eq!(object.state(NAMES[0], 1), Some(EventState::Pending));
    object.reload();
    let attempt = object.handed(NAMES[0])[0].attempt;
    for ended in [TAKEN, REFUSED] {
        assert_eq!(object.end(NAMES[0], (1, 1), ended), Became::Nothing, "while the replay is under way, too");
    }
    // Waiting by itself.
    assert_eq!(object.end(NAMES[0], (1, attempt), REFUSED), Became::Pending);
    assert_eq!(object.end(NAMES[0], (1, 1), TAKEN), Became::Nothing);
    object.now += MINUTE;
    let attempt = object.handed(NAMES[0])[0].attempt;
    assert_eq!(object.end(NAMES[0], (1, attempt), TAKEN), Became::Delivered);
    object.replay(NAMES[0], false, 1);
    assert_eq!(object.end(NAMES[0], (1, attempt), TAKEN), Became::Nothing);
    assert_eq!(object.state(NAMES[0], 1), Some(EventState::Pending));
    // One of the replay counts, however late it comes.
    let attempt = object.handed(NAMES[0])[0].attempt;
    object.now += MINUTE;
    assert!(object.handed(NAMES[0])[0].attempt > attempt, "the first is late");
    assert_eq!(object.end(NAMES[0], (1, attempt), TAKEN), Became::Delivered);
}

#[test]
fn a_replay_at_all_destinations_says_whether_any_gets_the_event() {
    let mut object = Object::new(plan(&NAMES));
    let all = [0, 1];
    for filtered in [&NAMES[..], &NAMES[..1]] {
        object.accept(filtered, false);
    }
    let mut replay = |places: &[usize], is_named, number| {
        object.machine.replay_at(&object.store, (places, is_named), number, object.now).unwrap()
    };
    assert!(!replay(&all, false, 1), "none of them");
    assert!(replay(&all, false, 2), "one of them");
    assert!(!replay(&[], false, 2), "nobody");
    assert!(replay(&all[..1], true, 1), "by name");
    assert!(replay(&all, false, 1), "since then");
    object.machine.forget(&object.store, 2, object.now).unwrap();
    object.store.erase(2).unwrap();
    assert!(!object.machine.replay_at(&object.store, (&all, false), 2, object.now).unwrap(), "it is gone");
}

#[test]
fn an_event_that_is_replayed_during_its_last_attempt_has_the_whole_schedule_ahead_of_it() {
    // Waiting by itself.
    let mut object = Object::new(plan(&NAMES[..1]));
    object.accept(&[], true);
    object.end(NAMES[0], (1, 1), REFUSED);
    object.now += 72 * HOUR;
    assert_eq!(object.handed(NAMES[0])[0].attempt, 2);
    assert_eq!(object.replay(NAMES[0], false, 1), Replayed::Yes);
    object.now += SECOND;
    assert_eq!(object.end(NAMES[0], (1, 2), REFUSED), Became::Pending);
    object.now += 7 * SECOND;
    assert_eq!(object.handed(NAMES[0])[0].attempt, 3, "as soon as after a first attempt");
    object.now += 72 * HOUR;
    assert_eq!(object.end(NAMES[0], (1, 3), REFUSED), Became::Dead);
    // From the log, where it was through a long outage.
    let mut object = Object::new(plan(&NAMES[..1]));
    object.accept(&[], false);
    object.now += 72 * HOUR;
    assert_eq!(object.handed(NAMES[0])[0].attempt, 1);
    (0..2).for_each(|_| assert_eq!(object.replay(NAMES[0], false, 1), Replayed::Yes));
    assert_eq!(object.machine.outlets()[0].cursor().renewed(), 1);
    assert_eq!(object.end(NAMES[0], (1, 1), REFUSED), Became::Pending);
    object.reload();
    object.now += MINUTE;
    let attempt = object.handed(NAMES[0])[0].attempt;
    assert_eq!(object.end(NAMES[0], (1, attempt), TAKEN), Became::Delivered);
    // What is under way counts.
    let mut object = Object::new(plan(&NAMES[..1]));
    object.accept(&[], true);
    object.replay(NAMES[0], false, 1);
    assert_eq!(object.end(NAMES[0], (1, 1), TAKEN), Became::Delivered);
    assert_eq!(object.state(NAMES[0], 1), Some(EventState::Delivered));
}

#[test]
fn what_came_before_a_destination_was_there_is_not_replayed_with_what_was_delivered_to_it() {
    let mut object = Object::new(plan(&NAMES[..1]));
    object.accept(&[], true);
    object.end(NAMES[0], (1, 1), TAKEN);
    object.fit(plan(&NAMES)).unwrap();
    object.accept(&[], true);
    object.end(NAMES[1], (2, 1), TAKEN);
    object.now += SECOND;
    assert_eq!(object.replay_all(NAMES[1], EventState::Delivered), 1);
    assert_eq!(object.take(Some(NAMES[1]), 9), [(NAMES[1].to_owned(), 2)]);
}
