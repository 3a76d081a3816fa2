//! What is dropped, table by table, and what keeps it, by example.

use countersign::inbox::{Attempt, DEAD_KEPT, EventState, Kind};

use crate::fan::Object;
use crate::{HOUR, NAMES, START, plan};

/// An object with one destination.
fn one() -> Object {
    Object::new(plan(&NAMES[..1]))
}

impl Object {
    /// Drops what has expired, as an alarm at that time would.
    fn expire_at(&mut self, now: u64) {
        self.now = now;
        self.machine.expire(&self.store, self.now, &self.plan).unwrap();
    }

    /// The events that are stored, in their order.
    fn stored(&self) -> Vec<u64> {
        (1..self.machine.next()).filter(|number| self.store.data().has(*number)).collect()
    }

    fn expires_at(&self) -> Option<u64> {
        self.machine.expiry_at(&self.store, self.now, &self.plan).unwrap()
    }

    /// Has an event arrive every twelve hours, each delivered at once, until that time.
    fn go_on_until(&mut self, end: u64) {
        while self.now < end {
            let now = self.now + 12 * HOUR;
            self.expire_at(now);
            if now.is_multiple_of(24 * HOUR) {
                self.reload();
            }
            self.accept(&[], true);
            let number = self.machine.next() - 1;
            self.report(NAMES[0], number, Attempt::Delivered);
        }
    }

    fn discard(&mut self, number: u64) {
        let place = self.place(NAMES[0]);
        assert!(self.machine.discard(&self.store, place, number, self.now).unwrap());
    }
}

#[test]
fn a_dead_event_keeps_those_of_its_table_and_no_others() {
    let mut object = one();
    (0..3).for_each(|_| drop(object.accept(&[], false)));
    object.discard(2);
    for number in [1, 3] {
        object.report(NAMES[0], number, Attempt::Delivered);
    }
    let end = START + 20 * 24 * HOUR;
    object.go_on_until(end);
    let last = object.machine.next() - 1;
    assert_eq!(object.stored(), [1, 2, 3, last - 1, last], "the others are over after 30 hours");
    assert_eq!(object.machine.tables(Kind::Log).len(), 3);
    for reloads in [false, true] {
        if reloads {
            object.reload();
        }
        assert_eq!(object.state(NAMES[0], 2), Some(EventState::Dead));
        let outlet = &object.machine.outlets()[0];
        assert_eq!((object.machine.backlog(outlet), object.machine.state_in_log(outlet, 2)), (0, EventState::Dead));
        let listed = object.machine.candidates(outlet, None);
        assert_eq!(listed.iter().collect::<Vec<_>>(), [(1, 3), (last - 1, last)], "nothing else is looked for");
    }
    // Its time is over, and then its table goes like any other.
    object.now = START + DEAD_KEPT - 1;
    let due = object.expires_at().unwrap();
    assert!(due < object.now, "the youngest ones are due");
    object.expire_at(START + DEAD_KEPT - 1);
    assert_eq!((object.stored(), object.expires_at()), (vec![1, 2, 3], Some(START + DEAD_KEPT)));
    object.expire_at(START + DEAD_KEPT);
    assert_eq!((object.stored(), object.machine.tables(Kind::Log).len()), (vec![], 0));
    object.reload();
    assert_eq!(object.accept(&[], true)[0].number, last + 1, "no number is given twice");
}

#[test]
fn a_dead_event_is_replayed_from_its_table_after_those_behind_it_are_gone() {
    let mut object = one();
    object.accept(&[], false);
    object.discard(1);
    object.go_on_until(START + 10 * 24 * HOUR);
    object.expire_at(START + 13 * 24 * HOUR);
    assert_eq!(object.stored(), [1], "the youngest table too is gone");
    let place = object.place(NAMES[0]);
    object.machine.replay(&object.store, (place, false), 1, object.now).unwrap();
    object.reload();
    let last = object.machine.next() - 1;
    object.accept(&[], false);
    let mut taken = object.take(None, 9);
    taken.sort();
    assert_eq!(taken, [1, last + 1].map(|number| (NAMES[0].to_owned(), number)), "and nothing that is gone");
}

#[test]
fn an_event_that_cannot_be_read_is_dropped_in_time_if_no_other_comes() {
    let mut object = one();
    object.accept(&[], true);
    assert_eq!(object.machine.bury(&object.store, 1, object.now).unwrap(), [NAMES[0]]);
    assert_eq!(object.expires_at(), Some(START + DEAD_KEPT));
    object.expire_at(START + DEAD_KEPT);
    assert!(object.stored().is_empty());
}

#[test]
fn what_is_gone_in_between_is_attempted_nowhere() {
    let mut object = Object::new(plan(&NAMES));
    object.accept(&[], false);
    object.discard(1);
    object.report(NAMES[1], 1, Attempt::Failed { not_before: None });
    object.fit(plan(&NAMES[..1])).unwrap();
    object.go_on_until(START + 6 * 24 * HOUR);
    object.expire_at(START + 9 * 24 * HOUR);
    assert_eq!(object.stored(), [1]);
    // One that returns has not had them, and one that is new asks for all that is stored.
    let mut all = plan(&["billing", "archive", "new"]);
    all.destinations[2].1.from_stored = true;
    object.fit(all).unwrap();
    assert_eq!([NAMES[1], "new"].map(|name| object.backlog(name)), [0, 1]);
    object.reload();
    let mut taken = object.take(None, 99);
    taken.sort();
    assert_eq!(taken, [("archive".to_owned(), 1), ("new".to_owned(), 1)]);
}
