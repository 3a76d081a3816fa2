//! `/admin`: the operator's requests, sent to the shards of a source.

mod forget;
mod shards;

use countersign::admin::{Method, Operation, Page, Position, Request, parse};
use countersign::config::Entry;
use countersign::gateway::dedupe::EventKey;
use countersign::gateway::response::Refusal;
use countersign::inbox::EventState;
use countersign::json::printed;
use countersign::scheme::Media;
use serde_json::{Value, json};
use wasm_bindgen::prelude::*;

use self::forget::forget;
use self::shards::Shards;
use crate::console;
use crate::executor::{self, Outcome};
use crate::state::{State, state};
use crate::step::Step;

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
    let request = parse(method, url)?;
    let answer = perform(state, &request).await;
    note(state, &request, answer.as_ref());
    answer.map(|answer| printed(&answer))
}

/// Logs what changes something.
#[inline(never)]
fn note(state: &State, request: &Request<'_>, answer: Result<&Value, &Refusal>) {
    let (action, done) = match request.operation() {
        Operation::Forget => ("forget", "forgotten"),
        Operation::Replay | Operation::ReplayAll => ("replay", "replayed"),
        Operation::Pause => ("pause", "paused"),
        Operation::Resume => ("resume", "resumed"),
        Operation::Stats | Operation::List | Operation::Event => return,
    };
    // A name that is not configured may be anything, a token too.
    let source = request.source.filter(|name| state.config.find(name.as_bytes()).is_some());
    let code = answer.map_or_else(|refusal| refusal.code(), |_| done);
    let id = Some(&request.item).filter(|item| !item.is_empty());
    let id_hash = source.zip(id).map(|(source, id)| EventKey::new(source, id).to_hex());
    let events = answer.ok().and_then(|answer| answer.get("replayed"));
    console::log(&printed(&json!({
        "ev": "admin", "action": action, "code": code, "source": source, "id_hash": id_hash, "events": events,
    })));
}

async fn perform(state: &State, request: &Request<'_>) -> Result<Value, Refusal> {
    let name = request.source.ok_or(Refusal::NotFound)?;
    let source = match state.config.find(name.as_bytes()) {
        Some((_, Entry::Ready(source))) => source,
        Some(_) => return Err(Refusal::ConfigInvalid),
        None => return Err(Refusal::NotFound),
    };
    // What a source stored while it was durable is still delivered, and so still shown.
    let has_inbox = state.bindings.inbox.is_some();
    if !has_inbox && request.operation() != Operation::Forget {
        return Err(Refusal::NotFound);
    }
    let destination = request.query.destination();
    let changes = request.route.method == Method::Post;
    if changes && destination.is_some_and(|name| source.destination(name).is_none()) {
        return Err(Refusal::NotFound);
    }
    let shards = Shards { bindings: &state.bindings, source, count: source.storage().shards };
    match request.operation() {
        Operation::Stats => shards.stats().await,
        Operation::List => {
            let Page { state, from, limit } = Page::read(&request.query)?;
            let (events, cursor) = shards.list(state, from, limit, destination).await?;
            Ok(json!({ "events": events, "cursor": cursor.map(Position::cursor) }))
        }
        Operation::Event => shards.event(&request.item()).await,
        Operation::Replay => shards.replay(&request.item(), destination).await,
        Operation::Forget => forget(state, &shards, &request.item).await,
        Operation::Pause => shards.pause(true, destination).await,
        Operation::Resume => shards.pause(false, destination).await,
        Operation::ReplayAll => {
            let state = request.query.state().filter(|state| *state != EventState::Filtered);
            shards.replay_all(state.ok_or(Refusal::InvalidQuery)?, destination).await
        }
    }
}
