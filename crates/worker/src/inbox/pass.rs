//! One alarm's work: what is due is leased, delivered and written down, several events at a time.

use std::cell::RefCell;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::Poll;

use countersign::config::{Durable, Source};
use countersign::gateway::dedupe::EventKey;
use countersign::gateway::forward::Event;
use countersign::gateway::log_record::LogRecord;
use countersign::gateway::response::Refusal;
use countersign::gateway::retry_after::retry_after;
use countersign::gateway::stored::Stored;
use countersign::inbox::noted;
use countersign::inbox::{self, Attempt, EventState, Progress, Tidy};
use futures_util::StreamExt;
use futures_util::future::LocalBoxFuture;
use futures_util::stream::FuturesUnordered;

use super::object::{LATER, Object, SET_ASIDE};
use super::queue::Row;
use super::shard::source;
use super::table;
use crate::body::Body;
use crate::state::{State as Shared, state};
use crate::{clock, host, http};

thread_local! {
    /// Passes under way, by source and shard. One that is still here when the next begins ended with its object.
    static PASSES: RefCell<Vec<(String, u32)>> = const { RefCell::new(Vec::new()) };
}

impl Object {
    /// One alarm's work. Slots are filled as they become free, as events arrive, and as events become due.
    pub(super) async fn pass(self: Rc<Self>) {
        if !self.is_usable() {
            return self.fail();
        }
        if self.passing.replace(true) {
            return;
        }
        self.look();
        let (shared, name) = (state(), self.source.borrow().clone());
        let this = (name.clone().unwrap_or_default(), self.shard.get());
        if PASSES.with_borrow(|passes| passes.contains(&this)) {
            self.careful.set(true);
        } else {
            PASSES.with_borrow_mut(|passes| passes.push(this.clone()));
        }
        let found = shared.as_ref().zip(name.as_ref());
        let done = match found.and_then(|(shared, name)| Some((shared, source(shared, name)?))) {
            Some((shared, source)) => self.run(shared, source).await.map(|()| true),
            None => Ok(false),
        };
        self.register().await;
        PASSES.with_borrow_mut(|passes| passes.retain(|pass| *pass != this));
        self.passing.set(false);
        self.recount();
        match done {
            Ok(true) => {
                if self.careful.replace(false) {
                    // Where it fails, what was read last is left aside: too careful by one.
                    let _ = self.table.set_reading(None);
                }
                self.succeed();
                self.rearm();
            }
            Ok(false) => self.wait_for_source(name.as_deref()),
            Err(()) => self.fail(),
        }
    }

    /// What is stored waits for a source that can be delivered to.
    fn wait_for_source(&self, name: Option<&str>) {
        table::log_event("config_invalid", name, "stored events wait: their source is not in SOURCES, or has a fault");
        self.arm(clock::now_ms().saturating_add(LATER));
    }

    async fn run(self: &Rc<Self>, shared: &Rc<Shared>, source: &Source) -> Result<(), ()> {
        let durable = source.storage();
        self.slots.set(durable.concurrency);
        let (started, mut begun, mut failed) = (clock::now_ms(), 0_usize, false);
        self.arm(started.saturating_add(durable.lifecycle.lease()));
        if !self.careful.get() {
            self.tidy(&durable);
        }
        let mut work: FuturesUnordered<LocalBoxFuture<'_, Done>> = FuturesUnordered::new();
        let mut timer_at = u64::MAX;
        loop {
            let now = clock::now_ms();
            let last = failed || begun >= MAX_PER_PASS || now > started.saturating_add(MAX_PASS);
            while !last && self.flying.borrow().len() < durable.concurrency {
                let foreseen = if self.careful.get() { self.foresee(now).await } else { Ok(()) };
                match foreseen.and_then(|()| self.lease(now, &durable)) {
                    Ok(Some(leased)) => {
                        begun = begun.saturating_add(1);
                        work.push(Box::pin(self.deliver(shared, source, durable, leased)));
                    }
                    Ok(None) => break,
                    Err(()) => {
                        failed = true;
                        break;
                    }
                }
            }
            // What is under way ends first.
            if self.flying.borrow().is_empty() {
                return if failed { Err(()) } else { Ok(()) };
            }
            // While one destination stalls, others become due.
            let soon = now.saturating_add(durable.lifecycle.timeout);
            let next = if last { None } else { self.table.next_attempt(&self.aside.borrow()).ok().flatten() };
            if let Some(due) = next.filter(|due| (now..soon.min(timer_at)).contains(due)) {
                timer_at = due;
                let timer = clock::Timer::new(due.saturating_sub(now) as f64);
                work.push(Box::pin(async move {
                    timer.wait().await;
                    Done::Timer
                }));
            }
            let done = poll_fn(|context| {
                if self.news.take() {
                    return Poll::Ready(None);
                }
                self.waker.replace(Some(context.waker().clone()));
                work.poll_next_unpin(context)
            });
            match done.await {
                Some(Done::Timer) => timer_at = u64::MAX,
                Some(Done::Delivery(written)) => failed |= written.is_err(),
                None => {}
            }
        }
    }

    /// The next event that is due, with its attempt counted. One that is damaged is set aside, and holds up no other.
    ///
    /// # Errors
    /// If it is not the event that cannot be read or written, but any.
    fn lease(&self, now: u64, durable: &Durable) -> Result<Option<Leased>, ()> {
        let lifecycle = &durable.lifecycle;
        loop {
            let due = self.table.due(now, lifecycle.latest_due(now), &self.aside.borrow())?;
            let Some(number) = due else { return Ok(None) };
            let flies = self.flying.borrow().contains(&number);
            let row = if flies { None } else { self.table.read(number).ok().flatten() };
            let written = match row.and_then(|row| self.read_back(row)) {
                Some((key, progress, stored)) => {
                    let progress = progress.leased(now, lifecycle);
                    if self.table.lease(number, progress) == Ok(true) {
                        if self.careful.get() {
                            self.table.set_reading(None)?;
                        }
                        self.flying.borrow_mut().push(number);
                        let event = stored.into_event(progress.attempts);
                        return Ok(Some(Leased { number, key, progress, event }));
                    }
                    false
                }
                // A replay of all made it due while an attempt is under way here: that one decides.
                None if flies => self.table.postpone(number, now.saturating_add(lifecycle.lease())) == Ok(true),
                None => {
                    table::log_event("unreadable", self.source.borrow().as_deref(), SET_ASIDE);
                    self.pending.set(self.pending.get().saturating_sub(1));
                    self.table.bury(number, now) == Ok(true)
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

    async fn deliver(&self, shared: &Rc<Shared>, source: &Source, durable: Durable, leased: Leased) -> Done {
        let (number, progress, key) = (leased.number, leased.progress, leased.key);
        let reply = http::send(&leased.event, source, &shared.bindings).await;
        let now = clock::now_ms();
        let attempt = match reply.outcome {
            Ok(()) => Attempt::Delivered,
            Err(_) => {
                let wait = reply.retry_after.as_deref().and_then(|value| retry_after(value, now));
                Attempt::Failed { not_before: wait.map(|wait| now.saturating_add(wait)) }
            }
        };
        // By a clock that may be wrong, nothing is given up.
        let lifecycle = if self.watch.get().holds(now) { durable.lifecycle.patient() } else { durable.lifecycle };
        let after = progress.attempted(attempt, now, &lifecycle, inbox::seed(key));
        let code = match (reply.outcome, after.state) {
            (Ok(()), _) => "delivered",
            (Err(_), EventState::Dead) => "dead",
            (Err(refusal), _) => refusal.code(),
        };
        let noted = |refusal: Refusal| noted(refusal.code(), reply.cause);
        let failure = reply.outcome.err().map(|refusal| (reply.status, noted(refusal)));
        let mut written = Ok(());
        if !self.was_forgotten(number) {
            // Where this fails the lease lapses, and the event is sent again.
            written = match (failure, after.tidy(true, now, &durable.lifecycle)) {
                (Some((status, code)), _) => self.table.fail(number, after, status, &code),
                (None, Tidy::DropBody(until)) => {
                    self.table.finish(number, Progress { due: until, ..after }, reply.status)
                }
                (None, _) => self.table.set(number, after, Some((reply.status, ""))),
            };
            if after.state != EventState::Pending {
                self.pending.set(self.pending.get().saturating_sub(1));
            }
        }
        self.flying.borrow_mut().retain(|flying| *flying != number);
        let line = LogRecord {
            code,
            status: reply.status,
            source: Some(&source.name),
            scheme: Some(source.policy.scheme.name),
            form: Some(leased.event.form()),
            event: Some(key),
            attempt: Some(progress.attempts),
            destination: Some((reply.status, reply.ms)),
            cause: reply.cause,
            ..LogRecord::default()
        };
        host::log(&line.to_json());
        Done::Delivery(written)
    }

    /// Whether an event was forgotten while an attempt was under way, which then has ended.
    fn was_forgotten(&self, number: i64) -> bool {
        let mut forgotten = self.forgotten.borrow_mut();
        let place = forgotten.iter().position(|forgotten| *forgotten == number);
        place.map(|place| forgotten.swap_remove(place)).is_some()
    }

    /// Drops bodies and ids whose time is over, a batch at a time; by a clock that may be trusted.
    fn tidy(&self, durable: &Durable) {
        let now = self.look();
        if self.watch.get().holds(now) || now < self.tidy_after.get() {
            return;
        }
        let done = self.table.to_tidy(now).and_then(|(batch, is_full)| {
            let mut done = Ok(is_full);
            for (number, progress, has_body) in batch {
                let written = match progress.tidy(has_body, now, &durable.lifecycle) {
                    Tidy::Keep(until) => self.table.set(number, Progress { due: until, ..progress }, None),
                    Tidy::DropBody(until) => self.table.drop_body(number, until),
                    Tidy::Remove => self.table.remove(number),
                };
                // One that is damaged keeps no other.
                done = done.and_then(|is_full| written.map(|()| is_full));
            }
            done
        });
        self.tidy_soon.set(done == Ok(true));
        if done.is_err() {
            self.tidy_after.set(now.saturating_add(LATER));
        }
    }
}

enum Done {
    Delivery(Result<(), ()>),
    Timer,
}

/// An event taken up for an attempt.
struct Leased {
    number: i64,
    key: EventKey,
    progress: Progress,
    event: Event<Body>,
}

/// Attempts in one alarm: the platform counts requests per invocation, 50 where it is free.
const MAX_PER_PASS: usize = 40;

/// Milliseconds after which a pass takes up nothing more: the platform ends an alarm after 15 minutes.
const MAX_PASS: u64 = 5 * 60_000;
