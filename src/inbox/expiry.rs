//! What an object lets go of, and when. Milliseconds throughout.

use super::lifecycle::Lifecycle;
use super::lifecycle::Rules;
use super::machine::Machine;
use super::states::{DEAD_KEPT, Over, Progress};
use super::store::{Store, StoreFault};
use super::tables::{Kind, Table};

/// What a look for what is over came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tidied {
    /// Events that were given up.
    pub given_up: u64,
    /// Whether there may be more than was looked at.
    pub has_more: bool,
}

impl Machine {
    /// Gives up, drops and removes what is over, in batches.
    ///
    /// # Errors
    /// If the database does not answer.
    pub fn tidy<S: Store>(&mut self, store: &S, now: u64, rules: &Rules) -> Result<Tidied, StoreFault> {
        if rules.is_patient {
            return Ok(Tidied::default());
        }
        let given_up = self.give_up(store, now, rules)?;
        let has_more = self.tidy_waiting(store, now, rules)?;
        self.refresh(now);
        self.note_finished(store)?;
        self.drop_tables(store, now, &rules.lifecycle)?;
        Ok(Tidied { given_up, has_more })
    }

    /// Gives up what a broken destination was not asked to take for too long, as a range.
    fn give_up<S: Store>(&mut self, store: &S, now: u64, rules: &Rules) -> Result<u64, StoreFault> {
        let outlet = &mut self.outlet;
        if !outlet.is_closed() {
            return Ok(0);
        }
        let first = outlet.cursor.done().first_missing(1);
        if first >= self.next {
            return Ok(0);
        }
        let since = outlet.pauses.open_since(now, rules.lifecycle.give_up_after);
        if store.accepted_at(first)?.is_none_or(|oldest| oldest > since) {
            return Ok(0);
        }
        let last = store.last_accepted_by(since)?;
        // What was replayed has its time from then on, and what is under way is decided by its outcome.
        let mut kept = outlet.cursor.renewed_after(since);
        outlet.under_way.iter().for_each(|lease| kept.insert(lease.number, lease.number));
        let given_up = outlet.cursor.give_up(last, &kept, now);
        if given_up > 0 {
            outlet.save(store, now)?;
        }
        Ok(given_up)
    }

    /// Removes waiting events whose time is over, and gives up those that a broken destination was not asked to take.
    fn tidy_waiting<S: Store>(&mut self, store: &S, now: u64, rules: &Rules) -> Result<bool, StoreFault> {
        let outlet = &self.outlet;
        // Nothing began before time did.
        let is_closed = outlet.is_closed();
        let began = if is_closed { outlet.pauses.open_since(now, rules.lifecycle.give_up_after) } else { 0 };
        let over = store.over(&outlet.name, now, began, BATCH)?;
        let has_more = over.len() >= BATCH;
        let mut removed = Vec::new();
        for (number, progress) in over.into_iter().filter(|(number, _)| !outlet.is_under_way(*number)) {
            let progress = Progress { attempts: outlet.begun(number, Some(&progress)), ..progress };
            match progress.over(now, &outlet.lifecycle(progress.since, now, rules)) {
                Over::Remove => removed.push((number, progress.attempts)),
                Over::Dead(dead) => store.set_waiting(&outlet.name, number, &dead)?,
                Over::Keep => {}
            }
        }
        self.remove_waiting(store, &removed, now, &rules.lifecycle)?;
        Ok(has_more)
    }

    /// Removes waiting events. Their ids go to the youngest table of ids, which then is kept as if they had just arrived: the table that
    /// they came with may be gone, or may go soon.
    fn remove_waiting<S: Store>(
        &mut self,
        store: &S,
        removed: &[(u64, u32)],
        now: u64,
        lifecycle: &Lifecycle,
    ) -> Result<(), StoreFault> {
        let Some(attempts) = removed.iter().map(|(_, attempts)| *attempts).max() else { return Ok(()) };
        // The log may still have them, and an operator replay them from there.
        if self.outlet.cursor.note_attempts(attempts) {
            store.write_cursor(&self.outlet.name, &self.outlet.cursor)?;
        }
        self.open_table(store, Kind::Ids, now, lifecycle)?;
        if let Some(youngest) = self.ids.last_mut() {
            let touched = Table { youngest_at: now, ..*youngest };
            store.note_table(Kind::Ids, &touched)?;
            *youngest = touched;
        }
        removed.iter().try_for_each(|(number, _)| store.remove_waiting(&self.outlet.name, *number))
    }

    /// Writes down which closed tables have no event any more that is not finished. Of an open one, it changes with each event.
    fn note_finished<S: Store>(&mut self, store: &S) -> Result<(), StoreFault> {
        for kind in [Kind::Log, Kind::Ids] {
            for table in self.tables(kind).to_vec() {
                let note = (kind, table.number, table.finished_at);
                if table.last.is_some() && !self.noted.contains(&note) {
                    store.note_table(kind, &table)?;
                    self.noted.retain(|(known, number, _)| (*known, *number) != (kind, table.number));
                    self.noted.push(note);
                }
            }
        }
        Ok(())
    }

    /// Finds out which tables have no event any more that is not finished: since `now`, if that is new.
    pub(super) fn refresh(&mut self, now: u64) {
        let (through, last) = (self.outlet.cursor.done().through(), self.next.saturating_sub(1));
        for table in self.logs.iter_mut().chain(&mut self.ids) {
            let is_finished = table.last.unwrap_or(last) <= through;
            table.finished_at = is_finished.then(|| table.finished_at.unwrap_or(now));
        }
    }

    fn drop_tables<S: Store>(&mut self, store: &S, now: u64, lifecycle: &Lifecycle) -> Result<(), StoreFault> {
        let is_over = |kind, table: &Table| table.expires_at(kind, lifecycle).is_some_and(|at| at <= now);
        while let Some(table) = self.logs.first().copied() {
            let is_kept = self.kept_for_the_dead().is_some_and(|until| now < until);
            if is_kept || !is_over(Kind::Log, &table) {
                break;
            }
            store.drop_table(Kind::Log, table.number, self.next)?;
            self.logs.remove(0);
        }
        // An id is known for as long as its event is in the log.
        let first = self.logs.first().map_or(self.next, |table| table.first);
        let last = self.next.saturating_sub(1);
        while let Some(table) = self.ids.first().copied() {
            if !is_over(Kind::Ids, &table) || table.last.unwrap_or(last) >= first {
                break;
            }
            store.drop_table(Kind::Ids, table.number, self.next)?;
            self.ids.remove(0);
        }
        let before = self.outlet.cursor.clone();
        self.outlet.cursor.forget_before(first, self.outlet.oldest_due());
        if self.outlet.cursor == before { Ok(()) } else { self.outlet.save(store, now) }
    }

    /// When something is over, if anything is. Whoever is awake then or later tidies.
    ///
    /// # Errors
    /// If the database does not answer.
    pub fn tidy_at<S: Store>(&self, store: &S, now: u64, rules: &Rules) -> Result<Option<u64>, StoreFault> {
        let log = self.logs.first().and_then(|table| table.expires_at(Kind::Log, &rules.lifecycle));
        let log = log.map(|at| self.kept_for_the_dead().map_or(at, |until| at.max(until)));
        let first = self.logs.first().map_or(self.next, |table| table.first);
        let is_gone = |table: &&Table| table.last.unwrap_or_else(|| self.next.saturating_sub(1)) < first;
        let ids = self.ids.first().filter(is_gone).and_then(|table| table.expires_at(Kind::Ids, &rules.lifecycle));
        let waiting = store.next_over(&self.outlet.name)?;
        let given_up = if self.outlet.is_closed() { self.next_given_up(store, now, rules)? } else { None };
        Ok([log, ids, waiting, given_up].into_iter().flatten().min())
    }

    /// When something is given up while the destination is broken: whenever its next probe wakes the object, if that may be.
    fn next_given_up<S: Store>(&self, store: &S, now: u64, rules: &Rules) -> Result<Option<u64>, StoreFault> {
        if self.outlet.has_waiting() {
            return Ok(Some(now));
        }
        let oldest = store.accepted_at(self.outlet.cursor.done().first_missing(1))?;
        let end = oldest.map(|at| at.saturating_add(self.outlet.lifecycle(at, now, rules).give_up_after));
        // What was replayed or is under way may be older.
        Ok(end.map(|end| end.max(now)))
    }

    /// Until when the oldest table of events is kept for those in it that were given up.
    fn kept_for_the_dead(&self) -> Option<u64> {
        let table = self.logs.first()?;
        let last = table.last.unwrap_or_else(|| self.next.saturating_sub(1));
        let in_it = self.outlet.cursor.dead().iter().filter(|span| span.first <= last && span.last >= table.first);
        in_it.map(|span| span.at.saturating_add(DEAD_KEPT)).max()
    }
}

/// So many waiting events are looked at in one go.
const BATCH: usize = 200;
