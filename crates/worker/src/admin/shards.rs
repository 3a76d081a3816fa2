//! The shards of a source: which of them may have an event, and how they are asked.

use countersign::config::{Endpoint, Source};
use countersign::gateway::dedupe::EventKey;
use countersign::gateway::response::Refusal;
use countersign::inbox::{self, Stats};
use countersign::json::value;
use js_sys::Promise;
use serde_json::{Value, json};
use wasm_bindgen::prelude::*;

use crate::clock;
use crate::env::Bindings;
use crate::inbox::{FAILED, InboxStub, registry, stub};

/// The shards of a source.
pub(super) struct Shards<'a> {
    pub(super) bindings: &'a Bindings,
    pub(super) source: &'a Source,
    pub(super) count: u32,
}

impl Shards<'_> {
    pub(super) fn at(&self, shard: u32) -> Result<InboxStub, Refusal> {
        stub(self.bindings, &self.source.name, shard).ok_or(Refusal::StorageUnavailable)
    }

    pub(super) async fn stats(&self) -> Result<Value, Refusal> {
        let mut total = Stats::default();
        for shard in 0..self.count {
            total = total.and(Stats::from_json(&read(call(self.at(shard)?.stats()).await?)?));
        }
        let mut stats = total.to_json();
        for destination in &self.source.destinations {
            let Some(all) = stats.get_mut("destinations").and_then(Value::as_object_mut) else { continue };
            // Before the first event, no object knows of it.
            let known = all.entry(&destination.name).or_insert_with(|| json!({ "state": "open", "since": null }));
            if let Some(members) = known.as_object_mut() {
                members.remove("latency");
                members.insert("to".to_owned(), json!(to(&destination.endpoint)));
            }
        }
        Ok(stats)
    }

    /// All shards, in the order in which an id is looked for: its own, those it was in when they were fewer, and the others. An event
    /// that is or was ordered may be in any of them.
    pub(super) fn of(&self, id: &str) -> impl Iterator<Item = Result<InboxStub, Refusal>> {
        let mut all = inbox::homes(EventKey::new(&self.source.name, id.as_bytes()), self.count);
        all.reverse();
        let others: Vec<_> = (0..self.count).filter(|shard| !all.contains(shard)).collect();
        all.into_iter().chain(others).map(|shard| self.at(shard))
    }

    /// What shards answer, so many asked at a time; undefined of one that does not.
    pub(super) async fn all(
        &self,
        shards: &[u32],
        ask: &dyn Fn(InboxStub, u32) -> Result<Promise, JsValue>,
    ) -> Vec<JsValue> {
        let mut answers = Vec::new();
        for some in shards.chunks(AT_A_TIME) {
            let asked: Vec<_> = some.iter().map(|shard| ask(self.at(*shard).ok()?, *shard).ok()).collect();
            answers.extend(clock::outcomes_within(&asked, WAIT_MS).await);
        }
        answers
    }

    /// What the first shard answers that knows an event, and neither `unknown` nor JSON's `null`. If one does not answer, the others are asked
    /// all the same; with two of them, nobody would wait for all.
    ///
    /// # Errors
    /// `not_found`, `storage_unavailable`.
    pub(super) async fn find(
        &self,
        id: &str,
        ask: &dyn Fn(InboxStub) -> Result<Promise, JsValue>,
    ) -> Result<JsValue, Refusal> {
        let mut refusal = Refusal::NotFound;
        for stub in self.of(id) {
            let answer = call(ask(stub?)).await.unwrap_or_else(|_| FAILED.into());
            match answer.as_string().as_deref() {
                Some("unknown" | "null") => {}
                Some(FAILED) if matches!(refusal, Refusal::NotFound) => refusal = Refusal::StorageUnavailable,
                Some(FAILED) => break,
                _ => return Ok(answer),
            }
        }
        Err(refusal)
    }

    /// Pauses or resumes every shard that answers, whichever do not. The registry comes first, so that a shard which is made meanwhile is
    /// in the same state.
    ///
    /// # Errors
    /// `storage_unavailable` if one does not.
    pub(super) async fn pause(&self, paused: bool, destination: Option<&str>) -> Result<Value, Refusal> {
        let names = self.source.destinations.iter().map(|destination| destination.name.as_str());
        let names: Vec<_> = names.filter(|name| destination.is_none_or(|wanted| wanted == *name)).collect();
        let registry = registry(self.bindings).ok_or(Refusal::StorageUnavailable)?;
        let announced = call(registry.announce(&self.source.name, &names.join(" "), paused)).await;
        let all: Vec<_> = (0..self.count).collect();
        let name = &self.source.name;
        let answers = self.all(&all, &|stub, shard| stub.pause(name, shard, paused, destination)).await;
        let is_everywhere = answers.iter().all(|done| matches!(done.as_string().as_deref(), Some("done" | "already")));
        if !is_everywhere || !announced.is_ok_and(|done| done.is_truthy()) {
            return Err(Refusal::StorageUnavailable);
        }
        Ok(json!({ "status": if paused { "paused" } else { "resumed" } }))
    }

    pub(super) async fn replay(&self, id: &str, destination: Option<&str>) -> Result<Value, Refusal> {
        match self.find(id, &|stub| stub.replay(&self.source.name, id, destination)).await?.as_string().as_deref() {
            Some("replayed") => Ok(json!({ "status": "replayed", "id": id })),
            _ => Err(Refusal::NotReplayable),
        }
    }

    pub(super) async fn discard(&self, id: &str, destination: Option<&str>) -> Result<Value, Refusal> {
        match self.find(id, &|stub| stub.discard(&self.source.name, id, destination)).await?.as_string().as_deref() {
            Some("discarded") => Ok(json!({ "status": "discarded", "id": id })),
            _ => Err(Refusal::NotPending),
        }
    }

    /// Forgets an id in all shards that may hold it; whether one did.
    pub(super) async fn forget(&self, id: &str) -> Result<bool, Refusal> {
        let mut known = false;
        for stub in self.of(id) {
            match call(stub?.forget(&self.source.name, id)).await?.as_string().as_deref() {
                Some("forgotten") => known = true,
                Some("unknown") => {}
                _ => return Err(Refusal::StorageUnavailable),
            }
        }
        Ok(known)
    }
}

/// Which shards do not answer, in words; `None` if all do.
pub(super) fn silence(shards: &[u32]) -> Option<String> {
    let all: Vec<_> = shards.iter().map(u32::to_string).collect();
    (!all.is_empty()).then(|| ["does not answer: shard ", &all.join(", ")].concat())
}

/// Where a destination is, as operators see it: a URL may hold a token.
pub(super) fn to(endpoint: &Endpoint) -> &str {
    match endpoint {
        Endpoint::Origin(_) => "origin",
        Endpoint::Service(binding)
        | Endpoint::DurableObject { binding, .. }
        | Endpoint::Queue { binding, .. }
        | Endpoint::R2 { binding } => binding,
    }
}

/// What a shard answers: never undefined.
///
/// # Errors
/// `storage_unavailable` if it does not, or not in time. It may have done what it was asked to all the same.
pub(super) async fn call(promise: Result<Promise, JsValue>) -> Result<JsValue, Refusal> {
    let promise = promise.map_err(|_| Refusal::StorageUnavailable)?;
    let answer = clock::outcome_within(&promise, WAIT_MS).await;
    answer.ok().filter(|answer| !answer.is_undefined()).ok_or(Refusal::StorageUnavailable)
}

/// An answer of a shard, read as JSON.
///
/// # Errors
/// `storage_unavailable` if it is none.
pub(super) fn read(answer: JsValue) -> Result<Value, Refusal> {
    let text = answer.as_string().ok_or(Refusal::StorageUnavailable)?;
    value(&text).ok_or(Refusal::StorageUnavailable)
}

/// Shards that are asked at a time, and the milliseconds for the answer of one.
pub(super) const AT_A_TIME: usize = 32;
pub(super) const WAIT_MS: f64 = 5_000.0;
