//! Reports of couriers that are on their way to disk.

use std::cell::{Cell, RefCell};

use countersign::inbox::{Latency, Report};
use js_sys::Promise;

/// Reports that are not written yet.
#[derive(Default)]
pub(super) struct Reported {
    pub(super) waiting: RefCell<Vec<Report>>,
    /// The write that they wait for.
    pub(super) write: RefCell<Option<Promise>>,
    /// How often reports could not be written. Their couriers repeat them.
    pub(super) failures: Cell<u32>,
    /// Events that were given up by reports that were written; their couriers have not been told yet.
    pub(super) dead: RefCell<Vec<String>>,
    /// How long attempts took since this instance was started, by destination.
    latency: RefCell<Vec<(String, Latency)>>,
}

impl Reported {
    /// Counts how long attempts took.
    pub(super) fn note_latency<'r>(&self, destination: &str, attempts: impl Iterator<Item = &'r Report>) {
        let mut all = self.latency.borrow_mut();
        if all.iter().all(|(known, _)| known != destination) {
            all.push((destination.to_owned(), Latency::default()));
        }
        let Some((_, latency)) = all.iter_mut().find(|(known, _)| known == destination) else { return };
        attempts.for_each(|report| latency.note(report.ms));
    }

    /// How long attempts at a destination took since this instance was started.
    pub(super) fn latency(&self, destination: &str) -> Latency {
        let all = self.latency.borrow();
        all.iter().find(|(known, _)| known == destination).map(|(_, latency)| latency.clone()).unwrap_or_default()
    }
}
