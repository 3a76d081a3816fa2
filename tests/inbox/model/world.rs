//! The world around a machine: what is stored, what is under way, and what everybody was promised.

use std::collections::BTreeMap;

use countersign::inbox::{Agenda, EventState, Lifecycle, Machine, Rules, StoreFault, Watch};

use super::action::{Answer, Crash};
use super::scope::Scope;
use crate::store::{Data, MemoryStore};
use crate::{HOUR, MINUTE, SECOND, START};

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
    /// What is known of every event that was ever stored, by its number.
    pub(crate) history: BTreeMap<u64, Known>,
    /// When the object last did anything.
    pub(crate) awake_at: u64,
    /// Until when the first hour after a jump of the clock lasts.
    pub(crate) patient_until: u64,
    /// How often everything may happen yet.
    pub(crate) left: Scope,
    /// What went wrong on the way here.
    pub(crate) wrong: Option<&'static str>,
    pub(crate) keep: u64,
}

/// An attempt whose report did not arrive yet, or is to arrive once more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Flight {
    pub(crate) number: u64,
    pub(crate) attempt: u32,
    /// How it ended, if that was reported.
    pub(crate) answer: Option<Answer>,
}

/// What is known of an event, and was promised for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Known {
    pub(crate) id: u64,
    /// Whether its sender has a 202.
    pub(crate) is_promised: bool,
    pub(crate) accepted_at: u64,
    /// When it was accepted or last replayed.
    pub(crate) since: u64,
    /// The highest number of an attempt at it.
    pub(crate) attempt: u32,
    /// Whether the destination answered 2xx since then.
    pub(crate) is_answered: bool,
    /// What became of it, and when that was written.
    pub(crate) finished: Option<(EventState, u64)>,
    /// Whether an operator asked to forget it, and whether that was done.
    pub(crate) is_unwanted: bool,
    pub(crate) is_erased: bool,
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
    pub(crate) fn new(left: Scope, keep: u64) -> Self {
        let data = Data::default();
        let store = MemoryStore::new(data, None);
        let machine = Machine::load(&store, NAME, START).unwrap();
        Self {
            data: store.into_data(),
            machine: Some(machine),
            now: START,
            watch: Watch::new(START),
            stored_watch: Watch::new(START),
            flights: Vec::new(),
            history: BTreeMap::new(),
            awake_at: START,
            patient_until: 0,
            left,
            wrong: None,
            keep,
        }
    }

    /// Has the machine do something, and perhaps crash meanwhile.
    pub(crate) fn call<T>(
        &mut self,
        crash: Crash,
        call: impl FnOnce(&mut Machine, &MemoryStore, u64, &Rules) -> Result<T, StoreFault>,
    ) -> Called<T> {
        let rules = self.look();
        let Some(mut machine) = self.machine.take() else { return Called::Impossible };
        let store = MemoryStore::new(std::mem::take(&mut self.data), crash);
        let done = call(&mut machine, &store, self.now, &rules);
        let writes = store.take_writes().len();
        self.data = store.into_data();
        match (done, crash) {
            (Ok(_), Some(after)) if writes < after => Called::Impossible,
            (Ok(done), None) => {
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

    /// Loads the object, and perhaps crashes meanwhile.
    pub(crate) fn load(&mut self, crash: Crash) -> Called<()> {
        self.look();
        let store = MemoryStore::new(std::mem::take(&mut self.data), crash);
        let loaded = Machine::load(&store, NAME, self.now);
        let writes = store.take_writes().len();
        self.data = store.into_data();
        match (loaded, crash) {
            (Ok(_), Some(after)) if writes < after => Called::Impossible,
            (Ok(machine), None) => {
                self.machine = Some(machine);
                Called::Done(())
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
    pub(crate) fn look(&mut self) -> Rules {
        self.watch.look(self.now, REMEMBER);
        if self.watch.is_news_to(self.stored_watch) {
            self.stored_watch = self.watch;
        }
        if self.now.abs_diff(self.awake_at) > REMEMBER / 4 {
            self.patient_until = self.now + HOUR;
        }
        self.patient_until = self.patient_until.min(self.now + HOUR);
        self.awake_at = self.now;
        Rules { lifecycle: self.lifecycle(), concurrency: CONCURRENCY, is_patient: self.watch.holds(self.now) }
    }

    /// When the object wakes up, and when there is something to attempt.
    pub(crate) fn agenda(&mut self) -> Option<Agenda> {
        let machine = self.machine.as_ref()?;
        let rules =
            Rules { lifecycle: self.lifecycle(), concurrency: CONCURRENCY, is_patient: self.watch.holds(self.now) };
        let store = MemoryStore::new(std::mem::take(&mut self.data), None);
        let tidy = machine.tidy_at(&store, self.now, &rules).unwrap();
        self.data = store.into_data();
        Some(Agenda {
            attempts: machine.attempts_at(self.now, &rules),
            tidy,
            soon: false,
            not_before: self.watch.holds_until(),
        })
    }

    pub(crate) const fn lifecycle(&self) -> Lifecycle {
        Lifecycle { timeout: 10 * SECOND, give_up_after: GIVE_UP_AFTER, remember: REMEMBER, keep: self.keep }
    }

    /// Whether the id of an event has to be known now.
    pub(crate) fn is_remembered(&self, number: u64, known: &Known) -> bool {
        let is_stored = self.data.state(number).is_some();
        let since = known.finished.map_or(known.accepted_at, |(_, at)| at.max(known.accepted_at));
        !known.is_unwanted && (is_stored || self.now < since + REMEMBER)
    }

    /// Notes what went wrong, if that is the first.
    pub(crate) fn fail(&mut self, wrong: &'static str) {
        self.wrong = self.wrong.or(Some(wrong));
    }
}

/// The name of the destination.
const NAME: &str = "forward";

/// How long ids are remembered.
pub(crate) const REMEMBER: u64 = 12 * HOUR;

/// How long events are attempted.
pub(crate) const GIVE_UP_AFTER: u64 = 10 * MINUTE;

/// How many attempts may be under way.
pub(crate) const CONCURRENCY: usize = 2;
