//! What an operator sees of an inbox.

use countersign::inbox::{EventState, Machine, Outlet, Report, noted_parts};
use countersign::json::quoted;
use js_sys::Array;

use super::database::{Database, but, integer, listed, unsigned};
use crate::clock;

impl Database {
    /// One event with its history, as JSON: its state at the destination that an operator has to look at first, and that at each if there
    /// are several.
    pub(super) fn describe(&self, number: u64, id: &str, machine: &Machine) -> Result<String, ()> {
        let history = self.history(number)?;
        let mut all = Vec::new();
        for outlet in machine.outlets().iter().filter(|outlet| number >= outlet.cursor().from()) {
            all.push((outlet.name(), self.describe_for(number, (machine, outlet), &history)?));
        }
        let rank = |state: EventState| EventState::BY_URGENCY.iter().position(|known| *known == state);
        let first = all.iter().filter_map(|(_, found)| found.as_ref()).min_by_key(|(state, _)| rank(*state));
        let mut event = first.map_or_else(|| known(id), |(_, event)| event.clone());
        if let Some(last) = history.last() {
            extend(&mut event, &format!(r#""last_status":{}"#, last.status));
        }
        if all.len() > 1 {
            let each = all.iter().filter_map(|(name, found)| {
                let (_, event) = found.as_ref()?;
                Some([&quoted(name), ":", event].concat())
            });
            extend(&mut event, &format!(r#""destinations":{{{}}}"#, each.collect::<Vec<_>>().join(",")));
        }
        let history: Vec<_> = history.iter().map(told).collect();
        extend(&mut event, &format!(r#""history":[{}]"#, history.join(",")));
        Ok(event)
    }

    /// An event at one destination; `None` if its id alone is known.
    fn describe_for(
        &self,
        number: u64,
        (machine, outlet): (&Machine, &Outlet),
        history: &[Report],
    ) -> Result<Option<(EventState, String)>, ()> {
        let sql = format!("SELECT state, {SHOWN_WAITING} WHERE waiting.destination = ? AND waiting.number = ?");
        let rows = self.rows(&sql, &[outlet.name().into(), integer(number)])?;
        if let Some(row) = rows.first() {
            let state = EventState::from_number(u8::try_from(unsigned(&row.get(0))).unwrap_or_default());
            return Ok(row.get(1).as_string().map(|event| (state, named(event, outlet.name()))));
        }
        let Some(table) = self.log_of(number) else { return Ok(None) };
        for state in [EventState::Filtered, machine.state_in_log(outlet, number)] {
            let condition = format!("number = {number}");
            let found = self.shown_rows(&table, &condition, (state, "ASC", 1), outlet)?;
            let Some((_, mut event)) = found.into_iter().next() else { continue };
            let last = history.iter().rev().find(|report| report.destination == outlet.name());
            if let Some(failure) = last.and_then(|report| report.failure.as_deref()) {
                let (code, cause) = noted_parts(failure);
                // The last of several members of one name counts.
                extend(&mut event, &format!(r#""last_error":{},"last_cause":{}"#, quoted(code), maybe_quoted(cause)));
            }
            return Ok(Some((state, event)));
        }
        Ok(None)
    }

    /// Events in a state at a destination, after a number: pending and dead ones from the oldest on, others from the latest back. Each is an
    /// array of its number and the event.
    ///
    /// # Errors
    /// If they cannot be read.
    pub(super) fn list(&self, page: Page, machine: &Machine, outlet: &Outlet, aside: &[u64]) -> Result<String, ()> {
        let Page { state, after, limit } = page;
        let (beyond, order) = if page.is_back() { ("<", "DESC") } else { (">", "ASC") };
        let condition = if after == 0 { String::new() } else { format!(" AND waiting.number {beyond} {after}") };
        let sql = format!(
            "SELECT waiting.number, {SHOWN_WAITING} WHERE waiting.destination = ?1 AND (waiting.state = ?2 OR (?2 = 0 AND waiting.state = 4)){condition}{}
             ORDER BY waiting.number {order} LIMIT {limit}",
            but(aside).replace("number", "waiting.number")
        );
        let rows = self.rows(&sql, &[outlet.name().into(), state.number().into()])?;
        let shown = |row: &Array| named(row.get(1).as_string().unwrap_or_default(), outlet.name());
        let mut waiting: Vec<_> = rows.iter().map(|row| (unsigned(&row.get(0)), shown(row))).collect();
        if state == EventState::Dead {
            for number in aside.iter().filter(|number| **number > after) {
                let place = waiting.partition_point(|(known, _)| known < number);
                waiting.insert(place, (*number, unreadable(None)));
            }
        }
        let log = self.list_log(page, machine, outlet, aside)?;
        let merged = merged(waiting, log, |one, other| if page.is_back() { one > other } else { one < other });
        let placed: Vec<_> = merged.take(limit as usize).map(|(number, event)| format!("[{number},{event}]")).collect();
        Ok(format!("[{}]", placed.join(",")))
    }

    /// Those that no row of waiting events has.
    fn list_log(
        &self,
        page: Page,
        machine: &Machine,
        outlet: &Outlet,
        aside: &[u64],
    ) -> Result<Vec<(u64, String)>, ()> {
        let Page { state, after, limit } = page;
        let waiting = self.waiting_numbers(outlet)?;
        let is_shown = |number: &u64| {
            // Which are not for the destination, only their rows say.
            (state == EventState::Filtered || machine.state_in_log(outlet, *number) == state)
                && *number >= outlet.cursor().from()
                && waiting.binary_search(number).is_err()
                && !aside.contains(number)
        };
        let logs = self.logs.borrow();
        let mut found = Vec::new();
        for place in 0..logs.len() {
            let place = if page.is_back() { logs.len().saturating_sub(place).saturating_sub(1) } else { place };
            let Some(table) = logs.get(place) else { break };
            let last = table.last.unwrap_or_else(|| machine.next().saturating_sub(1));
            let (mut from, mut to) = match (page.is_back(), after) {
                (false, after) => (table.first.max(after.saturating_add(1)), last),
                (true, 0) => (table.first, last),
                (true, after) => (table.first, last.min(after.saturating_sub(1))),
            };
            // By pages of numbers: what is not in this state is skipped.
            while found.len() < limit as usize && from <= to {
                if state == EventState::Pending {
                    from = outlet.cursor().done().first_missing(from);
                }
                let (first, end) = if page.is_back() {
                    (from.max(to.saturating_sub(PAGE)), to)
                } else {
                    (from, to.min(from.saturating_add(PAGE)))
                };
                let numbers: Vec<u64> = (first..=end).filter(is_shown).collect();
                if !numbers.is_empty() {
                    let order = if page.is_back() { "DESC" } else { "ASC" };
                    let left = limit.saturating_sub(u32::try_from(found.len()).unwrap_or(u32::MAX));
                    let condition = ["number IN (", &listed(&numbers), ")"].concat();
                    let table = format!("log_{}", table.number);
                    found.extend(self.shown_rows(&table, &condition, (state, order, left), outlet)?);
                }
                if page.is_back() {
                    to = first.saturating_sub(1);
                } else {
                    from = end.saturating_add(1);
                }
            }
        }
        Ok(found)
    }

    fn waiting_numbers(&self, outlet: &Outlet) -> Result<Vec<u64>, ()> {
        let sql = "SELECT number FROM waiting WHERE destination = ? ORDER BY number";
        let rows = self.rows(sql, &[outlet.name().into()])?;
        Ok(rows.iter().map(|row| unsigned(&row.get(0))).collect())
    }

    /// Events of a table whose numbers meet a condition, as an operator sees them, each with its number.
    fn shown_rows(
        &self,
        table: &str,
        condition: &str,
        (state, order, limit): (EventState, &str, u32),
        outlet: &Outlet,
    ) -> Result<Vec<(u64, String)>, ()> {
        let by = format!("filtered ->> '$.\"{}\"'", outlet.name());
        let (filtered, is) = if state == EventState::Filtered { (by.as_str(), "IS NOT") } else { ("NULL", "IS") };
        let sql = format!(
            "SELECT number, {SHOWN}, {filtered} FROM {table} WHERE {condition} AND id <> '' AND {by} {is} NULL
             ORDER BY number {order} LIMIT {limit}"
        );
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
            if let Some(condition) = row.get(2).as_string() {
                extend(&mut event, &format!(r#""filtered_by":{}"#, quoted(&condition)));
            }
            (number, named(event, outlet.name()))
        });
        Ok(shown.collect())
    }
}

/// A page of events: those in a state, after the number of the event before, or from the beginning if that is 0.
#[derive(Clone, Copy)]
pub(super) struct Page {
    pub(super) state: EventState,
    pub(super) after: u64,
    pub(super) limit: u32,
}

impl Page {
    /// Whether the latest come first.
    fn is_back(self) -> bool {
        matches!(self.state, EventState::Delivered | EventState::Filtered)
    }
}

/// An event of which nothing but its id is known.
fn known(id: &str) -> String {
    format!(r#"{{"id":{},"state":"delivered","replayable":false,"last_error":null}}"#, quoted(id))
}

/// An event with the name of the destination that its state is of.
fn named(mut event: String, destination: &str) -> String {
    extend(&mut event, &format!(r#""destination":{}"#, quoted(destination)));
    event
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
      'replayable', json('true'), 'state', CASE state WHEN 1 THEN 'delivered' WHEN 2 THEN 'dead' ELSE 'pending' END,
      'attempts', attempts, 'next_attempt_at', CASE WHEN state IN (0, 4) THEN due / 1000 END,
      'finished_at', CASE WHEN state IN (1, 2) THEN finished / 1000 END, 'last_status', last_status,
      'last_error', nullif(substr(last_error || '/', 1, instr(last_error || '/', '/') - 1), ''),
      'last_cause', nullif(substr(last_error, instr(last_error || '/', '/') + 1), ''))
    FROM waiting LEFT JOIN kept ON kept.number = waiting.number";

/// An attempt, as an operator sees it.
fn told(report: &Report) -> String {
    let (code, cause) = report.failure.as_deref().map(noted_parts).unzip();
    format!(
        r#"{{"destination":{},"attempt":{},"at":{},"why":"{}","status":{},"code":{},"cause":{},"ms":{},"answer":{}}}"#,
        quoted(&report.destination),
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

/// So many numbers are looked at in one go.
const PAGE: u64 = 499;
