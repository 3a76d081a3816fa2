//! What an operator orders, of one destination or of all that are configured.

use countersign::gateway::dedupe::EventKey;
use countersign::inbox::{Machine, StoreFault};

use super::object::Object;

impl Object {
    /// Has an event attempted again; whether it is, anywhere. Who names the destination wants it there, whatever its `when` said.
    pub(super) fn replay(&self, number: u64, destination: Option<&str>, now: u64) -> Result<bool, ()> {
        self.with(|machine| {
            let places = chosen(machine, destination);
            machine.replay_at(&self.database, (&places, destination.is_some()), number, now)
        })
    }

    /// Gives up an event that is pending, at one destination or at all; whether it was pending anywhere.
    pub(super) fn discard(&self, number: u64, destination: Option<&str>, now: u64) -> Result<bool, ()> {
        self.with(|machine| {
            let mut was_pending = false;
            for place in chosen(machine, destination) {
                was_pending |= machine.discard(&self.database, place, number, now)?;
            }
            Ok(was_pending)
        })
    }

    /// Forgets an event or a mark of its id; whether there was any.
    pub(super) fn forget(&self, source: &str, id: &str, now: u64) -> Result<bool, ()> {
        let key = EventKey::new(source, id.as_bytes());
        let Some(number) = self.number_of(source, id)? else { return Ok(self.forget_mark(key)) };
        if self.is_aside(number) || self.database.has_lost(number) {
            return self.let_go(number, key, now).map(|()| true);
        }
        self.with(|machine| {
            machine.forget(&self.database, number, now)?;
            self.database.erase(number, key).map_err(|()| StoreFault)
        })?;
        Ok(true)
    }

    /// Forgets an event that is lost. What is left of it is not touched: it may be on a damaged page.
    pub(super) fn let_go(&self, number: u64, key: EventKey, now: u64) -> Result<(), ()> {
        self.database.release(number, key)?;
        self.database.aside.borrow_mut().retain(|aside| *aside != number);
        self.database.set_aside(&self.database.aside.borrow())?;
        self.with(|machine| machine.let_go(&self.database, number, now))
    }

    /// Forgets which events cannot be read, of those that are gone. If that fails, the next alarm does it.
    pub(super) fn forget_aside(&self) {
        let known = self.database.aside.borrow().clone();
        let is_gone = |number: &u64| self.with(|machine| machine.is_dead(&self.database, *number)) == Ok(false);
        let left: Vec<_> = known.iter().copied().filter(|number| !is_gone(number)).collect();
        if left.len() < known.len() && self.database.set_aside(&left).is_ok() {
            self.database.aside.replace(left);
        }
    }

    /// Pauses or resumes; whether that changed anything.
    pub(super) fn pause(&self, paused: bool, destination: Option<&str>, now: u64) -> Result<bool, ()> {
        self.with(|machine| {
            let mut is_new = false;
            for place in chosen(machine, destination) {
                is_new |= machine.pause(&self.database, place, paused, now)?;
            }
            Ok(is_new)
        })
    }
}

/// The place of a destination, if it is known; without a name, the places of all destinations that are configured.
pub(super) fn chosen(machine: &Machine, destination: Option<&str>) -> Vec<usize> {
    let outlets = machine.outlets().iter().enumerate();
    let is_meant = |name: &str, is_orphan: bool| destination.map_or(!is_orphan, |wanted| wanted == name);
    outlets.filter(|(_, outlet)| is_meant(outlet.name(), outlet.orphaned().is_some())).map(|(place, _)| place).collect()
}
