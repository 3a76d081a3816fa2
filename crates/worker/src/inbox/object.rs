//! One object's state in memory: which events are under way, when it is to be woken, and how much room it has.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::task::Waker;

use countersign::config::{Durable, Source};
use countersign::gateway::copies::Copies;
use countersign::gateway::dedupe::EventKey;
use countersign::inbox::{self, Agenda, EventState, Limits, Progress, Watch};
use js_sys::Uint8Array;

use super::schema;
use super::shard::{source, stub};
use super::table::{self, Copy, Row, Table};
use crate::clock;
use crate::env::Bindings;
use crate::executor::settled;
use crate::host::{self, Storage};
use crate::state::{State as Shared, state};

/// What one object holds and does, beside the calls that reach it.
pub(super) struct Object {
    storage: Storage,
    /// What the isolate shares; `None` only before `setup`, which every constructor runs behind.
    shared: Option<Rc<Shared>>,
    pub(super) table: Table,
    /// Why the database cannot be used, if it cannot.
    broken: Cell<Option<&'static str>>,
    /// Passes in a row that ended because the database could not be used.
    failures: Cell<u32>,
    born: Cell<Option<u64>>,
    pub(super) shard: Cell<u32>,
    /// The source whose events these are.
    pub(super) source: RefCell<Option<String>>,
    pub(super) watch: Cell<Watch>,
    /// Whether the registry was told of this object.
    pub(super) registered: Cell<bool>,
    /// What `watch` was when it was stored last.
    watched: Cell<Option<Watch>>,
    pub(super) pending: Cell<u64>,
    /// What may be stored before the database is measured again, under the limits of then.
    room: Cell<(Limits, u64)>,
    /// Events of which an attempt is under way in this instance.
    pub(super) flying: RefCell<Vec<i64>>,
    /// Those among them that were forgotten meanwhile.
    pub(super) forgotten: RefCell<Vec<i64>>,
    /// Events that can be neither read nor written: they wait for a repair, and nothing waits for them.
    pub(super) aside: RefCell<Vec<i64>>,
    /// Whether to note which event is read before it is: set where an object ended in the middle of a pass.
    pub(super) careful: Cell<bool>,
    /// How many attempts a pass may have under way.
    pub(super) slots: Cell<usize>,
    /// Set while a pass runs, which then is what takes up new events.
    pub(super) passing: Cell<bool>,
    pub(super) news: Cell<bool>,
    pub(super) waker: RefCell<Option<Waker>>,
    /// Whether there is more to tidy than one batch, or no room for an event.
    pub(super) tidy_soon: Cell<bool>,
    /// Nothing is tidied before, because it failed.
    pub(super) tidy_after: Cell<u64>,
    /// When a write was tried last and went well.
    probed: Cell<u64>,
    /// When an event last found no room.
    full_at: Cell<u64>,
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
    pub(super) fn open(storage: Storage) -> Self {
        let object = Self {
            shared: state(),
            table: Table::new(&storage),
            storage,
            broken: Cell::new(None),
            failures: Cell::new(0),
            born: Cell::new(None),
            shard: Cell::new(0),
            source: RefCell::default(),
            watch: Cell::new(Watch::new(clock::now_ms())),
            registered: Cell::new(false),
            watched: Cell::new(None),
            pending: Cell::new(0),
            room: Cell::new((Limits::DEFAULT, 0)),
            flying: RefCell::default(),
            forgotten: RefCell::default(),
            aside: RefCell::default(),
            careful: Cell::new(false),
            slots: Cell::new(0),
            passing: Cell::new(false),
            news: Cell::new(false),
            waker: RefCell::new(None),
            tidy_soon: Cell::new(false),
            tidy_after: Cell::new(0),
            probed: Cell::new(0),
            full_at: Cell::new(0),
            armed: Cell::new(None),
        };
        if let Err(problem) = object.load() {
            object.broken.set(Some(problem));
            table::log_failure(Some(problem));
        }
        object
    }

    /// Reads what is known besides the events.
    fn load(&self) -> Result<(), &'static str> {
        schema::migrate(&self.storage, &self.table)?;
        let about = self.table.about().map_err(|()| UNREADABLE)?;
        self.pending.set(self.table.count(EventState::Pending).map_err(|()| UNREADABLE)?);
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
            table::log_event("unreadable", about.source.as_deref(), LEFT_ASIDE);
            self.table.set_aside(&self.aside.borrow()).map_err(|()| UNREADABLE)?;
        }
        self.shard.set(about.shard.unwrap_or_default());
        self.source.replace(about.source);
        Ok(())
    }

    /// The bindings of the Worker.
    pub(super) fn bindings(&self) -> Option<&Bindings> {
        self.shared.as_ref().map(|shared| &shared.bindings)
    }

    /// Whether the database can be used. If it could not, that is tried again: what deliveries read, and a write.
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
        self.table.set_meta("clock", &self.watch.get().to_text().into())
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
        table::log_failure(Some(problem));
        self.arm(clock::now_ms().saturating_add(self.patience()));
    }

    pub(super) fn succeed(&self) {
        self.failures.set(0);
    }

    fn patience(&self) -> u64 {
        inbox::delay(self.failures.get().max(1), 0).min(LATER)
    }

    /// Notes whose shard this is; when its first event came.
    pub(super) fn begin(&self, source: &str, shard: u32) -> Option<u64> {
        if !self.is_usable() {
            return None;
        }
        let (now, known) = (clock::now_ms(), self.born.get());
        if known.is_none() || self.source.borrow().as_deref() != Some(source) {
            let born = known.unwrap_or(now);
            self.table.begin(source, shard, born).ok()?;
            self.born.set(Some(born));
            self.shard.set(shard);
            self.source.replace(Some(source.to_owned()));
        }
        self.look();
        self.born.get()
    }

    /// Notes, and has it on disk, which event is read next: should that end the object, the next one leaves it aside.
    pub(super) async fn foresee(&self, now: u64) -> Result<(), ()> {
        let latest = self.durable().lifecycle.latest_due(now);
        let due = self.table.due(now, latest, &self.aside.borrow())?;
        let Some(number) = due else { return Ok(()) };
        self.table.set_reading(Some(number))?;
        settled(self.storage.sync().map_err(drop)?).await.map(drop).map_err(drop)
    }

    /// Looks at the clock: the time.
    pub(super) fn look(&self) -> u64 {
        let (now, mut watch) = (clock::now_ms(), self.watch.get());
        watch.look(now, self.durable().lifecycle.remember);
        self.watch.set(watch);
        let is_news = self.watched.get().is_none_or(|stored| watch.is_news_to(stored));
        if is_news && self.born.get().is_some() && self.table.set_meta("clock", &watch.to_text().into()).is_ok() {
            self.watched.set(Some(watch));
        }
        now
    }

    pub(super) fn store(&self, row: &Row, body: &Uint8Array) -> &'static str {
        let now = clock::now_ms();
        let fits = self.fits(row, body);
        let insert = || match self.table.insert(row, body, Progress::accepted(now)) {
            Ok(true) => Ok(Some(self.stored(now))),
            Ok(false) => Ok(None),
            Err(()) => Err(()),
        };
        match if fits { insert() } else { Ok(None) } {
            Ok(Some(accepted)) => return accepted,
            Ok(None) => {}
            Err(()) => return "failed",
        }
        match self.copy(row.key) {
            Ok(Some(Copy { state: EventState::Moved, .. })) => "moved",
            // What was stored is lost, and here it is again.
            Ok(Some(Copy { number, is_unreadable: true, .. })) if fits => match self.table.remove(number) {
                Ok(()) => insert().ok().flatten().unwrap_or("failed"),
                Err(()) => "failed",
            },
            Ok(Some(copy)) => {
                self.note(&copy, &String::from(&row.headers));
                "duplicate"
            }
            Ok(None) if !fits => {
                self.make_room(now);
                "full"
            }
            Ok(None) | Err(()) => "failed",
        }
    }

    /// What is stored of an event of which a copy came; an error for one that was left aside, of which no copy can be stored.
    pub(super) fn copy(&self, key: EventKey) -> Result<Option<Copy>, ()> {
        if self.is_aside(key)? { Err(()) } else { self.table.copy(key) }
    }

    pub(super) fn is_aside(&self, key: EventKey) -> Result<bool, ()> {
        let aside = self.aside.borrow();
        Ok(!aside.is_empty() && self.table.find(key)?.is_some_and(|number| aside.contains(&number)))
    }

    /// Sees to the delivery of an event that was stored.
    fn stored(&self, now: u64) -> &'static str {
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

    /// Notes what is different in a copy of an event that is still to be delivered, and that no signature covers.
    pub(super) fn note(&self, copy: &Copy, headers: &str) {
        let noted = copy.headers.as_ref().and_then(|stored| Copies::noting(stored, headers, copy.attempts));
        if let Some(headers) = noted {
            // Where it fails, the event is as it was.
            let _ = self.table.set_headers(copy.number, &headers);
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

    /// Has what can be tidied go soon.
    fn make_room(&self, now: u64) {
        self.tidy_soon.set(true);
        if now.abs_diff(self.full_at.replace(now)) >= BURST {
            self.look_again();
        }
    }

    /// Marks an id as taken over by a newer shard: `moved` or `failed`.
    pub(super) fn give_away(&self, key: EventKey, id: &str) -> &'static str {
        match self.table.insert_moved(key, id, Progress::moved(clock::now_ms())) {
            Ok(()) => "moved",
            Err(()) => "failed",
        }
    }

    /// Whether shards before this one may know ids that it does not: also where the time for that is over by a clock that may be wrong.
    pub(super) fn asks_before(&self, born: u64) -> bool {
        let now = clock::now_ms();
        self.watch.get().holds(now) || inbox::asks_before(born, now, &self.durable().lifecycle)
    }

    pub(super) async fn ask(&self, source: &str, shard: u32, row: &Row) -> Option<String> {
        let stub = stub(self.bindings()?, source, shard)?;
        let asked = stub.claim(source, shard, &String::from(&row.id), &String::from(&row.headers));
        settled(asked.ok()?).await.ok()?.as_string()
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
        let now = self.look();
        let agenda = if self.is_usable() { self.bury_strays(now).and_then(|()| self.agenda()) } else { Err(()) };
        match agenda.map(|agenda| agenda.wake_at(now, &self.durable().lifecycle)) {
            Ok(Some(at)) => self.arm(at),
            Ok(None) => {}
            Err(()) => self.arm(now.saturating_add(self.patience())),
        }
    }

    /// Events in a state that does not exist would be neither delivered nor seen.
    fn bury_strays(&self, now: u64) -> Result<(), ()> {
        if self.table.bury_strays(now)? {
            table::log_event("unreadable", self.source.borrow().as_deref(), SET_ASIDE);
        }
        Ok(())
    }

    fn agenda(&self) -> Result<Agenda, ()> {
        let aside = self.aside.borrow();
        Ok(Agenda {
            attempts: self.table.pending_span(&aside)?,
            tidy: self.table.next_tidy(&aside)?,
            soon: self.tidy_soon.get(),
            not_before: self.watch.get().holds_until().max(self.tidy_after.get()),
        })
    }

    pub(super) fn look_again(&self) {
        if self.passing.get() { self.wake() } else { self.rearm() }
    }

    pub(super) fn recount(&self) {
        if let Ok(pending) = self.table.count(EventState::Pending) {
            self.pending.set(pending);
        }
    }

    /// What the configuration says of the source's inbox, or else what it says of one by default.
    pub(super) fn durable(&self) -> Durable {
        let name = self.source.borrow();
        let source = self.shared.as_ref().zip(name.as_ref()).and_then(|(shared, name)| source(shared, name));
        source.map_or(Durable::DEFAULT, Source::storage)
    }
}

/// Milliseconds within which events that arrive together share one alarm; after that, it may have been lost.
const BURST: u64 = 1_000;

/// How long stored events wait for what they cannot be delivered without: a database that can be used, their source.
pub(super) const LATER: u64 = 10 * 60_000;

pub(super) const SET_ASIDE: &str =
    "a stored event is damaged: it is set aside as dead, and a copy from its sender takes its place";

const LEFT_ASIDE: &str =
    "a stored event is on a damaged page: it is shown as dead, and a copy from its sender is not accepted";

const UNREADABLE: &str = "stored events cannot be read or written; nothing is accepted until they can be";
