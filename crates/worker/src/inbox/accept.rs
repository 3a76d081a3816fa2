//! Storing an event, unless its id is known here or in a shard before this one.

use countersign::gateway::copies::Copies;
use countersign::gateway::dedupe::EventKey;
use countersign::inbox::{self, EventState, Progress};

use super::events::Copy;
use super::new_event::NewEvent;
use super::object::Object;
use super::stub::stub;
use crate::clock;
use crate::executor::settled;

impl Object {
    /// Stores an event, unless its id is known here: `accepted`, `duplicate`, `moved`, `full` or `failed`.
    pub(super) fn store(&self, key: EventKey, new: &NewEvent) -> &'static str {
        let now = clock::now_ms();
        let fits = self.capacity.take(&self.database);
        let insert = || self.database.insert(key, new, Progress::accepted(now));
        match if fits { insert() } else { Ok(false) } {
            Ok(true) => return self.stored(now),
            Ok(false) => {}
            Err(()) => return "failed",
        }
        match self.copy(key) {
            Ok(Some(Copy { state: EventState::Moved, .. })) => "moved",
            // What was stored is lost, and here it is again.
            Ok(Some(Copy { number, is_unreadable: true, .. })) if fits => {
                match self.database.remove(number).and_then(|()| insert()) {
                    Ok(true) => self.stored(now),
                    _ => "failed",
                }
            }
            Ok(Some(copy)) => {
                self.note(&copy, &String::from(&new.headers()));
                "duplicate"
            }
            Ok(None) if !fits => {
                self.make_room(now);
                "full"
            }
            Ok(None) | Err(()) => "failed",
        }
    }

    /// Sees to the delivery of an event that was stored.
    fn stored(&self, now: u64) -> &'static str {
        self.capacity.add();
        if !self.passing.get() {
            self.arm_now(now);
        } else if self.attempts.has_slot() {
            // (With all slots taken, there is nothing that a pass could do about it now.)
            self.attempts.wake();
        }
        "accepted"
    }

    /// The shards before this one that may know an id, from the newest, each to be asked before the id is stored here.
    pub(super) fn shards_to_ask(&self, key: EventKey, shard: u32, born: u64) -> Vec<u32> {
        let homes = inbox::homes(key, shard.saturating_add(1));
        let before: Vec<u32> = homes.into_iter().filter(|home| *home < shard).rev().collect();
        let asks = !before.is_empty() && self.asks_before(born) && matches!(self.copy(key), Ok(None));
        if asks { before } else { Vec::new() }
    }

    /// Whether shards before this one may know ids that it does not. They may as long as the clock could be wrong.
    fn asks_before(&self, born: u64) -> bool {
        let now = clock::now_ms();
        self.watch.get().holds(now) || inbox::asks_before(born, now, &self.durable().lifecycle)
    }

    /// Stores an event once the shards before this one have surrendered its id.
    pub(super) async fn store_after(&self, shards: Vec<u32>, key: EventKey, new: &NewEvent) -> &'static str {
        for shard in shards {
            match self.ask(shard, new).await.as_deref() {
                Some("moved") => {}
                Some("stored") => return "duplicate",
                _ => return "failed",
            }
        }
        self.store(key, new)
    }

    async fn ask(&self, shard: u32, new: &NewEvent) -> Option<String> {
        let source = new.source();
        let stub = stub(self.bindings()?, &source, shard)?;
        let asked = stub.surrender(&source, shard, &new.id(), &String::from(&new.headers()));
        settled(asked.ok()?).await.ok()?.as_string()
    }

    /// Surrenders an id to a newer shard, unless its event is here: `stored`, `moved` or `failed`. `headers` are those of the copy that came
    /// there.
    pub(super) fn surrender(&self, key: EventKey, id: &str, headers: Option<String>) -> &'static str {
        match self.copy(key) {
            Ok(Some(Copy { state: EventState::Moved, .. })) => "moved",
            // The newer shard stores what was lost here.
            Ok(Some(Copy { number, is_unreadable: true, .. })) if self.database.remove(number).is_ok() => {
                self.mark_moved(key, id)
            }
            Ok(Some(copy)) => {
                if let Some(headers) = headers {
                    self.note(&copy, &headers);
                }
                "stored"
            }
            Ok(None) => self.mark_moved(key, id),
            Err(()) => "failed",
        }
    }

    fn mark_moved(&self, key: EventKey, id: &str) -> &'static str {
        match self.database.insert_moved(key, id, Progress::moved(clock::now_ms())) {
            Ok(()) => "moved",
            Err(()) => "failed",
        }
    }

    /// What is stored of an event of which a copy came; an error for one that was left aside, of which no copy can be stored.
    fn copy(&self, key: EventKey) -> Result<Option<Copy>, ()> {
        if self.is_aside(key)? { Err(()) } else { self.database.copy(key) }
    }

    /// Stores the headers of a copy, if they differ in what no signature covers and the event is still to be delivered.
    fn note(&self, copy: &Copy, headers: &str) {
        let noted = copy.headers.as_ref().and_then(|stored| Copies::noting(stored, headers, copy.attempts));
        if let Some(headers) = noted {
            // If this fails, the event is as it was.
            let _ = self.database.set_headers(copy.number, &headers);
        }
    }
}
