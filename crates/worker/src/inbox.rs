//! The inbox: a SQLite Durable Object that stores an event before it is acknowledged, and delivers it by alarms.
//!
//! It reads, writes and fetches. [`countersign::inbox`] decides what becomes of an event. Three rules keep an acknowledged event from being
//! lost:
//!
//! - One `INSERT` checks the id and stores the event, and the platform holds back every response and every request until earlier writes are
//!   on disk. So a 202 means stored, and an attempt is counted before it is made.
//! - During an attempt an event is leased: its `due` is moved behind the attempt. If the object dies, the event becomes due again.
//! - The next alarm is set before a pass does anything, and again by every accept, every admin call and every new instance. The
//!   handler never throws, because the platform gives up on an alarm that does.

mod accept;
mod alarm;
mod attempt;
mod attempts;
mod capacity;
mod database;
mod events;
mod log;
mod meta;
mod new_event;
mod object;
mod pages;
mod pass;
mod queue;
mod registry;
mod schema;
mod stub;
mod tidy;

use std::rc::Rc;

use countersign::gateway::dedupe::EventKey;
use countersign::inbox::{EventState, Progress};
use countersign::json::printed;
use serde_json::json;
use wasm_bindgen::prelude::*;
use worker::worker_sys::DurableObjectStorage;

pub use self::capacity::set_limits;
use self::new_event::NewEvent;
use self::object::Object;
use self::pages::unreadable;
use self::registry::registered;
pub(crate) use self::registry::registry;
pub(crate) use self::stub::{InboxStub, hand_over, stub};
use crate::clock;
use crate::executor;

/// One object: one shard of one source.
#[wasm_bindgen]
#[derive(Clone)]
pub struct Inbox(Rc<Object>);

#[wasm_bindgen]
impl Inbox {
    /// Opens the object's database, migrates it to the current schema, and sets the alarm.
    #[wasm_bindgen(constructor)]
    pub fn new(storage: DurableObjectStorage) -> Self {
        let object = Object::open(storage);
        object.rearm();
        Self(Rc::new(object))
    }

    /// Stores an event, unless its id is known: `accepted`, `duplicate`, `moved`, `full` or `failed`, or a promise of one of them.
    pub fn accept(&self, event: NewEvent) -> JsValue {
        let (object, source, shard) = (Rc::clone(&self.0), event.source(), event.shard());
        let key = EventKey::new(&source, event.id().as_bytes());
        let Some(born) = object.begin(&source, shard) else { return "failed".into() };
        let shards = object.shards_to_ask(key, shard, born);
        if shards.is_empty() {
            return object.store(key, &event).into();
        }
        executor::spawn(async move { object.store_after(shards, key, &event).await.into() }).into()
    }

    /// Surrenders an id to a newer shard, unless its event is here: `stored`, `moved` or `failed`. `headers` are those of the copy that
    /// came there.
    pub fn surrender(&self, source: &str, shard: u32, id: &str, headers: Option<String>) -> String {
        if self.0.begin(source, shard).is_none() {
            return "failed".to_owned();
        }
        self.0.surrender(EventKey::new(source, id.as_bytes()), id, headers).to_owned()
    }

    /// Delivers what is due, until nothing is.
    ///
    /// `again` says that the previous pass ended with its object. The platform ends an object that reads a damaged page, so each event is
    /// then noted before it is read.
    pub fn alarm(&self, again: bool) -> js_sys::Promise {
        let object = Rc::clone(&self.0);
        object.careful.set(again);
        object.armed.set(None);
        executor::spawn(async move {
            object.pass().await;
            JsValue::UNDEFINED
        })
    }

    /// Counts, as JSON, or `failed`.
    pub fn stats(&self) -> String {
        self.0.look_again();
        let stats = self.0.database.stats(&self.0.aside.borrow());
        or_failed(stats.map(|stats| printed(&stats.to_json())))
    }

    /// One page of events in a state, as a JSON array, or `failed`. `due` and `number` are those of the event before; 0 for none.
    pub fn list(&self, state: u8, due: f64, number: f64, limit: u32) -> String {
        self.0.look_again();
        or_failed(self.0.database.list(EventState::from_number(state), due, number, limit, &self.0.aside.borrow()))
    }

    /// One event, as JSON, or `failed`; nothing if it is not known.
    pub fn event(&self, source: &str, id: &str) -> Option<String> {
        self.0.look_again();
        let key = EventKey::new(source, id.as_bytes());
        let event = match self.0.is_aside(key) {
            Ok(true) => Ok(Some(printed(&unreadable(Some(id))))),
            Ok(false) => self.0.database.describe(key),
            Err(()) => Err(()),
        };
        event.transpose().map(or_failed)
    }

    /// Delivers an event again: `replayed`, `gone` if its body was dropped, `unknown` or `failed`.
    pub fn replay(&self, source: &str, id: &str) -> String {
        let key = EventKey::new(source, id.as_bytes());
        let outcome =
            match self.0.is_aside(key).and_then(|aside| if aside { Err(()) } else { self.0.database.progress(key) }) {
                Ok(Some((number, _, _))) if self.0.attempts.has(number) => "replayed",
                Ok(Some((number, progress, has_body))) => match progress.replayed(clock::now_ms(), has_body) {
                    Some(progress) if self.0.database.set(number, progress, None).is_ok() => "replayed",
                    Some(_) => "failed",
                    None => "gone",
                },
                Ok(None) => "unknown",
                Err(()) => "failed",
            };
        self.0.recount();
        self.0.look_again();
        outcome.to_owned()
    }

    /// Forgets an event, whatever its state, so that its id is new again: `forgotten`, `unknown` or `failed`.
    ///
    /// An attempt under way goes on, and its outcome is dropped.
    pub fn forget(&self, source: &str, id: &str) -> String {
        let object = &self.0;
        let key = EventKey::new(source, id.as_bytes());
        let outcome =
            match object.is_aside(key).and_then(|aside| if aside { Err(()) } else { object.database.forget(key) }) {
                Ok(Some(number)) => {
                    object.attempts.forget(number);
                    "forgotten"
                }
                Ok(None) => "unknown",
                Err(()) => "failed",
            };
        object.recount();
        object.look_again();
        outcome.to_owned()
    }

    /// Delivers all events in a state again that have their bodies; how many, or NaN.
    #[wasm_bindgen(js_name = replayAll)]
    pub fn replay_all(&self, state: u8) -> f64 {
        let replayed = self.0.database.replay_all(EventState::from_number(state), Progress::accepted(clock::now_ms()));
        self.0.recount();
        self.0.look_again();
        replayed.map_or(f64::NAN, f64::from)
    }

    /// Whether events can be stored and delivered, as JSON: the `problem`, how many are `pending`, and whether there `was` any.
    pub fn health(&self) -> String {
        let object = &self.0;
        let problem = object.problem();
        printed(&json!({ "problem": problem, "pending": object.capacity.pending.get(), "was": object.has_begun() }))
    }

    /// Adds an object to the registry, which is one object that knows the others; whether it did.
    pub fn register(&self, source: &str, shard: u32) -> bool {
        self.0.database.set_meta(&registered(source, shard), &1.into()).is_ok()
    }

    /// The names of all objects in the registry, as a JSON array.
    pub fn registered(&self) -> String {
        or_failed(self.0.database.registered())
    }
}

fn or_failed(text: Result<String, ()>) -> String {
    text.unwrap_or_else(|()| "failed".to_owned())
}
