//! Events that are replayed at a destination by its name, whatever its conditions say, by example.

use countersign::inbox::{Attempt, Became, EventState, Kind, Replayed, Sign};

use super::{REFUSED, TAKEN};
use crate::fan::Object;
use crate::{HOUR, MINUTE, NAMES, plan};

#[test]
fn only_a_named_destination_gets_what_its_conditions_exclude() {
    let excluded = (Attempt::Filtered, Sign::Up);
    let mut object = Object::new(plan(&NAMES[..1]));
    object.accept(&[], true);
    object.accept(&[], true);
    object.end(NAMES[0], (1, 1), TAKEN);
    object.end(NAMES[0], (2, 1), REFUSED);
    // The conditions change, and each event is replayed with many others.
    object.replay_all(NAMES[0], EventState::Delivered);
    assert_eq!(object.replay(NAMES[0], false, 2), Replayed::Yes);
    for handed in object.handed(NAMES[0]) {
        assert!(!handed.is_named, "its conditions are checked");
        assert_eq!(object.end(NAMES[0], (handed.number, handed.attempt), excluded), Became::Filtered);
    }
    assert_eq!(object.counts(NAMES[0]), (2, 0, 0));
    // By name, through a failure and a restart, until something becomes of it.
    for ended in [REFUSED, TAKEN] {
        assert_eq!(object.replay(NAMES[0], true, 1), Replayed::Yes);
        object.reload();
        let handed = object.handed(NAMES[0]);
        assert_eq!((handed.len(), handed[0].is_named), (1, true));
        object.end(NAMES[0], (1, handed[0].attempt), ended);
        object.reload();
        object.now += MINUTE;
    }
    object.replay_all(NAMES[0], EventState::Delivered);
    assert!(object.handed(NAMES[0]).iter().all(|handed| !handed.is_named));
}

#[test]
fn an_event_for_which_a_destination_is_named_while_its_conditions_are_checked_is_attempted() {
    for first in [TAKEN, REFUSED] {
        let mut object = Object::new(plan(&NAMES[..1]));
        object.accept(&[], true);
        object.end(NAMES[0], (1, 1), first);
        object.now += MINUTE;
        object.replay_all(NAMES[0], EventState::Delivered);
        let attempt = object.handed(NAMES[0])[0].attempt;
        assert_eq!(object.replay(NAMES[0], true, 1), Replayed::Yes);
        assert_eq!(object.end(NAMES[0], (1, attempt), (Attempt::Filtered, Sign::Up)), Became::Pending);
        let handed = object.handed(NAMES[0]);
        assert_eq!((handed.len(), handed[0].is_named, handed[0].attempt > attempt), (1, true, true));
        assert_eq!(object.end(NAMES[0], (1, attempt), (Attempt::Filtered, Sign::Up)), Became::Nothing, "it is late");
        assert_eq!(object.end(NAMES[0], (1, handed[0].attempt), TAKEN), Became::Delivered);
        assert_eq!(object.counts(NAMES[0]), (0, 0, 0));
    }
}

#[test]
fn a_name_ends_with_the_event_that_is_given_up() {
    let mut object = Object::new(plan(&NAMES[..1]));
    object.accept(&[], true);
    object.accept(&[], true);
    object.end(NAMES[0], (1, 1), TAKEN);
    object.end(NAMES[0], (2, 1), REFUSED);
    for number in [1, 2] {
        object.replay(NAMES[0], true, number);
        assert!(object.machine.discard(&object.store, 0, number, object.now).unwrap());
    }
    assert_eq!(object.replay_all(NAMES[0], EventState::Dead), 2);
    object.reload();
    let handed = object.handed(NAMES[0]);
    assert_eq!(handed.iter().map(|handed| handed.is_named).collect::<Vec<_>>(), [false; 2]);
}

#[test]
fn an_event_whose_id_is_not_remembered_keeps_its_name_for_as_long_as_it_waits() {
    let mut object = Object::new(plan(&NAMES[..1]));
    object.accept(&[], true);
    object.end(NAMES[0], (1, 1), REFUSED);
    object.now += 72 * HOUR;
    let attempt = object.handed(NAMES[0])[0].attempt;
    assert_eq!(object.end(NAMES[0], (1, attempt), REFUSED), Became::Dead);
    object.now += 200 * HOUR;
    object.accept(&[], true);
    object.end(NAMES[0], (2, attempt), TAKEN);
    let alarm = |object: &mut Object| drop(object.machine.expire(&object.store, object.now, &object.plan).unwrap());
    alarm(&mut object);
    assert!(object.machine.tables(Kind::Ids).iter().all(|table| table.first > 1), "its table is gone");
    assert_eq!(object.replay(NAMES[0], true, 1), Replayed::Yes);
    alarm(&mut object);
    let handed = object.handed(NAMES[0]);
    assert_eq!((handed.len(), handed[0].is_named), (1, true));
    object.end(NAMES[0], (1, handed[0].attempt), TAKEN);
    assert!(!object.machine.outlets()[0].cursor().is_named(1));
}
