//! A part of an object's events, in the order of their numbers, for whoever lists, counts or replays them.

use countersign::admin::{Order, Selection};
use countersign::inbox::{EventState, Machine, Ranges};
use serde_json::{Value, json};

use super::database::{but, integer, unsigned};
use super::listed::Found;
use super::object::Object;
use super::orders::chosen;
use super::pages::unreadable;
use super::waiting::OPEN;

/// What is asked for.
pub(super) struct Scan<'a> {
    pub(super) selection: &'a Selection,
    pub(super) order: Order,
    /// The event behind which to go on.
    pub(super) after: Option<u64>,
    /// Events up to this number are left out.
    pub(super) newer_than: u64,
    /// Events before this number alone.
    pub(super) before: u64,
    /// So many rows end the scan.
    pub(super) limit: usize,
}

/// What was found.
#[derive(Default)]
pub(super) struct Scanned {
    pub(super) found: Vec<Found>,
    /// The number and the time of the last event that was looked at; `None` if there is no other.
    pub(super) next: Option<(u64, u64)>,
    /// How many events were looked at.
    pub(super) looked_at: u64,
}

impl Scanned {
    /// How many rows were found: one for each destination at which an event is selected.
    pub(super) fn count(&self) -> u64 {
        self.found.iter().map(|found| found.places.len() as u64).sum()
    }
}

impl Object {
    /// Looks at events until enough are found, or so many were looked at that others have to have their turn.
    ///
    /// # Errors
    /// If the database does not answer.
    pub(super) fn scan(&self, machine: &Machine, scan: &Scan<'_>) -> Result<Scanned, ()> {
        let chosen = chosen(machine, scan.selection.destination.as_deref());
        let open = self.open_numbers(machine, scan, &chosen)?;
        let (mut scanned, mut after, mut bytes, mut rows) = (Scanned::default(), scan.after, 0_u64, 0_usize);
        let mut last_at = if scan.order == Order::New { FAR } else { 0 };
        loop {
            let numbers = self.next_numbers(&open, scan, after, (machine, &chosen))?;
            if numbers.is_empty() {
                return Ok(scanned);
            }
            let mut events = self.read_listed(&numbers, machine, &chosen)?;
            for number in numbers {
                after = Some(number);
                scanned.looked_at = scanned.looked_at.saturating_add(1);
                let Some(place) = events.iter().position(|event| event.number == number) else { continue };
                let event = events.swap_remove(place);
                last_at = event.at;
                // Bodies are read for nothing else.
                bytes = bytes.saturating_add(if scan.selection.data_id.is_some() { event.bytes } else { 0 });
                let places = self.selected(&event, machine, scan.selection, &chosen)?;
                rows = rows.saturating_add(places.len());
                if !places.is_empty() {
                    scanned.found.push(Found { event, places });
                }
                if rows >= scan.limit || bytes >= MOST_BYTES {
                    scanned.next = Some((number, last_at));
                    return Ok(scanned);
                }
            }
            if scanned.looked_at >= MOST_EVENTS {
                scanned.next = after.map(|number| (number, last_at));
                return Ok(scanned);
            }
        }
    }

    /// The numbers of the log to look at.
    fn open_numbers(&self, machine: &Machine, scan: &Scan<'_>, chosen: &[usize]) -> Result<Ranges, ()> {
        let mut open = Ranges::default();
        if scan.selection.code.is_some() || scan.selection.key.is_some() {
            return Ok(open);
        }
        for place in chosen {
            if let Some(outlet) = machine.outlets().get(*place) {
                machine
                    .candidates(outlet, scan.selection.state)
                    .iter()
                    .for_each(|(first, last)| open.insert(first, last));
            }
        }
        // Clocks of accepting Workers differ by less than this.
        if let Some(from) = scan.selection.from {
            let first = self.first_since(machine, from.saturating_sub(SLACK))?;
            open.remove(0, first.saturating_sub(1));
        }
        if let Some(to) = scan.selection.to {
            open.remove(self.first_since(machine, to.saturating_add(SLACK))?, u64::MAX);
        }
        let (aside, lost) = (self.database.aside.borrow(), self.database.lost.borrow());
        aside.iter().chain(lost.iter()).for_each(|number| open.remove(*number, *number));
        Ok(open)
    }

    /// The first number of the log that was received at a time or later, if clocks agreed.
    fn first_since(&self, machine: &Machine, at: u64) -> Result<u64, ()> {
        let logs = self.database.logs.borrow();
        let (mut low, mut high) = (logs.first().map_or(0, |table| table.first), machine.next());
        while low < high {
            let middle = low.midpoint(high);
            // Tables that are gone may have been in between: the next one says as much.
            let next = logs.iter().find(|table| table.last.is_none_or(|last| last >= middle));
            let Some(table) = next.map(|table| table.number) else {
                high = middle;
                continue;
            };
            // A number whose event was removed has its row all the same.
            let sql = format!("SELECT received_at FROM log_{table} WHERE number >= ? ORDER BY number LIMIT 1");
            let received = self.database.number(&sql, &[integer(middle)])?.and_then(|at| u64::try_from(at).ok());
            if received.is_some_and(|received| received.saturating_mul(1000) < at) {
                low = middle.saturating_add(1);
            } else {
                high = middle;
            }
        }
        Ok(low)
    }

    /// The next numbers to look at, in the list's order.
    fn next_numbers(
        &self,
        open: &Ranges,
        scan: &Scan<'_>,
        after: Option<u64>,
        (machine, chosen): (&Machine, &[usize]),
    ) -> Result<Vec<u64>, ()> {
        let is_back = scan.order == Order::New;
        let (mut from, mut to) = (scan.newer_than.saturating_add(1), scan.before.saturating_sub(1));
        match after {
            Some(after) if is_back => to = to.min(after.saturating_sub(1)),
            Some(after) => from = from.max(after.saturating_add(1)),
            None => {}
        }
        if from > to {
            return Ok(Vec::new());
        }
        let mut wanted = open.clone();
        wanted.remove(0, from.saturating_sub(1));
        wanted.remove(to.saturating_add(1), u64::MAX);
        let mut numbers = wanted.numbers(is_back, WINDOW);
        if let Some(key) = scan.selection.event_key() {
            let known = self.database.find(key)?.and_then(|number| u64::try_from(number).ok());
            numbers.extend(known.filter(|number| (from..=to).contains(number) && !self.is_aside(*number)));
        } else {
            for place in chosen {
                let Some(outlet) = machine.outlets().get(*place) else { continue };
                numbers.extend(self.waiting_numbers(outlet.name(), scan, (from, to))?);
            }
        }
        if is_back {
            numbers.sort_unstable_by(|one, other| other.cmp(one));
        } else {
            numbers.sort_unstable();
        }
        numbers.dedup();
        numbers.truncate(WINDOW);
        Ok(numbers)
    }

    /// The numbers of events that wait by themselves at a destination.
    fn waiting_numbers(&self, destination: &str, scan: &Scan<'_>, (from, to): (u64, u64)) -> Result<Vec<u64>, ()> {
        let state = match scan.selection.state {
            None => String::new(),
            Some(EventState::Pending | EventState::Behind) => format!(" AND {OPEN}"),
            Some(EventState::Filtered) => return Ok(Vec::new()),
            Some(state) => format!(" AND state = {}", state.number()),
        };
        let code = scan.selection.code.as_deref();
        let failed = if code.is_some() {
            " AND (last_error = ?4 OR substr(last_error, 1, length(?4) + 1) = ?4 || '/')"
        } else {
            ""
        };
        let order = if scan.order == Order::New { "DESC" } else { "ASC" };
        let aside = self.database.aside.borrow();
        let sql = format!(
            "SELECT number FROM waiting WHERE destination = ?1 AND number BETWEEN ?2 AND ?3{state}{failed}{} ORDER BY number {order} LIMIT {WINDOW}",
            but(&aside)
        );
        let mut values = vec![destination.into(), integer(from), integer(to)];
        values.extend(code.map(Into::into));
        let rows = self.database.rows(&sql, &values)?;
        Ok(rows.iter().map(|row| unsigned(&row.get(0))).collect())
    }
}

impl Object {
    /// What a caller asks of this object's part of a list, as JSON: `selection`, `order`, `after`, `newer_than`, `limit`, and whether it
    /// only wants a `count`. The answer is JSON, too.
    pub(super) fn list(&self, asked: &Value, machine: &Machine) -> Result<Value, ()> {
        let number = |name: &str| asked.get(name).and_then(Value::as_u64);
        let selection = Selection::from_json(asked.get("selection").unwrap_or(&Value::Null));
        let order = if asked.get("order").and_then(Value::as_str) == Some("old") { Order::Old } else { Order::New };
        let is_count = asked.get("count").is_some();
        let scan = Scan {
            selection: &selection,
            order,
            after: number("after"),
            newer_than: number("newer_than").unwrap_or_default(),
            before: machine.next(),
            limit: number("limit").map_or(usize::MAX, |limit| usize::try_from(limit).unwrap_or(usize::MAX)),
        };
        let scanned = self.scan(machine, &scan)?;
        let mut events = Vec::new();
        if !is_count {
            events.extend(self.unreadable(&scan, machine)?);
            let rows = self.rows_of(&scanned.found, machine)?;
            events.extend(
                scanned.found.iter().zip(rows).map(|(found, rows)| json!([found.event.number, found.event.at, rows])),
            );
        }
        Ok(json!({
            "events": events, "count": scanned.count(), "looked_at": scanned.looked_at, "newest": machine.next().saturating_sub(1),
            "next": scanned.next.map(|(number, at)| json!([number, at])),
        }))
    }

    /// The events that cannot be read, at the beginning of a list that they belong to. Of what they are, only their keys are known.
    fn unreadable(&self, scan: &Scan<'_>, machine: &Machine) -> Result<Option<Value>, ()> {
        let aside = self.database.aside.borrow();
        let Selection { state, destination, key, has_tests, .. } = scan.selection.clone();
        let plain = Selection { state, destination, key, has_tests, ..Selection::default() };
        let is_theirs = scan.after.is_none() && scan.selection.has_state(EventState::Dead) && plain == *scan.selection;
        if aside.is_empty() || !is_theirs {
            return Ok(None);
        }
        let known = match scan.selection.event_key() {
            Some(key) => self.database.find(key)?.and_then(|number| u64::try_from(number).ok()),
            None => None,
        };
        let is_meant =
            |number: &&u64| **number > scan.newer_than && (scan.selection.key.is_none() || known == Some(**number));
        let places = chosen(machine, scan.selection.destination.as_deref());
        let mut rows = Vec::new();
        for number in aside.iter().filter(is_meant) {
            for outlet in places.iter().filter_map(|place| machine.outlets().get(*place)) {
                // It may have been delivered elsewhere before.
                if self.database.has_died(*number, machine, outlet)? {
                    rows.push(unreadable(None));
                }
            }
        }
        let at = if scan.order == Order::New { FAR } else { 0 };
        Ok((!rows.is_empty()).then(|| json!([at, at, rows])))
    }
}

/// So many events are read at a time.
const WINDOW: usize = 500;

/// The events after which a scan ends.
const MOST_EVENTS: u64 = 10_000;

/// The bytes of bodies after which a scan ends.
const MOST_BYTES: u64 = 8 * 1024 * 1024;

/// Milliseconds by which the order of numbers and the order of times may differ.
const SLACK: u64 = 5 * 60_000;

/// A time after all others.
const FAR: u64 = 1 << 52;
