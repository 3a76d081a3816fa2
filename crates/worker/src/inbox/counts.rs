//! What an inbox counts, for the operator and for `/healthz`.

use countersign::inbox::{EventState, LastError, Machine, Report, Stats, noted_parts};
use js_sys::Array;
use serde_json::{Value, json};

use super::database::{Database, integer, unsigned};

impl Database {
    /// Counts. No table of events is read for them.
    ///
    /// # Errors
    /// If events cannot be counted.
    pub(super) fn stats(&self, machine: &Machine) -> Result<Stats, ()> {
        let outlet = machine.outlet();
        let rows = self.rows(
            "SELECT state, count(*), sum(number >= ?2) FROM waiting WHERE destination = ?1 GROUP BY state",
            &[outlet.name().into(), integer(self.ids.borrow().first().map_or(u64::MAX, |table| table.first))],
        )?;
        let counted = |state: EventState, at: u32| {
            let row = rows.iter().find(|row| unsigned(&row.get(0)) == u64::from(state.number()));
            row.map_or(0, |row| unsigned(&row.get(at)))
        };
        let span = |from: u64| {
            let dead = outlet.cursor().dead().iter().filter(|span| span.last >= from);
            dead.map(|span| span.last.saturating_sub(span.first.max(from)).saturating_add(1))
                .fold(0, u64::saturating_add)
        };
        let mut ids = 0_u64;
        for table in self.ids.borrow().iter() {
            let known = self.number(&format!("SELECT count(*) FROM ids_{} WHERE number > 0", table.number), &[])?;
            ids = ids.saturating_add(known.and_then(|known| u64::try_from(known).ok()).unwrap_or_default());
        }
        let first = self.ids.borrow().first().map_or(0, |table| table.first);
        let open = [counted(EventState::Pending, 2), counted(EventState::Dead, 2), machine.backlog(), span(first)];
        let failed = self.rows(
            "SELECT last_status, last_error, due FROM waiting WHERE destination = ? AND state IN (0, 2) AND last_error <> ''
             ORDER BY due DESC LIMIT 1",
            &[outlet.name().into()],
        )?;
        let pending = machine.backlog().saturating_add(counted(EventState::Pending, 1));
        Ok(Stats {
            pending,
            delivered: open
                .into_iter()
                .fold(ids, u64::saturating_sub)
                .saturating_add(self.delivered_apart(machine, first)?),
            dead: counted(EventState::Dead, 1).saturating_add(span(0)),
            attempts: self.attempts.get(),
            oldest_pending: if pending > 0 { self.oldest_pending(machine)? } else { None },
            last_error: failed.first().and_then(last_error).or_else(|| self.last_report(machine)),
            bytes: self.size(),
            destinations: self.state_of(machine)?,
        })
    }

    /// How many events are pending.
    pub(super) fn pending(&self, machine: &Machine) -> Result<u64, ()> {
        let sql = "SELECT count(*) FROM waiting WHERE destination = ? AND state = 0";
        let waiting = self.number(sql, &[machine.outlet().name().into()])?;
        let legacy = if self.has_legacy.get() {
            self.number("SELECT count(*) FROM events_2 WHERE state = 0", &[])?
        } else {
            None
        };
        let counted = |count: Option<i64>| count.and_then(|count| u64::try_from(count).ok()).unwrap_or_default();
        Ok(machine.backlog().saturating_add(counted(waiting)).saturating_add(counted(legacy)))
    }

    /// Delivered events that wait to be let go of, and whose id has no row of its own.
    fn delivered_apart(&self, machine: &Machine, first: u64) -> Result<u64, ()> {
        let sql = "SELECT count(*) FROM waiting WHERE destination = ? AND state = 1 AND number < ?";
        let count = self.number(sql, &[machine.outlet().name().into(), integer(first)])?;
        Ok(count.and_then(|count| u64::try_from(count).ok()).unwrap_or_default())
    }

    fn oldest_pending(&self, machine: &Machine) -> Result<Option<u64>, ()> {
        let mut oldest = self.number(
            "SELECT min(received_at) FROM kept WHERE number IN (SELECT number FROM waiting WHERE destination = ? AND state = 0)",
            &[machine.outlet().name().into()],
        )?;
        let first = machine.outlet().cursor().done().first_missing(1);
        if first < machine.next()
            && let Some(table) = self.log_of(first)
        {
            let sql = format!("SELECT received_at FROM {table} WHERE number = ?");
            let at = self.number(&sql, &[integer(first)])?;
            oldest = oldest.into_iter().chain(at).min();
        }
        Ok(oldest.and_then(|at| u64::try_from(at).ok()))
    }

    /// The last failure of an event that is still in the log.
    fn last_report(&self, machine: &Machine) -> Option<LastError> {
        let recent = self.recent.borrow();
        let open = |report: &&Report| report.failure.is_some() && !machine.outlet().cursor().is_done(report.number);
        let report = recent.iter().rev().find(open)?;
        let (code, cause) = noted_parts(report.failure.as_deref()?);
        let due = machine.outlet().breaker().next_probe().unwrap_or(report.at).div_euclid(1000);
        Some(LastError { status: report.status, code: code.to_owned(), cause: cause.map(str::to_owned), due })
    }

    /// Whether the destination is attempted, since when, and why not.
    fn state_of(&self, machine: &Machine) -> Result<Value, ()> {
        let outlet = machine.outlet();
        let sql = "SELECT why FROM destinations WHERE name = ?";
        let rows = self.rows(sql, &[outlet.name().into()])?;
        let why = rows.first().and_then(|row| row.get(0).as_string());
        let (state, since) = match (outlet.pauses().since(), outlet.breaker().broken_since()) {
            (Some(since), _) => ("paused", Some(since)),
            (None, Some(since)) => ("broken", Some(since)),
            (None, None) => ("open", None),
        };
        let held = outlet.breaker().held_until();
        let why = why.filter(|_| state == "broken");
        Ok(json!({ outlet.name(): {
            "state": state, "since": since.map(|since| since.div_euclid(1000)), "why": why,
            "held_until": (held > 0).then(|| held.div_euclid(1000)), "under_way": outlet.under_way(),
        } }))
    }
}

fn last_error(row: &Array) -> Option<LastError> {
    let noted = row.get(1).as_string()?;
    let (code, cause) = noted_parts(&noted);
    Some(LastError {
        status: u16::try_from(unsigned(&row.get(0))).unwrap_or_default(),
        code: code.to_owned(),
        cause: cause.map(str::to_owned),
        due: unsigned(&row.get(2)).div_euclid(1000),
    })
}
