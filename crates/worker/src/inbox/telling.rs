//! What an object said to the one that alerts operators.

use std::cell::{Cell, RefCell};

use countersign::inbox::alerts::Notice;

/// What an object said, and what it has to say.
#[derive(Default)]
pub(super) struct Telling {
    /// What it said that is wrong, and was taken.
    pub(super) told: RefCell<Vec<Notice>>,
    /// How many events were given up, by destination.
    pub(super) dead: RefCell<Vec<(String, u64)>>,
    /// What an alarm found: too much is stored, or pending for too long. `None` before the first look.
    pub(super) found: RefCell<Option<Vec<Notice>>>,
    /// When the oldest pending event has been pending for too long.
    pub(super) old_at: Cell<Option<u64>>,
    pub(super) is_busy: Cell<bool>,
    /// Nothing is said before, because the last time failed.
    pub(super) not_before: Cell<u64>,
    /// Whether it was logged that alerts themselves cannot be delivered.
    pub(super) is_logged: Cell<bool>,
}

impl Telling {
    /// Takes up what the database holds: rows of `meta`.
    pub(super) fn read(&self, told: Option<&str>, dead: Option<&str>) {
        self.told.replace(Notice::read_all(told.unwrap_or_default()));
        let count = |line: &str| {
            let (destination, count) = line.split_once('=')?;
            Some((destination.to_owned(), count.parse().ok()?))
        };
        self.dead.replace(dead.unwrap_or_default().split(',').filter_map(count).collect());
    }
}
