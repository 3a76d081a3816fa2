//! One object's state in memory: which events are under way, when it is to be woken, and how much room it has.

use std::cell::{Cell, RefCell};
use std::task::Waker;

use countersign::gateway::config::{Durable, Source};
use countersign::gateway::inbox::{self, Limits, Progress, State};
use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;

use super::schema;
use super::shard::{source, stub};
use super::table::{self, Row, Table};
use crate::clock;
use crate::env::Bindings;
use crate::host::{self, Storage};
use crate::state;
use crate::task::settled;

/// What one object holds and does, beside the calls that reach it.
pub(super) struct Object {
    storage: Storage,
    env: Bindings,
    pub(super) table: Table,
    /// Why the database cannot be used, if it cannot.
    broken: Cell<Option<&'static str>>,
    born: Cell<Option<u64>>,
    pub(super) pending: Cell<u64>,
    /// What may be stored before the database is measured again, under the limits of then.
    room: Cell<(Limits, u64)>,
    /// Events of which an attempt is under way in this instance.
    pub(super) flying: RefCell<Vec<u64>>,
    /// Those among them that were forgotten meanwhile.
    pub(super) forgotten: RefCell<Vec<u64>>,
    /// How many attempts a pass may have under way.
    pub(super) slots: Cell<usize>,
    /// Set while a pass runs, which then is what takes up new events.
    pub(super) passing: Cell<bool>,
    pub(super) news: Cell<bool>,
    pub(super) waker: RefCell<Option<Waker>>,
    /// The alarm that this instance set last.
    pub(super) armed: Cell<Option<u64>>,
}

thread_local! {
    static LIMITS: Cell<Limits> = const { Cell::new(Limits::DEFAULT) };
}

/// For tests of a full inbox.
pub fn set_limits(limits: Limits) {
    LIMITS.set(limits);
}

impl Object {
    /// Opens the object's database, and brings it to the present schema.
    pub(super) fn open(storage: Storage, env: JsValue) -> Self {
        let table = Table::new(&storage);
        let broken = schema::migrate(&storage, &table).err();
        if let Some(problem) = broken {
            table::log_failure(Some(problem));
        }
        Self {
            storage,
            env: Bindings::new(env),
            born: Cell::new(None),
            pending: Cell::new(table.count(State::Pending)),
            room: Cell::new((Limits::DEFAULT, 0)),
            table,
            broken: Cell::new(broken),
            flying: RefCell::default(),
            forgotten: RefCell::default(),
            slots: Cell::new(0),
            passing: Cell::new(false),
            news: Cell::new(false),
            waker: RefCell::new(None),
            armed: Cell::new(None),
        }
    }

    /// Whether the database can be used; where it could not be, that is tried again.
    pub(super) fn is_usable(&self) -> bool {
        if self.broken.get().is_some() {
            self.broken.set(schema::migrate(&self.storage, &self.table).err());
            self.recount();
        }
        self.broken.get().is_none()
    }

    /// Notes at the first event whose shard this is; the time of that.
    pub(super) fn begin(&self, source: &str, shard: u32) -> Option<u64> {
        if self.is_usable() && self.born.get().is_none() {
            self.born.set(self.table.born(source, shard, clock::now_ms()));
        }
        self.born.get()
    }

    pub(super) fn store(&self, row: &Row, body: &Uint8Array) -> &'static str {
        let now = clock::now_ms();
        if !self.fits(row, body) {
            return match self.table.state(row.key) {
                Some(State::Moved) => "moved",
                Some(_) => "duplicate",
                None => "full",
            };
        }
        match self.table.insert(row, body, Progress::accepted(now)) {
            Ok(true) => {
                self.pending.set(self.pending.get().saturating_add(1));
                if self.passing.get() {
                    // With all slots taken there is nothing that a pass could do about it now.
                    if self.flying.borrow().len() < self.slots.get() {
                        self.wake();
                    }
                } else if !self.armed.get().is_some_and(|at| at <= now && now < at.saturating_add(BURST)) {
                    self.arm(now);
                }
                "accepted"
            }
            Ok(false) if self.table.state(row.key) == Some(State::Moved) => "moved",
            Ok(false) => "duplicate",
            Err(()) => "failed",
        }
    }

    /// Whether there is room for one more. To measure the database costs a tenth of an insert, so it is done as seldom as it may be.
    fn fits(&self, row: &Row, body: &Uint8Array) -> bool {
        let (limits, pending) = (LIMITS.get(), self.pending.get());
        let row = inbox::row_bytes(body.length(), row.headers.length());
        let (measured, room) = self.room.get();
        if let Some(room) = room.checked_sub(row).filter(|_| measured == limits) {
            self.room.set((limits, room));
            return pending < limits.pending;
        }
        let size = self.storage.sql().size();
        self.room.set((limits, limits.room(size)));
        limits.admit(pending, size)
    }

    pub(super) async fn ask(&self, source: &str, shard: u32, id: &str) -> Option<String> {
        let stub = stub(&self.env, source, shard)?;
        settled(stub.claim(source, shard, id).ok()?).await.ok()?.as_string()
    }

    fn wake(&self) {
        self.news.set(true);
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }

    pub(super) fn arm(&self, at: u64) {
        self.armed.set(Some(at));
        // Where it fails, the platform starts the object anew.
        let _ = host::arm(&self.storage, at as f64);
    }

    /// Sets the alarm for what comes next, whatever was set before. A database that cannot be used may hold events: it is looked at again.
    pub(super) fn rearm(&self) {
        let now = clock::now_ms();
        let next = if self.is_usable() {
            inbox::wake_at(self.table.next(State::Pending), self.table.next_tidy(), now)
        } else {
            Some(now.saturating_add(LATER))
        };
        if let Some(at) = next {
            self.arm(at);
        }
    }

    pub(super) fn look_again(&self) {
        if self.passing.get() { self.wake() } else { self.rearm() }
    }

    pub(super) fn recount(&self) {
        self.pending.set(self.table.count(State::Pending));
    }

    pub(super) fn durable(&self, name: &str) -> Durable {
        let shared = state();
        let source = shared.as_ref().and_then(|shared| source(shared, name));
        source.map_or(Durable::DEFAULT, Source::storage)
    }
}

/// Milliseconds within which events that arrive together share one alarm; after that, it may have been lost.
const BURST: u64 = 1_000;

/// How long stored events wait for what they cannot be delivered without: a database that can be used, their source.
pub(super) const LATER: u64 = 10 * 60_000;
