//! The rows of a list: an event at each destination.

use countersign::admin::Selection;
use countersign::gateway::stored::TEST_MARK;
use countersign::inbox::{EventState, Machine, Outlet, Report, noted_parts};
use countersign::json::value;
use js_sys::Array;
use serde_json::{Map, Value, json};

use super::database::{integer, listed, optional, unsigned};
use super::object::Object;
use crate::clock;

/// An event, as it is stored.
pub(super) struct Event {
    pub(super) number: u64,
    /// When it was received, in milliseconds.
    pub(super) at: u64,
    pub(super) bytes: u64,
    table: String,
    id: String,
    event_type: Option<String>,
    form: Option<String>,
    key: Option<u64>,
    is_test: bool,
    filtered: Option<Value>,
    /// The rows of `waiting`, by the place of the destination.
    waiting: Vec<(usize, Array)>,
}

/// An event that is selected, and the places of the destinations at which it is.
pub(super) struct Found {
    pub(super) event: Event,
    pub(super) places: Vec<usize>,
}

impl Event {
    /// Whether it waits by itself at a destination.
    pub(super) fn is_waiting(&self, place: usize) -> bool {
        self.waiting_at(place).is_some()
    }

    /// Its state and its row at a destination, with the reports that are known of it; `None` if it is not there.
    pub(super) fn row_at(&self, place: usize, machine: &Machine, reports: &[Report]) -> Option<(EventState, Value)> {
        let outlet = machine.outlets().get(place)?;
        let waiting = self.waiting_at(place);
        let state = state_of(self, waiting, machine, outlet)?;
        let own = |report: &&Report| report.number == self.number && report.destination == outlet.name();
        let row = match waiting {
            Some(row) => waiting_row(self, row, (state, outlet.name())),
            None => log_row(self, (state, outlet), reports.iter().filter(own).max_by_key(|report| report.at)),
        };
        Some((state, row))
    }

    fn waiting_at(&self, place: usize) -> Option<&Array> {
        self.waiting.iter().find(|(known, _)| *known == place).map(|(_, row)| row)
    }
}

impl Object {
    /// Reads events by their numbers.
    pub(super) fn read_listed(&self, numbers: &[u64], machine: &Machine, places: &[usize]) -> Result<Vec<Event>, ()> {
        let mut events = Vec::new();
        let outlets = || places.iter().filter_map(|place| Some((*place, machine.outlets().get(*place)?)));
        // Behind a body, `filtered` costs the pages of the body.
        let may_be_filtered = self.has_conditions() || outlets().any(|(_, outlet)| outlet.cursor().filtered() > 0);
        let filtered = if may_be_filtered { "filtered" } else { "NULL" };
        let mut left = numbers.iter().copied().filter(|number| !self.database.has_lost(*number)).collect::<Vec<_>>();
        let numbers = left.clone();
        let tables: Vec<_> =
            self.database.logs.borrow().iter().map(|table| (format!("log_{}", table.number), table.first)).collect();
        for (table, first) in tables.iter().rev() {
            let (inside, before) = left.into_iter().partition::<Vec<_>, _>(|number| number >= first);
            left = before;
            self.read_table(table, filtered, &inside, &mut events)?;
        }
        let known: Vec<_> = events.iter().map(|event| event.number).collect();
        let lost = numbers.iter().copied().filter(|number| !known.contains(number)).collect::<Vec<_>>();
        self.read_table("kept", "NULL", &lost, &mut events)?;
        for (place, outlet) in outlets() {
            let sql =
                format!("SELECT {WAITING} FROM waiting WHERE destination = ? AND number IN ({})", listed(&numbers));
            for row in self.database.rows(&sql, &[outlet.name().into()])? {
                let number = unsigned(&row.get(0));
                if let Some(event) = events.iter_mut().find(|event| event.number == number) {
                    event.waiting.push((place, row));
                }
            }
        }
        Ok(events)
    }

    fn read_table(&self, table: &str, filtered: &str, numbers: &[u64], events: &mut Vec<Event>) -> Result<(), ()> {
        if numbers.is_empty() {
            return Ok(());
        }
        let sql = format!(
            "SELECT number, received_at, bytes, id, type, form, matched, instr(headers, ?), {filtered} FROM {table}
             WHERE number IN ({}) AND id <> ''",
            listed(numbers)
        );
        let rows = self.database.rows(&sql, &[TEST_MARK.into()])?;
        events.extend(rows.iter().map(|row| Event {
            number: unsigned(&row.get(0)),
            at: unsigned(&row.get(1)).saturating_mul(1000),
            bytes: unsigned(&row.get(2)),
            table: table.to_owned(),
            id: row.get(3).as_string().unwrap_or_default(),
            event_type: row.get(4).as_string(),
            form: row.get(5).as_string(),
            key: optional(&row.get(6)),
            is_test: unsigned(&row.get(7)) > 0,
            filtered: row.get(8).as_string().and_then(|text| value(&text)),
            waiting: Vec::new(),
        }));
        Ok(())
    }

    /// The places of the destinations at which an event is selected.
    pub(super) fn selected(
        &self,
        event: &Event,
        machine: &Machine,
        selection: &Selection,
        places: &[usize],
    ) -> Result<Vec<usize>, ()> {
        let is_selected = selection.has_type(event.event_type.as_deref())
            && selection.has_time(event.at)
            && (selection.has_tests || selection.key.is_some() || !event.is_test);
        if !is_selected {
            return Ok(Vec::new());
        }
        let has_place = |place: &usize| {
            let waiting = event.waiting_at(*place);
            let state = machine.outlets().get(*place).and_then(|outlet| state_of(event, waiting, machine, outlet));
            let has_code = selection.code.is_none() || waiting.is_some_and(|row| code_of(row) == selection.code);
            has_code && state.is_some_and(|state| selection.has_state(state))
        };
        let found: Vec<_> = places.iter().copied().filter(has_place).collect();
        if found.is_empty() || self.has_data_id(event, selection.data_id.as_deref())? {
            return Ok(found);
        }
        Ok(Vec::new())
    }

    /// The rows of events, one for each destination at which they are selected.
    pub(super) fn rows_of(&self, found: &[Found], machine: &Machine) -> Result<Vec<Vec<Value>>, ()> {
        let in_log = found.iter().filter(|found| found.places.iter().any(|place| !found.event.is_waiting(*place)));
        let reports = self.database.reports_of(&in_log.map(|found| found.event.number).collect::<Vec<_>>())?;
        let rows = |found: &Found| {
            let rows = found.places.iter().filter_map(|place| found.event.row_at(*place, machine, &reports));
            rows.map(|(_, row)| row).collect()
        };
        Ok(found.iter().map(rows).collect())
    }

    /// Whether the body of an event is JSON with this `data.id`.
    fn has_data_id(&self, event: &Event, wanted: Option<&str>) -> Result<bool, ()> {
        let Some(wanted) = wanted else { return Ok(true) };
        let sql = format!(
            "SELECT 1 FROM (SELECT CAST(body AS TEXT) AS body FROM {} WHERE number = ?1)
             WHERE CASE WHEN json_valid(body) THEN CAST(body ->> '$.data.id' AS TEXT) END = ?2",
            event.table
        );
        Ok(self.database.number(&sql, &[integer(event.number), wanted.into()])?.is_some())
    }
}

/// The row of an event of the log, with the last report of it.
fn log_row(event: &Event, (state, outlet): (EventState, &Outlet), last: Option<&Report>) -> Value {
    let under_way = u32::from(outlet.is_under_way(event.number));
    let made = last.map_or_else(|| outlet.cursor().attempts(event.number), |report| report.attempt);
    let least = u32::from(state == EventState::Delivered);
    let due = outlet.breaker().next_probe().unwrap_or_default().max(outlet.breaker().held_until());
    let ended = last.filter(|_| state == EventState::Delivered).map(|report| report.at.saturating_add(report.ms));
    let failed = last.and_then(|report| report.failure.as_deref());
    let mut row = base(event, (state, outlet.name()));
    let progress = Progress {
        attempts: made.saturating_add(under_way).max(least),
        next: (state == EventState::Pending).then(|| if due == 0 { clock::now_ms() } else { due }),
        finished: ended.or_else(|| outlet.cursor().died_at(event.number)),
        status: last.map(|report| u64::from(report.status)),
        failure: failed.filter(|_| state != EventState::Delivered),
        is_delivered: state == EventState::Delivered,
    };
    extend(&mut row, &progress);
    if let Some(condition) = event.filtered.as_ref().and_then(|filtered| filtered.get(outlet.name())) {
        row.insert("filtered_by".to_owned(), condition.clone());
    }
    Value::Object(row)
}

/// The row of an event that waits by itself.
fn waiting_row(event: &Event, waiting: &Array, at: (EventState, &str)) -> Value {
    let mut row = base(event, at);
    let (is_finished, failure) = (matches!(at.0, EventState::Delivered | EventState::Dead), waiting.get(6).as_string());
    let progress = Progress {
        attempts: u32::try_from(unsigned(&waiting.get(2))).unwrap_or(u32::MAX),
        next: at.0.is_pending().then(|| unsigned(&waiting.get(3))),
        finished: is_finished.then(|| unsigned(&waiting.get(4))),
        status: optional(&waiting.get(5)),
        failure: failure.as_deref().filter(|failure| !failure.is_empty()),
        is_delivered: at.0 == EventState::Delivered,
    };
    extend(&mut row, &progress);
    Value::Object(row)
}

/// How far the delivery of an event is.
struct Progress<'a> {
    attempts: u32,
    next: Option<u64>,
    finished: Option<u64>,
    status: Option<u64>,
    failure: Option<&'a str>,
    is_delivered: bool,
}

fn base(event: &Event, (state, destination): (EventState, &str)) -> Map<String, Value> {
    let row = json!({
        "id": event.id, "type": event.event_type, "form": event.form, "key": event.key, "received_at": event.at,
        "bytes": event.bytes, "test": event.is_test, "replayable": true, "state": state.as_str(), "destination": destination,
    });
    row.as_object().cloned().unwrap_or_default()
}

fn extend(row: &mut Map<String, Value>, progress: &Progress<'_>) {
    let (code, cause) = progress.failure.map(noted_parts).unzip();
    for (name, value) in [
        ("attempts", json!(progress.attempts)),
        ("next_attempt_at", json!(progress.next)),
        ("finished_at", json!(progress.finished)),
        ("delivered_at", json!(progress.finished.filter(|_| progress.is_delivered))),
        ("last_status", json!(progress.status)),
        ("last_code", json!(code)),
        ("last_error", json!(code)),
        ("last_cause", json!(cause.flatten())),
    ] {
        row.insert(name.to_owned(), value);
    }
}

/// The state of an event at a destination; `None` if it is not there.
fn state_of(event: &Event, waiting: Option<&Array>, machine: &Machine, outlet: &Outlet) -> Option<EventState> {
    if let Some(row) = waiting {
        return Some(EventState::from_number(u8::try_from(unsigned(&row.get(1))).unwrap_or_default()));
    }
    let is_filtered = event.filtered.as_ref().is_some_and(|filtered| filtered.get(outlet.name()).is_some());
    let state = if is_filtered { EventState::Filtered } else { machine.state_in_log(outlet, event.number) };
    // See `Machine::candidates`.
    let is_its = event.number >= outlet.cursor().from() || matches!(state, EventState::Pending | EventState::Dead);
    (event.table != "kept" && is_its).then_some(state)
}

fn code_of(waiting: &Array) -> Option<String> {
    waiting.get(6).as_string().map(|failure| noted_parts(&failure).0.to_owned())
}

/// The columns of a waiting event that a row is made of.
const WAITING: &str = "number, state, attempts, due, finished, last_status, last_error";
