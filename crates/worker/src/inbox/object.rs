//! One object's state in memory, and whether its database can be used.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use countersign::admin::Job;
use countersign::gateway::dedupe::EventKey;
use countersign::inbox::alerts::Topic;
use countersign::inbox::{Machine, Plan, StoreFault, Watch};
use js_sys::Function;
use worker::worker_sys::DurableObjectStorage;

use super::capacity::Capacity;
use super::database::Database;
use super::log::{log_event, log_failure};
use super::notices::Notices;
use super::reported::Reported;
use super::schema;
use super::shards::Shards;
use super::work::Work;
use crate::clock;
use crate::env::Bindings;
use crate::state::{State, state};

thread_local! {
    /// The objects in which an event could not be read, by source and shard. If a page is damaged, the platform ends the object soon after.
    static MISREAD: RefCell<Vec<(String, u32)>> = const { RefCell::new(Vec::new()) };
}

/// The state of one object in memory.
pub(super) struct Object {
    pub(super) storage: DurableObjectStorage,
    /// What the isolate shares; `None` only before `setup`, which runs before any constructor.
    pub(super) shared: Option<Rc<State>>,
    /// Starts a courier: an invocation of this Worker that asks this object for events, by source, shard, token and destination.
    pub(super) start_courier: Function,
    pub(super) database: Database,
    /// What decides; `None` while the database cannot be used.
    pub(super) machine: RefCell<Option<Machine>>,
    /// What the source asks for, as it was last asked for.
    pub(super) plan: RefCell<Option<Rc<Plan>>>,
    pub(super) capacity: Capacity,
    pub(super) shards: Shards,
    pub(super) work: Work,
    pub(super) reported: Reported,
    pub(super) notices: Notices,
    /// What alerts are about, by subject: see `alerts.rs`.
    pub(super) topics: RefCell<Vec<(String, Topic)>>,
    /// The secret of the database: see `token.rs`.
    pub(super) secret: RefCell<Option<String>>,
    /// The last job that replays events: see `job.rs`.
    pub(super) job: RefCell<Option<Job>>,
    /// When a step of it that failed is tried again.
    pub(super) job_after: Cell<u64>,
    /// Why the database cannot be used, if it cannot.
    pub(super) broken: Cell<Option<&'static str>>,
    /// How often in a row it could not be used.
    pub(super) failures: Cell<u32>,
    /// When the first event came.
    pub(super) born: Cell<Option<u64>>,
    pub(super) shard: Cell<u32>,
    /// The source whose events these are.
    pub(super) source: RefCell<Option<String>>,
    pub(super) watch: Cell<Watch>,
    /// Whether the registry knows of this object.
    pub(super) registered: Cell<bool>,
    /// Whether the registry was told which destinations there are now, or at least asked.
    pub(super) is_introduced: Cell<bool>,
    /// What `watch` was when it was stored last.
    watched: Cell<Option<Watch>>,
    /// Whether to note which event is read before it is: set where an object ended in the middle of its work.
    pub(super) careful: Cell<bool>,
    /// Whether more is over than one batch, or there was no room for an event.
    pub(super) expire_soon: Cell<bool>,
    /// Nothing expires before, because the last time failed.
    pub(super) expire_after: Cell<u64>,
    /// When a write was tried last and went well.
    pub(super) probed: Cell<u64>,
    /// When an event last found no room.
    pub(super) full_at: Cell<u64>,
    /// When the alarm comes, as far as this instance knows.
    pub(super) armed: Cell<Option<u64>>,
    /// Whether no courier could be started.
    pub(super) late: Cell<bool>,
    /// Whether an event came since the alarm was last set for what comes next.
    pub(super) has_news: Cell<bool>,
}

impl Object {
    /// Opens the object's database, and brings it to the present schema.
    pub(super) fn open(storage: DurableObjectStorage, start_courier: Function) -> Self {
        let object = Self {
            shared: state(),
            start_courier,
            database: Database::new(&storage),
            machine: RefCell::default(),
            plan: RefCell::default(),
            capacity: Capacity::default(),
            shards: Shards::default(),
            work: Work::default(),
            reported: Reported::default(),
            notices: Notices::default(),
            topics: RefCell::default(),
            storage,
            secret: RefCell::default(),
            job: RefCell::default(),
            job_after: Cell::default(),
            broken: Cell::new(None),
            failures: Cell::new(0),
            born: Cell::new(None),
            shard: Cell::new(0),
            source: RefCell::default(),
            watch: Cell::new(Watch::new(clock::now_ms())),
            registered: Cell::new(false),
            is_introduced: Cell::new(false),
            watched: Cell::new(None),
            careful: Cell::new(false),
            expire_soon: Cell::new(false),
            expire_after: Cell::new(0),
            probed: Cell::new(0),
            full_at: Cell::new(0),
            armed: Cell::new(None),
            late: Cell::new(false),
            has_news: Cell::new(false),
        };
        if let Err(problem) = object.load() {
            object.broken.set(Some(problem));
            log_failure(Some(problem));
        }
        object
    }

    /// Migrates the database, and reads what is known besides the events.
    pub(super) fn load(&self) -> Result<(), &'static str> {
        schema::migrate(&self.storage, &self.database)?;
        let about = self.database.about().map_err(|()| UNREADABLE)?;
        let now = clock::now_ms();
        let begun = if about.born.is_some() { Watch::wary(now) } else { Watch::new(now) };
        self.watch.set(about.watch.unwrap_or(begun));
        self.watched.set(about.watch);
        self.born.set(about.born);
        self.registered.set(about.registered);
        self.secret.replace(about.secret);
        self.shards.read(about.shards.as_deref());
        self.notices.read(about.sent.as_deref(), about.dead.as_deref());
        self.topics.replace(about.topics);
        self.load_job().map_err(|()| UNREADABLE)?;
        self.database.aside.replace(about.aside);
        self.database.lost.replace(about.lost);
        self.database.restore_counts(about.counted.as_deref());
        self.database.has_legacy.set(self.database.find_legacy().map_err(|()| UNREADABLE)?);
        let mut given_up = Vec::new();
        let mut machine = Machine::load(&self.database, now).map_err(|StoreFault| UNREADABLE)?;
        if let Some(number) = about.reading {
            // Reading it ended the object.
            log_event("unreadable", about.source.as_deref(), LEFT_ASIDE);
            given_up = self.set_aside(&mut machine, number).map_err(|()| UNREADABLE)?;
            self.careful.set(true);
        }
        self.machine.replace(Some(machine));
        self.shard.set(about.shard.unwrap_or_default());
        self.source.replace(about.source);
        given_up.iter().for_each(|destination| self.note_dead(destination, 1));
        self.fit().map_err(|()| UNREADABLE)?;
        self.is_introduced.set(about.introduced.is_some_and(|names| names == self.destination_names()));
        self.careful.set(self.careful.get() || MISREAD.with_borrow(|misread| misread.contains(&self.name())));
        Ok(())
    }

    /// Has this object, and the next instance of it, note which event is read before it is.
    pub(super) fn distrust(&self) {
        self.careful.set(true);
        MISREAD.with_borrow_mut(|misread| misread.push(self.name()));
    }

    /// Ends that, after work that read all there was.
    pub(super) fn trust(&self) {
        if self.careful.replace(false) {
            MISREAD.with_borrow_mut(|misread| misread.retain(|name| *name != self.name()));
        }
    }

    fn name(&self) -> (String, u32) {
        (self.source.borrow().clone().unwrap_or_default(), self.shard.get())
    }

    /// Puts an event that cannot be read out of everybody's way; the names of the destinations that lose it.
    pub(super) fn set_aside(&self, machine: &mut Machine, number: u64) -> Result<Vec<String>, ()> {
        if !self.is_aside(number) {
            self.database.aside.borrow_mut().push(number);
        }
        self.database.set_aside(&self.database.aside.borrow())?;
        machine.bury(&self.database, number, clock::now_ms()).map_err(|StoreFault| ())
    }

    /// The bindings of the Worker.
    pub(super) fn bindings(&self) -> Option<&Bindings> {
        self.shared.as_ref().map(|shared| &shared.bindings)
    }

    /// Works with the machine. After a failure it is loaded again, from what was written.
    pub(super) fn with<T>(&self, work: impl FnOnce(&mut Machine) -> Result<T, StoreFault>) -> Result<T, ()> {
        if !self.is_usable() {
            return Err(());
        }
        let mut machine = self.machine.borrow_mut();
        let Some(known) = machine.as_mut() else { return Err(()) };
        let done = work(known);
        self.database.reports.borrow_mut().clear();
        if done.is_err() {
            *machine = None;
            drop(machine);
            self.fail();
        }
        done.map_err(|StoreFault| ())
    }

    /// Notes whose shard this is. `false` if the database cannot be used.
    pub(super) fn begin(&self, source: &str, shard: u32) -> bool {
        if !self.is_usable() {
            return false;
        }
        let (now, known) = (clock::now_ms(), self.born.get());
        if known.is_none() || self.source.borrow().as_deref() != Some(source) {
            let born = known.unwrap_or(now);
            if self.database.begin(source, shard, born).is_err() || self.secret().is_none() {
                return false;
            }
            self.born.set(Some(born));
            self.shard.set(shard);
            self.source.replace(Some(source.to_owned()));
            if self.fit().is_err() {
                self.fail();
                return false;
            }
        }
        self.look();
        true
    }

    /// Whether an event is one of those that cannot be read.
    pub(super) fn is_aside(&self, number: u64) -> bool {
        self.database.aside.borrow().contains(&number)
    }

    /// Reads the clock, and notes whether it jumped.
    pub(super) fn look(&self) -> u64 {
        let (now, mut watch) = (clock::now_ms(), self.watch.get());
        watch.look(now, self.durable().retention.remember);
        self.watch.set(watch);
        let is_news = self.watched.get().is_none_or(|stored| watch.is_news_to(stored));
        if is_news && self.born.get().is_some() && self.database.set_meta("clock", &watch.to_text().into()).is_ok() {
            self.watched.set(Some(watch));
        }
        now
    }

    /// Forgets that a newer shard has an id; whether that was so.
    pub(super) fn forget_mark(&self, key: EventKey) -> bool {
        matches!(self.database.find(key), Ok(Some(_))) && self.database.erase_id(key).is_ok()
    }

    /// The number under which an id is known, unless it is a mark.
    pub(super) fn number_of(&self, source: &str, id: &str) -> Result<Option<u64>, ()> {
        let number = self.database.find(EventKey::new(source, id.as_bytes()))?;
        Ok(number.and_then(|number| u64::try_from(number).ok()))
    }
}

/// How long stored events wait for a database that can be used, or for their source to be configured.
pub(super) const LATER: u64 = 10 * 60_000;

pub(super) const SET_ASIDE: &str =
    "a stored event is damaged: it is set aside as dead, and a copy from its sender takes its place";

const LEFT_ASIDE: &str =
    "a stored event is on a damaged page: it is shown as dead, and a copy from its sender takes its place";

pub(super) const UNREADABLE: &str = "stored events cannot be read or written; nothing is accepted until they can be";
