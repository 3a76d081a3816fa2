//! The inbox: a log of stored events, from which they are delivered.
//!
//! An object of the inbox appends each event to a log, with a cursor for each destination. An event that is delivered at its first attempt
//! costs nothing but its row and a share of the cursor's; one that fails is copied to the waiting events, and waits there by itself. The
//! [`Machine`] decides all of it. It has no clock and no database: a shell hands in the time, and implements [`Store`] with SQL.
//!
//! | file | holds |
//! |---|---|
//! | `machine`, `deliveries` | accepting; what couriers get and report, and when there is something to do |
//! | `outlet`, `picking`, `outcome` | a destination: what is attempted next, what becomes of an outcome |
//! | `ordering`, `lanes` | events of one key, one after the other |
//! | `cursor`, `ranges`, `span`, `passed` | what is finished there, without a row for each event |
//! | `states`, `schedule` | events that wait by themselves, and when they are attempted |
//! | `breaker`, `pauses`, `pace`, `stalls` | whether a destination is attempted at all, and how fast |
//! | `plan`, `orphans`, `roster` | which destinations are configured, and those that are not any more |
//! | `tables`, `expiry` | what is dropped, and when |
//! | `orders`, `discard`, `candidates`, `stats`, `latency` | what an operator may ask |
//! | `alerts` | what operators are alerted to |
//! | `receipt`, `report` | what crosses between an object and who delivers |
//! | `shards` | which object holds an event |

mod agenda;
pub mod alerts;
mod behind;
mod breaker;
mod broken;
mod candidates;
mod capacity;
mod cursor;
mod deliveries;
mod discard;
mod expiry;
mod fence;
mod given_up;
mod handout;
mod lanes;
mod latency;
mod leases;
mod lifecycle;
mod machine;
mod ordering;
mod orders;
mod orphans;
mod outcome;
mod outlet;
mod pace;
mod passed;
mod pauses;
mod picking;
mod plan;
mod ranges;
mod receipt;
mod report;
mod roster;
mod schedule;
mod search;
mod shards;
mod span;
mod stalls;
mod states;
mod stats;
mod store;
mod tables;
mod watch;

pub use self::agenda::Agenda;
pub use self::breaker::{Breaker, Sign};
pub use self::capacity::{MAX_BODY, MAX_STORED, MEASURE_EVERY};
pub use self::cursor::Cursor;
pub use self::expiry::Expired;
pub use self::given_up::Dead;
pub use self::handout::{Cause, Handout};
pub use self::latency::{BOUNDS, Latency};
pub use self::lifecycle::{LEASE_SLACK, Lifecycle, Retention};
pub use self::machine::{Accepted, Arrival, Machine};
pub use self::orders::Replayed;
pub use self::outcome::{Became, Outcome};
pub use self::outlet::Outlet;
pub use self::pace::Pace;
pub use self::pauses::Pauses;
pub use self::plan::{Plan, Rules};
pub use self::ranges::Ranges;
pub use self::receipt::{Answer, Receipt};
pub use self::report::{FILTERED, Report, UNMADE, UNREADABLE};
pub use self::roster::{Roster, Standing};
pub use self::schedule::{delay, seed};
pub use self::shards::{Layout, Layouts, MOST_SHARDS, homes, shard_name};
pub use self::span::Span;
pub use self::states::{Attempt, DEAD_KEPT, EventState, Over, Progress};
pub use self::stats::{LastError, Stats, added, latency_of, noted, noted_parts};
pub use self::store::{Store, StoreFault, Stored};
pub use self::tables::{Kind, Table};
pub use self::watch::Watch;
