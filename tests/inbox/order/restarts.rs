//! What is under way as an object ends, and what comes after it.

use countersign::inbox::{Attempt, Handout, Outcome, Sign};

use super::*;

impl Site {
    fn report_all(&mut self, ended: Attempt) {
        let outcome = |Handout { number, attempt, .. }| Outcome { number, attempt, ended, sign: Sign::Up };
        let outcomes: Vec<_> = self.flights.drain(..).map(outcome).collect();
        self.hanging.clear();
        self.machine.report(&self.store, 0, &outcomes, self.now, &plan()).unwrap();
    }
}

#[test]
fn a_retry_under_way_at_a_restart_counts_for_as_long_as_its_event_waits() {
    let mut site = Site::new(1, 3);
    site.accept().unwrap();
    site.report_all(Attempt::Failed { not_before: None });
    site.now += 7 * SECOND;
    assert_eq!(site.hand_out(), Ok(1));
    site.flights.clear();
    site.reload();
    // Its lane waits until the attempt of before must have ended.
    assert_eq!(site.hand_out(), Ok(0));
    site.machine.expire(&site.store, site.now, &plan()).unwrap();
    site.now += 2 * TIMEOUT;
    assert_eq!(site.hand_out(), Ok(1), "with the third number");
}

#[test]
fn a_replayed_event_comes_before_those_that_arrive_after_a_restart() {
    let mut site = Site::new(1, 3);
    (0..2).for_each(|_| site.accept().unwrap());
    site.report_all(Attempt::Failed { not_before: None });
    site.now += 7 * SECOND;
    assert_eq!(site.hand_out(), Ok(2));
    // The other is under way as the object ends.
    site.flights.retain(|handout| handout.number == 1);
    site.report_all(Attempt::Delivered);
    site.machine.replay(&site.store, (0, false), 1, site.now).unwrap();
    site.reload();
    (0..3).for_each(|_| site.accept().unwrap());
    let others = site.hand_out();
    assert!(site.flights.iter().all(|handout| site.lane(handout.number) != site.lane(1)), "{others:?}");
    site.now += 2 * TIMEOUT;
    site.hand_out().unwrap();
    assert!(site.flights.iter().any(|handout| handout.number == 1));
}

#[test]
fn a_late_report_of_an_earlier_attempt_lets_no_other_begin() {
    let mut site = Site::new(1, 3);
    (0..4).for_each(|_| site.accept().unwrap());
    site.report_all(Attempt::Failed { not_before: None });
    let mut late = None;
    for _ in 0..2 {
        site.now += 2 * TIMEOUT;
        site.hand_out().unwrap();
        late = late.or_else(|| site.flights.iter().find(|handout| handout.number == 1).copied());
        site.flights.clear();
        site.reload();
    }
    let late = late.unwrap();
    deliver(&mut site, (late.number, late.attempt));
    site.hand_out().unwrap();
    assert!(site.flights.iter().all(|handout| handout.number != 4), "the attempt after it may be under way");
}

#[test]
fn after_a_restart_a_lane_waits_for_the_attempt_of_before_and_others_do_not() {
    // Lanes 1 and 2, and events without a lane.
    let mut site = Site::new(1, 3);
    (0..5).for_each(|_| site.accept().unwrap());
    assert_eq!(site.flights.iter().map(|flight| flight.number).collect::<Vec<_>>(), [1, 2, 3]);
    site.now += SECOND;
    site.reload();
    site.flights.clear();
    // The attempt at an event without a lane is made again at once; 1 and 2 may be at the destination.
    assert_eq!((site.hand_out().unwrap(), site.flights[0].number), (1, 3));
    // The outcome of the first attempt at 1 is written: 4, of its lane, is next.
    deliver(&mut site, (1, 1));
    assert_eq!((site.hand_out().unwrap(), site.flights[1].number), (1, 4));
    let fourth = site.flights[1].attempt;
    // Nobody reports the one at 2. The lane goes on when its lease is over, even after one more restart.
    site.reload();
    let lease = TIMEOUT + LEASE_SLACK;
    assert_eq!(site.machine.attempts_at(site.now, &plan()), Some(site.now));
    site.hand_out().unwrap();
    assert!(site.flights.iter().all(|flight| ![2, 5].contains(&flight.number)), "{:?}", site.flights);
    let again = *site.flights.last().unwrap();
    assert_eq!(again.number, 3);
    deliver(&mut site, (3, again.attempt));
    deliver(&mut site, (4, fourth));
    site.now += lease;
    assert_eq!(site.hand_out().unwrap(), 1);
    let last = *site.flights.last().unwrap();
    assert_eq!((last.number, last.attempt > 1), (2, true));
    deliver(&mut site, (2, last.attempt));
    assert_eq!((site.hand_out().unwrap(), site.flights.last().unwrap().number), (1, 5));
}

#[test]
fn an_object_that_is_ended_again_and_again_attempts_something_all_the_same() {
    let mut site = Site::new(1, 2);
    (0..3).for_each(|_| site.accept().unwrap());
    site.flights.clear();
    site.reload();
    // It ends before the lease is over, and nothing was begun meanwhile: the next instance waits no longer than the first.
    site.now += 10 * SECOND;
    site.reload();
    site.hand_out().unwrap();
    assert!(site.flights.iter().all(|flight| flight.number == 2), "only the one without a lane: {:?}", site.flights);
    let at = site.machine.attempts_at(site.now, &plan()).unwrap();
    assert_eq!(at, START + TIMEOUT + LEASE_SLACK);
    site.now = at;
    site.reload();
    site.hand_out().unwrap();
    assert_eq!(site.flights.iter().filter(|flight| flight.number == 1).count(), 1);
}
