//! The inbox: a SQLite Durable Object that stores an event before it is acknowledged, and delivers it by alarms.
//!
//! It reads, writes and fetches; what becomes of an event is decided in [`countersign::gateway::inbox`]. Three rules keep an
//! acknowledged event from being lost:
//!
//! - Claim and event are one `INSERT`, and the platform holds back every answer and every request until what was written before
//!   it is on disk. So a 202 means stored, and an attempt was counted before it left.
//! - An event that is being delivered is leased, by moving its `due` behind the attempt: whoever dies leaves it due again.
//! - The next alarm is set before a pass does anything, and again by every accept, every admin call and every new instance. The
//!   handler never throws, because the platform gives up on an alarm that does.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};

use countersign::Timestamp;
use countersign::gateway::config::{Durable, Entry, Source};
use countersign::gateway::dedupe::EventKey;
use countersign::gateway::forward::{Event, Payload};
use countersign::gateway::inbox::{self, Attempt, Limits, Progress, State, Tidy};
use countersign::gateway::respond::{LogLine, Refusal};
use countersign::scheme::Form;
use futures_util::StreamExt;
use futures_util::future::LocalBoxFuture;
use futures_util::stream::FuturesUnordered;
use js_sys::{JsString, Uint8Array};
use serde_json::{Value, json};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, future_to_promise};

use crate::body::Body;
use crate::host::{self, Fetcher, Namespace, Storage};
use crate::schema::{self, Row, Table};
use crate::task::settled;
use crate::{State as Shared, http, state};

/// One object: one shard of one source.
#[wasm_bindgen]
#[derive(Clone)]
pub struct Inbox(Rc<Object>);

struct Object {
    storage: Storage,
    env: JsValue,
    table: Table,
    /// Why the database cannot be used, if it cannot.
    broken: Option<&'static str>,
    born: Cell<Option<u64>>,
    pending: Cell<u64>,
    /// What may be stored before the database is measured again, under the limits of then.
    room: Cell<(Limits, u64)>,
    /// Events of which an attempt is under way in this instance.
    flying: RefCell<BTreeSet<u64>>,
    /// How many attempts a pass may have under way.
    slots: Cell<usize>,
    /// Set while a pass runs, which then is what takes up new events.
    passing: Cell<bool>,
    news: Cell<bool>,
    waker: RefCell<Option<Waker>>,
    /// The alarm that this instance set last.
    armed: Cell<Option<u64>>,
}

thread_local! {
    /// Ids of objects by source and shard: as many as the configuration has.
    static IDS: RefCell<Vec<(String, u32, JsValue)>> = const { RefCell::new(Vec::new()) };
    static LIMITS: Cell<Limits> = const { Cell::new(Limits::DEFAULT) };
}

/// For tests of a full inbox.
pub fn set_limits(limits: Limits) {
    LIMITS.set(limits);
}

#[wasm_bindgen]
impl Inbox {
    /// Opens the object's database, brings it to the present schema, and sees to it that it will be woken.
    #[wasm_bindgen(constructor)]
    pub fn new(storage: Storage, env: JsValue) -> Self {
        let table = Table::new(&storage);
        let broken = schema::migrate(&storage, &table).err();
        let object = Object {
            storage,
            env,
            born: Cell::new(None),
            pending: Cell::new(table.count(State::Pending)),
            room: Cell::new((Limits::DEFAULT, 0)),
            table,
            broken,
            flying: RefCell::default(),
            slots: Cell::new(0),
            passing: Cell::new(false),
            news: Cell::new(false),
            waker: RefCell::new(None),
            armed: Cell::new(None),
        };
        if let Some(problem) = broken {
            host::log(&json!({ "ev": "inbox", "code": "storage_unavailable", "detail": problem }).to_string());
        }
        object.rearm();
        Self(Rc::new(object))
    }

    #[expect(clippy::too_many_arguments, reason = "as they cross the boundary, without an object around them")]
    /// Stores an event, unless its id is known. `accepted`, `duplicate`, `moved`, `full` or `failed`, or a promise of it.
    pub fn accept(
        &self,
        source: String,
        shard: u32,
        id: JsString,
        form: JsString,
        headers: JsString,
        received_at: f64,
        body: Uint8Array,
    ) -> JsValue {
        let object = Rc::clone(&self.0);
        let key = EventKey::new(&source, String::from(&id).as_bytes());
        let Some(born) = object.begin(&source, shard) else { return "failed".into() };
        let asked = inbox::homes(key, shard.saturating_add(1));
        let before: Vec<u32> = asked.into_iter().filter(|home| *home < shard).rev().collect();
        let asks = !before.is_empty() && inbox::asks_before(born, host::now_ms(), &object.durable(&source).terms);
        let row = Row { key, id, form, headers, received_at: received_at as u64 };
        if !asks || object.table.state(key).is_some() {
            return object.store(&row, &body).into();
        }
        let asking = async move {
            for shard in before {
                match object.ask(&source, shard, &String::from(&row.id)).await.as_deref() {
                    Some("moved") => {}
                    Some("stored") => return Ok("duplicate".into()),
                    _ => return Ok("failed".into()),
                }
            }
            Ok(object.store(&row, &body).into())
        };
        future_to_promise(asking).into()
    }

    /// Gives an id away to a newer shard, unless its event is here: `stored`, `moved` or `failed`.
    pub fn claim(&self, source: &str, shard: u32, id: &str) -> String {
        let (object, key) = (&self.0, EventKey::new(source, id.as_bytes()));
        if object.begin(source, shard).is_none() {
            return "failed".to_owned();
        }
        match object.table.state(key) {
            Some(State::Moved) => "moved",
            Some(_) => "stored",
            None => match object.table.insert_moved(key, id, Progress::moved(host::now_ms())) {
                Ok(()) => "moved",
                Err(()) => "failed",
            },
        }
        .to_owned()
    }

    /// Delivers what is due, until nothing is.
    pub fn alarm(&self) -> js_sys::Promise {
        let object = Rc::clone(&self.0);
        object.armed.set(None);
        future_to_promise(async move {
            object.pass().await;
            Ok(JsValue::UNDEFINED)
        })
    }

    /// Counts, as JSON.
    pub fn stats(&self) -> String {
        self.0.look_again();
        self.0.table.stats().to_json().to_string()
    }

    /// One page of events in a state, as a JSON array. `due` and `number` are those of the event before; 0 for none.
    pub fn list(&self, state: u8, due: f64, number: f64, limit: u32) -> String {
        self.0.look_again();
        self.0.table.list(State::from_number(state), due, number, limit)
    }

    /// One event, as JSON; nothing where it is not known.
    pub fn event(&self, source: &str, id: &str) -> Option<String> {
        self.0.look_again();
        self.0.table.describe(EventKey::new(source, id.as_bytes()))
    }

    /// Delivers an event anew: `replayed`, `gone` where its body was dropped, `unknown` or `failed`.
    pub fn replay(&self, source: &str, id: &str) -> String {
        let key = EventKey::new(source, id.as_bytes());
        let outcome = match self.0.table.progress(key) {
            Some((number, _, _)) if self.0.flying.borrow().contains(&number) => "replayed",
            Some((number, progress, has_body)) => match progress.replayed(host::now_ms(), has_body) {
                Some(progress) if self.0.table.set(number, progress, None).is_ok() => "replayed",
                Some(_) => "failed",
                None => "gone",
            },
            None => "unknown",
        };
        self.0.recount();
        self.0.look_again();
        outcome.to_owned()
    }

    /// Delivers all events of a state anew whose bodies are there; how many.
    #[wasm_bindgen(js_name = replayAll)]
    pub fn replay_all(&self, state: u8) -> f64 {
        let replayed = self.0.table.replay_all(State::from_number(state), Progress::accepted(host::now_ms()));
        self.0.recount();
        self.0.look_again();
        replayed
    }
}

impl Object {
    /// Notes at the first event whose shard this is; the time of that.
    fn begin(&self, source: &str, shard: u32) -> Option<u64> {
        if self.broken.is_none() && self.born.get().is_none() {
            self.born.set(self.table.born(source, shard, host::now_ms()));
        }
        self.born.get()
    }

    fn store(&self, row: &Row, body: &Uint8Array) -> &'static str {
        let now = host::now_ms();
        if !self.fits(row, body) {
            return match self.table.state(row.key) {
                Some(State::Moved) => "moved",
                Some(_) => "duplicate",
                None => "full",
            };
        }
        match self.table.insert(row, body, Progress::accepted(now)) {
            Ok(true) => {
                self.pending.set(self.pending.get().saturating_add(1));
                if self.passing.get() {
                    // With all slots taken there is nothing that a pass could do about it now.
                    if self.flying.borrow().len() < self.slots.get() {
                        self.wake();
                    }
                } else if !self.armed.get().is_some_and(|at| at <= now && now < at.saturating_add(BURST)) {
                    self.arm(now);
                }
                "accepted"
            }
            Ok(false) if self.table.state(row.key) == Some(State::Moved) => "moved",
            Ok(false) => "duplicate",
            Err(()) => "failed",
        }
    }

    /// Whether there is room for one more. To measure the database costs a tenth of an insert, so it is done as seldom as it may be.
    fn fits(&self, row: &Row, body: &Uint8Array) -> bool {
        let (limits, pending) = (LIMITS.get(), self.pending.get());
        let row = inbox::row_bytes(body.length(), row.headers.length());
        let (measured, room) = self.room.get();
        if let Some(room) = room.checked_sub(row).filter(|_| measured == limits) {
            self.room.set((limits, room));
            return pending < limits.pending;
        }
        let size = self.storage.sql().size();
        self.room.set((limits, limits.room(size)));
        limits.admit(pending, size)
    }

    async fn ask(&self, source: &str, shard: u32, id: &str) -> Option<String> {
        let stub = stub(&self.env, source, shard)?;
        JsFuture::from(stub.claim(source, shard, id).ok()?).await.ok()?.as_string()
    }

    fn wake(&self) {
        self.news.set(true);
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }

    fn arm(&self, at: u64) {
        self.armed.set(Some(at));
        host::arm(&self.storage, at as f64);
    }

    /// Sets the alarm for what comes next, whatever was set before.
    fn rearm(&self) {
        if self.broken.is_some() {
            return;
        }
        let next = inbox::wake_at(self.table.next(State::Pending), self.table.next_tidy(), host::now_ms());
        if let Some(at) = next {
            self.arm(at);
        }
    }

    fn look_again(&self) {
        if self.passing.get() { self.wake() } else { self.rearm() }
    }

    fn recount(&self) {
        self.pending.set(self.table.count(State::Pending));
    }

    fn durable(&self, name: &str) -> Durable {
        let shared = state();
        let source = shared.as_ref().and_then(|shared| source(shared, name));
        source.map_or(Durable::DEFAULT, Source::storage)
    }

    /// One alarm's work. Slots are filled as they become free, as events arrive, and as events become due.
    async fn pass(self: Rc<Self>) {
        if self.broken.is_some() || self.passing.replace(true) {
            return;
        }
        let shared = state();
        let name = self.table.source();
        match shared.as_ref().zip(name.as_ref()).and_then(|(shared, name)| Some((shared, source(shared, name)?))) {
            Some((shared, source)) => self.run(shared, source).await,
            None => {
                let line = json!({ "ev": "inbox", "code": "config_invalid", "source": name,
                    "detail": "stored events wait: their source is not in SOURCES, or has a fault" });
                host::log(&line.to_string());
            }
        }
        self.passing.set(false);
        self.recount();
        self.rearm();
        if name.is_some_and(|name| shared.as_ref().is_none_or(|shared| source(shared, &name).is_none())) {
            self.arm(host::now_ms().saturating_add(WITHOUT_SOURCE));
        }
    }

    async fn run(self: &Rc<Self>, shared: &Rc<Shared>, source: &Source) {
        let durable = source.storage();
        self.slots.set(durable.concurrency);
        let (started, mut begun) = (host::now_ms(), 0_usize);
        self.arm(started.saturating_add(durable.terms.timeout).saturating_add(inbox::LEASE_SLACK));
        self.tidy(&durable);
        let mut work: FuturesUnordered<LocalBoxFuture<'_, Done>> = FuturesUnordered::new();
        let mut timer_at = u64::MAX;
        loop {
            let now = host::now_ms();
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
                let timer = host::Timer::new(due.saturating_sub(now) as f64);
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
            if self.flying.borrow_mut().insert(leased.number) {
                let noted = self.table.set(leased.number, progress, None);
                if noted.is_err() {
                    self.flying.borrow_mut().remove(&leased.number);
                }
                return noted.ok().map(|()| Leased { progress, ..leased });
            }
            // A replay of all made it due while an attempt is under way here: that one decides.
            self.table.set(leased.number, Progress { due: progress.due, ..leased.progress }, None).ok()?;
        }
    }

    async fn deliver(&self, shared: &Rc<Shared>, source: &Source, durable: Durable, leased: Leased) -> Done {
        let (number, progress, key) = (leased.number, leased.progress, leased.key);
        let reply = http::send(&leased.event, progress.attempts, source, &shared.env, true).await;
        let now = host::now_ms();
        let attempt = match reply.outcome {
            Ok(()) => Attempt::Delivered,
            Err(_) => {
                Attempt::Failed { not_before: reply.retry_after.as_deref().and_then(|text| not_before(text, now)) }
            }
        };
        let after = progress.attempted(attempt, now, &durable.terms, inbox::seed(key));
        let code = match (reply.outcome, after.state) {
            (Ok(()), _) => "delivered",
            (Err(_), State::Dead) => "dead",
            (Err(refusal), _) => refusal.code(),
        };
        let failure = reply.outcome.err().map(|refusal: Refusal| (reply.status, refusal.code()));
        // Where this write fails the lease lapses, and the event is sent again.
        let _ = match (failure, after.tidy(true, now, &durable.terms)) {
            (Some((status, code)), _) => self.table.fail(number, after, status, code),
            (None, Tidy::DropBody(until)) => self.table.finish(number, Progress { due: until, ..after }, reply.status),
            (None, _) => self.table.set(number, after, Some((reply.status, ""))),
        };
        if after.state != State::Pending {
            self.pending.set(self.pending.get().saturating_sub(1));
        }
        self.flying.borrow_mut().remove(&number);
        let line = LogLine {
            code,
            status: reply.status,
            source: Some(&source.name),
            scheme: Some(leased.event.form),
            event: Some(key),
            attempt: Some(progress.attempts),
            destination: Some((reply.status, reply.ms)),
            ..LogLine::default()
        };
        host::log(&line.to_json());
        Done::Delivery
    }

    /// Drops bodies and ids whose time is over, a batch at a time.
    fn tidy(&self, durable: &Durable) {
        let now = host::now_ms();
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
    let pairs: Value = serde_json::from_str(headers).unwrap_or_default();
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

/// Hands an event to its shard.
///
/// # Errors
/// `storage_unavailable`: nothing was stored, and the sender has to come again.
pub(crate) async fn hand_over(
    env: &JsValue,
    source: &Source,
    shards: u32,
    key: EventKey,
    event: &Event<Body>,
) -> Result<&'static str, Refusal> {
    let shard = inbox::homes(key, shards).last().copied().unwrap_or_default();
    let stored = async {
        let stub = stub(env, &source.name, shard)?;
        let id = String::from_utf8_lossy(&event.id);
        let headers = event.stored_headers();
        let at = event.received_at.as_unix() as f64;
        let answer = stub.accept(&source.name, shard, &id, event.form.as_str(), &headers, at, &http::body(event));
        settled(answer.ok()?).await.ok()?.as_string()
    };
    match stored.await.as_deref() {
        Some("accepted") => Ok("accepted"),
        Some("duplicate") => Ok("duplicate"),
        _ => Err(Refusal::StorageUnavailable),
    }
}

/// The object of a shard. What is kept of it is its id, a hash over its name; a stub belongs to one request.
pub(crate) fn stub(env: &JsValue, source: &str, shard: u32) -> Option<Fetcher> {
    let namespace: Namespace = host::property(env, "INBOX")?.unchecked_into();
    IDS.with_borrow_mut(|ids| {
        if let Some((_, _, id)) = ids.iter().find(|(name, number, _)| *number == shard && name == source) {
            return namespace.stub(id).ok();
        }
        let id = namespace.id_from_name(&inbox::object_name(source, shard)).ok()?;
        let stub = namespace.stub(&id).ok();
        ids.push((source.to_owned(), shard, id));
        stub
    })
}

pub(crate) fn source<'a>(shared: &'a Shared, name: &str) -> Option<&'a Source> {
    shared.config.iter().find_map(|(_, known, entry)| match entry {
        Entry::Ready(source) if known == name => Some(source.as_ref()),
        _ => None,
    })
}

/// `Retry-After`: seconds, or a date.
fn not_before(text: &str, now: u64) -> Option<u64> {
    match text.trim().parse::<u64>() {
        Ok(seconds) => Some(now.saturating_add(seconds.saturating_mul(1000))),
        Err(_) => Some(js_sys::Date::parse(text)).filter(|at| at.is_finite()).map(|at| at as u64),
    }
}

/// Attempts in one alarm: the platform counts requests per invocation, 50 where it is free.
const MAX_PER_PASS: usize = 40;

/// Milliseconds within which events that arrive together share one alarm; after that, it may have been lost.
const BURST: u64 = 1_000;

/// Milliseconds after which a pass takes up nothing more: the platform ends an alarm after 15 minutes.
const MAX_PASS: u64 = 5 * 60_000;

/// How long stored events wait for their source to come back.
const WITHOUT_SOURCE: u64 = 10 * 60_000;
