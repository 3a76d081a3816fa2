//! The state machine of the inbox against a database in memory: by example, by a model that explores every order of events, and by
//! random ones at full size.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test fails by panicking"
)]

mod courier;
mod data;
mod expiry;
mod fan;
mod gather;
mod lost;
mod model;
mod operator;
mod order;
mod orphans;
mod outage;
mod probes;
mod random;
mod replay;
mod restarts;
mod stalls;
mod store;
mod write;

use countersign::inbox::{Arrival, Lifecycle, Machine, Plan, Retention, Rules};

use self::data::Event;
use self::store::MemoryStore;

const SECOND: u64 = 1_000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;

/// When every test begins.
const START: u64 = 500_000 * HOUR;

/// Whether minutes may be spent, not seconds.
fn is_large() -> bool {
    std::env::var("COUNTERSIGN_MODEL").is_ok_and(|size| size == "large")
}

/// A plan with these destinations.
fn plan(names: &[&str]) -> Plan {
    let retention = Retention { remember: 72 * HOUR, keep: 24 * HOUR };
    let lifecycle = Lifecycle { timeout: 10 * SECOND, give_up_after: 72 * HOUR, retention };
    let rules = Rules { lifecycle, concurrency: CONCURRENCY, interval: 0, gather: 0, from_stored: false };
    let destinations = names.iter().map(|name| ((*name).to_owned(), rules)).collect();
    Plan { retention, destinations, is_ordered: false, is_patient: false }
}

/// An object with the destinations of a plan.
fn machine(store: &MemoryStore, now: u64, plan: &Plan) -> Machine {
    let mut machine = Machine::load(store, now).unwrap();
    machine.fit(store, plan, now).unwrap();
    machine
}

/// An event as it arrives.
fn arrival(event: &Event) -> Arrival<'_, Event> {
    Arrival { event, key: model::key(event.id), bytes: 400, filtered: event.filtered, lane: None }
}

/// The names of the destinations.
const NAMES: [&str; 2] = ["billing", "archive"];

/// How many attempts may be under way at each.
const CONCURRENCY: usize = 64;
