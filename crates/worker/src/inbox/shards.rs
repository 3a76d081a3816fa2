//! How the source of an object spread its events over shards.

use std::cell::RefCell;

use countersign::inbox::Layouts;

/// The layouts that the source of an object had, as the object knows them.
#[derive(Default)]
pub(super) struct Shards(RefCell<Layouts>);

impl Shards {
    pub(super) fn read(&self, stored: Option<&str>) {
        self.0.replace(stored.and_then(Layouts::parse).unwrap_or_default());
    }

    pub(super) fn get(&self) -> Layouts {
        self.0.borrow().clone()
    }
}
