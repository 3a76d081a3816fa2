//! Whether an object's database can be used, and when one that cannot is tried again.

use super::capacity::{Capacity, FULL};
use super::log::log_failure;
use super::object::{LATER, Object, UNREADABLE};
use crate::clock;

impl Object {
    /// Whether the database can be used. If it could not, this tries again what deliveries read, and a write.
    pub(super) fn is_usable(&self) -> bool {
        if self.broken.get().is_some() {
            let tried = self.load().and_then(|()| self.probe().map_err(|()| UNREADABLE));
            self.broken.set(tried.err());
        }
        self.broken.get().is_none()
    }

    /// Whether events can be taken up and written, apart from any single one.
    fn probe(&self) -> Result<(), ()> {
        self.database.probe()?;
        self.database.set_meta("clock", &self.watch.get().to_text().into())
    }

    /// Why nothing can be stored, if so: the database cannot be used, or is full. A write is tried now and then: everybody may ask, and
    /// writes are billed.
    pub(super) fn problem(&self) -> Option<&'static str> {
        if !self.is_usable() {
            return self.broken.get();
        }
        let now = clock::now_ms();
        let writes = now.abs_diff(self.probed.get()) >= LATER;
        let tried = if writes { self.probe() } else { self.database.probe() };
        if writes && tried.is_ok() {
            self.probed.set(now);
        }
        let is_full = || self.database.size() >= Capacity::limit(self.durable().max_stored);
        tried.err().map(|()| UNREADABLE).or_else(|| is_full().then_some(FULL))
    }

    /// Reads events for an operator. Where reading one may end the object, the alarm looks for it first: ended by a list, it would never
    /// come to that, or take an event that it was just reading for the damaged one.
    ///
    /// # Errors
    /// If they cannot be read, or not yet.
    pub(super) fn look_at_events<T>(&self, read: impl FnOnce() -> Result<T, ()>) -> Result<T, ()> {
        if self.careful.get() {
            return Err(());
        }
        read().inspect_err(|()| {
            let now = clock::now_ms();
            self.distrust();
            self.arm_by(now, now);
        })
    }

    /// Whether an event was ever stored here.
    pub(super) fn has_begun(&self) -> bool {
        self.born.get().is_some()
    }

    /// Takes no more events until the database can be used again, and tries that in a while.
    pub(super) fn fail(&self) {
        let problem = self.broken.get().unwrap_or(UNREADABLE);
        self.broken.set(Some(problem));
        self.failures.set(self.failures.get().saturating_add(1));
        log_failure(Some(problem));
        self.arm(clock::now_ms().saturating_add(self.patience()));
    }

    /// Ends a row of failures.
    pub(super) fn succeed(&self) {
        self.failures.set(0);
    }

    /// How long to wait until a database that cannot be used is tried again.
    pub(super) fn patience(&self) -> u64 {
        countersign::inbox::delay(self.failures.get().max(1), 0).min(LATER)
    }
}
