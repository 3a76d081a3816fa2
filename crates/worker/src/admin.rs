//! `/admin`: the operator's requests, put to the shards of a source.

use countersign::config::{Endpoint, Entry, Source};
use countersign::gateway::dedupe::EventKey;
use countersign::gateway::response::Refusal;
use countersign::inbox::admin::{Position, Request, parse};
use countersign::inbox::{self, EventState, Stats};
use countersign::json::{printed, value};
use countersign::scheme::Media;
use js_sys::Promise;
use serde_json::{Value, json};
use wasm_bindgen::prelude::*;

use crate::env::Bindings;
use crate::executor::{Outcome, settled};
use crate::inbox::{InboxStub, stub};
use crate::state::{State, state};
use crate::step::Step;
use crate::{clock, console, dedupe_kv, executor};

/// Answers anything under `/admin`: the next step.
#[wasm_bindgen]
pub fn admin(authorization: Option<String>, method: String, url: String) -> u32 {
    let Some(state) = state() else { return Step::refuse(Refusal::ConfigInvalid).encode() };
    if !state.config.is_admin(authorization.as_deref().map(str::as_bytes)) {
        console::log(&printed(&json!({ "ev": "admin", "code": "unauthorized", "status": 401 })));
        return Step::refuse(Refusal::Unauthorized).encode();
    }
    let answer = async move {
        match answer(&state, &method, &url).await {
            Ok(text) => Outcome::Text { status: 200, media: Media::Json, text },
            Err(refusal) => Outcome::Refused(refusal),
        }
    };
    executor::start(answer).encode()
}

/// Answers an authenticated request. Whatever changes something, or tries to, leaves a log record.
async fn answer(state: &State, method: &str, url: &str) -> Result<String, Refusal> {
    let (name, request) = parse(method, url)?;
    let answer = perform(state, name, &request).await;
    // A name that is not configured may be anything, a token too.
    note(state.config.find(name.as_bytes()).map(|_| name), &request, answer.as_ref());
    answer.map(|answer| printed(&answer))
}

/// Logs what changes something.
#[inline(never)]
fn note(source: Option<&str>, request: &Request, answer: Result<&Value, &Refusal>) {
    let (action, done, id) = match request {
        Request::Forget(id) => ("forget", "forgotten", Some(id)),
        Request::Replay(id, _) => ("replay", "replayed", Some(id)),
        Request::ReplayAll(..) => ("replay", "replayed", None),
        Request::Pause(true, _) => ("pause", "paused", None),
        Request::Pause(false, _) => ("resume", "resumed", None),
        Request::Stats | Request::List { .. } | Request::Event(_) => return,
    };
    let code = answer.map_or_else(|refusal| refusal.code(), |_| done);
    let id_hash = source.zip(id).map(|(source, id)| EventKey::new(source, id).to_hex());
    let events = answer.ok().and_then(|answer| answer.get("replayed"));
    console::log(&printed(&json!({
        "ev": "admin", "action": action, "code": code, "source": source, "id_hash": id_hash, "events": events,
    })));
}

async fn perform(state: &State, name: &str, request: &Request) -> Result<Value, Refusal> {
    let source = match state.config.find(name.as_bytes()) {
        Some((_, Entry::Ready(source))) => source,
        Some(_) => return Err(Refusal::ConfigInvalid),
        None => return Err(Refusal::NotFound),
    };
    let shards = Shards { bindings: &state.bindings, source, count: source.storage().shards };
    // What a source stored while it was durable is still delivered, and so still shown.
    let has_inbox = state.bindings.inbox.is_some();
    if !has_inbox && !matches!(request, Request::Forget(_)) {
        return Err(Refusal::NotFound);
    }
    if let Request::Replay(_, Some(name)) | Request::ReplayAll(_, Some(name)) | Request::Pause(_, Some(name)) = request
        && source.destination(name).is_none()
    {
        return Err(Refusal::NotFound);
    }
    Ok(match request {
        Request::Stats => shards.stats().await?,
        Request::List { state, from, limit, destination } => {
            let (events, cursor) = shards.list(*state, *from, *limit, destination.as_deref()).await?;
            json!({ "events": events, "cursor": cursor.map(Position::cursor) })
        }
        Request::Event(id) => shards.event(&text(id)).await?,
        Request::Replay(id, destination) => shards.replay(&text(id), destination.as_deref()).await?,
        Request::Forget(id) => {
            let (id, event) = (text(id), EventKey::new(&source.name, id));
            let stored = has_inbox && shards.forget(&id).await?;
            let marked = forget_mark(state, source, event).await?;
            if !stored && !marked {
                return Err(Refusal::NotFound);
            }
            json!({ "status": "forgotten", "id": id })
        }
        Request::Pause(paused, destination) => {
            for shard in 0..shards.count {
                match call(shards.at(shard)?.pause(&source.name, shard, *paused, destination.as_deref()))
                    .await?
                    .as_string()
                    .as_deref()
                {
                    Some("done" | "already") => {}
                    _ => return Err(Refusal::StorageUnavailable),
                }
            }
            json!({ "status": if *paused { "paused" } else { "resumed" } })
        }
        Request::ReplayAll(state, destination) => {
            let (mut replayed, began) = (0.0, clock::now_ms() as f64);
            for shard in 0..shards.count {
                // By batches, between which the object accepts and delivers.
                let mut is_first = true;
                loop {
                    let batch = shards.at(shard)?.replay_all(state.number(), began, is_first, destination.as_deref());
                    let batch = call(batch).await?;
                    is_first = false;
                    let batch =
                        batch.as_f64().filter(|number| number.is_finite()).ok_or(Refusal::StorageUnavailable)?;
                    replayed += batch;
                    if batch == 0.0 {
                        break;
                    }
                }
            }
            json!({ "replayed": replayed as u64 })
        }
    })
}

/// Removes what holds back copies of an event that is passed through; whether anything did.
async fn forget_mark(state: &State, source: &Source, event: EventKey) -> Result<bool, Refusal> {
    let on_its_way = state.in_flight.borrow_mut().forget(event);
    let Some(kv) = state.bindings.events.as_ref().filter(|_| source.durable.is_none() && source.dedupe.is_some())
    else {
        return Ok(on_its_way);
    };
    let marked = dedupe_kv::forget(kv, event).await.map_err(|()| Refusal::StorageUnavailable)?;
    Ok(on_its_way || marked)
}

struct Shards<'a> {
    bindings: &'a Bindings,
    source: &'a Source,
    count: u32,
}

impl Shards<'_> {
    fn at(&self, shard: u32) -> Result<InboxStub, Refusal> {
        stub(self.bindings, &self.source.name, shard).ok_or(Refusal::StorageUnavailable)
    }

    async fn stats(&self) -> Result<Value, Refusal> {
        let mut total = Stats::default();
        for shard in 0..self.count {
            total = total.and(Stats::from_json(&read(call(self.at(shard)?.stats()).await?)?));
        }
        let mut stats = total.to_json();
        for destination in &self.source.destinations {
            let to = match &destination.endpoint {
                Endpoint::Origin(_) => "origin",
                Endpoint::Service(binding)
                | Endpoint::DurableObject { binding, .. }
                | Endpoint::Queue { binding, .. }
                | Endpoint::R2 { binding } => binding,
            };
            let Some(all) = stats.get_mut("destinations").and_then(Value::as_object_mut) else { continue };
            // Before the first event, no object knows of it.
            let known = all.entry(&destination.name).or_insert_with(|| json!({ "state": "open", "since": null }));
            if let Some(members) = known.as_object_mut() {
                members.insert("to".to_owned(), json!(to));
            }
        }
        Ok(stats)
    }

    async fn list(
        &self,
        filter: Option<EventState>,
        from: Position,
        limit: u32,
        destination: Option<&str>,
    ) -> Result<(Vec<Value>, Option<Position>), Refusal> {
        let names: Vec<&str> = match destination {
            // It may be one that is not configured any more.
            Some(name) => vec![name],
            None => self.source.destinations.iter().map(|destination| destination.name.as_str()).collect(),
        };
        let (mut events, mut at) = (Vec::new(), Some(from).filter(|from| from.shard < self.count));
        while let Some(position) = at {
            let wanted = limit.saturating_sub(u32::try_from(events.len()).unwrap_or(u32::MAX));
            if wanted == 0 {
                return Ok((events, at));
            }
            let number = position.after.unwrap_or_default();
            let name = names.get(position.destination).ok_or(Refusal::InvalidQuery)?;
            let page = self.at(position.shard)?.list(position.state.as_str(), number as f64, wanted, name);
            let page = read(call(page).await?)?;
            let Value::Array(page) = page else { return Err(Refusal::StorageUnavailable) };
            let last = page.last().map(|placed| number_of(placed, 0));
            at = if page.len() == usize::try_from(wanted).unwrap_or_default() {
                Some(Position { after: last, ..position })
            } else {
                position.next(filter, names.len(), self.count)
            };
            events.extend(page.into_iter().filter_map(|mut placed| placed.get_mut(1).map(Value::take)));
        }
        Ok((events, None))
    }

    /// The shards that may hold an id: its own, and those it was in when they were fewer.
    fn of(&self, id: &str) -> impl Iterator<Item = Result<InboxStub, Refusal>> {
        let key = EventKey::new(&self.source.name, id.as_bytes());
        inbox::homes(key, self.count).into_iter().rev().map(|shard| self.at(shard))
    }

    async fn event(&self, id: &str) -> Result<Value, Refusal> {
        for stub in self.of(id) {
            let found = call(stub?.event(&self.source.name, id)).await?;
            if found.is_string() {
                return read(found);
            }
        }
        Err(Refusal::NotFound)
    }

    async fn replay(&self, id: &str, destination: Option<&str>) -> Result<Value, Refusal> {
        for stub in self.of(id) {
            match call(stub?.replay(&self.source.name, id, destination)).await?.as_string().as_deref() {
                Some("replayed") => return Ok(json!({ "status": "replayed", "id": id })),
                Some("gone") => return Err(Refusal::NotReplayable),
                Some("unknown") => {}
                _ => return Err(Refusal::StorageUnavailable),
            }
        }
        Err(Refusal::NotFound)
    }

    /// Forgets an id in all shards that may hold it; whether one did.
    async fn forget(&self, id: &str) -> Result<bool, Refusal> {
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

async fn call(promise: Result<Promise, JsValue>) -> Result<JsValue, Refusal> {
    let promise = promise.map_err(|_| Refusal::StorageUnavailable)?;
    settled(promise).await.map_err(|_| Refusal::StorageUnavailable)
}

fn read(answer: JsValue) -> Result<Value, Refusal> {
    let text = answer.as_string().ok_or(Refusal::StorageUnavailable)?;
    value(&text).ok_or(Refusal::StorageUnavailable)
}

fn number_of(placed: &Value, index: usize) -> u64 {
    placed.get(index).and_then(Value::as_u64).unwrap_or_default()
}

fn text(id: &[u8]) -> String {
    String::from_utf8_lossy(id).into_owned()
}
