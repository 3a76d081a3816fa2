//! What an inbox counts, for the operator and for `/healthz`.

use countersign::inbox::{
    EventState, LastError, Latency, Machine, Outlet, Report, Stats, Store as _, StoreFault, noted_parts,
};
use js_sys::Array;
use serde_json::{Map, Value, json};

use super::database::{Database, KnownFrom, integer, unsigned};
use super::object::Object;
use super::waiting::UNDELIVERED;
use crate::clock;

impl Database {
    /// Counts, over all destinations and for each. No table of events is read for them.
    ///
    /// # Errors
    /// If events cannot be counted.
    pub(super) fn stats(&self, machine: &Machine) -> Result<Stats, ()> {
        let first = self.ids.borrow().first().map_or(machine.next(), |table| table.first);
        let mut all = Stats { bytes: self.size(), ..Stats::default() };
        let mut destinations = Map::new();
        for outlet in machine.outlets() {
            let counted = self.stats_of(machine, outlet, first)?;
            destinations.insert(outlet.name().to_owned(), self.described(machine, outlet, &counted)?);
            all = all.and(counted);
        }
        Ok(Stats { destinations: destinations.into(), ..all })
    }

    /// Counts for one destination. Ids are known from the event `first` on.
    fn stats_of(&self, machine: &Machine, outlet: &Outlet, first: u64) -> Result<Stats, ()> {
        let (from, done) = (outlet.cursor().from().max(1), outlet.cursor().done());
        let (ids, first) = (self.known_from(from, machine)?, first.max(from));
        // What an operator replayed here that is older than the destination is not among those ids.
        let older = from.saturating_sub(1).saturating_sub(done.count(1, from.saturating_sub(1)));
        let rows = self.rows(
            "SELECT state, count(*), sum(number >= ?2) FROM waiting WHERE destination = ?1 GROUP BY state",
            &[outlet.name().into(), integer(first)],
        )?;
        let counted = |state: EventState, at: u32| {
            let is_in = |row: &&Array| unsigned(&row.get(0)) == u64::from(state.number());
            rows.iter().find(is_in).map_or(0, |row| unsigned(&row.get(at)))
        };
        let pending = |at| counted(EventState::Pending, at).saturating_add(counted(EventState::Behind, at));
        let dead_from =
            |from: u64| outlet.cursor().dead().iter().map(|dead| dead.count(from)).fold(0, u64::saturating_add);
        let backlog = machine.backlog(outlet);
        let filtered = outlet.cursor().filtered();
        let other =
            [pending(2), counted(EventState::Dead, 2), backlog.saturating_sub(older), dead_from(first), filtered];
        // Delivered events that have not expired, and whose id has no row of its own.
        let apart = counted(EventState::Delivered, 1).saturating_sub(counted(EventState::Delivered, 2));
        let failed = self.rows(&last_failed(), &[outlet.name().into()])?;
        let pending = backlog.saturating_add(pending(1));
        let oldest = if pending > 0 { self.oldest_pending(machine, outlet)? } else { None };
        Ok(Stats {
            pending,
            delivered: other.into_iter().fold(ids, u64::saturating_sub).saturating_add(apart),
            dead: counted(EventState::Dead, 1).saturating_add(dead_from(0)),
            filtered,
            attempts: self.attempts_at(outlet.name()),
            oldest_pending: oldest.map(|at| at.saturating_mul(1000)),
            last_error: failed.first().and_then(last_error).or_else(|| self.last_report(outlet)),
            ..Stats::default()
        })
    }

    /// How many ids of events are known, from one on. The tables are counted once; after that, each event that came since is one more, until
    /// ids are removed in another way ([`Database::recount`]). The next instance knows it too: a sleeping inbox is woken by each look.
    fn known_from(&self, first: u64, machine: &Machine) -> Result<u64, ()> {
        let next = machine.next();
        let known = self.counted.borrow().iter().find(|known| known.first == first).copied();
        if let Some(KnownFrom { next: then, count, .. }) = known {
            return Ok(count.saturating_add(next.saturating_sub(then)));
        }
        let mut count = 0_u64;
        let ids = self.ids.borrow();
        let oldest = ids.first().map_or(0, |table| table.first);
        for table in ids.iter() {
            // An event that was delivered late has a row in a later table too, for its own may be dropped meanwhile.
            let sql = format!(
                "SELECT count(*) FROM ids_{} WHERE number >= ?1 AND (number >= ?2 OR number < ?3)",
                table.number
            );
            let known = self.number(&sql, &[integer(first), integer(table.first), integer(oldest)])?;
            count = count.saturating_add(known.and_then(|known| u64::try_from(known).ok()).unwrap_or_default());
        }
        let mut counted = self.counted.borrow_mut();
        counted.push(KnownFrom { first, next, count });
        if count >= WORTH_A_ROW {
            let all: Vec<_> = counted.iter().map(|known| known.to_text()).collect();
            self.set_meta(COUNTED, &all.join(",").into())?;
            self.is_count_noted.set(true);
        }
        Ok(count)
    }

    /// Goes on with what an earlier instance counted.
    pub(super) fn restore_counts(&self, noted: Option<&str>) {
        self.is_count_noted.set(noted.is_some());
        self.counted.replace(noted.unwrap_or_default().split(',').filter_map(KnownFrom::parse).collect());
    }

    /// Has ids counted again: some were removed, or came from elsewhere.
    pub(super) fn recount(&self) -> Result<(), ()> {
        self.counted.borrow_mut().clear();
        if self.is_count_noted.replace(false) {
            self.run("DELETE FROM meta WHERE name = ?", &[COUNTED.into()])?;
        }
        Ok(())
    }

    /// Whether an event counts as dead at a destination.
    pub(super) fn has_died(&self, number: u64, machine: &Machine, outlet: &Outlet) -> Result<bool, ()> {
        let waiting = self.waiting(outlet.name(), number).map_err(|StoreFault| ())?;
        let state = waiting.map_or_else(|| machine.state_in_log(outlet, number), |progress| progress.state);
        Ok(state == EventState::Dead)
    }

    /// How many events are pending, at all destinations.
    pub(super) fn pending(&self, machine: &Machine) -> Result<u64, ()> {
        let counted = |count: Option<i64>| count.and_then(|count| u64::try_from(count).ok()).unwrap_or_default();
        let waiting = self.count_open()?;
        let legacy = if self.has_legacy.get() {
            counted(self.number("SELECT count(*) FROM events_2 WHERE state = 0", &[])?)
        } else {
            0
        };
        let backlogs = machine.outlets().iter().map(|outlet| machine.backlog(outlet));
        Ok(backlogs.fold(waiting.saturating_add(legacy), u64::saturating_add))
    }

    fn attempts_at(&self, destination: &str) -> u64 {
        let recent = self.recent.borrow();
        recent.iter().find(|recent| recent.destination == destination).map_or(0, |recent| recent.attempts)
    }

    /// When the oldest pending event of a destination was received, in seconds; `None` if none is pending. Events are numbered as they
    /// come, so only the first of each kind is read.
    pub(super) fn oldest_pending(&self, machine: &Machine, outlet: &Outlet) -> Result<Option<u64>, ()> {
        let mut oldest = match self.first_open(outlet.name())? {
            Some(number) => self.number("SELECT received_at FROM kept WHERE number = ?", &[integer(number)])?,
            None => None,
        };
        let first = outlet.cursor().done().first_missing(1);
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
    fn last_report(&self, outlet: &Outlet) -> Option<LastError> {
        let recent = self.recent.borrow();
        let own = recent.iter().find(|recent| recent.destination == outlet.name())?;
        let open = |report: &&Report| report.failure.is_some() && !outlet.cursor().is_done(report.number);
        let report = own.reports.iter().rev().find(open)?;
        let (code, cause) = noted_parts(report.failure.as_deref()?);
        let due = outlet.breaker().next_probe().unwrap_or(report.at);
        Some(LastError { status: report.status, code: code.to_owned(), cause: cause.map(str::to_owned), due })
    }

    /// The last failure of a destination while it was broken.
    pub(super) fn why(&self, destination: &str) -> Result<Option<String>, ()> {
        let rows = self.rows("SELECT why FROM destinations WHERE name = ?", &[destination.into()])?;
        Ok(rows.first().and_then(|row| row.get(0).as_string()))
    }

    /// Whether a destination is attempted, since when, and why not; and its counts.
    fn described(&self, machine: &Machine, outlet: &Outlet, stats: &Stats) -> Result<Value, ()> {
        let why = self.why(outlet.name())?;
        let (state, since) = match (outlet.orphaned(), outlet.pauses().since(), outlet.breaker().broken_since()) {
            (Some(since), _, _) => ("orphaned", Some(since)),
            (None, Some(since), _) => ("paused", Some(since)),
            (None, None, Some(since)) => ("broken", Some(since)),
            (None, None, None) => ("open", None),
        };
        let held = outlet.breaker().held_until();
        let why = why.filter(|_| state == "broken");
        Ok(json!({
            "state": state, "since": since, "why": why,
            "held_until": (held > 0).then_some(held), "under_way": outlet.under_way(),
            "pending": stats.pending, "delivered": stats.delivered, "dead": stats.dead, "filtered": stats.filtered,
            "attempts": stats.attempts, "oldest_pending": stats.oldest_pending,
            "next_attempt": self.next_attempt(machine, outlet, stats.pending)?, "failing": self.failing(outlet.name())?,
        }))
    }

    /// When the next attempt begins, if everything that is pending waits for it; `None` while attempts are made, or none is to come.
    fn next_attempt(&self, machine: &Machine, outlet: &Outlet, pending: u64) -> Result<Option<u64>, ()> {
        if pending == 0 || outlet.orphaned().is_some() || outlet.pauses().since().is_some() {
            return Ok(None);
        }
        let (now, breaker) = (clock::now_ms(), outlet.breaker());
        let due = match breaker.next_probe() {
            // Of an ordered source, the log has events that wait for others.
            None if machine.ready(outlet) == 0 => self.next_due(outlet.name(), &[]).map_err(|StoreFault| ())?,
            probe => probe.or(Some(now)),
        };
        Ok(due.map(|due| due.max(breaker.held_until())).filter(|due| *due > now))
    }

    /// The latest events that failed by themselves and are not delivered yet: how many, by the code of their last failure.
    fn failing(&self, destination: &str) -> Result<Value, ()> {
        let sql = format!(
            "SELECT substr(last_error, 1, instr(last_error || '/', '/') - 1) AS code, count(*)
             FROM (SELECT state, last_error FROM waiting WHERE destination = ? ORDER BY number DESC LIMIT {MOST_FAILED})
             WHERE {UNDELIVERED} AND last_error <> '' GROUP BY code"
        );
        let rows = self.rows(&sql, &[destination.into()])?;
        let counts = rows.iter().filter_map(|row| Some((row.get(0).as_string()?, unsigned(&row.get(1)).into())));
        Ok(Value::Object(counts.collect()))
    }
}

impl Object {
    /// How long attempts at a destination took since this instance was started, and lately. An instance ends after ten quiet seconds: one
    /// that has seen little says what the attempts took that are on disk.
    pub(super) fn latencies(&self, destination: &str) -> Result<(Latency, Latency), ()> {
        let seen = self.reported.latency(destination);
        let mut lately = Latency::default();
        if seen.count() >= SEEN {
            lately.add(&seen);
        } else {
            self.database.latest_attempts(destination)?.iter().for_each(|report| lately.note(report.ms));
        }
        Ok((seen, lately))
    }
}

impl KnownFrom {
    fn to_text(self) -> String {
        [self.first, self.next, self.count].map(|number| number.to_string()).join(" ")
    }

    fn parse(text: &str) -> Option<Self> {
        let mut numbers = text.split(' ').map_while(|number| number.parse().ok());
        Some(Self { first: numbers.next()?, next: numbers.next()?, count: numbers.next()? })
    }
}

/// A statement for what the last undelivered event that failed said. The index has those of one state in the order of their times.
fn last_failed() -> String {
    let of = |state: EventState| {
        format!(
            "SELECT * FROM (SELECT last_status, last_error, due FROM waiting
             WHERE destination = ?1 AND state = {} AND last_error <> '' ORDER BY due DESC LIMIT 1)",
            state.number()
        )
    };
    let states = [EventState::Pending, EventState::Behind, EventState::Dead];
    [&states.map(of).join(" UNION ALL "), " ORDER BY due DESC LIMIT 1"].concat()
}

fn last_error(row: &Array) -> Option<LastError> {
    let noted = row.get(1).as_string()?;
    let (code, cause) = noted_parts(&noted);
    Some(LastError {
        status: u16::try_from(unsigned(&row.get(0))).unwrap_or_default(),
        code: code.to_owned(),
        cause: cause.map(str::to_owned),
        due: unsigned(&row.get(2)),
    })
}

/// The name under which counts of ids are written down.
pub(super) const COUNTED: &str = "counted";

/// So many ids cost as much to count as a row to write.
const WORTH_A_ROW: u64 = 1_000;

/// Of a destination's events that failed, so many are counted by code at a time: the latest.
const MOST_FAILED: usize = 1_000;

/// An instance that has seen so many attempts at a destination needs no others for its percentiles.
const SEEN: u64 = 100;
