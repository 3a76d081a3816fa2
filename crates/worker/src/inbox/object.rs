//! One object's state in memory, and whether its database can be used.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use countersign::config::{Durable, Source};
use countersign::gateway::dedupe::EventKey;
use countersign::inbox::{EventState, Watch};
use worker::worker_sys::DurableObjectStorage;

use super::attempts::Attempts;
use super::capacity::Capacity;
use super::database::Database;
use super::log::{log_event, log_failure};
use super::schema;
use super::stub::source;
use crate::clock;
use crate::env::Bindings;
use crate::state::{State, state};

/// The state of one object in memory.
pub(super) struct Object {
    pub(super) storage: DurableObjectStorage,
    /// What the isolate shares; `None` only before `setup`, which runs before any constructor.
    pub(super) shared: Option<Rc<State>>,
    pub(super) database: Database,
    pub(super) capacity: Capacity,
    pub(super) attempts: Attempts,
    /// Why the database cannot be used, if it cannot.
    broken: Cell<Option<&'static str>>,
    /// Passes in a row that ended because the database could not be used.
    pub(super) failures: Cell<u32>,
    born: Cell<Option<u64>>,
    pub(super) shard: Cell<u32>,
    /// The source whose events these are.
    pub(super) source: RefCell<Option<String>>,
    pub(super) watch: Cell<Watch>,
    /// Whether the registry was told of this object.
    pub(super) registered: Cell<bool>,
    /// What `watch` was when it was stored last.
    watched: Cell<Option<Watch>>,
    /// Events that can be neither read nor written. They wait for a repair, and nothing waits for them.
    pub(super) aside: RefCell<Vec<i64>>,
    /// Whether to note which event is read before it is: set where an object ended in the middle of a pass.
    pub(super) careful: Cell<bool>,
    /// Whether an event could not be read. If a page is damaged, the platform ends the object soon after.
    pub(super) misread: Cell<bool>,
    /// Set while a pass runs, which then is what takes up new events.
    pub(super) passing: Cell<bool>,
    /// Whether more has expired than one batch, or there was no room for an event.
    pub(super) tidy_soon: Cell<bool>,
    /// Nothing expires before, because the last time failed.
    pub(super) tidy_after: Cell<u64>,
    /// When a write was tried last and went well.
    probed: Cell<u64>,
    /// When an event last found no room.
    pub(super) full_at: Cell<u64>,
    /// The alarm that this instance set last.
    pub(super) armed: Cell<Option<u64>>,
}

impl Object {
    /// Opens the object's database, and brings it to the present schema.
    pub(super) fn open(storage: DurableObjectStorage) -> Self {
        let object = Self {
            shared: state(),
            database: Database::new(&storage),
            capacity: Capacity::default(),
            attempts: Attempts::default(),
            storage,
            broken: Cell::new(None),
            failures: Cell::new(0),
            born: Cell::new(None),
            shard: Cell::new(0),
            source: RefCell::default(),
            watch: Cell::new(Watch::new(clock::now_ms())),
            registered: Cell::new(false),
            watched: Cell::new(None),
            aside: RefCell::default(),
            careful: Cell::new(false),
            misread: Cell::new(false),
            passing: Cell::new(false),
            tidy_soon: Cell::new(false),
            tidy_after: Cell::new(0),
            probed: Cell::new(0),
            full_at: Cell::new(0),
            armed: Cell::new(None),
        };
        if let Err(problem) = object.load() {
            object.broken.set(Some(problem));
            log_failure(Some(problem));
        }
        object
    }

    /// Migrates the database, and reads what is known besides the events.
    fn load(&self) -> Result<(), &'static str> {
        schema::migrate(&self.storage, &self.database)?;
        let about = self.database.about().map_err(|()| UNREADABLE)?;
        self.capacity.pending.set(self.database.count(EventState::Pending).map_err(|()| UNREADABLE)?);
        let now = clock::now_ms();
        let begun = if about.born.is_some() { Watch::wary(now) } else { Watch::new(now) };
        self.watch.set(about.watch.unwrap_or(begun));
        self.watched.set(about.watch);
        self.born.set(about.born);
        self.registered.set(about.registered);
        *self.aside.borrow_mut() = about.aside;
        if let Some(number) = about.reading {
            // Reading it ended the object.
            self.aside.borrow_mut().push(number);
            log_event("unreadable", about.source.as_deref(), LEFT_ASIDE);
            self.database.set_aside(&self.aside.borrow()).map_err(|()| UNREADABLE)?;
        }
        self.shard.set(about.shard.unwrap_or_default());
        self.source.replace(about.source);
        Ok(())
    }

    /// The bindings of the Worker.
    pub(super) fn bindings(&self) -> Option<&Bindings> {
        self.shared.as_ref().map(|shared| &shared.bindings)
    }

    /// Whether the database can be used. If it could not, this tries again what deliveries read, and a write.
    pub(super) fn is_usable(&self) -> bool {
        if self.broken.get().is_some() {
            let tried = self.load().and_then(|()| self.probe().map_err(|()| UNREADABLE));
            self.broken.set(tried.err());
        }
        self.broken.get().is_none()
    }

    /// Whether events can be taken up and written, apart from any single one.
    pub(super) fn probe(&self) -> Result<(), ()> {
        self.agenda()?;
        self.database.set_meta("clock", &self.watch.get().to_text().into())
    }

    /// Why the database cannot be used, if it cannot. A write is tried now and then: everybody may ask, and writes are billed.
    pub(super) fn problem(&self) -> Option<&'static str> {
        if !self.is_usable() {
            return self.broken.get();
        }
        let now = clock::now_ms();
        let writes = now.abs_diff(self.probed.get()) >= LATER;
        let tried = if writes { self.probe() } else { self.agenda().map(drop) };
        if writes && tried.is_ok() {
            self.probed.set(now);
        }
        tried.err().map(|()| UNREADABLE)
    }

    /// Whether an event was ever stored here.
    pub(super) fn has_begun(&self) -> bool {
        self.born.get().is_some()
    }

    /// Takes no more events until the database can be used again, and tries that in a while.
    pub(super) fn fail(&self) {
        let problem = self.broken.get().unwrap_or(UNREADABLE);
        self.broken.set(Some(problem));
        self.failures.set(self.failures.get().saturating_add(1));
        log_failure(Some(problem));
        self.arm(clock::now_ms().saturating_add(self.patience()));
    }

    /// Ends a row of failures.
    pub(super) fn succeed(&self) {
        self.failures.set(0);
    }

    /// Notes whose shard this is; when its first event came.
    pub(super) fn begin(&self, source: &str, shard: u32) -> Option<u64> {
        if !self.is_usable() {
            return None;
        }
        let (now, known) = (clock::now_ms(), self.born.get());
        if known.is_none() || self.source.borrow().as_deref() != Some(source) {
            let born = known.unwrap_or(now);
            self.database.begin(source, shard, born).ok()?;
            self.born.set(Some(born));
            self.shard.set(shard);
            self.source.replace(Some(source.to_owned()));
        }
        self.look();
        self.born.get()
    }

    /// Whether an event is one of those that can be neither read nor written.
    pub(super) fn is_aside(&self, key: EventKey) -> Result<bool, ()> {
        let aside = self.aside.borrow();
        Ok(!aside.is_empty() && self.database.find(key)?.is_some_and(|number| aside.contains(&number)))
    }

    /// Reads the clock, and notes whether it jumped.
    pub(super) fn look(&self) -> u64 {
        let (now, mut watch) = (clock::now_ms(), self.watch.get());
        watch.look(now, self.durable().lifecycle.remember);
        self.watch.set(watch);
        let is_news = self.watched.get().is_none_or(|stored| watch.is_news_to(stored));
        if is_news && self.born.get().is_some() && self.database.set_meta("clock", &watch.to_text().into()).is_ok() {
            self.watched.set(Some(watch));
        }
        now
    }

    /// Counts the pending events.
    pub(super) fn recount(&self) {
        if let Ok(pending) = self.database.count(EventState::Pending) {
            self.capacity.pending.set(pending);
        }
    }

    /// The configuration of the source's inbox, or the default.
    pub(super) fn durable(&self) -> Durable {
        let name = self.source.borrow();
        let source = self.shared.as_ref().zip(name.as_ref()).and_then(|(shared, name)| source(shared, name));
        source.map_or(Durable::DEFAULT, Source::storage)
    }
}

/// How long stored events wait for a database that can be used, or for their source to be configured.
pub(super) const LATER: u64 = 10 * 60_000;

pub(super) const SET_ASIDE: &str =
    "a stored event is damaged: it is set aside as dead, and a copy from its sender takes its place";

const LEFT_ASIDE: &str =
    "a stored event is on a damaged page: it is shown as dead, and a copy from its sender is not accepted";

const UNREADABLE: &str = "stored events cannot be read or written; nothing is accepted until they can be";
