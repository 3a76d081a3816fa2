//! How many shards a source had, and whom a new one asks.

use std::cell::RefCell;

use countersign::inbox::ShardCounts;

/// How many shards the source of an object had, as the object knows it.
#[derive(Default)]
pub(super) struct Shards(RefCell<ShardCounts>);

impl Shards {
    pub(super) fn read(&self, stored: Option<&str>) {
        self.0.replace(stored.and_then(ShardCounts::parse).unwrap_or_default());
    }

    pub(super) fn get(&self) -> ShardCounts {
        self.0.borrow().clone()
    }
}
