//! What is asked of the model.

use stateright::{Checker, HasDiscoveries, Model};

use super::action::Answer;
use super::scope::{Question, Scope, Special};
use super::settle::Answers;
use crate::HOUR;

const NONE: Scope = Scope {
    events: 0,
    copies: 0,
    attempts: 0,
    losses: 0,
    doubles: 0,
    failures: 0,
    crashes: 0,
    sleeps: 0,
    passes: 0,
    jumps: 0,
    orders: 0,
    changes: 0,
    days: 0,
    months: 0,
};

#[test]
fn crashes_between_any_two_writes() {
    explore(Question {
        name: "crashes",
        scope: Scope { events: 1, attempts: 3, failures: 1, crashes: 2, sleeps: 2, ..NONE },
        destinations: 1,
        failures: [&[Answer::Refused], &[]],
        keep: 0,
        is_ordered: false,
        is_broken: false,
        special: Special::None,
    });
}

#[test]
fn reports_that_are_lost_late_or_doubled() {
    explore(Question {
        name: "reports",
        scope: Scope { events: 1, copies: 1, attempts: 3, losses: 1, doubles: 2, failures: 2, sleeps: 3, ..NONE },
        destinations: 1,
        failures: [&[Answer::Refused, Answer::Silent], &[]],
        keep: 8 * HOUR,
        is_ordered: false,
        is_broken: false,
        special: Special::None,
    });
}

#[test]
fn tables_that_are_rotated_and_dropped() {
    explore(Question {
        name: "tables",
        scope: Scope { events: 2, attempts: 1, failures: 1, passes: 4, ..NONE },
        destinations: 1,
        failures: [&[Answer::Refused], &[]],
        keep: 0,
        is_ordered: false,
        is_broken: false,
        special: Special::None,
    });
}

#[test]
fn tables_that_are_dropped_behind_one_that_is_kept() {
    explore(Question {
        name: "tables, orders",
        scope: Scope { events: 2, attempts: 1, crashes: in_large(1), passes: 3, orders: 1, ..NONE },
        destinations: 1,
        failures: [&[], &[]],
        keep: 0,
        is_ordered: false,
        is_broken: false,
        special: Special::None,
    });
}

#[test]
fn a_destination_that_is_broken() {
    explore(Question {
        name: "broken",
        scope: Scope { events: 2, attempts: 2, failures: 1, crashes: 1, sleeps: 2, orders: in_large(1), ..NONE },
        destinations: 1,
        failures: [&[Answer::Silent], &[]],
        keep: 8 * HOUR,
        is_ordered: false,
        is_broken: true,
        special: Special::None,
    });
}

#[test]
fn orders_of_an_operator() {
    explore(Question {
        name: "orders",
        scope: Scope { events: 1, attempts: 3, failures: 1, crashes: 1, sleeps: 1, orders: 2, ..NONE },
        destinations: 1,
        failures: [&[Answer::Busy, Answer::Down], &[]],
        keep: 8 * HOUR,
        is_ordered: false,
        is_broken: false,
        special: Special::None,
    });
}

#[test]
fn reports_that_come_twice_with_a_replay_between() {
    explore(Question {
        name: "twice",
        scope: Scope { events: 1, attempts: 3, doubles: 2, failures: 1, sleeps: 1, orders: 2, ..NONE },
        destinations: 1,
        failures: [&[Answer::Refused], &[]],
        keep: 8 * HOUR,
        is_ordered: false,
        is_broken: false,
        special: Special::None,
    });
}

#[test]
fn a_clock_that_jumps() {
    explore(Question {
        name: "clock",
        scope: Scope { events: 1, attempts: 1, failures: 1, sleeps: 1, passes: 1, jumps: 2, ..NONE },
        destinations: 1,
        failures: [&[Answer::Silent], &[]],
        keep: 0,
        is_ordered: false,
        is_broken: false,
        special: Special::None,
    });
}

#[test]
fn two_destinations_of_which_one_filters_and_one_fails() {
    explore(Question {
        name: "two",
        scope: Scope { events: 2, attempts: 2, failures: 1, crashes: 1, ..NONE },
        destinations: 2,
        failures: [&[Answer::Refused], &[]],
        keep: 0,
        is_ordered: false,
        is_broken: false,
        special: Special::None,
    });
}

#[test]
fn a_destination_with_a_rate() {
    explore(Question {
        name: "rate",
        scope: Scope { events: 2, attempts: 2, failures: 1, crashes: 1, sleeps: 1, ..NONE },
        destinations: 1,
        failures: [&[Answer::Refused], &[]],
        keep: 0,
        is_ordered: false,
        is_broken: false,
        special: Special::Rate,
    });
}

#[test]
fn a_destination_that_gathers_beside_one_that_does_not() {
    explore(Question {
        name: "gather",
        scope: Scope { events: 2, attempts: 2, failures: 1, sleeps: 2, ..NONE },
        destinations: 2,
        failures: [&[], &[Answer::Silent]],
        keep: 0,
        is_ordered: false,
        is_broken: false,
        special: Special::Gather,
    });
}

#[test]
fn a_batch_whose_object_ends_after_it_was_handed_out() {
    explore(Question {
        name: "gather, crashes",
        scope: Scope { events: 1, attempts: 3, crashes: 1, sleeps: 1, ..NONE },
        destinations: 2,
        failures: [&[], &[]],
        keep: 0,
        is_ordered: false,
        is_broken: false,
        special: Special::Gather,
    });
}

#[test]
fn orders_at_one_of_two_destinations() {
    explore(Question {
        name: "orders at two",
        scope: Scope { events: 1, attempts: 2, failures: 1, crashes: 1, orders: 1, ..NONE },
        destinations: 2,
        failures: [&[Answer::Refused], &[]],
        keep: 8 * HOUR,
        is_ordered: false,
        is_broken: false,
        special: Special::None,
    });
}

#[test]
fn one_destination_is_down_and_the_other_is_fine() {
    explore(Question {
        name: "half down",
        scope: Scope { events: 2, attempts: 2, failures: 1, sleeps: 2, orders: in_large(1), ..NONE },
        destinations: 2,
        failures: [&[Answer::Silent], &[]],
        keep: 0,
        is_ordered: false,
        is_broken: true,
        special: Special::None,
    });
}

#[test]
fn a_destination_that_is_added() {
    explore(Question {
        name: "added",
        scope: Scope { events: 2, attempts: 2, crashes: 1, changes: 1, ..NONE },
        destinations: 1,
        failures: [&[], &[]],
        keep: 0,
        is_ordered: false,
        is_broken: false,
        special: Special::None,
    });
}

#[test]
fn a_destination_that_is_removed_and_comes_back() {
    explore(Question {
        name: "removed",
        scope: Scope { events: 1, attempts: 2, changes: 2, passes: 1, days: 1, ..NONE },
        destinations: 2,
        failures: [&[], &[]],
        keep: 0,
        is_ordered: false,
        is_broken: false,
        special: Special::None,
    });
}

#[test]
fn a_destination_that_is_forgotten_after_a_month() {
    explore(Question {
        name: "forgotten",
        scope: Scope { events: 1, attempts: 1, failures: 1, changes: 2, passes: 1, months: 1, ..NONE },
        destinations: 2,
        failures: [&[Answer::Refused], &[Answer::Refused]],
        keep: 8 * HOUR,
        is_ordered: false,
        is_broken: false,
        special: Special::None,
    });
}

#[test]
fn crashes_while_destinations_come_and_go() {
    explore(Question {
        name: "rollback",
        scope: Scope { events: 1, attempts: 2, crashes: 1, changes: 2, days: 1, ..NONE },
        destinations: 2,
        failures: [&[], &[]],
        keep: 0,
        is_ordered: false,
        is_broken: false,
        special: Special::None,
    });
}

#[test]
fn events_in_order_whatever_crashes() {
    explore(Question {
        name: "order, crashes",
        scope: Scope { events: 3, attempts: 3, crashes: 1, sleeps: 1, ..NONE },
        destinations: 1,
        failures: [&[], &[]],
        keep: 0,
        is_ordered: true,
        is_broken: false,
        special: Special::None,
    });
}

#[test]
fn events_in_order_whatever_reports_are_lost_late_or_doubled() {
    explore(Question {
        name: "order, reports",
        scope: Scope { events: 3, attempts: 3, losses: 1, doubles: 1, failures: 1, sleeps: 1, ..NONE },
        destinations: 1,
        failures: [&[Answer::Refused], &[]],
        keep: 0,
        is_ordered: true,
        is_broken: false,
        special: Special::None,
    });
}

/// What a short run leaves out, as it multiplies everything else.
fn in_large(count: u8) -> u8 {
    if crate::is_large() { count } else { 0 }
}

/// Explores all of it, and says how much that was. `COUNTERSIGN_MODEL=large` allows more of everything.
fn explore(mut question: Question) {
    let name = question.name;
    if crate::is_large() {
        question.scope = question.scope.larger();
    }
    let checker = question.checker().finish_when(HasDiscoveries::AnyFailures).spawn_bfs().join();
    let (states, steps) = (checker.unique_state_count(), checker.max_depth());
    println!("{name}: {states} states, {} transitions, up to {steps} steps", checker.state_count());
    let mut wrong = String::new();
    for (property, path) in checker.discoveries() {
        let last = path.last_state().clone();
        let found = (last.wrong, ANSWERS.map(|answers| last.settle(answers)));
        let actions: Vec<_> = path.into_actions().into_iter().map(|action| format!("  {action:?}\n")).collect();
        wrong.push_str(&format!("{property}: {found:?}\n{}{last:#?}\n", actions.concat()));
    }
    assert!(wrong.is_empty(), "{name}: {wrong}");
}

/// How the destinations may answer in the end.
const ANSWERS: [Answers; 3] = [[Answer::Taken; 2], [Answer::Silent; 2], [Answer::Silent, Answer::Taken]];
