//! Reports of couriers that are on their way to disk.

use std::cell::RefCell;

use countersign::inbox::Report;
use js_sys::Promise;

/// Reports that are not written yet.
#[derive(Default)]
pub(super) struct Reported {
    pub(super) waiting: RefCell<Vec<Report>>,
    /// The write that they wait for.
    pub(super) write: RefCell<Option<Promise>>,
    /// Events that were given up by reports that were written; their couriers have not been told yet.
    pub(super) dead: RefCell<Vec<String>>,
}
