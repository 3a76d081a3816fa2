//! `GET /healthz`: whether storage responds, and whether every stored event has a source. An isolate checks at most every 15 s.

use std::rc::Rc;

use countersign::config::{AtFault, Entry};
use countersign::gateway::response::Refusal;
use countersign::inbox::shard_name;
use countersign::json::{printed, value};
use countersign::scheme::Media;
use js_sys::Promise;
use serde_json::{Map, Value, json};
use wasm_bindgen::prelude::*;
use worker::worker_sys::Context;

use crate::access::guessed;
use crate::executor::Outcome;
use crate::inbox::{registry, stub};
use crate::state::{State, state};
use crate::step::Step;
use crate::verdict::Verdict;
use crate::{clock, executor};

/// Answers `GET /healthz`: the next step. Names the sources at fault to everyone, and the faults to whoever has a token of `/admin`. A wrong
/// token is a guess, as it is there. `address` is whose.
#[wasm_bindgen]
pub fn health(authorization: Option<String>, address: Option<String>, context: Context) -> u32 {
    let Some(state) = state() else { return Step::refuse(Refusal::ConfigInvalid).encode() };
    let given = authorization.as_deref().and_then(|given| given.strip_prefix("Bearer "));
    let is_admin = given.is_some_and(|token| state.config.admin().by_token(token).is_some());
    let is_guess = given.is_some() && !is_admin;
    let answer = async move {
        if is_guess {
            let _ = guessed(&state, "healthz", address.as_deref().unwrap_or_default(), true).await;
        }
        let verdict = verdict(&state, &context).await;
        respond(&state, &verdict, is_admin)
    };
    executor::start(answer).encode()
}

fn respond(state: &State, verdict: &Verdict, is_admin: bool) -> Outcome {
    let mut faults = Map::new();
    for AtFault { name, faults: of_source, .. } in state.config.faults() {
        // One by one: collecting would bring a sort into the Wasm, 4 KB of it.
        let shown = of_source.iter().filter(|_| is_admin).map(|fault| Value::String(fault.to_string()));
        faults.insert(name.into_owned(), Value::Array(shown.collect()));
    }
    let (status, text) = match (faults.is_empty(), verdict.is_well()) {
        (true, true) => (200, "ok"),
        (true, false) => (503, verdict.status()),
        (false, _) => (503, "config_invalid"),
    };
    let mut response = Map::new();
    for (name, value) in
        [("status", json!(text)), ("version", json!(env!("CARGO_PKG_VERSION"))), ("faults", faults.into())]
    {
        response.insert(name.to_owned(), value);
    }
    verdict.describe(is_admin, &mut response);
    Outcome::Text { status, media: Media::Json, text: printed(&response.into()) }
}

/// The last verdict, or a new one if that is too old.
async fn verdict(state: &Rc<State>, context: &Context) -> Rc<Verdict> {
    let (now, health) = (clock::now_ms(), &state.health.0);
    // The clock may have been put back.
    let is_fresh = health.borrow().found_at.is_some_and(|at| now.abs_diff(at) < FRESH_MS);
    if !is_fresh {
        let flight = health.borrow().flight.clone();
        let flight = flight.unwrap_or_else(|| check(state, context));
        clock::within(&flight, WAIT_MS).await;
        let mut slot = health.borrow_mut();
        // One whose request died is given up, so that the next request can start another.
        if slot.flight.as_ref().is_some_and(|current| js_sys::Object::is(current, &flight)) {
            slot.flight = None;
        }
    }
    health.borrow().verdict.clone()
}

/// Starts a check, which outlives its request.
fn check(state: &Rc<State>, context: &Context) -> Promise {
    let shared = Rc::clone(state);
    let flight = executor::spawn(async move {
        let mut found = Verdict::default();
        let asked = Asked::configured(&shared);
        let lost = asked.judge(&mut found).await;
        Asked::removed(&shared, &lost).judge(&mut found).await;
        found.log();
        let mut slot = shared.health.0.borrow_mut();
        (slot.verdict, slot.found_at, slot.flight) = (Rc::new(found), Some(clock::now_ms()), None);
        JsValue::UNDEFINED
    });
    // It throws only after the request's end; the check then ends with this wait.
    let _ = context.wait_until(&flight);
    state.health.0.borrow_mut().flight = Some(flight.clone());
    flight
}

/// Who was asked, and what for.
enum Who {
    /// An inbox of a durable source: the source, what the registry calls the inbox, and how many shards there are.
    Object(String, String, u32),
    /// The dedupe markers of these sources.
    Markers(Vec<String>),
    /// Which inboxes exist.
    Registry,
    /// One whose source is not configured any more.
    Lost(String),
}

/// Everybody is asked before the first response is waited for.
#[derive(Default)]
struct Asked {
    who: Vec<Who>,
    promises: Vec<Option<Promise>>,
}

impl Asked {
    fn ask(&mut self, who: Who, promise: Option<Result<Promise, JsValue>>) {
        self.who.push(who);
        self.promises.push(promise.and_then(Result::ok));
    }

    /// The storage of all sources: of many inboxes some, by turns.
    fn configured(state: &State) -> Self {
        let mut asked = Self::default();
        let (mut objects, mut marked) = (Vec::new(), Vec::new());
        for (_, name, entry) in state.config.iter() {
            let Entry::Ready(source) = entry else { continue };
            match source.durable {
                Some(durable) => objects.extend((0..durable.shards).map(|shard| (name, shard, durable.shards))),
                None if source.dedupe.is_some() => marked.push(name.to_owned()),
                None => {}
            }
        }
        let turn = state.health.0.borrow().turn;
        state.health.0.borrow_mut().turn = turn.wrapping_add(ASKED);
        let start = if objects.len() > ASKED { turn.checked_rem(objects.len()).unwrap_or_default() } else { 0 };
        for (name, shard, shards) in objects.iter().cycle().skip(start).take(objects.len().min(ASKED)) {
            let who = Who::Object((*name).to_owned(), shard_name(name, *shard), *shards);
            asked.ask(who, stub(&state.bindings, name, *shard).map(|object| object.health()));
        }
        if let Some(kv) = state.bindings.events.as_ref().filter(|_| !marked.is_empty()) {
            asked.ask(Who::Markers(marked), Some(kv.request("health")));
        }
        if let Some(registry) = registry(&state.bindings) {
            asked.ask(Who::Registry, Some(registry.registered()));
        }
        asked
    }

    /// The inboxes among those of the registry whose source is not configured any more.
    fn removed(state: &State, known: &[String]) -> Self {
        let mut asked = Self::default();
        for (name, shard) in known.iter().filter_map(|known| known.rsplit_once('/')) {
            let is_ready = matches!(state.config.find(name.as_bytes()), Some((_, Entry::Ready(_))));
            let Some(shard) = shard.parse().ok().filter(|_| !is_ready && asked.who.len() < ASKED) else { continue };
            asked.ask(Who::Lost(name.to_owned()), stub(&state.bindings, name, shard).map(|object| object.health()));
        }
        asked
    }

    /// Adds what the responses say is wrong; which inboxes exist.
    async fn judge(self, found: &mut Verdict) -> Vec<String> {
        let (mut known, mut empty) = (Vec::new(), Vec::new());
        let answers = clock::outcomes_within(&self.promises, LIMIT_MS).await;
        for (who, answer) in self.who.into_iter().zip(answers) {
            let json = answer.as_string().and_then(|text| value(&text));
            match who {
                Who::Object(name, object, shards) => {
                    let most = json.as_ref().and_then(|json| json.get("most")).and_then(Value::as_u64);
                    if most.is_some_and(|most| most > u64::from(shards))
                        && !found.storage.iter().any(|(known, _)| *known == name)
                    {
                        found.storage.push((name.clone(), FEWER.to_owned()));
                    }
                    let problem = json.as_ref().map(|json| json.get("problem").and_then(Value::as_str));
                    match problem.unwrap_or(Some(SILENT)) {
                        Some(problem) => found.storage.push((name, problem.to_owned())),
                        None if json.as_ref().and_then(|json| json.get("was")) == Some(&Value::Bool(false)) => {
                            empty.push((name, object));
                        }
                        None => {}
                    }
                }
                Who::Markers(names) if answer.is_undefined() => {
                    found.storage.extend(names.into_iter().map(|name| (name, NO_KV.to_owned())));
                }
                Who::Markers(_) => {}
                Who::Registry => {
                    let names = json.as_ref().and_then(Value::as_array).into_iter().flatten();
                    known.extend(names.filter_map(Value::as_str).map(str::to_owned));
                }
                Who::Lost(name) => {
                    let pending = json.as_ref().and_then(|json| json.get("pending")).and_then(Value::as_u64);
                    if pending.is_some_and(|pending| pending > 0)
                        && !found.orphans.iter().any(|(known, _)| *known == name)
                    {
                        found.orphans.push((name, ORPHANED.to_owned()));
                    }
                }
            }
        }
        let gone = empty.into_iter().filter(|(_, object)| known.contains(object));
        found.storage.extend(gone.map(|(name, _)| (name, GONE.to_owned())));
        known
    }
}

const SILENT: &str = "the inbox object does not respond; see the platform's log";
const GONE: &str = "the inbox's database is gone, with the events and ids that were in it";
const FEWER: &str =
    "there were more `shards` once, which hold events and ids: fewer are asked now; put their number back";
const NO_KV: &str = "KV does not respond: duplicates are forwarded";
const ORPHANED: &str = "stored events wait for this source: put it back, or correct its fault";

/// How long a verdict holds.
const FRESH_MS: u64 = 15_000;

/// The time limit of what is asked at once; of waiting for all of it.
const LIMIT_MS: f64 = 3_000.0;
const WAIT_MS: f64 = 8_000.0;

/// Objects asked at a time: a request may make 50 where it is free.
const ASKED: usize = 16;
