//! What is given up by order, or because it cannot be read. Milliseconds throughout.

use super::machine::Machine;
use super::outlet::Outlet;
use super::states::{EventState, Progress};
use super::store::{Store, StoreFault};

impl Machine {
    /// Gives up an event that is pending at a destination; `false` if it is not pending there. What comes of an attempt under way is
    /// dropped.
    ///
    /// # Errors
    /// If the database does not answer.
    pub fn discard<S: Store>(&mut self, store: &S, place: usize, number: u64, now: u64) -> Result<bool, StoreFault> {
        let Some(outlet) = self.outlets.get_mut(place) else { return Ok(false) };
        let is_pending = match store.waiting(&outlet.name, number)? {
            Some(progress) => progress.state.is_pending(),
            None => {
                !outlet.cursor.is_done(number)
                    && store.accepted_at(number)?.is_some()
                    && !outlet.is_filtered(store, number)?
            }
        };
        if is_pending {
            outlet.bury(store, number, now)?;
            self.refresh(now, now);
        }
        Ok(is_pending)
    }

    /// Gives an event up, wherever it is pending, that cannot be read as it is stored; the names of those destinations.
    ///
    /// # Errors
    /// If the database does not answer.
    pub fn bury<S: Store>(&mut self, store: &S, number: u64, now: u64) -> Result<Vec<String>, StoreFault> {
        let mut given_up = Vec::new();
        for outlet in &mut self.outlets {
            if outlet.bury(store, number, now)? {
                given_up.push(outlet.name.clone());
            }
        }
        self.refresh(now, now);
        Ok(given_up)
    }

    /// Whether an event that was given up is kept or counted as such anywhere.
    ///
    /// # Errors
    /// If the database does not answer.
    pub fn is_dead<S: Store>(&self, store: &S, number: u64) -> Result<bool, StoreFault> {
        for outlet in &self.outlets {
            if outlet.cursor.died_at(number).is_some() || store.waiting(&outlet.name, number)?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

impl Outlet {
    /// Gives an event up; whether it was pending.
    fn bury<S: Store>(&mut self, store: &S, number: u64, now: u64) -> Result<bool, StoreFault> {
        let waiting = store.waiting(&self.name, number)?;
        let attempts = self.begun(number, waiting.as_ref());
        self.under_way.end(number);
        self.forget_lanes();
        match waiting {
            Some(progress) if progress.state.is_pending() => {
                let due = now.saturating_add(super::DEAD_KEPT);
                let dead = Progress { state: EventState::Dead, attempts, due, finished: now, ..progress };
                store.set_waiting(&self.name, number, &dead)?;
            }
            None if !self.cursor.is_done(number) => {
                self.cursor.bury(number, now);
                self.save(store, now)?;
            }
            _ => return Ok(false),
        }
        Ok(true)
    }
}
