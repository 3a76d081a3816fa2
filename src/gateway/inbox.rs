//! What becomes of a stored event: states, the schedule of attempts, retention, shards and room. Milliseconds throughout.
//!
//! ```text
//!            lease            2xx
//! accepted ────────▶ attempt ─────▶ delivered ──▶ (body dropped) ──▶ removed
//!    ▲        ▲         │ else                                         ▲
//!    │        └─────────┤ before the end                               │
//!    └── replay ─────── dead ◀── after it ─────────────────────────────┘
//! ```
//!
//! A lease is the time of the next attempt moved behind the one that begins: whoever dies in between has lost nothing, and an
//! attempt is counted before it is made.

use super::dedupe::EventKey;

/// Where an event stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// To be delivered.
    Pending,
    /// Its destination answered 2xx.
    Delivered,
    /// Given up; kept, and replayable.
    Dead,
    /// Nothing but the mark that a newer shard has taken over this id.
    Moved,
}

impl State {
    /// The states of events, in the order in which lists show them.
    pub const ALL: [Self; 3] = [Self::Pending, Self::Dead, Self::Delivered];

    /// The number under which it is stored. These never change.
    pub const fn number(self) -> u8 {
        match self {
            Self::Pending => 0,
            Self::Delivered => 1,
            Self::Dead => 2,
            Self::Moved => 3,
        }
    }

    /// The state of a number; what is not known counts as pending, which loses nothing.
    pub const fn from_number(number: u8) -> Self {
        match number {
            1 => Self::Delivered,
            2 => Self::Dead,
            3 => Self::Moved,
            _ => Self::Pending,
        }
    }

    /// The name, as queries and answers have it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Delivered => "delivered",
            Self::Dead => "dead",
            Self::Moved => "moved",
        }
    }

    /// The state of a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }
}

/// What a source's configuration says about stored events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// How long an attempt may take.
    pub timeout: u64,
    /// How long attempts go on after acceptance or replay.
    pub give_up_after: u64,
    /// How long the id of a delivered event is remembered.
    pub remember: u64,
    /// How long the body of a delivered event is kept, so that it can be replayed.
    pub keep_body: u64,
}

impl Terms {
    /// How long an event is leased for an attempt.
    pub const fn lease(&self) -> u64 {
        self.timeout.saturating_add(LEASE_SLACK)
    }

    /// The latest time at which a pending event can be due. What is later was written when the clock was ahead, and is due now.
    pub fn latest_due(&self, now: u64) -> u64 {
        now.saturating_add(self.lease().max(LONGEST_DELAY.saturating_mul(6).div_euclid(5)))
    }

    /// The same, with nothing given up: for as long as the clock may be wrong.
    #[must_use]
    pub const fn patient(self) -> Self {
        Self { give_up_after: u64::MAX, ..self }
    }

    pub(super) fn is_too_far(&self, due: u64, now: u64) -> bool {
        due > self.latest_due(now)
    }
}

/// The fate of an event so far. All times are milliseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Where it stands.
    pub state: State,
    /// Attempts ever begun: what `countersign-attempt` says.
    pub attempts: u32,
    /// Attempts begun since `since`: what the schedule goes by.
    pub tries: u32,
    /// When the event was accepted, or last replayed.
    pub since: u64,
    /// Pending: when the next attempt may begin. Else: when something is to be tidied away.
    pub due: u64,
    /// When it was delivered or given up; 0 while pending.
    pub finished: u64,
}

/// How an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attempt {
    /// With a 2xx.
    Delivered,
    /// With anything else, or nothing; and the time until which the destination asked to be left alone.
    Failed {
        /// From `Retry-After`.
        not_before: Option<u64>,
    },
}

/// What to do with an event whose `due` has come and which is not pending.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tidy {
    /// Nothing before this time.
    Keep(u64),
    /// Drop the body, keep the id until this time.
    DropBody(u64),
    /// Remove it.
    Remove,
}

impl Progress {
    /// An event that was just accepted.
    pub const fn accepted(now: u64) -> Self {
        Self { state: State::Pending, attempts: 0, tries: 0, since: now, due: now, finished: 0 }
    }

    /// The mark of an id that a newer shard takes over.
    pub const fn moved(now: u64) -> Self {
        Self { state: State::Moved, attempts: 0, tries: 0, since: now, due: now, finished: now }
    }

    /// The event while an attempt is under way; written before the attempt begins.
    #[must_use]
    pub fn leased(self, now: u64, terms: &Terms) -> Self {
        let (attempts, tries) = (self.attempts.saturating_add(1), self.tries.saturating_add(1));
        // A clock that was ahead when the event was accepted must not give it more time.
        Self { attempts, tries, due: now.saturating_add(terms.lease()), since: self.since.min(now), ..self }
    }

    /// The event after an attempt, which [`Progress::leased`] counted.
    ///
    /// The last attempt is made when `give_up_after` is over, unless `Retry-After` asks for later.
    #[must_use]
    pub fn attempted(self, attempt: Attempt, now: u64, terms: &Terms, seed: u64) -> Self {
        let end = self.since.saturating_add(terms.give_up_after);
        match attempt {
            Attempt::Delivered => {
                let due = now.saturating_add(terms.keep_body.min(terms.remember));
                Self { state: State::Delivered, due, finished: now, ..self }
            }
            Attempt::Failed { .. } if now >= end => {
                Self { state: State::Dead, due: now.saturating_add(DEAD_KEPT), finished: now, ..self }
            }
            Attempt::Failed { not_before } => {
                let scheduled = now.saturating_add(delay(self.tries, seed)).min(end);
                let asked = not_before.unwrap_or_default().min(now.saturating_add(LONGEST_DELAY));
                Self { due: scheduled.max(asked), ..self }
            }
        }
    }

    /// The event set to be delivered anew, at once and with the whole schedule before it; `None` where its body is gone.
    pub fn replayed(self, now: u64, has_body: bool) -> Option<Self> {
        has_body.then_some(Self { attempts: self.attempts, ..Self::accepted(now) })
    }

    /// What is to be tidied away of an event that is not pending.
    pub fn tidy(self, has_body: bool, now: u64, terms: &Terms) -> Tidy {
        let (body_until, until) = match self.state {
            State::Pending => return Tidy::Keep(self.due),
            // A dead event is kept whole; its id is remembered no less long than that of a delivered one.
            State::Dead => (u64::MAX, self.finished.saturating_add(DEAD_KEPT.max(terms.remember))),
            State::Moved => (0, self.finished.saturating_add(terms.remember).saturating_add(ROLLOUT)),
            State::Delivered => {
                (self.finished.saturating_add(terms.keep_body), self.finished.saturating_add(terms.remember))
            }
        };
        if now >= until {
            Tidy::Remove
        } else if has_body && now >= body_until {
            Tidy::DropBody(until)
        } else {
            Tidy::Keep(if has_body { until.min(body_until) } else { until })
        }
    }
}

/// Milliseconds until attempt number `tries + 1`, with ±20 % that depend on the seed and the number alone, so that events that
/// failed together do not come back together.
pub fn delay(tries: u32, seed: u64) -> u64 {
    let place = usize::try_from(tries.saturating_sub(1)).unwrap_or(usize::MAX);
    let base = SCHEDULE.get(place).copied().unwrap_or(LONGEST_DELAY);
    let permille = mixed(seed ^ u64::from(tries)).checked_rem(401).unwrap_or_default().saturating_add(800);
    base.saturating_mul(permille).div_euclid(1000)
}

/// The seed of an event's delays.
pub fn seed(event: EventKey) -> u64 {
    event.as_bytes().first_chunk().map_or(0, |bytes| u64::from_be_bytes(*bytes))
}

/// The shards that an event's id belongs to as their number grows to `shards`, from the first to the one that holds it now.
///
/// Jump consistent hashing (Lamping, Veach, 2014): raising the number moves an id only to a shard that is new. So a shard that is
/// asked for an id it does not know can ask those before it in this list, and no other.
pub fn homes(event: EventKey, shards: u32) -> Vec<u32> {
    let mut state = seed(event);
    let (mut homes, mut next) = (Vec::new(), 0_u64);
    while next < u64::from(shards.max(1)) {
        homes.push(u32::try_from(next).unwrap_or_default());
        state = state.wrapping_mul(2_862_933_555_777_941_757).wrapping_add(1);
        let divisor = (state >> 33).saturating_add(1);
        next = next.saturating_add(1).saturating_mul(1 << 31).checked_div(divisor).unwrap_or(u64::MAX);
    }
    homes
}

/// The name of a shard's object.
pub fn object_name(source: &str, shard: u32) -> String {
    format!("{source}/{shard}")
}

/// Whether a shard that began at `born` must still ask those before it: an id they accepted may have to be remembered, and while
/// a deployment rolls out, Workers with fewer shards go on using them.
pub fn asks_before(born: u64, now: u64, terms: &Terms) -> bool {
    now < born.saturating_add(terms.remember).saturating_add(ROLLOUT)
}

/// What an object may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Pending events.
    pub pending: u64,
    /// Bytes of its database.
    pub bytes: u64,
}

impl Limits {
    /// Far below the 10 GB at which the platform refuses writes, which would also be those that make room.
    pub const DEFAULT: Self = Self { pending: 100_000, bytes: 8 << 30 };

    /// Whether one more event fits.
    pub const fn admit(self, pending: u64, bytes: u64) -> bool {
        pending < self.pending && bytes < self.bytes
    }

    /// How many bytes of [`row_bytes`] may be stored in a database of so many bytes before it has to be measured again.
    pub fn room(self, bytes: u64) -> u64 {
        self.bytes.saturating_sub(bytes).min(LARGEST_ROOM)
    }
}

/// More than what a row takes in the database, with its entries in two indexes: ids and headers fit into what HTTP lets through.
pub fn row_bytes(body: u32, headers: u32) -> u64 {
    // A character of header text is at most four bytes; a page is 4 KiB, and a row and its index entries begin one at most each.
    u64::from(body).saturating_add(u64::from(headers).saturating_mul(4)).saturating_add(4 * 4096)
}

/// The largest body of a durable source. SQLite rows hold 2 MB on this platform, and 256 KiB are left to the headers, of which
/// HTTP lets no more than 128 KB arrive, escaped.
pub const MAX_BODY: u64 = 1_792 * 1024;

/// A lease outlives its attempt's time limit by this much.
pub const LEASE_SLACK: u64 = 5_000;

/// How long a dead event is kept.
pub const DEAD_KEPT: u64 = 30 * 24 * HOUR;

/// Small beside the distance between [`Limits::DEFAULT`] and where the platform refuses writes.
const LARGEST_ROOM: u64 = 16 << 20;

const HOUR: u64 = 3_600_000;
const SCHEDULE: [u64; 7] = [5_000, 30_000, 120_000, 600_000, 1_800_000, HOUR, 2 * HOUR];
const LONGEST_DELAY: u64 = 4 * HOUR;
const ROLLOUT: u64 = 24 * HOUR;

/// `SplitMix64` (Steele, Lea, Flood, 2014): neighbouring inputs give unrelated outputs.
const fn mixed(seed: u64) -> u64 {
    let z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TERMS: Terms = Terms { timeout: 10_000, give_up_after: 72 * HOUR, remember: 72 * HOUR, keep_body: 0 };
    const FAILED: Attempt = Attempt::Failed { not_before: None };

    #[test]
    fn the_schedule_is_the_contracts() {
        let bases = [5, 30, 120, 600, 1800, 3600, 7200, 14_400, 14_400];
        for (tries, base) in (1..).zip(bases) {
            for seed in 0..200 {
                let delay = delay(tries, seed);
                assert!((base * 800..=base * 1200).contains(&delay), "{tries}: {delay}");
            }
        }
        assert_ne!(delay(3, 1), delay(3, 2));
    }

    #[test]
    fn attempts_go_on_until_the_end_and_the_last_is_made_then() {
        let mut event = Progress::accepted(1000);
        let mut now = event.due;
        for _ in 0..100 {
            event = event.leased(now, &TERMS);
            assert_eq!(event.due, now + 15_000);
            event = event.attempted(FAILED, now, &TERMS, 7);
            if event.state == State::Dead {
                break;
            }
            assert!(event.due > now);
            now = event.due;
        }
        assert_eq!((event.state, event.finished), (State::Dead, 1000 + TERMS.give_up_after));
        assert_eq!(event.attempts, event.tries);
        let again = event.replayed(now + 5, true).unwrap();
        assert_eq!((again.state, again.tries, again.attempts), (State::Pending, 0, event.attempts));
        assert_eq!(event.replayed(now, false), None);
    }

    #[test]
    fn nothing_is_given_up_while_the_clock_may_be_wrong() {
        let now = TERMS.give_up_after + 5;
        let event = Progress::accepted(0).leased(now, &TERMS);
        let held = event.attempted(FAILED, now, &TERMS.patient(), 7);
        assert!(held.state == State::Pending && held.due > now);
        assert_eq!(event.attempted(FAILED, now, &TERMS, 7).state, State::Dead);
        let from_the_future = Progress::accepted(now + 9 * HOUR).leased(now, &TERMS);
        assert_eq!(from_the_future.since, now);
    }

    #[test]
    fn retry_after_delays_but_for_four_hours_at_most() {
        let event = Progress::accepted(0).leased(0, &TERMS);
        let at = |not_before| event.attempted(Attempt::Failed { not_before }, 100, &TERMS, 1).due;
        assert_eq!(at(Some(60_000)), 60_000);
        assert_eq!(at(Some(1)), at(None));
        assert_eq!(at(Some(u64::MAX)), 100 + 4 * HOUR);
    }

    #[test]
    fn delivered_events_keep_their_id_and_dead_ones_everything() {
        let delivered = Progress::accepted(0).leased(0, &TERMS).attempted(Attempt::Delivered, 10, &TERMS, 0);
        assert_eq!(delivered.tidy(true, 10, &TERMS), Tidy::DropBody(10 + TERMS.remember));
        assert_eq!(delivered.tidy(false, 10, &TERMS), Tidy::Keep(10 + TERMS.remember));
        assert_eq!(delivered.tidy(false, 10 + TERMS.remember, &TERMS), Tidy::Remove);
        let keeping = Terms { keep_body: HOUR, ..TERMS };
        assert_eq!(delivered.tidy(true, 11, &keeping), Tidy::Keep(10 + HOUR));
        let dead = Progress { state: State::Dead, ..delivered };
        assert_eq!(dead.tidy(true, 10 + DEAD_KEPT - 1, &TERMS), Tidy::Keep(10 + DEAD_KEPT));
        assert_eq!(dead.tidy(true, 10 + DEAD_KEPT, &TERMS), Tidy::Remove);
    }

    #[test]
    fn an_id_moves_only_to_shards_that_are_new() {
        for n in 0..2000_u32 {
            let event = EventKey::new("s", n.to_string().as_bytes());
            let all = homes(event, 64);
            assert!(all.is_sorted() && all[0] == 0);
            for shards in 1..=64 {
                let homes = homes(event, shards);
                assert!(all.starts_with(&homes));
                assert!(homes.last().is_some_and(|home| *home < shards));
            }
        }
    }

    #[test]
    fn shards_share_the_load() {
        let mut counts = [0_u32; 8];
        for n in 0..8000_u32 {
            let homes = homes(EventKey::new("s", n.to_string().as_bytes()), 8);
            counts[*homes.last().unwrap() as usize] += 1;
        }
        assert!(counts.iter().all(|count| (850..1150).contains(count)), "{counts:?}");
    }
}
