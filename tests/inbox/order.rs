//! Events of one key, one after the other: whatever fails, crashes, gets lost or is replayed.

mod restarts;

use std::collections::BTreeMap;

use countersign::inbox::{
    Accepted, Arrival, Attempt, EventState, Handout, LEASE_SLACK, Machine, Outcome, Plan, Sign, StoreFault,
};
use proptest::prelude::*;

use crate::data::{Data, Event};
use crate::store::MemoryStore;
use crate::{HOUR, NAMES, SECOND, START, arrival};

/// An object whose events are ordered, and who delivers for it.
struct Site {
    store: MemoryStore,
    machine: Machine,
    now: u64,
    seed: u64,
    step: u64,
    /// Attempts whose outcome is to be reported.
    flights: Vec<Handout>,
    /// Until when attempts may be at the destination, whoever is there to report them: by event and attempt, each with its lane.
    hanging: BTreeMap<(u64, u32), (u64, u64)>,
    highest: BTreeMap<u64, u32>,
    /// When the first attempt at an event began, since it was accepted or replayed.
    begun: BTreeMap<u64, u64>,
    replayed: BTreeMap<u64, u64>,
    /// Of each lane, nothing before this number is open.
    floor: BTreeMap<u64, u64>,
}

fn plan() -> Plan {
    Plan { is_ordered: true, ..crate::plan(&NAMES[..1]) }
}

impl Site {
    fn new(seed: u64, lanes: u64) -> Self {
        let (store, machine) = open(Data::default(), None, lanes, START);
        let (hanging, highest, begun, replayed, floor) = Default::default();
        Self {
            store,
            machine,
            now: START,
            seed,
            step: 0,
            flights: Vec::new(),
            hanging,
            highest,
            begun,
            replayed,
            floor,
        }
    }

    /// A number below `below`, by xorshift.
    fn random(&mut self, below: u64) -> u64 {
        self.seed ^= self.seed << 13;
        self.seed ^= self.seed >> 7;
        self.seed ^= self.seed << 17;
        self.seed % below
    }

    /// Goes on with what is stored, as after a crash.
    fn reload(&mut self) {
        (self.store, self.machine) = open(self.store.data().clone(), None, self.store.lanes, self.now);
    }

    fn lane(&self, number: u64) -> Option<u64> {
        self.store.lane(&Event { id: number, at: 0, filtered: &[] })
    }

    fn is_open(&self, number: u64) -> bool {
        self.store.data().state(NAMES[0], number).is_some_and(EventState::is_pending)
    }

    fn accept(&mut self) -> Result<(), StoreFault> {
        let event = Event { id: self.machine.next(), at: self.now, filtered: &[] };
        let arrival = Arrival { lane: self.store.lane(&event), ..arrival(&event) };
        let accepted = self.machine.accept(&self.store, &arrival, true, self.now, &plan())?;
        let Accepted::New(_, handed) = accepted else { panic!("a new event is known") };
        self.begin(handed);
        Ok(())
    }

    /// Takes what is handed out, each first of what is open in its lane: but for what was replayed while it was being attempted.
    fn begin(&mut self, handed: Vec<Handout>) {
        for handout in handed {
            let number = handout.number;
            assert!(self.is_open(number), "attempted after it was finished");
            let highest = self.highest.entry(number).or_default();
            assert!(handout.attempt > *highest, "a number of an attempt is used twice: {handout:?}");
            *highest = handout.attempt;
            let begun = *self.begun.entry(number).or_insert(self.step);
            if let Some(lane) = self.lane(number) {
                let mut of_lane = self.hanging.iter().filter(|(_, (other, until))| *other == lane && *until > self.now);
                assert_eq!(
                    of_lane.next(),
                    None,
                    "{handout:?} begins while another attempt of lane {lane} is under way"
                );
                self.hanging.insert((number, handout.attempt), (lane, self.now + TIMEOUT));
                let mut first = self.floor.get(&lane).copied().unwrap_or(lane);
                while first < number && !self.is_open(first) {
                    first += self.store.lanes;
                }
                self.floor.insert(lane, first);
                let every = usize::try_from(self.store.lanes).unwrap();
                for earlier in (first..number).step_by(every).filter(|earlier| self.is_open(*earlier)) {
                    let replayed = self.replayed.get(&earlier).copied().unwrap_or_default();
                    assert!(begun < replayed, "{number} is attempted before {earlier}, of lane {lane}");
                }
            }
            self.flights.push(handout);
        }
    }

    fn hand_out(&mut self) -> Result<usize, StoreFault> {
        let handed = self.machine.hand_out(&self.store, None, usize::MAX, self.now, &plan())?;
        let count = handed.len();
        self.begin(handed);
        Ok(count)
    }

    fn report(&mut self, failures: u64) -> Result<(), StoreFault> {
        let count = self.random(self.flights.len() as u64 + 1) as usize;
        let ended: Vec<_> = self.flights.drain(..count).collect();
        let mut outcomes = Vec::new();
        for Handout { number, attempt, .. } in ended {
            self.hanging.remove(&(number, attempt));
            let (ended, sign) = match self.random(100) {
                percent if percent < failures * 9 / 10 => (Attempt::Failed { not_before: None }, Sign::Up),
                percent if percent < failures => (Attempt::Failed { not_before: None }, Sign::Silent),
                percent if percent > 97 => continue,
                _ => (Attempt::Delivered, Sign::Up),
            };
            outcomes.push(Outcome { number, attempt, ended, sign });
        }
        self.machine.report(&self.store, 0, &outcomes, self.now, &plan()).map(drop)
    }

    fn replay(&mut self) -> Result<(), StoreFault> {
        let number = 1 + self.random(self.machine.next());
        let is_finished = self.store.data().has(number) && !self.is_open(number);
        if is_finished && self.begun.remove(&number).is_some() {
            self.replayed.insert(number, self.step);
            if let Some(lane) = self.lane(number) {
                let floor = self.floor.entry(lane).or_insert(number);
                *floor = number.min(*floor);
            }
            self.machine.replay(&self.store, (0, false), number, self.now)?;
        }
        Ok(())
    }

    fn forget(&mut self) -> Result<(), StoreFault> {
        let number = 1 + self.random(self.machine.next());
        if self.store.data().has(number) {
            self.flights.retain(|flight| flight.number != number);
            self.hanging.retain(|(hanging, _), _| *hanging != number);
            self.machine.forget(&self.store, number, self.now)?;
            self.store.erase(number)?;
        }
        Ok(())
    }

    fn act(&mut self, failures: u64) -> Result<(), StoreFault> {
        self.step += 1;
        match self.random(20) {
            0..6 => (0..self.random(30)).try_for_each(|_| self.accept()),
            6..11 => self.hand_out().map(drop),
            11..16 => self.report(failures),
            16 => {
                self.now += self.random(20 * SECOND);
                Ok(())
            }
            17 => self.replay(),
            18 if self.random(4) == 0 => self.forget(),
            18 if self.random(40) == 0 => {
                self.now += 80 * HOUR;
                Ok(())
            }
            _ => self.machine.expire(&self.store, self.now, &plan()).map(drop),
        }
    }

    /// Has everything delivered, by alarms alone.
    fn settle(&mut self) {
        self.flights.clear();
        for _ in 0..20_000 {
            self.step += 1;
            self.hand_out().unwrap();
            let delivered = |handout: Handout| {
                let Handout { number, attempt, .. } = handout;
                Outcome { number, attempt, ended: Attempt::Delivered, sign: Sign::Up }
            };
            let outcomes: Vec<_> = self.flights.drain(..).map(delivered).collect();
            self.hanging.retain(|ended, _| !outcomes.iter().any(|outcome| *ended == (outcome.number, outcome.attempt)));
            self.machine.report(&self.store, 0, &outcomes, self.now, &plan()).unwrap();
            let Some(at) = self.machine.attempts_at(self.now, &plan()) else { return };
            assert!(
                at > self.now || !outcomes.is_empty() || self.machine.outlets()[0].under_way() == 0,
                "woken in vain"
            );
            self.now = self.now.max(at);
        }
        panic!("there is no end");
    }
}

fn open(data: Data, allowed: Option<usize>, lanes: u64, now: u64) -> (MemoryStore, Machine) {
    let mut store = MemoryStore::new(data, None);
    store.lanes = lanes;
    let mut machine = Machine::load(&store, now).unwrap();
    machine.fit(&store, &plan(), now).unwrap();
    store.allow(allowed);
    (store, machine)
}

/// How long an attempt may be at the destination.
const TIMEOUT: u64 = 10 * SECOND;

/// Reports an attempt as delivered.
fn deliver(site: &mut Site, (number, attempt): (u64, u32)) {
    site.hanging.remove(&(number, attempt));
    let outcome = Outcome { number, attempt, ended: Attempt::Delivered, sign: Sign::Up };
    site.machine.report(&site.store, 0, &[outcome], site.now, &plan()).unwrap();
}

/// An object's life of 300 steps: what may not happen is asserted on the way, and that all is finished in the end.
fn history(seed: u64, failures: u64, crashes: u64, lanes: u64) {
    let mut site = Site::new(seed, lanes * lanes);
    for _ in 0..300 {
        if site.random(100) < crashes {
            let allowed = site.random(4) as usize;
            site.store.allow(Some(allowed));
            let _ = site.act(failures);
            // Couriers may end with the object, or outlive it and report.
            if site.random(2) == 0 {
                site.flights.clear();
            }
            site.reload();
        } else {
            site.act(failures).unwrap();
        }
    }
    site.settle();
    for number in 1..site.machine.next() {
        assert!(!site.is_open(number), "{number} is left");
    }
}

#[test]
fn histories_that_once_broke_an_order_keep_it() {
    history(6851090926714777080, 30, 7, 8);
    history(2849186253967862731, 47, 3, 7);
    history(12577661279571053230, 51, 5, 7);
    history(18229256385266254220, 1, 2, 5);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn each_lane_is_in_order_whatever_happened(
        seed in 1..u64::MAX, failures in 0..60_u64, crashes in 0..8_u64, lanes in 1..9_u64,
    ) {
        history(seed, failures, crashes, lanes);
    }
}

#[test]
fn an_event_that_fails_for_hours_holds_up_its_own_lane() {
    let mut site = Site::new(1, 3);
    let poisoned = 1;
    let mut attempts = 0;
    for _ in 0..33 {
        (0..400).for_each(|_| site.accept().unwrap());
        site.now += SECOND;
        loop {
            site.step += 1;
            let outcomes: Vec<_> = std::mem::take(&mut site.flights)
                .into_iter()
                .map(|Handout { number, attempt, .. }| {
                    site.hanging.remove(&(number, attempt));
                    let fails = site.lane(number) == Some(poisoned);
                    attempts += u64::from(fails);
                    let ended = if fails { Attempt::Failed { not_before: None } } else { Attempt::Delivered };
                    Outcome { number, attempt, ended, sign: Sign::Up }
                })
                .collect();
            site.machine.report(&site.store, 0, &outcomes, site.now, &plan()).unwrap();
            if site.hand_out().unwrap() == 0 {
                break;
            }
        }
    }
    let open: Vec<_> = (1..site.machine.next()).filter(|number| site.is_open(*number)).collect();
    assert!(open.iter().all(|number| site.lane(*number) == Some(poisoned)), "others wait for the poisoned lane");
    assert_eq!((open.len(), open[0]), (4_400, 1));
    assert!(site.machine.outlets()[0].cursor().done().iter().count() < 4_200, "what waits left the log");
    assert!(attempts < 8, "{attempts} attempts at one event");
    site.settle();
    assert!((1..site.machine.next()).all(|number| !site.is_open(number)));
}

#[test]
fn without_an_order_nothing_stays_behind() {
    let mut site = Site::new(1, 2);
    (0..9).for_each(|_| site.accept().unwrap());
    for _ in 0..3 {
        let number = site.flights.pop().map(|handout| (handout.number, handout.attempt));
        let Some((number, attempt)) = number else { break };
        let outcome = Outcome { number, attempt, ended: Attempt::Failed { not_before: None }, sign: Sign::Up };
        site.machine.report(&site.store, 0, &[outcome], site.now, &plan()).unwrap();
    }
    let (store, mut machine) = open(site.store.data().clone(), None, 2, site.now);
    machine.replay(&store, (0, false), 1, site.now).unwrap();
    let unordered = crate::plan(&NAMES[..1]);
    let mut machine = Machine::load(&store, site.now).unwrap();
    machine.fit(&store, &unordered, site.now).unwrap();
    let handed = machine.hand_out(&store, None, usize::MAX, site.now + HOUR, &unordered).unwrap();
    assert!(handed.len() > 4, "events of one lane are attempted at once: {}", handed.len());
}
