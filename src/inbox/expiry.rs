//! What expires, and when. Milliseconds throughout.

use super::lifecycle::Retention;
use super::machine::Machine;
use super::outlet::Outlet;
use super::plan::Plan;
use super::ranges::Ranges;
use super::search::last_over;
use super::states::{DEAD_KEPT, EventState, Over, Progress};
use super::store::{Store, StoreFault};
use super::tables::{Kind, Table, gone};

/// The result of [`Machine::expire`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expired {
    /// The places of destinations at which events were given up, and how many.
    pub given_up: Vec<(usize, u64)>,
    /// Whether there may be more than was looked at.
    pub has_more: bool,
}

impl Machine {
    /// Gives up pending events whose time is over, and drops what has expired, a batch at a time. Does nothing while the clock may be wrong.
    ///
    /// # Errors
    /// If the database does not answer.
    pub fn expire<S: Store>(&mut self, store: &S, now: u64, plan: &Plan) -> Result<Expired, StoreFault> {
        if plan.is_patient {
            return Ok(Expired::default());
        }
        let mut expired = Expired { given_up: Vec::new(), has_more: self.expire_orphans(store, now, plan)? };
        let next = self.next;
        for place in 0..self.outlets.len() {
            let Some(outlet) = self.outlets.get_mut(place) else { continue };
            outlet.save_passed_by(store, now)?;
            let given_up = outlet.give_up(store, next, now, plan)?;
            let (by_themselves, has_more) = self.expire_waiting(store, place, now, plan)?;
            expired.has_more |= has_more;
            let given_up = given_up.saturating_add(by_themselves);
            if given_up > 0 {
                expired.given_up.push((place, given_up));
            }
        }
        self.refresh(now, now);
        self.note_finished(store)?;
        self.drop_tables(store, now, &plan.retention)?;
        Ok(expired)
    }

    /// Removes waiting events whose time is over, and gives up those that a broken destination was not asked to take: how many, and
    /// whether there may be more.
    fn expire_waiting<S: Store>(
        &mut self,
        store: &S,
        place: usize,
        now: u64,
        plan: &Plan,
    ) -> Result<(u64, bool), StoreFault> {
        let Some(outlet) = self.outlets.get(place) else { return Ok((0, false)) };
        let open = plan.rules(&outlet.name).filter(|_| outlet.is_closed());
        // Nothing began before time did.
        let began = open.map_or(0, |rules| outlet.pauses.open_since(now, rules.lifecycle.give_up_after));
        let over = store.over(&outlet.name, now, began, BATCH)?;
        let has_more = over.len() >= BATCH;
        let (mut removed, mut given_up) = (Vec::new(), Vec::new());
        for (number, progress) in over.into_iter().filter(|(number, _)| !outlet.is_under_way(*number)) {
            let progress = Progress { attempts: outlet.begun(number, Some(&progress)), ..progress };
            match progress.over(now, &outlet.lifecycle(progress.since, now, plan)) {
                // Without its copy, it would look as if it was delivered.
                Over::Remove if progress.state == EventState::Dead && self.is_in_log(number) => {
                    let kept = Progress { due: now.saturating_add(DAY), ..progress };
                    store.set_waiting(&outlet.name, number, &kept)?;
                }
                Over::Remove => removed.push((number, progress.attempts)),
                Over::Dead(dead) => {
                    store.set_waiting(&outlet.name, number, &dead)?;
                    given_up.push(progress);
                }
                Over::Keep => {}
            }
        }
        if let Some(outlet) = self.outlets.get_mut(place) {
            given_up.iter().for_each(|progress| outlet.release(progress));
        }
        self.remove_waiting(store, place, &removed, now, &plan.retention)?;
        Ok((given_up.len() as u64, has_more))
    }

    /// Removes waiting events. Their ids go to the youngest table of ids, which then is kept as if they had just arrived: the table that
    /// they came with may be gone, or may go soon.
    pub(super) fn remove_waiting<S: Store>(
        &mut self,
        store: &S,
        place: usize,
        removed: &[(u64, u32)],
        now: u64,
        retention: &Retention,
    ) -> Result<(), StoreFault> {
        let Some(attempts) = removed.iter().map(|(_, attempts)| *attempts).max() else { return Ok(()) };
        let Some(outlet) = self.outlets.get_mut(place) else { return Ok(()) };
        // The log may still have them, and an operator replay them from there.
        if outlet.cursor.note_attempts(attempts) {
            store.write_cursor(&outlet.name, &outlet.cursor)?;
        }
        let name = outlet.name.clone();
        self.open_table(store, Kind::Ids, now, retention)?;
        if let Some(youngest) = self.ids.last_mut() {
            let touched = Table { youngest_at: now, ..*youngest };
            store.note_table(Kind::Ids, &touched)?;
            *youngest = touched;
        }
        removed.iter().try_for_each(|(number, _)| store.remove_waiting(&name, *number))
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

    /// Finds out which tables have no event any more that is not finished everywhere: since `since`, if that is new.
    pub(super) fn refresh(&mut self, since: u64, now: u64) {
        let (last, through) = (self.next.saturating_sub(1), self.finished_through(now));
        for table in self.logs.iter_mut().chain(&mut self.ids) {
            let is_finished = table.last.unwrap_or(last) <= through;
            table.finished_at = is_finished.then(|| table.finished_at.unwrap_or(since));
        }
    }

    /// Up to which event the log is finished everywhere.
    fn finished_through(&self, now: u64) -> u64 {
        self.outlets.iter().map(|outlet| outlet.finished_through(now)).min().unwrap_or_default()
    }

    /// Whether a table is finished because an orphan released it, and that is not noted yet.
    fn has_released(&self, now: u64) -> bool {
        let (last, through) = (self.next.saturating_sub(1), self.finished_through(now));
        let mut open = self.logs.iter().chain(&self.ids).filter(|table| table.finished_at.is_none());
        open.any(|table| table.last.unwrap_or(last) <= through)
    }

    fn drop_tables<S: Store>(&mut self, store: &S, now: u64, retention: &Retention) -> Result<(), StoreFault> {
        let is_over = |kind, table: &Table| table.expires_at(kind, retention).is_some_and(|at| at <= now);
        // What was given up keeps its own table, and none behind it.
        let mut is_first = true;
        for table in self.logs.clone() {
            if is_over(Kind::Log, &table) && self.outlives_its_dead(&table, is_first, now) {
                store.drop_table(Kind::Log, table.number, self.next)?;
                self.logs.retain(|other| other.number != table.number);
            } else {
                is_first = false;
            }
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
        let ids = self.ids.first().map_or(self.next, |table| table.first);
        let gone = self.gone();
        for outlet in &mut self.outlets {
            let before = outlet.cursor.clone();
            let first_doubted = outlet.first_doubted(store)?;
            // One that is not configured any more may have had none of it.
            outlet.cursor.skip(&gone);
            outlet.forget_names(store, ids)?;
            outlet.cursor.forget_before(first, ids, first_doubted);
            if outlet.cursor != before {
                outlet.save(store, now)?;
            }
        }
        Ok(())
    }

    /// When something expires next, if anything does. Whoever is awake then or later drops it.
    ///
    /// # Errors
    /// If the database does not answer.
    pub fn expiry_at<S: Store>(&self, store: &S, now: u64, plan: &Plan) -> Result<Option<u64>, StoreFault> {
        let logs = self.logs.iter().enumerate().filter_map(|(place, table)| {
            let at = table.expires_at(Kind::Log, &plan.retention)?;
            match self.kept_for_the_dead(table) {
                Some(until) => (place == 0).then(|| at.max(until)),
                None => Some(at),
            }
        });
        let first = self.logs.first().map_or(self.next, |table| table.first);
        let is_gone = |table: &&Table| table.last.unwrap_or_else(|| self.next.saturating_sub(1)) < first;
        let ids = self.ids.first().filter(is_gone).and_then(|table| table.expires_at(Kind::Ids, &plan.retention));
        let mut earliest = logs.chain(ids).min();
        for outlet in &self.outlets {
            let waiting = store.next_over(&outlet.name)?;
            let given_up = if outlet.is_closed() { outlet.next_given_up(store, now, plan)? } else { None };
            let released = outlet.releases_log_at().filter(|at| *at > now || self.has_released(now));
            let all = [waiting, given_up, released, outlet.ends_at()].into_iter().flatten();
            earliest = all.chain(earliest).min();
        }
        Ok(earliest)
    }

    /// Whether a table of events is not kept for those in it that were given up. Only that of the first table is forgotten with it: any
    /// other waits for what is before it.
    fn outlives_its_dead(&self, table: &Table, is_first: bool, now: u64) -> bool {
        self.kept_for_the_dead(table).is_none_or(|until| is_first && until <= now)
    }

    /// Until when a table of events is kept for those in it that were given up, if there are any.
    fn kept_for_the_dead(&self, table: &Table) -> Option<u64> {
        let last = table.last.unwrap_or_else(|| self.next.saturating_sub(1));
        let dead = self.outlets.iter().flat_map(|outlet| outlet.cursor.dead());
        let in_it = dead.map(|dead| dead.span).filter(|span| span.first <= last && span.last >= table.first);
        in_it.map(|span| span.at.saturating_add(DEAD_KEPT)).max()
    }

    /// The events behind the first one of the log whose table is gone.
    pub(super) fn gone(&self) -> Ranges {
        gone(&self.logs, self.next)
    }

    /// Whether there is a table that has, or would have, an event of that number.
    fn is_in_log(&self, number: u64) -> bool {
        let first = self.logs.first().map_or(self.next, |table| table.first);
        number >= first && !self.gone().contains(number)
    }
}

impl Outlet {
    /// Gives up what a broken destination was not asked to take for too long, as a range. `next` is the sequence number of the next event.
    fn give_up<S: Store>(&mut self, store: &S, next: u64, now: u64, plan: &Plan) -> Result<u64, StoreFault> {
        let Some(rules) = plan.rules(&self.name).filter(|_| self.is_closed()) else { return Ok(0) };
        let since = self.pauses.open_since(now, rules.lifecycle.give_up_after);
        // What was replayed has its time from then on, and what is under way is decided by its outcome.
        let mut kept = self.cursor.renewed_after(since);
        self.under_way.iter().for_each(|lease| kept.insert(lease.number, lease.number));
        let mut settled = self.cursor.done().clone();
        kept.iter().for_each(|(first, last)| settled.insert(first, last));
        let first = settled.first_missing(1);
        let is_over = |number| {
            let accepted = if number < next { store.accepted_at(number)? } else { None };
            Ok(accepted.is_some_and(|accepted| self.cursor.offered_at(number, accepted) <= since))
        };
        if !is_over(first)? {
            return Ok(0);
        }
        let last = last_over(first, &settled, is_over)?;
        // What was filtered as it arrived may not be passed by yet.
        let filtered = store.filtered(&self.name, first, last)?;
        let before = self.cursor.done().clone();
        // A broken destination is looked at every minute: what dies within an hour is one range, kept from its end on.
        let given_up = self.cursor.give_up(last, &kept, &filtered, now.next_multiple_of(HOUR));
        if *self.cursor.done() != before {
            self.save(store, now)?;
        }
        Ok(given_up)
    }

    /// When something is given up while the destination is broken: whenever its next probe wakes the object, if that may be.
    fn next_given_up<S: Store>(&self, store: &S, now: u64, plan: &Plan) -> Result<Option<u64>, StoreFault> {
        if self.has_waiting() {
            return Ok(Some(now));
        }
        let first = self.cursor.done().first_missing(1);
        let oldest = store.accepted_at(first)?.map(|at| self.cursor.offered_at(first, at));
        let end = oldest.map(|at| at.saturating_add(self.lifecycle(at, now, plan).give_up_after));
        // What was replayed or is under way may be older.
        Ok(end.map(|end| end.max(now)))
    }
}

/// In milliseconds.
const HOUR: u64 = 3_600_000;

/// What died is looked at so often while another destination holds its event in the log.
const DAY: u64 = 24 * HOUR;

/// So many waiting events are looked at in one go.
pub(super) const BATCH: usize = 200;
