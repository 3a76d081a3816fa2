//! Couriers: invocations of the Worker that deliver what an inbox holds.
//!
//! The object decides, couriers deliver: an invocation may have six connections, and an object is one invocation. One courier is the
//! request that brought an event; others are started by an object's alarm. Each reports what came of its attempts, and gets more to do
//! in return. If a report fails, as the object was restarted, it is repeated until the attempt's lease is over.
//!
//! Other Workers of the account can bind what is exported here. A courier takes nothing from its caller but the name of a source, a shard
//! and a token: it fetches events from that source's own inbox, which hands out events, and believes reports, only for a token that it
//! made itself.

use std::rc::Rc;

use countersign::config::{Destination, Endpoint, Source};
use countersign::gateway::archive::object_name;
use countersign::gateway::dedupe::EventKey;
use countersign::gateway::forward::{Event, Recipient};
use countersign::gateway::retry_after::retry_after;
use countersign::gateway::stored::{Columns, Stored};
use countersign::inbox::{Cause, LEASE_SLACK, Receipt, Report, noted};
use countersign::json::printed;
use futures_util::StreamExt;
use futures_util::future::LocalBoxFuture;
use futures_util::stream::FuturesUnordered;
use js_sys::{Array, Promise, Uint8Array};
use serde_json::Value;
use wasm_bindgen::prelude::*;

use crate::archive;
use crate::attempt::{Ended, Load, filtered, is_meant, refused_by, unmade, unreadable};
use crate::body::Body;
use crate::clock::{self, Timer};
use crate::executor::{settled, spawn};
use crate::http::{self, Reply};
use crate::inbox::{Handed, source_of, stub};
use crate::queue;
use crate::state::{State, state};

/// Attempts under way at once in one courier: the connections of an invocation.
pub(crate) const SLOTS: usize = 6;

/// The requests that a courier makes at most, reports among them: an invocation may make 50 where the plan is free.
const MOST_REQUESTS: usize = 45;

/// The objects that a courier writes at most. Each is a request, and so is each report.
const MOST_OBJECTS: usize = MOST_REQUESTS / 2;

/// The milliseconds after which a courier takes nothing more.
const MOST_MS: u64 = 60_000;

/// The milliseconds after which a courier that is a request takes nothing more: the platform ends it 30 s after its response.
const MOST_MS_BEHIND_RESPONSE: u64 = LEASE_SLACK;

/// The milliseconds before that time in which no first attempt begins that waited for a connection: its lease began when it was handed out.
const LATE_MS: u64 = 1_000;

/// Delivers for a destination of a shard of a source until there is nothing more to do; whether the shard answered.
#[wasm_bindgen]
pub fn carry(source: String, shard: u32, token: String, destination: String) -> Promise {
    spawn(async move {
        let has_asked = match Courier::new(&source, shard, &token, Some(destination), MOST_MS) {
            Some(courier) => courier.run(Vec::new()).await,
            None => false,
        };
        has_asked.into()
    })
}

/// Makes the first attempts at an event that was just stored, behind the response to its sender.
pub(crate) fn carry_first(source: &str, shard: u32, receipt: &Receipt, event: &Event<Body>) -> Option<Promise> {
    let courier = Courier::new(source, shard, receipt.token(), None, MOST_MS_BEHIND_RESPONSE)?;
    let load = |(destination, attempt): &(String, u32)| {
        let (destination, event) = (destination.clone(), event.clone().at_attempt(*attempt));
        Load { destination, number: receipt.number(), cause: Cause::First, event, event_type: None, is_checked: true }
    };
    let first = receipt.attempts().iter().map(load).collect();
    Some(spawn(async move {
        courier.run(first).await;
        JsValue::UNDEFINED
    }))
}

struct Courier {
    state: Rc<State>,
    source: String,
    shard: u32,
    token: String,
    /// The only destination that it takes events for, if there is one.
    destination: Option<String>,
    /// When it takes nothing more.
    until: u64,
}

impl Courier {
    fn new(source: &str, shard: u32, token: &str, destination: Option<String>, most: u64) -> Option<Self> {
        let state = state()?;
        let until = clock::now_ms().saturating_add(most);
        Some(Self { state, source: source.to_owned(), shard, token: token.to_owned(), destination, until })
    }

    /// Makes those attempts, or asks for others; then goes on until there is nothing more to do. Whether the object answered.
    async fn run(&self, first: Vec<Load>) -> bool {
        let Some(source) = source_of(&self.state, &self.source) else { return false };
        let destination = self.destination.as_deref().and_then(|name| source.destination(name));
        if let Some((destination, Endpoint::R2 { binding })) = destination.map(|one| (one, &one.endpoint)) {
            return self.archive(source, destination, binding).await;
        }
        let mut work: FuturesUnordered<LocalBoxFuture<'_, Ended>> = FuturesUnordered::new();
        let (mut requests, mut first) = (0_usize, first.into_iter());
        let has_first = first.len() > 0;
        first.by_ref().take(SLOTS).for_each(|load| work.push(Box::pin(self.attempt(source, load))));
        let answered = has_first || self.exchange(source, Vec::new(), &mut work, &mut requests).await;
        while let Some(ended) = work.next().await {
            let mut all = vec![ended];
            // What has ended meanwhile is reported with it.
            while let Some(Some(ended)) = futures_util::FutureExt::now_or_never(work.next()) {
                all.push(ended);
            }
            requests = requests.saturating_add(all.len());
            if first.len() > 0 && clock::now_ms().saturating_add(LATE_MS) >= self.until {
                // They could outlast their leases, and be made elsewhere meanwhile.
                all.extend(first.by_ref().map(|load| unmade(&load)));
            }
            first.by_ref().take(all.len()).for_each(|load| work.push(Box::pin(self.attempt(source, load))));
            self.exchange(source, all, &mut work, &mut requests).await;
        }
        answered
    }

    /// Reports, and takes up what is handed out in return. Whether the object answered.
    async fn exchange<'a>(
        &'a self,
        source: &'a Source,
        ended: Vec<Ended>,
        work: &mut FuturesUnordered<LocalBoxFuture<'a, Ended>>,
        requests: &mut usize,
    ) -> bool {
        *requests = requests.saturating_add(1);
        // Each attempt under way, and each that begins, is followed by a report.
        let under_way = work.len();
        let left = MOST_REQUESTS.saturating_sub(*requests).saturating_sub(under_way.saturating_mul(2)).div_euclid(2);
        let is_over = clock::now_ms() >= self.until;
        let room = if is_over { 0 } else { SLOTS.saturating_sub(under_way).min(left) };
        let Some(handed) = self.turn_in(source, &ended, room).await else { return false };
        for handed in handed {
            match self.load(source, &handed) {
                Ok(load) => work.push(Box::pin(self.attempt(source, load))),
                Err(ended) => work.push(Box::pin(std::future::ready(*ended))),
            }
        }
        true
    }

    /// Takes what was gathered for a bucket, writes it as one object, and so on until there is nothing more. Whether the shard answered.
    async fn archive(&self, source: &Source, destination: &Destination, binding: &str) -> bool {
        let (mut ended, mut answered) = (Vec::new(), false);
        for turn in 1..=MOST_OBJECTS {
            let is_over = turn == MOST_OBJECTS || clock::now_ms() >= self.until;
            let room = if is_over { 0 } else { destination.rules.concurrency };
            let Some(handed) = self.turn_in(source, &ended, room).await else { break };
            answered = true;
            if handed.is_empty() {
                break;
            }
            let (mut loads, mut others) = (Vec::new(), Vec::new());
            for handed in handed {
                match self.load(source, &handed) {
                    Ok(load) => loads.push(load),
                    Err(ended) => others.push(*ended),
                }
            }
            ended = others;
            if let Some(first) = loads.first() {
                let (at, events) = (clock::now_ms(), loads.iter().map(|load| &load.event));
                let name = object_name(self.shard, first.number, first.event.attempt());
                let to = Recipient { source, destination };
                let reply = archive::write(events, to, binding, &name, &self.state.bindings).await;
                ended.extend(loads.into_iter().map(|load| self.ended(load, reply.clone(), at)));
            }
        }
        answered
    }

    /// Reports, logs what was reported, and returns up to `room` events that are handed out; `None` if the object does not answer.
    async fn turn_in(&self, source: &Source, ended: &[Ended], room: usize) -> Option<Vec<Handed>> {
        let lapses = ended.iter().map(|ended| ended.lapses).max().unwrap_or_default();
        let reports = printed(&ended.iter().map(|ended| ended.report.to_json()).collect::<Value>());
        let answer = self.report(&reports, room, lapses).await;
        let dead = answer.as_ref().and_then(|answer| answer.get(0).as_string()).unwrap_or_default();
        for ended in ended {
            let is_dead = dead.split(',').any(|dead| is_name(dead, &ended.report));
            ended.log(source, if is_dead { "dead" } else { ended.code });
        }
        Some(answer?.iter().skip(1).map(JsCast::unchecked_into).collect())
    }

    /// An event to be attempted, or what is reported of one that is not.
    fn load(&self, source: &Source, handed: &Handed) -> Result<Load, Box<Ended>> {
        let load = self.read(source, handed).ok_or_else(|| Box::new(unreadable(handed)))?;
        match refused_by(source, &load) {
            Some(condition) => Err(Box::new(filtered(&load, condition))),
            None => Ok(load),
        }
    }

    /// Reports until the object has written it down, or the leases are over. Then the events are attempted again.
    async fn report(&self, reports: &str, room: usize, lapses: u64) -> Option<Array> {
        let mut pause = 100.0;
        loop {
            // A stub of an object that was restarted stays broken.
            let stub = stub(&self.state.bindings, &self.source, self.shard)?;
            let room = u32::try_from(room).unwrap_or_default();
            if let Ok(asked) = stub.report(&self.token, reports, room, self.destination.as_deref())
                && let Ok(answer) = settled(asked).await
                && let Ok(handed) = answer.dyn_into::<Array>()
            {
                return Some(handed);
            }
            if clock::now_ms() >= lapses {
                return None;
            }
            Timer::new(pause).wait().await;
            pause = (pause * 2.0).min(2_000.0);
        }
    }

    fn read(&self, source: &Source, handed: &Handed) -> Option<Load> {
        let row = handed.row();
        let bytes = |at| row.get(at).dyn_into::<js_sys::ArrayBuffer>().ok().map(|bytes| Uint8Array::new(&bytes));
        let columns = Columns {
            key: bytes(0)?.to_vec().try_into().ok()?,
            id: row.get(1).as_string()?,
            form: row.get(2).as_string()?,
            headers: row.get(3).as_string()?,
            received_at: row.get(4).as_f64()? as u64,
        };
        let (destination, number) = (handed.destination(), handed.number() as u64);
        let stored = Stored::read(&self.source, &columns, Body::new(bytes(6)?, None))?;
        let event = stored.into_event_for(handed.attempt(), |copy| is_meant(source, &destination, copy));
        let cause = Cause::parse(&handed.cause())?;
        Some(Load { destination, number, cause, event, event_type: row.get(7).as_string(), is_checked: handed.named() })
    }

    /// Makes one attempt.
    async fn attempt(&self, source: &Source, load: Load) -> Ended {
        let at = clock::now_ms();
        let reply = match source.destination(&load.destination) {
            Some(destination) => self.send(&load.event, source, destination).await,
            None => http::unsent(at),
        };
        self.ended(load, reply, at)
    }

    /// What is reported of an attempt.
    fn ended(&self, load: Load, reply: Reply, at: u64) -> Ended {
        let now = clock::now_ms();
        let Reply { outcome, status, ms, retry_after: asked, cause, answer } = reply;
        let wait = asked.as_deref().and_then(|value| retry_after(value, now));
        let report = Report {
            destination: load.destination,
            number: load.number,
            attempt: load.event.attempt(),
            cause: load.cause,
            at,
            ms,
            status,
            failure: outcome.err().map(|refusal| noted(refusal.code(), cause)),
            not_before: wait.map(|wait| now.saturating_add(wait)),
            answer,
        };
        Ended {
            report,
            key: EventKey::new(&self.source, load.event.id()),
            form: load.event.form(),
            destination: (status, ms),
            detail: cause,
            code: outcome.map_or_else(|refusal| refusal.code(), |()| "delivered"),
            lapses: now.saturating_add(LEASE_SLACK),
        }
    }

    async fn send(&self, event: &Event<Body>, source: &Source, destination: &Destination) -> Reply {
        let (to, bindings) = (Recipient { source, destination }, &self.state.bindings);
        match &destination.endpoint {
            Endpoint::Queue { binding, large } => queue::send(event, to, binding, large.as_deref(), bindings).await,
            _ => http::send(event, to, bindings).await,
        }
    }
}

/// Whether an object means an attempt by that: see its `dead_name`.
fn is_name(dead: &str, report: &Report) -> bool {
    dead.split_once('/').is_some_and(|(name, number)| name == report.destination && number.parse() == Ok(report.number))
}
