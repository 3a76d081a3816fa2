//! One attempt at delivering an event: it is leased, sent, and its outcome is written down.

use countersign::config::{Durable, Source};
use countersign::gateway::dedupe::EventKey;
use countersign::gateway::forward::Event;
use countersign::gateway::log_record::LogRecord;
use countersign::gateway::retry_after::retry_after;
use countersign::gateway::stored::Stored;
use countersign::inbox::{self, Attempt, EventState, Progress, Tidy, noted};

use super::log::log_event;
use super::object::{Object, SET_ASIDE};
use super::queue::Row;
use crate::body::Body;
use crate::executor::settled;
use crate::http::Reply;
use crate::state::State;
use crate::{clock, console, http};

/// An event taken up for an attempt.
pub(super) struct Leased {
    number: i64,
    key: EventKey,
    progress: Progress,
    event: Event<Body>,
}

impl Object {
    /// Takes up the next event that is due, if one is.
    ///
    /// # Errors
    /// If it is not that one event that cannot be read or written, but any.
    pub(super) async fn take_up(&self, now: u64, durable: &Durable) -> Result<Option<Leased>, ()> {
        if self.careful.get() {
            self.foresee(now, durable).await?;
        }
        self.lease(now, durable)
    }

    /// Writes to disk which event is read next. If that ends the object, the next instance leaves the event aside.
    async fn foresee(&self, now: u64, durable: &Durable) -> Result<(), ()> {
        let latest = durable.lifecycle.latest_due(now);
        let due = self.database.due(now, latest, &self.aside.borrow())?;
        let Some(number) = due else { return Ok(()) };
        self.database.set_reading(Some(number))?;
        settled(self.storage.sync().map_err(drop)?).await.map(drop).map_err(drop)
    }

    /// The next event that is due, with its attempt counted. One that is damaged is set aside, and holds up no other.
    fn lease(&self, now: u64, durable: &Durable) -> Result<Option<Leased>, ()> {
        let lifecycle = &durable.lifecycle;
        loop {
            let due = self.database.due(now, lifecycle.latest_due(now), &self.aside.borrow())?;
            let Some(number) = due else { return Ok(None) };
            let flies = self.attempts.has(number);
            let row = if flies { Ok(None) } else { self.database.read_row(number) };
            self.misread.set(row.is_err());
            let written = match row.ok().flatten().and_then(|row| self.read_back(row)) {
                Some((key, progress, stored)) => {
                    let progress = progress.leased(now, lifecycle);
                    if self.database.lease(number, progress) == Ok(true) {
                        if self.careful.get() {
                            self.database.set_reading(None)?;
                        }
                        self.attempts.begin(number);
                        let event = stored.into_event(progress.attempts);
                        return Ok(Some(Leased { number, key, progress, event }));
                    }
                    false
                }
                // A replay of all made it due while an attempt is under way here: that one decides.
                None if flies => self.database.postpone(number, now.saturating_add(lifecycle.lease())) == Ok(true),
                None => {
                    log_event("unreadable", self.source.borrow().as_deref(), SET_ASIDE);
                    self.capacity.remove();
                    self.database.bury(number, now) == Ok(true)
                }
            };
            if !written {
                // The event, or all of them?
                self.probe()?;
                self.aside.borrow_mut().push(number);
            }
        }
    }

    /// What a row holds; `None` if it is damaged, or of another source.
    fn read_back(&self, row: Row) -> Option<(EventKey, Progress, Stored<Body>)> {
        let source = self.source.borrow();
        let stored = Stored::read(source.as_deref()?, &row.columns, Body::new(row.body, None))?;
        Some((EventKey::from_bytes(row.columns.key), row.progress, stored))
    }

    /// Sends an event, and writes down what came of it.
    ///
    /// # Errors
    /// If that could not be written. The lease lapses then, and the event is sent again.
    pub(super) async fn deliver(
        &self,
        state: &State,
        source: &Source,
        durable: Durable,
        leased: Leased,
    ) -> Result<(), ()> {
        let reply = http::send(&leased.event, source, &state.bindings).await;
        let now = clock::now_ms();
        let after = self.after(&leased, &reply, now, &durable);
        let mut written = Ok(());
        if !self.attempts.take_forgotten(leased.number) {
            written = self.write(leased.number, after, &reply, now, &durable);
            if after.state != EventState::Pending {
                self.capacity.remove();
            }
        }
        self.attempts.end(leased.number);
        let code = match (reply.outcome, after.state) {
            (Ok(()), _) => "delivered",
            (Err(_), EventState::Dead) => "dead",
            (Err(refusal), _) => refusal.code(),
        };
        let record = LogRecord {
            code,
            status: reply.status,
            source: Some(&source.name),
            scheme: Some(source.policy.scheme.name),
            form: Some(leased.event.form()),
            event: Some(leased.key),
            attempt: Some(leased.event.attempt()),
            destination: Some((reply.status, reply.ms)),
            cause: reply.cause,
            ..LogRecord::default()
        };
        console::log(&record.to_json());
        written
    }

    /// Where an event stands after an attempt. By a clock that may be wrong, nothing is given up.
    fn after(&self, leased: &Leased, reply: &Reply, now: u64, durable: &Durable) -> Progress {
        let attempt = match reply.outcome {
            Ok(()) => Attempt::Delivered,
            Err(_) => {
                let wait = reply.retry_after.as_deref().and_then(|value| retry_after(value, now));
                Attempt::Failed { not_before: wait.map(|wait| now.saturating_add(wait)) }
            }
        };
        let lifecycle = if self.watch.get().holds(now) { durable.lifecycle.patient() } else { durable.lifecycle };
        leased.progress.attempted(attempt, now, &lifecycle, inbox::seed(leased.key))
    }

    fn write(&self, number: i64, after: Progress, reply: &Reply, now: u64, durable: &Durable) -> Result<(), ()> {
        match (reply.outcome, after.tidy(true, now, &durable.lifecycle)) {
            (Err(refusal), _) => self.database.fail(number, after, reply.status, &noted(refusal.code(), reply.cause)),
            (Ok(()), Tidy::DropBody(until)) => {
                self.database.finish(number, Progress { due: until, ..after }, reply.status)
            }
            (Ok(()), _) => self.database.set(number, after, Some((reply.status, ""))),
        }
    }
}
