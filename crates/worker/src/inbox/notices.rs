//! The notices of an object to the one that alerts operators.

use std::cell::{Cell, RefCell};

use countersign::inbox::alerts::Notice;

/// The name in the database of the notices that were sent. It has the name of earlier versions.
pub(super) const SENT: &str = "told";

/// The notices that an object sent, and what it has to send notices of.
#[derive(Default)]
pub(super) struct Notices {
    /// Those of what is wrong that were taken.
    pub(super) sent: RefCell<Vec<Notice>>,
    /// How many events were given up, by destination.
    pub(super) dead: RefCell<Vec<(String, u64)>>,
    /// What an alarm found: too much is stored, or pending for too long. `None` before the first look.
    pub(super) found: RefCell<Option<Vec<Notice>>>,
    /// When the oldest pending event has been pending for too long.
    pub(super) old_at: Cell<Option<u64>>,
    pub(super) is_busy: Cell<bool>,
    /// Nothing is sent before, because the last time failed.
    pub(super) not_before: Cell<u64>,
    /// Whether it was logged that alerts themselves cannot be delivered.
    pub(super) is_logged: Cell<bool>,
}

impl Notices {
    /// Takes up what the database holds: rows of `meta`.
    pub(super) fn read(&self, sent: Option<&str>, dead: Option<&str>) {
        self.sent.replace(Notice::read_all(sent.unwrap_or_default()));
        let count = |line: &str| {
            let (destination, count) = line.split_once('=')?;
            Some((destination.to_owned(), count.parse().ok()?))
        };
        self.dead.replace(dead.unwrap_or_default().split(',').filter_map(count).collect());
    }
}
