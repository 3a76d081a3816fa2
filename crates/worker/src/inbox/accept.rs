//! Storing an event, unless its id is known here or in a shard before this one.

use countersign::gateway::copies::Copies;
use countersign::gateway::dedupe::EventKey;
use countersign::inbox::{Accepted, Answer, Arrival, EventState, Plan, Receipt};
use countersign::json::value;
use js_sys::{Array, Promise};
use serde_json::{Map, Value};
use wasm_bindgen::prelude::*;

use super::new_event::NewEvent;
use super::object::Object;
use super::stub::stub;
use crate::clock;
use crate::executor::settled;

impl Object {
    /// Stores an event that nobody else has to be asked about; `None` if somebody has.
    pub(super) fn accept_now(&self, key: EventKey, new: &NewEvent) -> Option<Answer> {
        let (source, shard, layout) = (new.source(), new.shard(), new.layout());
        if !self.begin(&source, shard) {
            return Some(Answer::Failed);
        }
        let (layouts, now) = (self.shards.get(), clock::now_ms());
        // 0 comes from a Worker that was sent here by an older shard, and does not know how many there are.
        if layout.shards > 0 && layouts.forbids(layout.shards, now) {
            return Some(Answer::FewerShards);
        }
        if layout.shards > 0 && (layouts.current() != Some(layout) || !self.is_introduced.get()) {
            return None;
        }
        let asked = self.to_ask(key, new, now);
        (asked.is_empty() || !self.is_unknown(key, new)).then(|| self.store(key, new, true))
    }

    /// Whether an id is to be taken as new here: nobody has it, or this shard gave it to one that does not have it either.
    fn is_unknown(&self, key: EventKey, new: &NewEvent) -> bool {
        match self.database.find(key) {
            Ok(None) => true,
            Ok(Some(number)) => number < 0 && new.disowned() == Some(true),
            Err(()) => false,
        }
    }

    /// The shards that may know an id that this one does not. They may for as long as the clock could be wrong: an object that was made
    /// within the hour cannot have seen it jump.
    fn to_ask(&self, key: EventKey, new: &NewEvent, now: u64) -> Vec<u32> {
        let is_young = self.born.get().is_none_or(|born| now < born.saturating_add(HOUR));
        let is_wary = is_young || self.watch.get().holds(now);
        let remember = if is_wary { u64::MAX } else { self.durable().retention.remember };
        self.shards.get().to_ask((key, new.order()), new.shard(), new.layout().order, now, remember)
    }

    /// Stores an event once it is known how many shards there were, and those that held its id before have surrendered it.
    pub(super) async fn accept_later(&self, key: EventKey, new: &NewEvent) -> Answer {
        let (source, shard, layout) = (new.source(), new.shard(), new.layout());
        let is_known = layout.shards == 0 || self.shards.get().current() == Some(layout);
        if !is_known || (layout.shards > 0 && !self.is_introduced.get()) {
            let learned = self.learn(&source, shard, layout).await;
            // Not before: what comes meanwhile would be stored without those that are missing.
            self.is_introduced.set(true);
            // Which destinations there were, an object that knew its own can do without.
            if learned.is_err() && !is_known {
                return Answer::Failed;
            }
        }
        if layout.shards > 0 && self.shards.get().forbids(layout.shards, clock::now_ms()) {
            return Answer::FewerShards;
        }
        let asked = self.to_ask(key, new, clock::now_ms());
        if asked.is_empty() || !self.is_unknown(key, new) {
            return self.store(key, new, true);
        }
        // All at once: after a change of the order, these may be all shards.
        let asked: Option<Array> = asked.into_iter().map(|before| self.ask(before, new)).collect();
        let Some(asked) = asked else { return Answer::Failed };
        let answers = settled(Promise::all(&asked)).await.ok().and_then(|answers| answers.dyn_into::<Array>().ok());
        let Some(answers) = answers else { return Answer::Failed };
        if answers.iter().any(|answer| answer == "stored") {
            return Answer::Duplicate;
        }
        if answers.iter().all(|answer| answer == "moved") { self.store(key, new, true) } else { Answer::Failed }
    }

    fn ask(&self, shard: u32, new: &NewEvent) -> Option<Promise> {
        let source = new.source();
        let stub = stub(self.bindings()?, &source, shard)?;
        stub.surrender(&source, shard, &new.id(), &String::from(&new.headers()), new.shard()).ok()
    }

    /// Stores an event, unless its id is known here. `is_brought` says that whoever brings it can make the first attempt.
    pub(super) fn store(&self, key: EventKey, new: &NewEvent, is_brought: bool) -> Answer {
        let now = clock::now_ms();
        let plan = self.plan(now);
        if !self.capacity.take(&self.database, self.durable().max_stored) {
            return self.refuse_for_room(key, new, now);
        }
        let longest = plan.longest_lease();
        // Whoever handed it over is ended 30 s after its response.
        let may_begin = is_brought && longest <= FIRST_MS;
        let filtered = new.filtered().as_string().and_then(|text| value(&text));
        let filtered: Vec<_> =
            filtered.iter().filter_map(Value::as_object).flat_map(Map::keys).map(String::as_str).collect();
        let arrival =
            Arrival { event: new, key, bytes: u64::from(new.body().length()), filtered: &filtered, lane: new.order() };
        match self.insert(&arrival, may_begin, now, &plan) {
            Ok(Some(Inserted { number, begun })) => {
                // What is for no destination is to be dropped in time, too.
                if !begun.is_empty() || filtered.len() >= plan.destinations.len() {
                    self.arm_for_first(now.saturating_add(longest), now);
                }
                if begun.len().saturating_add(filtered.len()) < plan.destinations.len() {
                    self.look_for_work(now);
                }
                Answer::Accepted((!begun.is_empty()).then(|| Receipt::new(number, &self.token(), begun)))
            }
            Ok(None) => self.store_known(key, new, is_brought),
            Err(()) => Answer::Failed,
        }
    }

    /// The answer to an event for which there is no room. A copy of what is stored is one all the same.
    fn refuse_for_room(&self, key: EventKey, new: &NewEvent, now: u64) -> Answer {
        match self.database.find(key) {
            Ok(Some(number)) => self.known(number, key, new),
            Ok(None) => {
                self.make_room(now);
                Answer::Full
            }
            Err(()) => Answer::Failed,
        }
    }

    /// Inserts an event; `None` if its id is known.
    fn insert(
        &self,
        arrival: &Arrival<'_, NewEvent>,
        may_begin: bool,
        now: u64,
        plan: &Plan,
    ) -> Result<Option<Inserted>, ()> {
        self.with(|machine| match machine.accept(&self.database, arrival, may_begin, now, plan)? {
            Accepted::New(number, begun) => {
                let name = |place: usize| machine.outlets().get(place).map(|outlet| outlet.name().to_owned());
                let begun = begun.iter().map(|handout| (name(handout.place).unwrap_or_default(), handout.attempt));
                Ok(Some(Inserted { number, begun: begun.collect() }))
            }
            Accepted::Known => Ok(None),
        })
    }

    /// Stores an event whose id is known, if that id turns out to be free: its event was never stored, or it went to a newer shard that does not
    /// have it either.
    fn store_known(&self, key: EventKey, new: &NewEvent, is_brought: bool) -> Answer {
        if self.forget_stray(key) == Ok(true) {
            return self.store(key, new, is_brought);
        }
        match self.database.find(key) {
            // The mark is gone then, so it is new.
            Ok(Some(number)) if number < 0 && new.disowned() == Some(true) => match self.database.erase_id(key) {
                Ok(()) => self.store(key, new, is_brought),
                Err(()) => Answer::Failed,
            },
            Ok(Some(number)) => self.known(number, key, new),
            _ => Answer::Failed,
        }
    }

    /// Forgets an id whose event was never stored; whether it was one. To take a copy for a duplicate would lose it.
    pub(super) fn forget_stray(&self, key: EventKey) -> Result<bool, ()> {
        let number = self.database.find(key)?.and_then(|number| u64::try_from(number).ok());
        let is_stray = match number {
            Some(number) if !self.is_aside(number) => self.database.is_anothers(number, key)?,
            _ => false,
        };
        if is_stray {
            self.database.erase_id(key)?;
        }
        Ok(is_stray)
    }

    /// What becomes of a copy of an event that is known under a number.
    fn known(&self, number: i64, key: EventKey, new: &NewEvent) -> Answer {
        let Ok(number) = u64::try_from(number) else {
            let shard = number.unsigned_abs().saturating_sub(1);
            return Answer::Moved(u32::try_from(shard).unwrap_or(u32::MAX));
        };
        if self.is_lost(number) {
            return self.store_again(number, key, new);
        }
        // A failure leaves the event as it was.
        let _ = self.reconsider(number, new);
        self.note(number, &String::from(&new.headers()));
        Answer::Duplicate
    }

    /// Has an event attempted at the destinations that this copy is for, and the one before was not. Nothing signs a type in a header, so the
    /// copy that came first must not decide.
    fn reconsider(&self, number: u64, new: &NewEvent) -> Result<(), ()> {
        let meant = self.meant_by_header(new.filtered().as_string().and_then(|text| value(&text)).as_ref());
        if meant.is_empty() {
            return Ok(());
        }
        let now = clock::now_ms();
        let is_new = self.with(|machine| {
            let mut is_new = false;
            for place in meant.iter().filter_map(|name| machine.place(name)).collect::<Vec<_>>() {
                is_new |= machine.unfilter(&self.database, place, number, now)?;
            }
            Ok(is_new)
        })?;
        if is_new {
            self.look_for_work(now);
        }
        Ok(())
    }

    /// Whether an event is known, not finished, and cannot be delivered.
    pub(super) fn is_lost(&self, number: u64) -> bool {
        if self.is_aside(number) {
            return true;
        }
        let pending = self.machine.borrow().as_ref().is_some_and(|machine| {
            machine.outlets().iter().any(|outlet| machine.state_in_log(outlet, number) == EventState::Pending)
                && !machine.outlets().iter().any(|outlet| outlet.is_under_way(number))
        });
        pending && matches!(self.database.is_stored(number), Ok(false))
    }

    /// What was stored is lost, and here it is again. What is left of it is not touched: it may be on a damaged page.
    fn store_again(&self, number: u64, key: EventKey, new: &NewEvent) -> Answer {
        match self.let_go(number, key, clock::now_ms()) {
            Ok(()) => self.store(key, new, true),
            Err(()) => Answer::Failed,
        }
    }

    /// Stores the headers of a copy, if they differ in what no signature covers and the event is still to be delivered.
    pub(super) fn note(&self, number: u64, headers: &str) {
        let machine = self.machine.borrow();
        let Some(machine) = machine.as_ref() else { return };
        let Ok(Some((stored, attempts))) = self.database.headers_of(number, machine) else { return };
        if let Some(noted) = Copies::noting(&stored, headers, attempts, self.unsigned_headers()) {
            // If this fails, the event is as it was.
            let _ = self.database.set_headers(number, &noted);
        }
    }
}

/// An event that is new.
struct Inserted {
    number: u64,
    /// The destinations at which a first attempt begins, each with the number of the attempt.
    begun: Vec<(String, u32)>,
}

/// The longest lease of an attempt that whoever hands an event over may make itself.
const FIRST_MS: u64 = 25_000;

/// In milliseconds.
const HOUR: u64 = 3_600_000;
