//! `/admin`: the operator's requests, sent to the shards of a source.

mod body;
mod event;
mod forget;
mod health;
mod jobs;
mod ledger;
mod list;
mod lookup;
mod metrics;
mod overview;
mod page;
mod session;
mod shards;
mod test_event;

use std::rc::Rc;

use countersign::access::{self, Credentials, Who};
use countersign::admin::{Method, Operation, Request, Role, Selection, parse, with_times};
use countersign::config::{Entry, Source};
use countersign::gateway::dedupe::EventKey;
use countersign::gateway::response::Refusal;
use countersign::json::printed;
use serde_json::{Value, json};
use wasm_bindgen::prelude::*;
use worker::worker_sys::Context;

use self::body::body;
use self::event::event;
use self::forget::forget;
use self::health::health;
use self::list::{count, list};
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
        // Not in the audit: whoever may only look could push its records out.
        note(state, &request, Err(&Refusal::Forbidden));
        return Err(Refusal::Forbidden);
    }
    if request.source.is_none() {
        return whole(state, &who, asked, &request).await;
    }
    let answer = of_source(state, &who, asked, &request).await;
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
async fn of_source(state: &State, who: &Who, asked: &Asked, request: &Request<'_>) -> Result<Page, Refusal> {
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
            // Isolates learn of a capture as they hand over their counts.
            let is_possible = is_ready && state.config.admin().counts();
            if !is_possible { Err(Refusal::NotFound) } else { ledger::captures(state, request, source).await }
        }
        (Operation::Body, _) if !state.config.admin().shows_bodies() => Err(Refusal::BodiesHidden),
        (Operation::Body, _) => body(&shards_of(state, request)?, &request.item()).await.map(|()| Page::attached()),
        (Operation::Test, _) => test(state, request, asked).await.map(Page::from),
        (Operation::ReplayAll, _) if request.query.get("dry_run").is_none() => {
            let shards = shards_of(state, request)?;
            check_destination(&shards, request)?;
            let begun = jobs::begin(&shards, &request.query, who.name.as_deref().unwrap_or("operator")).await?;
            Ok(Page::from(with_times(begun)).with_status(202))
        }
        _ => perform(state, request).await.map(|answer| Page::from(with_times(answer))),
    }
}

/// Logs what changes something, or tries to; the record of it for the audit.
#[inline(never)]
fn note(state: &State, request: &Request<'_>, answer: Result<&Page, &Refusal>) -> Option<Value> {
    let (action, done) = match request.operation() {
        Operation::Forget => ("forget", "forgotten"),
        Operation::ReplayAll if request.query.get("dry_run").is_some() => return None,
        Operation::Replay | Operation::ReplayAll => ("replay", "replayed"),
        Operation::Pause => ("pause", "paused"),
        Operation::Resume => ("resume", "resumed"),
        Operation::Discard => ("discard", "discarded"),
        Operation::CancelJob => ("cancel", "cancelled"),
        Operation::Test => ("test", "accepted"),
        Operation::Capture => ("capture", "capturing"),
        Operation::StopCapture => ("capture", "stopped"),
        _ => return None,
    };
    // A name that is not configured may be anything, a token too.
    let source = request.source.filter(|name| state.config.find(name.as_bytes()).is_some());
    let code = answer.map_or_else(|refusal| refusal.code(), |_| done);
    // A job has an id as well, which is none of an event.
    let id = Some(&request.item).filter(|_| request.route.path.contains("{id}"));
    let id_hash = source.zip(id).map(|(source, id)| EventKey::new(source, id).to_hex());
    let events = answer.ok().and_then(|page| page.count);
    console::log(&printed(&json!({
        "ev": "admin", "action": action, "code": code, "source": source, "id_hash": id_hash, "events": events,
    })));
    let destination = request.query.destination().filter(|_| answer.is_ok());
    let filter = source.filter(|_| answer.is_ok()).and_then(|source| filter(request, source));
    Some(json!({
        "action": action, "code": code, "source": source, "destination": destination, "id_hash": id_hash, "count": events,
        "filter": filter,
    }))
}

/// Which events a replay of many is about, at its destination, without what stands in their bodies.
fn filter(request: &Request<'_>, source: &str) -> Option<Value> {
    if request.operation() != Operation::ReplayAll {
        return None;
    }
    let mut selection = Selection { destination: None, ..Selection::read(&request.query, source).ok()? };
    if let Some(id) = &mut selection.data_id {
        "…".clone_into(id);
    }
    Some(selection.to_json())
}

/// Delivers a test event to the source that a request is about.
async fn test(state: &State, request: &Request<'_>, asked: &Asked) -> Result<Value, Refusal> {
    let source = source_of(state, request)?;
    let index = state.config.find(source.name.as_bytes()).map_or(0, |(index, _)| index);
    let origin = asked.url.split_once("/admin/").map_or("", |(origin, _)| origin);
    test_event::deliver(state, (index, source), &[origin, "/", &source.name].concat(), &asked.context).await
}

/// The source that a request is about.
fn source_of<'a>(state: &'a State, request: &Request<'_>) -> Result<&'a Source, Refusal> {
    let name = request.source.ok_or(Refusal::NotFound)?;
    match state.config.find(name.as_bytes()) {
        Some((_, Entry::Ready(source))) => Ok(source),
        Some(_) => Err(Refusal::ConfigInvalid),
        None => Err(Refusal::NotFound),
    }
}

/// The shards of the source that a request is about.
fn shards_of<'a>(state: &'a State, request: &Request<'_>) -> Result<Shards<'a>, Refusal> {
    let source = source_of(state, request)?;
    // What a source stored while it was durable is still delivered, and so still shown.
    if state.bindings.inbox.is_none() && request.operation() != Operation::Forget {
        return Err(Refusal::NotFound);
    }
    Ok(Shards { bindings: &state.bindings, source, count: source.storage().shards })
}

/// Refuses a change at a destination that is not configured.
fn check_destination(shards: &Shards<'_>, request: &Request<'_>) -> Result<(), Refusal> {
    let is_unknown = |name: &str| shards.source.destination(name).is_none();
    match request.query.destination() {
        Some(name) if request.route.method == Method::Post && is_unknown(name) => Err(Refusal::NotFound),
        _ => Ok(()),
    }
}

async fn perform(state: &State, request: &Request<'_>) -> Result<Value, Refusal> {
    let shards = shards_of(state, request)?;
    check_destination(&shards, request)?;
    let destination = request.query.destination();
    match request.operation() {
        Operation::Stats => shards.stats().await,
        Operation::List => list(&shards, &request.query).await,
        Operation::Event => event(&shards, &request.item()).await,
        Operation::Discard => shards.discard(&request.item(), destination).await,
        Operation::Replay => shards.replay(&request.item(), destination).await,
        Operation::Forget => forget(state, &shards, &request.item).await,
        Operation::Pause => shards.pause(true, destination).await,
        Operation::Resume => shards.pause(false, destination).await,
        Operation::ReplayAll => count(&shards, &jobs::selected(&shards, &request.query)?).await,
        Operation::Jobs => jobs::jobs(&shards).await,
        Operation::CancelJob => jobs::cancel(&shards, &request.item()).await,
        // The others are answered elsewhere.
        _ => Err(Refusal::NotFound),
    }
}
