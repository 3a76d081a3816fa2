//! Whether storage responds, and whether what is stored has a source: asked at most every 15 s in an isolate, however many want to know.

use std::cell::RefCell;
use std::rc::Rc;

use countersign::config::Entry;
use countersign::inbox::shard_name;
use countersign::json::{printed, value};
use js_sys::{Array, Promise};
use serde_json::{Map, Value, json};
use wasm_bindgen::prelude::*;

use crate::executor::settled;
use crate::host::{self, ExecutionContext};
use crate::inbox::{registry, stub};
use crate::{State, clock, executor};

/// What was found last, and whether somebody is looking.
#[derive(Default)]
pub(crate) struct Health(RefCell<Slot>);

#[derive(Default)]
struct Slot {
    verdict: Rc<Verdict>,
    asked_at: Option<u64>,
    flight: Option<Promise>,
    /// How many objects were asked: with more than are asked at a time, they have turns.
    turn: usize,
}

/// What is wrong, by source: the name, and why.
#[derive(Default)]
pub(crate) struct Verdict {
    storage: Vec<(String, String)>,
    orphans: Vec<(String, String)>,
}

impl Verdict {
    pub(crate) fn is_well(&self) -> bool {
        self.storage.is_empty() && self.orphans.is_empty()
    }

    /// `storage_unavailable` or `source_missing`, if there is anything.
    pub(crate) fn status(&self) -> &'static str {
        if self.storage.is_empty() { MISSING } else { UNAVAILABLE }
    }

    /// Adds what is wrong to an answer: to the public which sources, to the operator why.
    pub(crate) fn describe(&self, is_admin: bool, answer: &mut Map<String, Value>) {
        for (part, code, found) in [("storage", UNAVAILABLE, &self.storage), ("orphans", MISSING, &self.orphans)] {
            let mut sources = Map::new();
            for (source, why) in found {
                sources.insert(source.clone(), json!(if is_admin { why } else { code }));
            }
            if !sources.is_empty() {
                answer.insert(part.to_owned(), sources.into());
            }
        }
    }

    fn log(&self) {
        for (code, found) in [(UNAVAILABLE, &self.storage), (MISSING, &self.orphans)] {
            for (source, why) in found {
                host::log(&printed(&json!({ "ev": "health", "code": code, "source": source, "detail": why })));
            }
        }
    }
}

/// What is known, asked anew where that is too old.
pub(crate) async fn verdict(state: &Rc<State>, context: &ExecutionContext) -> Rc<Verdict> {
    let (now, health) = (clock::now_ms(), &state.health.0);
    // The clock may have been put back.
    let is_fresh = health.borrow().asked_at.is_some_and(|at| now.abs_diff(at) < FRESH_MS);
    if !is_fresh {
        let flight = health.borrow().flight.clone();
        let flight = flight.unwrap_or_else(|| look(state, context));
        clock::within(&flight, WAIT_MS).await;
        let mut slot = health.borrow_mut();
        // One whose request died is given up, so that the next can start another.
        if slot.flight.as_ref().is_some_and(|current| js_sys::Object::is(current, &flight)) {
            slot.flight = None;
        }
    }
    health.borrow().verdict.clone()
}

fn look(state: &Rc<State>, context: &ExecutionContext) -> Promise {
    let shared = Rc::clone(state);
    let flight = executor::promise(async move {
        let mut found = Verdict::default();
        let asked = Asked::configured(&shared);
        let lost = asked.judge(&mut found).await;
        Asked::removed(&shared, &lost).judge(&mut found).await;
        found.log();
        let mut slot = shared.health.0.borrow_mut();
        (slot.verdict, slot.asked_at, slot.flight) = (Rc::new(found), Some(clock::now_ms()), None);
        JsValue::UNDEFINED
    });
    context.wait_until(&flight);
    state.health.0.borrow_mut().flight = Some(flight.clone());
    flight
}

/// Who was asked, and what for.
enum Who {
    /// An inbox of a durable source: the source, and what the registry calls the inbox.
    Object(String, String),
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
    promises: Array,
}

impl Asked {
    fn ask(&mut self, who: Who, promise: Option<Result<Promise, JsValue>>) {
        self.who.push(who);
        self.promises.push(&promise.and_then(Result::ok).map_or(JsValue::UNDEFINED, Into::into));
    }

    /// The storage of all sources: of many inboxes some, by turns.
    fn configured(state: &State) -> Self {
        let mut asked = Self::default();
        let (mut objects, mut marked) = (Vec::new(), Vec::new());
        for (_, name, entry) in state.config.iter() {
            let Entry::Ready(source) = entry else { continue };
            match source.durable {
                Some(durable) => objects.extend((0..durable.shards).map(|shard| (name, shard))),
                None if source.dedupe.is_some() => marked.push(name.to_owned()),
                None => {}
            }
        }
        let turn = state.health.0.borrow().turn;
        state.health.0.borrow_mut().turn = turn.wrapping_add(ASKED);
        let start = if objects.len() > ASKED { turn.checked_rem(objects.len()).unwrap_or_default() } else { 0 };
        for (name, shard) in objects.iter().cycle().skip(start).take(objects.len().min(ASKED)) {
            let who = Who::Object((*name).to_owned(), shard_name(name, *shard));
            asked.ask(who, stub(&state.env, name, *shard).map(|object| object.health()));
        }
        if let Some(kv) = state.kv.as_ref().filter(|_| !marked.is_empty()) {
            asked.ask(Who::Markers(marked), Some(kv.ask("health")));
        }
        if let Some(registry) = registry(&state.env) {
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
            asked.ask(Who::Lost(name.to_owned()), stub(&state.env, name, shard).map(|object| object.health()));
        }
        asked
    }

    /// Adds what the responses say is wrong; which inboxes exist.
    async fn judge(self, found: &mut Verdict) -> Vec<String> {
        let (mut known, mut empty) = (Vec::new(), Vec::new());
        let Ok(answers) = host::in_time(&self.promises, LIMIT_MS) else { return known };
        let answers = settled(answers).await.unwrap_or_default();
        for (who, answer) in self.who.into_iter().zip(answers.unchecked_into::<Array>().iter()) {
            let told = answer.as_string().and_then(|text| value(&text));
            match who {
                Who::Object(name, object) => {
                    let problem = told.as_ref().map(|told| told.get("problem").and_then(Value::as_str));
                    match problem.unwrap_or(Some(SILENT)) {
                        Some(problem) => found.storage.push((name, problem.to_owned())),
                        None if told.as_ref().and_then(|told| told.get("was")) == Some(&Value::Bool(false)) => {
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
                    let names = told.as_ref().and_then(Value::as_array).into_iter().flatten();
                    known.extend(names.filter_map(Value::as_str).map(str::to_owned));
                }
                Who::Lost(name) => {
                    let pending = told.as_ref().and_then(|told| told.get("pending")).and_then(Value::as_u64);
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
const NO_KV: &str = "KV does not respond: duplicates are forwarded";
const ORPHANED: &str = "stored events wait for this source: put it back into SOURCES";

/// How long a verdict holds.
const FRESH_MS: u64 = 15_000;

/// The time limit of what is asked at once; of waiting for all of it.
const LIMIT_MS: f64 = 3_000.0;
const WAIT_MS: f64 = 8_000.0;

/// Objects asked at a time: a request may make 50 where it is free.
const ASKED: usize = 16;

const UNAVAILABLE: &str = "storage_unavailable";
const MISSING: &str = "source_missing";
