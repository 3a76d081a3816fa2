//! The world around a machine: what is stored, what is under way, and what everybody was promised.

use std::collections::BTreeMap;

use countersign::inbox::{Agenda, EventState, Lifecycle, Machine, Plan, Retention, Rules, StoreFault, Watch};

use super::action::{Answer, Crash};
use super::scope::{Question, Special};
use super::{fate::Known, site::Site};
use crate::data::Data;
use crate::store::MemoryStore;
use crate::{HOUR, MINUTE, NAMES, SECOND, START};

/// One state of the model.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct World {
    pub(crate) data: Data,
    /// `None` after a crash.
    pub(crate) machine: Option<Machine>,
    pub(crate) now: u64,
    pub(crate) watch: Watch,
    /// The watch that is stored.
    pub(crate) stored_watch: Watch,
    pub(crate) flights: Vec<Flight>,
    /// Whether events are ordered: then those with even ids make a lane, and those with odd ones another.
    pub(crate) is_ordered: bool,
    /// If so, attempts that may be at a destination, and until when: destination, event and attempt.
    pub(crate) hanging: Vec<(usize, u64, u32, u64)>,
    /// What is known of every event that was ever stored, by its number.
    pub(crate) history: BTreeMap<u64, Known>,
    /// The destinations, in the order of [`NAMES`].
    pub(crate) sites: [Site; NAMES.len()],
    /// When the object last did anything.
    pub(crate) awake_at: u64,
    /// Until when the first hour after a jump of the clock lasts.
    pub(crate) patient_until: u64,
    /// How often everything may happen yet.
    pub(crate) left: super::scope::Scope,
    /// What went wrong on the way here.
    pub(crate) wrong: Option<&'static str>,
    pub(crate) keep: u64,
    /// The destination that has something special, and what.
    pub(crate) special: (usize, Special),
}

/// An attempt whose report did not arrive yet, or is to arrive once more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Flight {
    /// The destination.
    pub(crate) to: usize,
    pub(crate) number: u64,
    pub(crate) attempt: u32,
    /// How it ended, if that was reported.
    pub(crate) answer: Option<Answer>,
}

/// What came of a call.
pub(crate) enum Called<T> {
    Done(T),
    Crashed,
    /// The call writes less often than it was to crash after.
    Impossible,
}

impl World {
    /// An object without any event.
    pub(crate) fn new(question: &Question) -> Self {
        let configured = |to| Site { is_configured: to < question.destinations, ..Site::default() };
        let mut world = Self {
            data: Data::default(),
            machine: None,
            now: START,
            watch: Watch::new(START),
            stored_watch: Watch::new(START),
            flights: Vec::new(),
            is_ordered: question.is_ordered,
            hanging: Vec::new(),
            history: BTreeMap::new(),
            sites: std::array::from_fn(configured),
            awake_at: START,
            patient_until: 0,
            left: question.scope,
            wrong: None,
            keep: question.keep,
            special: (question.destinations - 1, question.special),
        };
        world.load(None);
        world.note_destinations();
        world
    }

    /// Has the machine do something, and perhaps crash meanwhile.
    pub(crate) fn call<T>(
        &mut self,
        crash: Crash,
        call: impl FnOnce(&mut Machine, &MemoryStore, u64, &Plan) -> Result<T, StoreFault>,
    ) -> Called<T> {
        let plan = self.look();
        let Some(mut machine) = self.machine.take() else { return Called::Impossible };
        let store = self.store(crash);
        let done = call(&mut machine, &store, self.now, &plan).map(|done| (machine, done));
        self.called(store, crash, done)
    }

    /// Loads the object, and perhaps crashes meanwhile.
    pub(crate) fn load(&mut self, crash: Crash) -> Called<()> {
        let plan = self.look();
        let store = self.store(crash);
        let loaded = Machine::load(&store, self.now).and_then(|mut machine| {
            machine.fit(&store, &plan, self.now)?;
            Ok((machine, ()))
        });
        self.called(store, crash, loaded)
    }

    /// The database, as it is from now on in the hands of a call.
    fn store(&mut self, crash: Crash) -> MemoryStore {
        let mut store = MemoryStore::new(std::mem::take(&mut self.data), crash);
        (store.lanes, store.has_all) = if self.is_ordered { (2, true) } else { (0, false) };
        store
    }

    /// The lane of an event.
    pub(crate) const fn lane(&self, id: u64) -> Option<u64> {
        if self.is_ordered { Some(id % 2) } else { None }
    }

    fn called<T>(&mut self, store: MemoryStore, crash: Crash, done: Result<(Machine, T), StoreFault>) -> Called<T> {
        let writes = store.take_writes().len();
        self.data = store.into_data();
        match (done, crash) {
            (Ok(_), Some(after)) if writes < after => Called::Impossible,
            (Ok((machine, done)), None) => {
                self.machine = Some(machine);
                Called::Done(done)
            }
            (_, Some(_)) => {
                self.crash();
                Called::Crashed
            }
            (Err(_), None) => panic!("nothing failed"),
        }
    }

    /// Ends the object: what is stored stays.
    pub(crate) fn crash(&mut self) {
        self.machine = None;
        self.watch = self.stored_watch;
    }

    /// Reads the clock, as an object does before everything else.
    pub(crate) fn look(&mut self) -> Plan {
        self.watch.look(self.now, REMEMBER);
        if self.watch.is_news_to(self.stored_watch) {
            self.stored_watch = self.watch;
        }
        if self.now.abs_diff(self.awake_at) > REMEMBER / 4 {
            self.patient_until = self.now + HOUR;
        }
        self.patient_until = self.patient_until.min(self.now + HOUR);
        self.awake_at = self.now;
        self.plan()
    }

    /// When the object wakes up, and when there is something to attempt.
    pub(crate) fn agenda(&mut self) -> Option<Agenda> {
        let plan = self.plan();
        self.machine.as_ref()?;
        let store = self.store(None);
        let machine = self.machine.as_ref()?;
        let expiry = machine.expiry_at(&store, self.now, &plan).unwrap();
        self.data = store.into_data();
        Some(Agenda {
            alerts: None,
            attempts: machine.attempts_at(self.now, &plan),
            expiry,
            soon: false,
            not_before: self.watch.holds_until(),
        })
    }

    fn plan(&self) -> Plan {
        let retention = Retention { remember: REMEMBER, keep: self.keep };
        let lifecycle = Lifecycle { timeout: TIMEOUT, give_up_after: GIVE_UP_AFTER, retention };
        let configured = self.sites.iter().enumerate().filter(|(_, site)| site.is_configured);
        let rules = |(to, site): (usize, &Site)| {
            let special = if to == self.special.0 { self.special.1 } else { Special::None };
            let interval = if special == Special::Rate { 1_000 * SECOND } else { 0 };
            let gather = if special == Special::Gather { 30 * SECOND } else { 0 };
            let from_stored = site.from_stored;
            (NAMES[to].to_owned(), Rules { lifecycle, concurrency: CONCURRENCY, interval, gather, from_stored })
        };
        let destinations = configured.map(rules).collect();
        Plan { retention, destinations, is_ordered: self.is_ordered, is_patient: self.watch.holds(self.now) }
    }

    /// Whether the id of an event has to be known now.
    pub(crate) fn is_remembered(&self, number: u64, known: &Known) -> bool {
        let since = known.fates().filter_map(|(_, fate)| fate.finished).map(|(_, at)| at);
        let since = since.fold(known.accepted_at, u64::max);
        !known.is_unwanted && (self.data.has(number) || self.now < since + REMEMBER)
    }

    /// The state that is stored for an event at a destination.
    pub(crate) fn state(&self, number: u64, to: usize) -> Option<EventState> {
        // Which of those that are to be delivered is next is for the machine to say.
        self.data.state(NAMES[to], number).map(|state| if state.is_pending() { EventState::Pending } else { state })
    }

    /// Notes what went wrong, if that is the first.
    pub(crate) fn fail(&mut self, wrong: &'static str) {
        self.wrong = self.wrong.or(Some(wrong));
    }
}

/// How long ids are remembered.
pub(crate) const REMEMBER: u64 = 12 * HOUR;

/// How long events are attempted.
pub(crate) const GIVE_UP_AFTER: u64 = 10 * MINUTE;

/// How long an attempt may take.
pub(crate) const TIMEOUT: u64 = 10 * SECOND;

/// How many attempts may be under way.
pub(crate) const CONCURRENCY: usize = 2;
