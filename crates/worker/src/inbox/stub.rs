//! The objects of a source, as callers see them: which holds an event, and how it is called.

use countersign::config::{Entry, Source};
use countersign::gateway::order::template_hash;
use countersign::gateway::stored::{Columns, Insertable};
use countersign::inbox::{self, Answer, Layout, Receipt};
use js_sys::{Array, Promise};
use wasm_bindgen::prelude::*;

use super::capacity::FULL;
use super::log::log_event;
use super::new_event::NewEvent;
use crate::body::Body;
use crate::env::{Bindings, property};
use crate::executor::settled;
use crate::http;
use crate::state::State;

#[wasm_bindgen]
extern "C" {
    /// The stub of an inbox object. Its methods are those of [`Inbox`](super::Inbox).
    pub(crate) type InboxStub;
    #[wasm_bindgen(method, catch)]
    pub(super) fn accept(this: &InboxStub, event: &NewEvent) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch)]
    pub(super) fn surrender(
        this: &InboxStub,
        source: &str,
        shard: u32,
        id: &str,
        headers: &str,
        newer: u32,
    ) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch)]
    pub(crate) fn report(
        this: &InboxStub,
        token: &str,
        reports: &str,
        room: u32,
        destination: Option<&str>,
    ) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch)]
    pub(crate) fn pause(
        this: &InboxStub,
        source: &str,
        shard: u32,
        paused: bool,
        destination: Option<&str>,
    ) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch)]
    pub(crate) fn health(this: &InboxStub) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch)]
    pub(super) fn enter(
        this: &InboxStub,
        source: &str,
        shard: u32,
        shards: u32,
        order: Option<f64>,
        destinations: &str,
    ) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch)]
    pub(crate) fn announce(
        this: &InboxStub,
        source: &str,
        destinations: &str,
        paused: bool,
    ) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch)]
    pub(super) fn register(this: &InboxStub, source: &str, shard: u32) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch)]
    pub(crate) fn registered(this: &InboxStub) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch)]
    pub(crate) fn alert(this: &InboxStub, notices: &str) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch, variadic)]
    pub(crate) fn ledger(this: &InboxStub, method: &str, values: &Array) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch)]
    pub(crate) fn lookup(this: &InboxStub, key: &str) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch)]
    pub(crate) fn stats(this: &InboxStub) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch)]
    pub(crate) fn list(this: &InboxStub, asked: &str) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch)]
    pub(crate) fn body(this: &InboxStub, source: &str, id: &str) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch)]
    pub(crate) fn discard(
        this: &InboxStub,
        source: &str,
        id: &str,
        destination: Option<&str>,
    ) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch)]
    pub(crate) fn event(this: &InboxStub, source: &str, id: &str) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch)]
    pub(crate) fn replay(
        this: &InboxStub,
        source: &str,
        id: &str,
        destination: Option<&str>,
    ) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch)]
    pub(crate) fn forget(this: &InboxStub, source: &str, id: &str) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch)]
    pub(crate) fn job(this: &InboxStub, source: &str, shard: u32, asked: &str) -> Result<Promise, JsValue>;
}

/// What is known of an event besides what is stored as its body.
pub(crate) struct Known<'a> {
    pub(crate) event_type: Option<&'a str>,
    pub(crate) key: Option<usize>,
    /// Which destinations it is not for, and why, as JSON.
    pub(crate) filtered: Option<&'a str>,
    /// Its lane, if it is ordered.
    pub(crate) lane: Option<u64>,
}

/// Hands an event to its shard. What became of it; and the receipt of one that is new and whose first attempt may begin, with the shard.
///
/// A shard that gave an id to another names it, because this Worker may not know yet how the source spreads its events. While a deployment
/// rolls out, two Workers can bring copies of an event to two shards at the same moment, each of which then gives the id to the other, and
/// none has the event. So where the shards lead round in a circle, the first of them takes it.
///
/// # Errors
/// Why nothing was stored, for the log. The sender has to try again.
pub(crate) async fn hand_over(
    bindings: &Bindings,
    source: &Source,
    shards: u32,
    event: &Insertable<Body>,
    known: &Known<'_>,
) -> Result<(&'static str, Option<(u32, Receipt)>), &'static str> {
    let order = source.order.as_deref().filter(|_| shards > 1).map(template_hash);
    let layout = Layout::new(shards, order);
    let mut shard = layout.home(event.key(), known.lane);
    let mut answer = ask(bindings, source, (shard, layout), event, known, false).await;
    let mut gave: Vec<u32> = Vec::new();
    while let Answer::Moved(newer @ 0..inbox::MOST_SHARDS) = answer {
        gave.push(shard);
        let circle = gave.iter().skip_while(|shard| **shard != newer);
        let first = circle.min().copied();
        if gave.len() > MOST_MOVES {
            break;
        }
        shard = first.unwrap_or(newer);
        answer = ask(bindings, source, (shard, Layout { shards: 0, order }), event, known, first.is_some()).await;
    }
    match answer {
        Answer::Accepted(receipt) => Ok(("accepted", receipt.map(|receipt| (shard, receipt)))),
        Answer::Duplicate => Ok(("duplicate", None)),
        Answer::Full => Err(FULL),
        Answer::FewerShards => Err("there were more `shards` once, which hold events and ids: put their number back"),
        Answer::Moved(_) | Answer::Failed => {
            Err("the inbox could not store it: see lines with \"ev\":\"inbox\", and the binding `INBOX`")
        }
    }
}

async fn ask(
    bindings: &Bindings,
    source: &Source,
    (shard, layout): (u32, Layout),
    event: &Insertable<Body>,
    known: &Known<'_>,
    is_disowned: bool,
) -> Answer {
    let new = new_event(source, (shard, layout), event, known);
    if is_disowned {
        new.set_disowned(true);
    }
    let asked = placed_stub(bindings, source, shard).and_then(|stub| stub.accept(&new).ok());
    let Some(asked) = asked else { return Answer::Failed };
    match settled(asked).await {
        Ok(answer) => answer.as_string().map_or(Answer::Failed, |answer| Answer::parse(&answer)),
        Err(error) => {
            // The object could not say it itself, for example because the platform could not start it, or is overloaded. It is not
            // asked again: its sender will.
            let said = property(&error, "message").and_then(|message| message.as_string());
            log_event("storage_unavailable", Some(&source.name), said.as_deref().unwrap_or("the object failed"));
            Answer::Failed
        }
    }
}

fn new_event(source: &Source, (shard, layout): (u32, Layout), event: &Insertable<Body>, known: &Known<'_>) -> NewEvent {
    let Columns { id, form, headers, received_at, .. } = event.columns();
    let new = NewEvent::empty();
    new.set_source(&source.name);
    new.set_shard(shard);
    new.set_layout(layout);
    new.set_id(&id);
    new.set_form(&form);
    new.set_headers(&headers);
    new.set_received_at(received_at as f64);
    new.set_event_type(&known.event_type.map_or(JsValue::NULL, JsValue::from_str));
    new.set_matched(&known.key.map_or(JsValue::NULL, |key| JsValue::from_f64(key as f64)));
    new.set_filtered(&known.filtered.map_or(JsValue::NULL, JsValue::from_str));
    new.set_lane(&known.lane.map_or(JsValue::NULL, |lane| JsValue::from_f64(lane as f64)));
    new.set_body(&http::array(event.payload()));
    new
}

/// The stub of a shard's object, which is created where the source asks for, if this is the first use of it.
fn placed_stub(bindings: &Bindings, source: &Source, shard: u32) -> Option<InboxStub> {
    let Some(location) = source.storage().location else { return stub(bindings, &source.name, shard) };
    let options = js_sys::Object::new();
    js_sys::Reflect::set(&options, &"locationHint".into(), &location.into()).ok()?;
    let name = inbox::shard_name(&source.name, shard);
    let placed = bindings.inbox.as_ref()?.get_by_name_with_options(&name, &options);
    Some(placed.ok()?.unchecked_into())
}

/// The stub of a shard's object. It belongs to the request that gets it.
pub(crate) fn stub(bindings: &Bindings, source: &str, shard: u32) -> Option<InboxStub> {
    let namespace = bindings.inbox.as_ref()?;
    Some(namespace.get_by_name(&inbox::shard_name(source, shard)).ok()?.unchecked_into())
}

/// The source of a name, if it is configured without a fault.
pub(crate) fn source<'a>(state: &'a State, name: &str) -> Option<&'a Source> {
    match state.config.find(name.as_bytes())? {
        (_, Entry::Ready(source)) => Some(source),
        (_, Entry::Faulty(_)) => None,
    }
}

/// How often an event follows its id from shard to shard. More have it only after as many deployments within a day.
const MOST_MOVES: usize = 8;
