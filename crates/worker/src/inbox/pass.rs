//! One alarm's work: what is due is leased, delivered and written down, several events at a time.

use std::borrow::Cow;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::Poll;

use countersign::Timestamp;
use countersign::gateway::admin::noted;
use countersign::gateway::config::{Durable, Source};
use countersign::gateway::dedupe::EventKey;
use countersign::gateway::forward::{Event, Payload};
use countersign::gateway::inbox::{self, Attempt, Progress, State, Tidy};
use countersign::gateway::respond::{LogLine, Refusal};
use countersign::gateway::retry_after::retry_after;
use countersign::json::{printed, value};
use countersign::scheme::Form;
use futures_util::StreamExt;
use futures_util::future::LocalBoxFuture;
use futures_util::stream::FuturesUnordered;
use js_sys::Uint8Array;
use serde_json::{Value, json};

use super::object::{LATER, Object};
use super::shard::source;
use crate::body::Body;
use crate::{State as Shared, clock, host, http, state};

impl Object {
    /// One alarm's work. Slots are filled as they become free, as events arrive, and as events become due.
    pub(super) async fn pass(self: Rc<Self>) {
        if !self.is_usable() {
            return self.rearm();
        }
        if self.passing.replace(true) {
            return;
        }
        let shared = state();
        let name = self.table.source();
        match shared.as_ref().zip(name.as_ref()).and_then(|(shared, name)| Some((shared, source(shared, name)?))) {
            Some((shared, source)) => self.run(shared, source).await,
            None => {
                let line = json!({ "ev": "inbox", "code": "config_invalid", "source": name,
                    "detail": "stored events wait: their source is not in SOURCES, or has a fault" });
                host::log(&printed(&line));
            }
        }
        self.passing.set(false);
        self.recount();
        self.rearm();
        if name.is_some_and(|name| shared.as_ref().is_none_or(|shared| source(shared, &name).is_none())) {
            self.arm(clock::now_ms().saturating_add(LATER));
        }
    }

    async fn run(self: &Rc<Self>, shared: &Rc<Shared>, source: &Source) {
        let durable = source.storage();
        self.slots.set(durable.concurrency);
        let (started, mut begun) = (clock::now_ms(), 0_usize);
        self.arm(started.saturating_add(durable.terms.timeout).saturating_add(inbox::LEASE_SLACK));
        self.tidy(&durable);
        let mut work: FuturesUnordered<LocalBoxFuture<'_, Done>> = FuturesUnordered::new();
        let mut timer_at = u64::MAX;
        loop {
            let now = clock::now_ms();
            let last = begun >= MAX_PER_PASS || now > started.saturating_add(MAX_PASS);
            while !last && self.flying.borrow().len() < durable.concurrency {
                let Some(leased) = self.lease(now, &durable) else { break };
                begun = begun.saturating_add(1);
                work.push(Box::pin(self.deliver(shared, source, durable, leased)));
            }
            if self.flying.borrow().is_empty() {
                return;
            }
            // While one destination stalls, others become due.
            let soon = now.saturating_add(durable.terms.timeout);
            if let Some(due) =
                self.table.next(State::Pending).filter(|due| (now..soon.min(timer_at)).contains(due) && !last)
            {
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
            if let Some(Done::Timer) = done.await {
                timer_at = u64::MAX;
            }
        }
    }

    /// The next event that is due, with its attempt counted.
    fn lease(&self, now: u64, durable: &Durable) -> Option<Leased> {
        loop {
            let leased = self.table.due(now)?;
            let progress = leased.progress.leased(now, &durable.terms);
            if !self.flying.borrow().contains(&leased.number) {
                self.table.set(leased.number, progress, None).ok()?;
                self.flying.borrow_mut().push(leased.number);
                return Some(Leased { progress, ..leased });
            }
            // A replay of all made it due while an attempt is under way here: that one decides.
            self.table.set(leased.number, Progress { due: progress.due, ..leased.progress }, None).ok()?;
        }
    }

    async fn deliver(&self, shared: &Rc<Shared>, source: &Source, durable: Durable, leased: Leased) -> Done {
        let (number, progress, key) = (leased.number, leased.progress, leased.key);
        let reply = http::send(&leased.event, progress.attempts, source, &shared.env, true).await;
        let now = clock::now_ms();
        let attempt = match reply.outcome {
            Ok(()) => Attempt::Delivered,
            Err(_) => {
                let wait = reply.retry_after.as_deref().and_then(|value| retry_after(value, now));
                Attempt::Failed { not_before: wait.map(|wait| now.saturating_add(wait)) }
            }
        };
        let after = progress.attempted(attempt, now, &durable.terms, inbox::seed(key));
        let code = match (reply.outcome, after.state) {
            (Ok(()), _) => "delivered",
            (Err(_), State::Dead) => "dead",
            (Err(refusal), _) => refusal.code(),
        };
        let noted = |refusal: Refusal| noted(refusal.code(), reply.cause);
        let failure = reply.outcome.err().map(|refusal| (reply.status, noted(refusal)));
        if !self.was_forgotten(number) {
            // Where this write fails the lease lapses, and the event is sent again.
            let _ = match (failure, after.tidy(true, now, &durable.terms)) {
                (Some((status, code)), _) => self.table.fail(number, after, status, &code),
                (None, Tidy::DropBody(until)) => {
                    self.table.finish(number, Progress { due: until, ..after }, reply.status)
                }
                (None, _) => self.table.set(number, after, Some((reply.status, ""))),
            };
            if after.state != State::Pending {
                self.pending.set(self.pending.get().saturating_sub(1));
            }
        }
        self.flying.borrow_mut().retain(|flying| *flying != number);
        let line = LogLine {
            code,
            status: reply.status,
            source: Some(&source.name),
            scheme: Some(leased.event.form),
            event: Some(key),
            attempt: Some(progress.attempts),
            destination: Some((reply.status, reply.ms)),
            cause: reply.cause,
            ..LogLine::default()
        };
        host::log(&line.to_json());
        Done::Delivery
    }

    /// Whether an event was forgotten while an attempt was under way, which then has ended.
    fn was_forgotten(&self, number: u64) -> bool {
        let mut forgotten = self.forgotten.borrow_mut();
        let place = forgotten.iter().position(|forgotten| *forgotten == number);
        place.map(|place| forgotten.swap_remove(place)).is_some()
    }

    /// Drops bodies and ids whose time is over, a batch at a time.
    fn tidy(&self, durable: &Durable) {
        let now = clock::now_ms();
        for (number, progress, has_body) in self.table.to_tidy(now) {
            let _ = match progress.tidy(has_body, now, &durable.terms) {
                Tidy::Keep(until) => self.table.set(number, Progress { due: until, ..progress }, None),
                Tidy::DropBody(until) => self.table.drop_body(number, until),
                Tidy::Remove => self.table.remove(number),
            };
        }
    }
}

enum Done {
    Delivery,
    Timer,
}

/// An event taken up for an attempt.
pub(crate) struct Leased {
    pub(crate) number: u64,
    pub(crate) key: EventKey,
    pub(crate) progress: Progress,
    pub(crate) event: Event<Body>,
}

/// An event as it was stored: text, headers as [`Event::stored_headers`] writes them, and the body as JavaScript holds it.
pub(crate) fn restored(id: &str, form: &str, headers: &str, received_at: u64, body: Uint8Array) -> Event<Body> {
    let pairs = value(headers).unwrap_or_default();
    let text = |pair: &Value, at| pair.get(at).and_then(Value::as_str).map(str::to_owned);
    let header = |pair| Some((Cow::Owned(text(pair, 0)?), text(pair, 1)?.into_bytes()));
    let headers = pairs.as_array().into_iter().flatten().filter_map(header).collect();
    Event {
        id: id.as_bytes().to_vec(),
        form: Form::parse(form).unwrap_or(Form::V1),
        headers,
        payload: Payload::Received(Body::new(body, None)),
        received_at: Timestamp::from_unix(received_at),
    }
}

/// Attempts in one alarm: the platform counts requests per invocation, 50 where it is free.
const MAX_PER_PASS: usize = 40;

/// Milliseconds after which a pass takes up nothing more: the platform ends an alarm after 15 minutes.
const MAX_PASS: u64 = 5 * 60_000;
