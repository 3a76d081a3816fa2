//! `/admin`: the operator's requests, sent to the shards of a source.

mod forget;
mod page;
mod session;
mod shards;

use std::rc::Rc;

use countersign::access::{self, Credentials};
use countersign::admin::{self, Method, Operation, Position, Request, Role, parse};
use countersign::config::Entry;
use countersign::gateway::dedupe::EventKey;
use countersign::gateway::response::Refusal;
use countersign::inbox::EventState;
use countersign::json::printed;
use serde_json::{Value, json};
use wasm_bindgen::prelude::*;
use worker::worker_sys::Context;

use self::forget::forget;
use self::page::Page;
use self::session::{session, sign_in, sign_out};
use self::shards::Shards;
use crate::access::who;
use crate::console;
use crate::executor::{self, Outcome};
use crate::state::{State, state};
use crate::step::Step;

/// A request as it came.
struct Asked {
    /// The values of [`HEADERS`](countersign::access::HEADERS), separated by line feeds.
    shown: String,
    method: String,
    url: String,
    /// The body as text; empty if it is longer than any that a route takes.
    body: String,
    context: Rc<Context>,
}

/// Answers anything under `/admin`: the next step.
#[wasm_bindgen]
pub fn admin(shown: String, method: String, url: String, body: String, context: Context) -> u32 {
    let Some(state) = state() else { return Step::refuse(Refusal::ConfigInvalid).encode() };
    let asked = Asked { shown, method, url, body, context: Rc::new(context) };
    executor::start(async move { answer(&state, &asked).await.map_or_else(Outcome::Refused, Page::into_outcome) })
        .encode()
}

/// Answers a request of somebody who may make it. Whatever changes something, or tries to, leaves a log record.
async fn answer(state: &State, asked: &Asked) -> Result<Page, Refusal> {
    let shown = Credentials::read(&asked.shown);
    let request = parse(&asked.method, &asked.url);
    match &request {
        Ok(request) if request.operation() == Operation::SignIn => return sign_in(state, shown, &asked.body).await,
        Ok(request) if request.operation() == Operation::SignOut => return sign_out(shown),
        _ => {}
    }
    let who = who(state, shown, &asked.context).await?;
    let request = request?;
    let may = match request.route.role {
        Role::Anyone | Role::Viewer => true,
        Role::Operator => who.role == access::Role::Operator,
    };
    // A browser sends a cookie by itself, whichever page asks it to.
    if !may || (request.route.method != Method::Get && who.is_ambient && !shown.is_from_console()) {
        return Err(Refusal::Forbidden);
    }
    if request.operation() == Operation::Session {
        return Ok(session(&who).into());
    }
    let answer = perform(state, &request).await;
    note(state, &request, answer.as_ref());
    answer.map(Page::from)
}

/// Logs what changes something.
#[inline(never)]
fn note(state: &State, request: &Request<'_>, answer: Result<&Value, &Refusal>) {
    let (action, done) = match request.operation() {
        Operation::Forget => ("forget", "forgotten"),
        Operation::Replay | Operation::ReplayAll => ("replay", "replayed"),
        Operation::Pause => ("pause", "paused"),
        Operation::Resume => ("resume", "resumed"),
        _ => return,
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
            let admin::Page { state, from, limit } = admin::Page::read(&request.query)?;
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
        // They are about no source.
        Operation::SignIn | Operation::SignOut | Operation::Session => Err(Refusal::NotFound),
    }
}
