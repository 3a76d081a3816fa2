//! Destinations that come and go with the configuration. Milliseconds throughout.
//!
//! A destination that is no longer configured is an orphan. It may be missing by mistake, or because a deployment was rolled back. So all
//! that it has not taken stays for a day, what arrives meanwhile too, and what is known of it for a month; if its name returns, it goes on.

use super::machine::Machine;
use super::outlet::Outlet;
use super::plan::Plan;
use super::roster::Roster;
use super::states::DEAD_KEPT;
use super::store::{Store, StoreFault, Stored};

impl Machine {
    /// Makes the destinations those that are configured. A new one begins with the next event, or with what is stored if it asks for that.
    /// Whether anything changed.
    ///
    /// # Errors
    /// If the database does not answer.
    pub fn fit<S: Store>(&mut self, store: &S, plan: &Plan, now: u64) -> Result<bool, StoreFault> {
        let mut is_changed = false;
        let first = self.logs.first().map_or(self.next, |table| table.first);
        let (known, gone) = (self.outlets.len(), self.gone());
        for (name, rules) in &plan.destinations {
            match self.outlets.iter_mut().find(|outlet| outlet.name() == name) {
                Some(outlet) if outlet.orphaned.is_none() => {}
                Some(outlet) => {
                    outlet.adopt(store, now)?;
                    is_changed = true;
                }
                None => {
                    let mut stored = Stored::default();
                    // Events that no destination is known of are everybody's.
                    let is_from_stored = rules.from_stored || known == 0;
                    stored.cursor.begin_with(if is_from_stored { first } else { self.next });
                    stored.cursor.offer_before(self.next, now);
                    stored.cursor.skip(&gone);
                    stored.cursor.gather((rules.gather > 0).then_some(0));
                    self.add(store, name, stored, now)?;
                    is_changed = true;
                }
            }
        }
        for outlet in self.outlets.iter_mut().filter(|outlet| outlet.orphaned.is_none()) {
            if plan.rules(outlet.name()).is_none() {
                store.write_orphaned(outlet.name(), Some(now))?;
                outlet.orphaned = Some(now);
                is_changed = true;
            }
        }
        for outlet in &mut self.outlets {
            let Some(rules) = plan.rules(outlet.name()) else { continue };
            // What is gathered goes together. By lanes, only one event of each would: an object of an archive for every event of a key.
            outlet.set_order(store, plan.is_ordered && rules.gather == 0, self.next, now)?;
        }
        self.refresh(now, now);
        Ok(is_changed)
    }

    /// Takes over what the other objects of the source know of its destinations: which are not configured any more, and, before the first
    /// event of this object, which are paused.
    ///
    /// # Errors
    /// If the database does not answer.
    pub fn meet<S: Store>(&mut self, store: &S, roster: &Roster, plan: &Plan, now: u64) -> Result<(), StoreFault> {
        let is_unused = self.next == 1;
        for (name, standing) in roster.iter() {
            let is_unknown = self.place(name).is_none() && plan.rules(name).is_none();
            if let Some(since) = standing.orphaned.filter(|_| is_unknown) {
                let mut stored = Stored { orphaned: Some(since), ..Stored::default() };
                stored.cursor.begin_with(self.next);
                self.add(store, name, stored, now)?;
                store.write_orphaned(name, Some(since))?;
            }
            let outlet = self.outlets.iter_mut().find(|outlet| is_unused && outlet.name() == name);
            if let Some((outlet, since)) = outlet.zip(standing.paused)
                && outlet.pauses.pause(since)
            {
                store.write_breaker(name, &outlet.breaker, &outlet.pauses)?;
            }
        }
        self.refresh(now, now);
        Ok(())
    }

    fn add<S: Store>(&mut self, store: &S, name: &str, mut stored: Stored, now: u64) -> Result<(), StoreFault> {
        stored.cursor.touch(now);
        store.write_cursor(name, &stored.cursor)?;
        self.outlets.push(Outlet::load(store, name, stored, 1, now)?);
        Ok(())
    }

    /// Removes orphans whose time is over, a batch of their waiting events at a time. Whether there is more.
    pub(super) fn expire_orphans<S: Store>(&mut self, store: &S, now: u64, plan: &Plan) -> Result<bool, StoreFault> {
        let Some(place) = self.outlets.iter().position(|outlet| outlet.ends_at().is_some_and(|at| at <= now)) else {
            return Ok(false);
        };
        let Some(outlet) = self.outlets.get(place) else { return Ok(false) };
        let left = store.over(outlet.name(), u64::MAX, u64::MAX, super::expiry::BATCH)?;
        if left.is_empty() {
            store.remove_destination(outlet.name())?;
            self.outlets.remove(place);
        } else {
            let removed: Vec<_> = left.iter().map(|(number, progress)| (*number, progress.attempts)).collect();
            self.remove_waiting(store, place, &removed, now, &plan.retention)?;
        }
        Ok(true)
    }
}

impl Outlet {
    /// Goes on, as it is configured again. The time for which it was not attempted does not count.
    fn adopt<S: Store>(&mut self, store: &S, now: u64) -> Result<(), StoreFault> {
        if let Some(since) = self.orphaned {
            self.pauses.add(since, now);
            store.write_breaker(self.name(), &self.breaker, &self.pauses)?;
            store.write_orphaned(self.name(), None)?;
            self.orphaned = None;
        }
        Ok(())
    }

    /// When everything about an orphan is forgotten.
    pub(super) fn ends_at(&self) -> Option<u64> {
        self.orphaned.map(|since| since.saturating_add(DEAD_KEPT))
    }

    /// When an orphan releases the events of the log.
    pub(super) fn releases_log_at(&self) -> Option<u64> {
        self.orphaned.map(|since| since.saturating_add(HELD))
    }

    /// When the last of the log was finished here that is.
    pub(super) fn finished_at(&self, now: u64) -> u64 {
        let released = self.releases_log_at().filter(|at| *at <= now);
        self.cursor().written_at().max(released.unwrap_or_default())
    }

    /// Up to which event the log is finished here.
    pub(super) fn finished_through(&self, now: u64) -> u64 {
        let has_released = self.releases_log_at().is_some_and(|at| at <= now);
        if has_released { u64::MAX } else { self.cursor().done().through() }
    }
}

/// How long the log is held for an orphan.
const HELD: u64 = 24 * 3_600_000;
