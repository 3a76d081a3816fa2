//! What an operator sees of an inbox.

use countersign::inbox::{EventState, LastError, Machine, Report, Stats, noted_parts};
use countersign::json::{quoted, value};
use js_sys::Array;
use serde_json::{Value, json};

use super::database::{Database, but, integer, listed, unsigned};
use crate::clock;

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

    /// One event with its history, as JSON.
    pub(super) fn describe(&self, number: u64, id: &str, machine: &Machine) -> Result<String, ()> {
        let sql = format!("SELECT 0, {SHOWN_WAITING} WHERE waiting.destination = ? AND waiting.number = ?");
        let rows = self.rows(&sql, &[machine.outlet().name().into(), integer(number)])?;
        let history = self.history(number)?;
        let mut event = match rows.first().and_then(|row| row.get(1).as_string()) {
            Some(event) => event,
            None => {
                let state = machine.state_in_log(number);
                let found = match self.log_of(number) {
                    Some(table) => {
                        self.shown_rows(&table, &format!("number = {number}"), (state, "ASC", 1), machine)?
                    }
                    None => Vec::new(),
                };
                let known = || {
                    let (id, state) = (quoted(id), state.as_str());
                    format!(r#"{{"id":{id},"state":"{state}","replayable":false,"last_error":null}}"#)
                };
                let mut event = found.into_iter().next().map_or_else(known, |(_, event)| event);
                if let Some(failure) = history.last().and_then(|report| report.failure.as_deref()) {
                    let (code, cause) = noted_parts(failure);
                    // The last of several members of one name counts.
                    extend(
                        &mut event,
                        &format!(r#""last_error":{},"last_cause":{}"#, quoted(code), maybe_quoted(cause)),
                    );
                }
                event
            }
        };
        if let Some(last) = history.last() {
            extend(&mut event, &format!(r#""last_status":{}"#, last.status));
        }
        let history: Vec<_> = history.iter().map(told).collect();
        extend(&mut event, &format!(r#""history":[{}]"#, history.join(",")));
        Ok(event)
    }

    /// Every attempt at an event that is still known, in the order of their numbers.
    fn history(&self, number: u64) -> Result<Vec<Report>, ()> {
        let mut all: Vec<Report> = Vec::new();
        let mut add = |report: Report| {
            let place = all.partition_point(|known| known.attempt < report.attempt);
            if report.number == number {
                all.insert(place, report);
            }
        };
        let mut texts = self.rows("SELECT history FROM waiting WHERE number = ?", &[integer(number)])?;
        // They were written with the events that came then, or soon after.
        for table in self.logs.borrow().iter().filter(|table| table.last.is_none_or(|last| last >= number)).take(3) {
            let sql = format!("SELECT reports FROM attempts_{} WHERE first <= ?1 AND last >= ?1", table.number);
            texts.extend(self.rows(&sql, &[integer(number)])?);
        }
        for text in texts.iter().filter_map(|row| row.get(0).as_string()) {
            value(&text).as_ref().map(Report::read_all).unwrap_or_default().into_iter().for_each(&mut add);
        }
        self.recent.borrow().iter().for_each(|report| add(report.clone()));
        Ok(all)
    }

    /// Events in a state after a number: pending and dead ones from the oldest on, delivered ones from the latest back. Each is an array
    /// of its number and the event.
    ///
    /// # Errors
    /// If they cannot be read.
    pub(super) fn list(
        &self,
        state: EventState,
        after: u64,
        limit: u32,
        machine: &Machine,
        aside: &[u64],
    ) -> Result<String, ()> {
        let is_back = state == EventState::Delivered;
        let (beyond, order) = if is_back { ("<", "DESC") } else { (">", "ASC") };
        let condition = if after == 0 { String::new() } else { format!(" AND waiting.number {beyond} {after}") };
        let sql = format!(
            "SELECT waiting.number, {SHOWN_WAITING} WHERE waiting.destination = ? AND waiting.state = ?{condition}{}
             ORDER BY waiting.number {order} LIMIT {limit}",
            but(aside).replace("number", "waiting.number")
        );
        let rows = self.rows(&sql, &[machine.outlet().name().into(), state.number().into()])?;
        let mut waiting: Vec<_> =
            rows.iter().map(|row| (unsigned(&row.get(0)), row.get(1).as_string().unwrap_or_default())).collect();
        if state == EventState::Dead {
            for number in aside.iter().filter(|number| **number > after) {
                let place = waiting.partition_point(|(known, _)| known < number);
                waiting.insert(place, (*number, unreadable(None)));
            }
        }
        let log = self.list_log(state, after, limit, machine, aside)?;
        let merged = merged(waiting, log, |one, other| if is_back { one > other } else { one < other });
        let placed: Vec<_> = merged.take(limit as usize).map(|(number, event)| format!("[{number},{event}]")).collect();
        Ok(format!("[{}]", placed.join(",")))
    }

    /// Those that no row of waiting events has.
    fn list_log(
        &self,
        state: EventState,
        after: u64,
        limit: u32,
        machine: &Machine,
        aside: &[u64],
    ) -> Result<Vec<(u64, String)>, ()> {
        let cursor = machine.outlet().cursor();
        let is_back = state == EventState::Delivered;
        let waiting = self.waiting_numbers(machine)?;
        let is_shown = |number: &u64| {
            machine.state_in_log(*number) == state && waiting.binary_search(number).is_err() && !aside.contains(number)
        };
        let logs = self.logs.borrow();
        let mut found = Vec::new();
        for place in 0..logs.len() {
            let place = if is_back { logs.len().saturating_sub(place).saturating_sub(1) } else { place };
            let Some(table) = logs.get(place) else { break };
            let last = table.last.unwrap_or_else(|| machine.next().saturating_sub(1));
            let (mut from, mut to) = match (is_back, after) {
                (false, after) => (table.first.max(after.saturating_add(1)), last),
                (true, 0) => (table.first, last),
                (true, after) => (table.first, last.min(after.saturating_sub(1))),
            };
            // By pages of numbers: what is not in this state is skipped.
            while found.len() < limit as usize && from <= to {
                if state == EventState::Pending {
                    from = cursor.done().first_missing(from);
                }
                let (first, end) = if is_back {
                    (from.max(to.saturating_sub(PAGE)), to)
                } else {
                    (from, to.min(from.saturating_add(PAGE)))
                };
                let numbers: Vec<u64> = (first..=end).filter(is_shown).collect();
                if !numbers.is_empty() {
                    let order = if is_back { "DESC" } else { "ASC" };
                    let left = limit.saturating_sub(u32::try_from(found.len()).unwrap_or(u32::MAX));
                    let condition = ["number IN (", &listed(&numbers), ")"].concat();
                    let table = format!("log_{}", table.number);
                    found.extend(self.shown_rows(&table, &condition, (state, order, left), machine)?);
                }
                if is_back {
                    to = first.saturating_sub(1);
                } else {
                    from = end.saturating_add(1);
                }
            }
        }
        Ok(found)
    }

    fn waiting_numbers(&self, machine: &Machine) -> Result<Vec<u64>, ()> {
        let sql = "SELECT number FROM waiting WHERE destination = ? ORDER BY number";
        let rows = self.rows(sql, &[machine.outlet().name().into()])?;
        Ok(rows.iter().map(|row| unsigned(&row.get(0))).collect())
    }

    /// Events of a table whose numbers meet a condition, as an operator sees them, each with its number.
    fn shown_rows(
        &self,
        table: &str,
        condition: &str,
        (state, order, limit): (EventState, &str, u32),
        machine: &Machine,
    ) -> Result<Vec<(u64, String)>, ()> {
        let sql = format!(
            "SELECT number, {SHOWN} FROM {table} WHERE {condition} AND id <> '' ORDER BY number {order} LIMIT {limit}"
        );
        let outlet = machine.outlet();
        let due = outlet.breaker().next_probe().unwrap_or_default().max(outlet.breaker().held_until()).div_euclid(1000);
        let rows = self.rows(&sql, &[])?;
        let shown = rows.iter().map(|row| {
            let number = unsigned(&row.get(0));
            let mut event = row.get(1).as_string().unwrap_or_default();
            let more = u32::from(state == EventState::Delivered || outlet.is_under_way(number));
            let attempts = match outlet.cursor().most_attempts() {
                0 | 1 => outlet.cursor().attempts(number).saturating_add(more),
                // The cursor forgets how often an event was attempted that is done.
                _ => {
                    let made =
                        self.history(number).ok().and_then(|history| history.last().map(|report| report.attempt));
                    made.unwrap_or_default().max(more)
                }
            };
            let now = if due == 0 { clock::now() } else { due };
            let next = if state == EventState::Pending { now.to_string() } else { "null".to_owned() };
            extend(
                &mut event,
                &format!(r#""state":"{}","attempts":{attempts},"next_attempt_at":{next}"#, state.as_str()),
            );
            (number, event)
        });
        Ok(shown.collect())
    }
}

/// Adds members to a JSON object.
fn extend(object: &mut String, members: &str) {
    object.pop();
    object.push(',');
    object.push_str(members);
    object.push('}');
}

/// Two lists that are each in order, as one.
fn merged<T>(
    one: Vec<(u64, T)>,
    other: Vec<(u64, T)>,
    is_before: impl Fn(u64, u64) -> bool,
) -> impl Iterator<Item = (u64, T)> {
    let (mut one, mut other) = (one.into_iter().peekable(), other.into_iter().peekable());
    std::iter::from_fn(move || match (one.peek(), other.peek()) {
        (Some((first, _)), Some((second, _))) if is_before(*second, *first) => other.next(),
        (Some(_), _) => one.next(),
        (None, _) => other.next(),
    })
}

/// An event that cannot be read.
pub(super) fn unreadable(id: Option<&str>) -> String {
    format!(r#"{{"id":{},"state":"dead","replayable":false,"last_error":"unreadable"}}"#, maybe_quoted(id))
}

fn maybe_quoted(text: Option<&str>) -> String {
    text.map_or_else(|| "null".to_owned(), quoted)
}

/// An event of the log as an operator sees it, but for what its destination says of it. Times are Unix seconds.
const SHOWN: &str =
    "json_object('id', id, 'type', type, 'form', form, 'key', matched, 'received_at', received_at, 'bytes', bytes,
    'replayable', json('true'), 'finished_at', NULL, 'last_status', NULL, 'last_error', NULL, 'last_cause', NULL)";

/// A waiting event as an operator sees it.
const SHOWN_WAITING: &str =
    "json_object('id', id, 'type', type, 'form', form, 'key', matched, 'received_at', received_at, 'bytes', bytes,
      'replayable', json('true'), 'state', CASE state WHEN 0 THEN 'pending' WHEN 1 THEN 'delivered' ELSE 'dead' END,
      'attempts', attempts, 'next_attempt_at', CASE state WHEN 0 THEN due / 1000 END,
      'finished_at', CASE state WHEN 0 THEN NULL ELSE finished / 1000 END, 'last_status', last_status,
      'last_error', nullif(substr(last_error || '/', 1, instr(last_error || '/', '/') - 1), ''),
      'last_cause', nullif(substr(last_error, instr(last_error || '/', '/') + 1), ''))
    FROM waiting LEFT JOIN kept ON kept.number = waiting.number";

/// An attempt, as an operator sees it.
fn told(report: &Report) -> String {
    let (code, cause) = report.failure.as_deref().map(noted_parts).unzip();
    format!(
        r#"{{"attempt":{},"at":{},"why":"{}","status":{},"code":{},"cause":{},"ms":{},"answer":{}}}"#,
        report.attempt,
        report.at.div_euclid(1000),
        report.cause.as_str(),
        report.status,
        maybe_quoted(code),
        maybe_quoted(cause.flatten()),
        report.ms,
        maybe_quoted(report.answer.as_deref()),
    )
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

/// So many numbers are looked at in one go.
const PAGE: u64 = 499;
