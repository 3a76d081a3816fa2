//! `/admin`: the operator's requests, sent to the shards of a source.

mod forget;
mod health;
mod ledger;
mod lookup;
mod metrics;
mod overview;
mod page;
mod session;
mod shards;

use std::rc::Rc;

use countersign::access::{self, Credentials, Who};
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
use self::health::health;
use self::lookup::{code, lookup};
use self::metrics::metrics;
use self::overview::overview;
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
    if request.source.is_none() {
        return whole(state, &who, asked, &request).await;
    }
    let answer = of_source(state, &request).await;
    if let Some(record) = note(state, &request, answer.as_ref()) {
        ledger::record(state, &who, record).await;
    }
    answer
}

/// Answers what is about no source.
async fn whole(state: &State, who: &Who, asked: &Asked, request: &Request<'_>) -> Result<Page, Refusal> {
    Ok(match request.operation() {
        Operation::Session => session(who).into(),
        Operation::Sources => overview(state, &asked.url).await?.into(),
        Operation::Refused => ledger::refused(state, request).await?.into(),
        Operation::Health => health(state).await.into(),
        Operation::Audit => ledger::audit(state, request).await?.into(),
        Operation::Lookup => lookup(state, request.query.get("hash")).await?.into(),
        Operation::Code => code(&request.item())?.into(),
        Operation::Metrics => metrics(state).await,
        Operation::OpenApi => Page::text("application/json", openapi()),
        _ => return Err(Refusal::NotFound),
    })
}

#[wasm_bindgen(raw_module = "./openapi.js")]
extern "C" {
    fn openapi() -> String;
}

/// Answers what is about one source.
async fn of_source(state: &State, request: &Request<'_>) -> Result<Page, Refusal> {
    match (request.operation(), request.source) {
        (
            Operation::Capture
            | Operation::StopCapture
            | Operation::Captures
            | Operation::Captured
            | Operation::Explain,
            Some(source),
        ) => {
            let is_ready = matches!(state.config.find(source.as_bytes()), Some((_, Entry::Ready(_))));
            if !is_ready { Err(Refusal::NotFound) } else { ledger::captures(state, request, source).await }
        }
        _ => perform(state, request).await.map(Page::from),
    }
}

/// Logs what changes something, or tries to; the record of it for the audit.
#[inline(never)]
fn note(state: &State, request: &Request<'_>, answer: Result<&Page, &Refusal>) -> Option<Value> {
    let (action, done) = match request.operation() {
        Operation::Forget => ("forget", "forgotten"),
        Operation::Replay | Operation::ReplayAll => ("replay", "replayed"),
        Operation::Pause => ("pause", "paused"),
        Operation::Resume => ("resume", "resumed"),
        Operation::Capture => ("capture", "capturing"),
        Operation::StopCapture => ("capture", "stopped"),
        _ => return None,
    };
    // A name that is not configured may be anything, a token too.
    let source = request.source.filter(|name| state.config.find(name.as_bytes()).is_some());
    let code = answer.map_or_else(|refusal| refusal.code(), |_| done);
    let id = Some(&request.item).filter(|item| !item.is_empty());
    let id_hash = source.zip(id).map(|(source, id)| EventKey::new(source, id).to_hex());
    let events = answer.ok().and_then(|page| page.count);
    console::log(&printed(&json!({
        "ev": "admin", "action": action, "code": code, "source": source, "id_hash": id_hash, "events": events,
    })));
    let destination = request.query.destination().filter(|_| answer.is_ok());
    Some(json!({
        "action": action, "code": code, "source": source, "destination": destination, "id_hash": id_hash, "count": events,
    }))
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
        // The others are answered elsewhere.
        _ => Err(Refusal::NotFound),
    }
}
