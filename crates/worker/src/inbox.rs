//! The inbox: a SQLite Durable Object that stores an event before it is acknowledged, and has couriers deliver it.
//!
//! It reads and writes. [`countersign::inbox`] decides what becomes of an event, and couriers ([`crate::courier`]) fetch. Three rules keep
//! an acknowledged event from being lost:
//!
//! - An event is known by a row that its id alone can have, and the platform holds back every response until earlier writes are on disk.
//!   So a 202 means stored.
//! - What was not reported as delivered is attempted again. A courier repeats its report until it is written.
//! - The alarm is set before an event is acknowledged, and again by every report, every admin call and every new instance. The handler
//!   never throws, because the platform gives up on an alarm that does.

mod accept;
mod alarm;
mod alerts;
mod capacity;
mod counts;
mod database;
mod destinations;
mod events;
mod history;
mod ids;
mod job;
mod legacy;
mod listed;
mod log;
mod meta;
mod new_event;
mod notices;
mod notify;
mod object;
mod orders;
mod pages;
mod pass;
mod registry;
mod repair;
mod reported;
mod reports;
mod rows;
mod scan;
mod schema;
mod segments;
mod settings;
mod shards;
mod store;
mod stub;
mod surrender;
mod token;
mod waiting;
mod work;

use std::rc::Rc;

use countersign::gateway::dedupe::EventKey;
use countersign::inbox::{Machine, StoreFault};
use countersign::json::{printed, value};
use js_sys::Function;
use serde_json::{Value, json};
use wasm_bindgen::prelude::*;
use worker::worker_sys::DurableObjectStorage;

use self::new_event::NewEvent;
use self::object::Object;
use self::pages::unreadable;
use crate::clock;
use crate::executor::spawn;

pub use self::capacity::set_limit;
pub(crate) use self::events::Handed;
pub(crate) use self::registry::registry;
pub(crate) use self::schema::VERSION as SCHEMA;
pub(crate) use self::stub::{InboxStub, Known, hand_over, source as source_of, stub};

/// One object: one shard of one source.
#[wasm_bindgen]
#[derive(Clone)]
pub struct Inbox(Rc<Object>);

#[wasm_bindgen]
impl Inbox {
    /// Opens the object's database, migrates it to the current schema, and sets the alarm. `start_courier` starts an invocation that
    /// delivers, by source, shard, token and destination.
    #[wasm_bindgen(constructor)]
    pub fn new(storage: DurableObjectStorage, start_courier: Function) -> Self {
        let object = Object::open(storage, start_courier);
        // An alarm that was set outlives its object. What could have been lost with one is set again.
        object.rearm_if_due();
        Self(Rc::new(object))
    }

    /// Stores an event, unless its id is known: the text of an [`Answer`](countersign::inbox::Answer), or a promise of it.
    pub fn accept(&self, event: NewEvent) -> JsValue {
        let key = EventKey::new(&event.source(), event.id().as_bytes());
        let object = Rc::clone(&self.0);
        if object.armed.get().is_some()
            && let Some(answer) = object.accept_now(key, &event)
        {
            return answer.to_text().into();
        }
        spawn(async move {
            object.learn_alarm().await;
            let answer = match object.accept_now(key, &event) {
                Some(answer) => answer,
                None => object.accept_later(key, &event).await,
            };
            answer.to_text().into()
        })
        .into()
    }

    /// Surrenders an id to a newer shard, unless its event is here: `stored`, `moved` or `failed`. `headers` are those of the copy that
    /// came there.
    pub fn surrender(&self, source: &str, shard: u32, id: &str, headers: Option<String>, newer: u32) -> String {
        if !self.0.begin(source, shard) {
            return "failed".to_owned();
        }
        self.0.surrender(EventKey::new(source, id.as_bytes()), headers, newer).to_owned()
    }

    /// Takes what a courier reports, and hands it more to do, for its destination if it has one; see `reports.rs`.
    pub fn report(&self, token: String, reports: String, room: u32, destination: Option<String>) -> js_sys::Promise {
        let object = Rc::clone(&self.0);
        if reports == "[]"
            && object.knows(&token)
            && let Some(destination) = &destination
        {
            self.0.work.started(destination);
        }
        spawn(object.report(token, reports, room, destination))
    }

    /// Takes what objects and Workers say is wrong, or is well again, as lines of text; whether that is written down. Only the object
    /// that alerts operators does: see `alerts.rs`.
    pub fn alert(&self, notices: String) -> js_sys::Promise {
        spawn(Rc::clone(&self.0).take_notices(notices))
    }

    /// Has what is due delivered, until nothing is.
    ///
    /// `again` says that the previous alarm ended with its object. The platform ends an object that reads a damaged page, so each event is
    /// then noted before it is read.
    pub fn alarm(&self, again: bool) -> js_sys::Promise {
        let object = Rc::clone(&self.0);
        if again {
            object.careful.set(true);
        }
        spawn(async move {
            object.pass().await;
            JsValue::UNDEFINED
        })
    }

    /// Counts, as JSON, or `failed`.
    pub fn stats(&self) -> String {
        self.0.look_again();
        or_failed(self.read(|object, machine| {
            let mut stats = object.database.stats(machine)?.to_json();
            for outlet in machine.outlets() {
                let (latency, lately) = object.latencies(outlet.name())?;
                let view = stats.get_mut("destinations").and_then(|all| all.get_mut(outlet.name())?.as_object_mut());
                view.map(|view| {
                    view.insert("latency".to_owned(), latency.to_json());
                    view.insert("lately".to_owned(), lately.to_json())
                });
            }
            Ok(printed(&stats))
        }))
    }

    /// The id of the event that a key, in hexadecimal digits, is of: empty if it is not kept here any more, nothing if that cannot be read.
    pub fn lookup(&self, key: &str) -> Option<String> {
        let number = self.0.database.find(EventKey::from_hex(key)?).ok()?;
        let number = number.and_then(|number| u64::try_from(number).ok());
        Some(number.and_then(|number| self.0.database.id_of(number)).unwrap_or_default())
    }

    /// A part of the list of events, as JSON, or `failed`: see `scan.rs`.
    pub fn list(&self, asked: &str) -> String {
        self.0.look_again();
        let asked = value(asked).unwrap_or_default();
        or_failed(self.0.look_at_events(|| self.read(|object, machine| Ok(printed(&object.list(&asked, machine)?)))))
    }

    /// One event, as JSON, or `failed`; `null` if it is not known.
    pub fn event(&self, source: &str, id: &str) -> String {
        self.0.look_again();
        match self.0.number_of(source, id) {
            Ok(Some(number)) if self.0.is_aside(number) => printed(&unreadable(Some(id))),
            Ok(Some(number)) => or_failed(self.0.look_at_events(|| self.0.describe(number, id))),
            Ok(None) => printed(&Value::Null),
            Err(()) => FAILED.to_owned(),
        }
    }

    /// The body of an event, or null if it is not kept; `unknown` or `failed`.
    pub fn body(&self, source: &str, id: &str) -> JsValue {
        match self.0.number_of(source, id) {
            Ok(Some(number)) if self.0.is_aside(number) => JsValue::NULL,
            Ok(Some(number)) => match self.0.look_at_events(|| self.0.database.stored_body(number)) {
                Ok(found) => found.map_or(JsValue::NULL, |(_, body)| body.into()),
                Err(()) => FAILED.into(),
            },
            Ok(None) => "unknown".into(),
            Err(()) => FAILED.into(),
        }
    }

    /// Delivers an event again, to one destination or to all: `replayed`, `gone` if it is not kept or filtered, `unknown` or `failed`.
    pub fn replay(&self, source: &str, id: &str, destination: Option<String>) -> String {
        let (object, now) = (&self.0, clock::now_ms());
        let outcome = match object.number_of(source, id) {
            Ok(Some(number)) if object.is_aside(number) => FAILED,
            Ok(Some(number)) => match object.replay(number, destination.as_deref(), now) {
                Ok(true) => "replayed",
                Ok(false) => "gone",
                Err(()) => FAILED,
            },
            Ok(None) => "unknown",
            Err(()) => FAILED,
        };
        object.look_again();
        outcome.to_owned()
    }

    /// Gives up a pending event, at one destination or at all: `discarded`, `not_pending`, `unknown` or `failed`.
    pub fn discard(&self, source: &str, id: &str, destination: Option<String>) -> String {
        let (object, now) = (&self.0, clock::now_ms());
        let outcome = match object.number_of(source, id) {
            Ok(Some(number)) => match object.discard(number, destination.as_deref(), now) {
                Ok(true) => "discarded",
                Ok(false) => "not_pending",
                Err(()) => FAILED,
            },
            Ok(None) => "unknown",
            Err(()) => FAILED,
        };
        object.look_again();
        outcome.to_owned()
    }

    /// Begins, cancels or shows the job that replays events, as JSON, or `failed`: see `job.rs`.
    pub fn job(&self, source: &str, shard: u32, asked: &str) -> String {
        if !self.0.begin(source, shard) {
            return FAILED.to_owned();
        }
        let answer = self.0.order_job(&value(asked).unwrap_or_default());
        self.0.look_again();
        or_failed(answer.map(|answer| printed(&answer)))
    }

    /// Pauses or resumes one destination or all, before the first event too: `done`, `already` or `failed`.
    pub fn pause(&self, source: &str, shard: u32, paused: bool, destination: Option<String>) -> String {
        let (object, now) = (&self.0, clock::now_ms());
        if !object.begin(source, shard) {
            return FAILED.to_owned();
        }
        let outcome = match object.pause(paused, destination.as_deref(), now) {
            Ok(true) => "done",
            Ok(false) => "already",
            Err(()) => FAILED,
        };
        object.look_again();
        outcome.to_owned()
    }

    /// Forgets an event, whatever its state, so that its id is new again: `forgotten`, `unknown` or `failed`.
    ///
    /// An attempt under way goes on, and its outcome is dropped.
    pub fn forget(&self, source: &str, id: &str) -> String {
        let outcome = match self.0.forget(source, id, clock::now_ms()) {
            Ok(true) => "forgotten",
            Ok(false) => "unknown",
            Err(()) => FAILED,
        };
        self.0.look_again();
        outcome.to_owned()
    }

    /// Whether events can be stored and delivered, as JSON: the `problem`, how many are `pending`, whether there `was` any, and the `most`
    /// shards that the source had.
    pub fn health(&self) -> String {
        let object = &self.0;
        let problem = object.problem();
        let pending = object.with(|machine| object.database.pending(machine).map_err(|()| StoreFault));
        let most = object.shards.get().most(clock::now_ms());
        printed(&json!({
            "problem": problem, "pending": pending.unwrap_or_default(), "was": object.has_begun(), "most": most,
        }))
    }

    fn read(&self, page: impl FnOnce(&Object, &Machine) -> Result<String, ()>) -> Result<String, ()> {
        self.0.with(|machine| Ok(page(&self.0, machine))).and_then(|page| page)
    }
}

fn or_failed(text: Result<String, ()>) -> String {
    text.unwrap_or_else(|()| FAILED.to_owned())
}

/// What is answered where a database could not be read or written.
pub(crate) const FAILED: &str = "failed";
