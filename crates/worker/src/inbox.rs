//! The inbox: a SQLite Durable Object that stores an event before it is acknowledged, and delivers it by alarms.
//!
//! It reads, writes and fetches; what becomes of an event is decided in [`countersign::inbox`]. Three rules keep an
//! acknowledged event from being lost:
//!
//! - Claim and event are one `INSERT`, and the platform holds back every answer and every request until what was written before
//!   it is on disk. So a 202 means stored, and an attempt was counted before it left.
//! - An event that is being delivered is leased, by moving its `due` behind the attempt: whoever dies leaves it due again.
//! - The next alarm is set before a pass does anything, and again by every accept, every admin call and every new instance. The
//!   handler never throws, because the platform gives up on an alarm that does.

mod object;
mod pages;
mod pass;
mod queue;
mod registry;
mod schema;
mod shard;
mod table;

use std::rc::Rc;

use countersign::gateway::dedupe::EventKey;
use countersign::inbox::{self, EventState, Progress};
use countersign::json::printed;
use js_sys::{JsString, Uint8Array};
use serde_json::json;
use wasm_bindgen::prelude::*;

use self::object::Object;
pub use self::object::set_limits;
use self::pages::unreadable;
use self::registry::registered;
pub(crate) use self::registry::registry;
pub(crate) use self::shard::{hand_over, stub};
use self::table::{Copy, Row};
use crate::clock;
use crate::executor;
use crate::host::Storage;

/// One object: one shard of one source.
#[wasm_bindgen]
#[derive(Clone)]
pub struct Inbox(Rc<Object>);

#[wasm_bindgen]
impl Inbox {
    /// Opens the object's database, brings it to the present schema, and sees to it that it will be woken.
    #[wasm_bindgen(constructor)]
    pub fn new(storage: Storage) -> Self {
        let object = Object::open(storage);
        object.rearm();
        Self(Rc::new(object))
    }

    #[expect(clippy::too_many_arguments, reason = "as they cross the boundary, without an object around them")]
    /// Stores an event, unless its id is known. `accepted`, `duplicate`, `moved`, `full` or `failed`, or a promise of it.
    pub fn accept(
        &self,
        source: String,
        shard: u32,
        id: JsString,
        form: JsString,
        headers: JsString,
        received_at: f64,
        body: Uint8Array,
    ) -> JsValue {
        let object = Rc::clone(&self.0);
        let key = EventKey::new(&source, String::from(&id).as_bytes());
        let Some(born) = object.begin(&source, shard) else { return "failed".into() };
        let asked = inbox::homes(key, shard.saturating_add(1));
        let before: Vec<u32> = asked.into_iter().filter(|home| *home < shard).rev().collect();
        let asks = !before.is_empty() && object.asks_before(born);
        let row = Row { key, id, form, headers, received_at: received_at as u64 };
        if !asks || !matches!(object.copy(key), Ok(None)) {
            return object.store(&row, &body).into();
        }
        let asking = async move {
            for shard in before {
                match object.ask(&source, shard, &row).await.as_deref() {
                    Some("moved") => {}
                    Some("stored") => return "duplicate".into(),
                    _ => return "failed".into(),
                }
            }
            object.store(&row, &body).into()
        };
        executor::spawn(asking).into()
    }

    /// Gives an id away to a newer shard, unless its event is here: `stored`, `moved` or `failed`. `headers` are those of the copy that
    /// came there.
    pub fn claim(&self, source: &str, shard: u32, id: &str, headers: Option<String>) -> String {
        let (object, key) = (&self.0, EventKey::new(source, id.as_bytes()));
        if object.begin(source, shard).is_none() {
            return "failed".to_owned();
        }
        match object.copy(key) {
            Ok(Some(Copy { state: EventState::Moved, .. })) => "moved",
            // The newer shard stores what was lost here.
            Ok(Some(Copy { number, is_unreadable: true, .. })) if object.table.remove(number).is_ok() => {
                object.give_away(key, id)
            }
            Ok(Some(copy)) => {
                if let Some(headers) = headers {
                    object.note(&copy, &headers);
                }
                "stored"
            }
            Ok(None) => object.give_away(key, id),
            Err(()) => "failed",
        }
        .to_owned()
    }

    /// Delivers what is due, until nothing is. `again` says that the pass before ended with its object: then each event is taken up with
    /// care, as the platform ends an object that reads a damaged page.
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
        let stats = self.0.table.stats(&self.0.aside.borrow());
        or_failed(stats.map(|stats| printed(&stats.to_json())))
    }

    /// One page of events in a state, as a JSON array, or `failed`. `due` and `number` are those of the event before; 0 for none.
    pub fn list(&self, state: u8, due: f64, number: f64, limit: u32) -> String {
        self.0.look_again();
        or_failed(self.0.table.list(EventState::from_number(state), due, number, limit, &self.0.aside.borrow()))
    }

    /// One event, as JSON, or `failed`; nothing where it is not known.
    pub fn event(&self, source: &str, id: &str) -> Option<String> {
        self.0.look_again();
        let key = EventKey::new(source, id.as_bytes());
        let event = match self.0.is_aside(key) {
            Ok(true) => Ok(Some(printed(&unreadable(Some(id))))),
            Ok(false) => self.0.table.describe(key),
            Err(()) => Err(()),
        };
        event.transpose().map(or_failed)
    }

    /// Delivers an event anew: `replayed`, `gone` where its body was dropped, `unknown` or `failed`.
    pub fn replay(&self, source: &str, id: &str) -> String {
        let key = EventKey::new(source, id.as_bytes());
        let outcome =
            match self.0.is_aside(key).and_then(|aside| if aside { Err(()) } else { self.0.table.progress(key) }) {
                Ok(Some((number, _, _))) if self.0.flying.borrow().contains(&number) => "replayed",
                Ok(Some((number, progress, has_body))) => match progress.replayed(clock::now_ms(), has_body) {
                    Some(progress) if self.0.table.set(number, progress, None).is_ok() => "replayed",
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
            match object.is_aside(key).and_then(|aside| if aside { Err(()) } else { object.table.forget(key) }) {
                Ok(Some(number)) => {
                    // The event's number may be given to the next event that is stored.
                    if object.flying.borrow().contains(&number) {
                        object.forgotten.borrow_mut().push(number);
                    }
                    "forgotten"
                }
                Ok(None) => "unknown",
                Err(()) => "failed",
            };
        object.recount();
        object.look_again();
        outcome.to_owned()
    }

    /// Delivers all events of a state anew whose bodies are there; how many, or NaN.
    #[wasm_bindgen(js_name = replayAll)]
    pub fn replay_all(&self, state: u8) -> f64 {
        let replayed = self.0.table.replay_all(EventState::from_number(state), Progress::accepted(clock::now_ms()));
        self.0.recount();
        self.0.look_again();
        replayed.map_or(f64::NAN, f64::from)
    }

    /// Whether events can be stored and delivered, as JSON: the `problem`, how many are `pending`, and whether there `was` any.
    pub fn health(&self) -> String {
        let object = &self.0;
        let problem = object.problem();
        printed(&json!({ "problem": problem, "pending": object.pending.get(), "was": object.has_begun() }))
    }

    /// Of the one object that knows which others exist: notes another. Whether it did.
    pub fn register(&self, source: &str, shard: u32) -> bool {
        self.0.table.set_meta(&registered(source, shard), &1.into()).is_ok()
    }

    /// Of that object: all that it knows, by name, as a JSON array.
    pub fn registered(&self) -> String {
        or_failed(self.0.table.registered())
    }
}

fn or_failed(text: Result<String, ()>) -> String {
    text.unwrap_or_else(|()| "failed".to_owned())
}
