//! What an operator orders, of one destination or of all that are configured.

use countersign::inbox::{EventState, Machine, Replayed, StoreFault};

use super::database::{Database, integer};
use super::object::Object;

impl Object {
    /// Has an event attempted again; whether it is kept anywhere that was asked for.
    pub(super) fn replay(&self, number: u64, destination: Option<&str>, now: u64) -> Result<bool, ()> {
        self.with(|machine| {
            let mut is_kept = false;
            for place in chosen(machine, destination) {
                let is_its = machine.outlets().get(place).is_some_and(|outlet| number >= outlet.cursor().from());
                if is_its || destination.is_some() {
                    // Who names the destination wants it there, whatever its `when` said.
                    let at = (place, destination.is_some());
                    is_kept |= machine.replay(&self.database, at, number, now)? != Replayed::Gone;
                }
            }
            Ok(is_kept)
        })
    }

    /// Has events in a state attempted again: of those that wait by themselves a batch, if they were in it when this `began`.
    pub(super) fn replay_all(
        &self,
        state: EventState,
        (began, with_log): (u64, bool),
        destination: Option<&str>,
        now: u64,
    ) -> Result<u64, ()> {
        let is_ordered = self.plan(now).is_ordered;
        self.with(|machine| {
            let mut replayed = 0_u64;
            for place in chosen(machine, destination) {
                let Some(outlet) = machine.outlets().get(place) else { continue };
                let (name, doubts) = (outlet.name().to_owned(), outlet.cursor().doubts_since(0));
                let log = if with_log { machine.replay_log(&self.database, place, state, now)? } else { 0 };
                let waiting = self.database.replay_waiting(&name, state, (began, doubts), is_ordered, BATCH);
                machine.replayed_waiting(place, now);
                replayed = replayed.saturating_add(log).saturating_add(waiting.map_err(|()| StoreFault)?);
            }
            Ok(replayed)
        })
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

impl Database {
    /// Replays up to so many waiting events that were in a state when this began; how many. As many attempts as there are `doubts` may have
    /// been made at a pending one. Finished ones of an ordered source are behind, until the machine finds that nothing is before them.
    fn replay_waiting(
        &self,
        destination: &str,
        state: EventState,
        (began, doubts): (u64, u32),
        is_ordered: bool,
        limit: u32,
    ) -> Result<u64, ()> {
        // `since` tells those that were replayed by this from all others, whatever the clock did.
        let sql = "UPDATE waiting SET state = CASE WHEN ?6 AND lane IS NOT NULL AND state > 0 THEN 4 ELSE 0 END,
                     tries = 0, since = ?1, due = ?1,
                     attempts = attempts + CASE WHEN state IN (0, 4) THEN ?5 ELSE 0 END,
                     finished = attempts + CASE WHEN state IN (0, 4) THEN ?5 ELSE 0 END
                   WHERE destination = ?2 AND number IN
                     (SELECT number FROM waiting WHERE destination = ?2 AND (state = ?3 OR (?3 = 0 AND state = 4)) AND since <> ?1 LIMIT ?4) RETURNING 1";
        let values =
            [integer(began), destination.into(), state.number().into(), limit.into(), doubts.into(), is_ordered.into()];
        let rows = self.rows(sql, &values)?;
        Ok(rows.len() as u64)
    }
}

/// The place of a destination, or those of all that are configured.
fn chosen(machine: &Machine, destination: Option<&str>) -> Vec<usize> {
    let outlets = machine.outlets().iter().enumerate();
    let is_meant = |name: &str, is_orphan: bool| destination.map_or(!is_orphan, |wanted| wanted == name);
    outlets.filter(|(_, outlet)| is_meant(outlet.name(), outlet.orphaned().is_some())).map(|(place, _)| place).collect()
}

/// So many waiting events are replayed at a time.
const BATCH: u32 = 500;
