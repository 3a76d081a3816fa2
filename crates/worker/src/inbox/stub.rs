//! The objects of a source, as callers see them: which holds an event, and how it is called.

use countersign::config::{Entry, Source};
use countersign::gateway::stored::{Columns, Insertable};
use countersign::inbox;
use js_sys::Promise;
use wasm_bindgen::prelude::*;

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
    ) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch)]
    pub(crate) fn health(this: &InboxStub) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch)]
    pub(super) fn register(this: &InboxStub, source: &str, shard: u32) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch)]
    pub(crate) fn registered(this: &InboxStub) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch)]
    pub(crate) fn stats(this: &InboxStub) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch)]
    pub(crate) fn list(this: &InboxStub, state: u8, due: f64, number: f64, limit: u32) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch)]
    pub(crate) fn event(this: &InboxStub, source: &str, id: &str) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch)]
    pub(crate) fn replay(this: &InboxStub, source: &str, id: &str) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch)]
    pub(crate) fn forget(this: &InboxStub, source: &str, id: &str) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, js_name = replayAll, catch)]
    pub(crate) fn replay_all(this: &InboxStub, state: u8) -> Result<Promise, JsValue>;
}

/// Hands an event to its shard.
///
/// # Errors
/// Why nothing was stored, for the log. The sender has to try again.
pub(crate) async fn hand_over(
    bindings: &Bindings,
    source: &Source,
    shards: u32,
    event: &Insertable<Body>,
) -> Result<&'static str, &'static str> {
    let shard = inbox::homes(event.key(), shards).last().copied().unwrap_or_default();
    let stored = async {
        let stub = stub(bindings, &source.name, shard)?;
        match settled(stub.accept(&new_event(source, shard, event)).ok()?).await {
            Ok(outcome) => outcome.as_string(),
            Err(error) => {
                // The object could not say it itself, for example because the platform could not start it.
                let said = property(&error, "message").and_then(|message| message.as_string());
                log_event("storage_unavailable", Some(&source.name), said.as_deref().unwrap_or("the object failed"));
                None
            }
        }
    };
    match stored.await.as_deref() {
        Some("accepted") => Ok("accepted"),
        Some("duplicate") => Ok("duplicate"),
        Some("full") => Err("the inbox is full: see /admin/{source}/stats for what waits, or raise `shards`"),
        _ => Err("the inbox could not store it: see lines with \"ev\":\"inbox\", and the binding `INBOX`"),
    }
}

fn new_event(source: &Source, shard: u32, event: &Insertable<Body>) -> NewEvent {
    let Columns { id, form, headers, received_at, .. } = event.columns();
    let new = NewEvent::empty();
    new.set_source(&source.name);
    new.set_shard(shard);
    new.set_id(&id);
    new.set_form(&form);
    new.set_headers(&headers);
    new.set_received_at(received_at as f64);
    new.set_body(&http::array(event.payload()));
    new
}

/// The stub of a shard's object. It belongs to the request that gets it.
pub(crate) fn stub(bindings: &Bindings, source: &str, shard: u32) -> Option<InboxStub> {
    let namespace = bindings.inbox.as_ref()?;
    Some(namespace.get_by_name(&inbox::shard_name(source, shard)).ok()?.unchecked_into())
}

/// The source of a name, if it is configured without a fault.
pub(super) fn source<'a>(state: &'a State, name: &str) -> Option<&'a Source> {
    match state.config.find(name.as_bytes())? {
        (_, Entry::Ready(source)) => Some(source),
        (_, Entry::Faulty(_)) => None,
    }
}
