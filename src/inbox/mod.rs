//! What becomes of a stored event: its states, the schedule of attempts, retention, shards and capacity, and what an operator may ask.
//!
//! All of them are functions of plain values; a shell reads and writes the rows.

pub mod admin;
mod agenda;
mod capacity;
mod lifecycle;
mod schedule;
mod shards;
mod states;
mod stats;
mod watch;

pub use self::agenda::Agenda;
pub use self::capacity::{Limits, MAX_BODY, MEASURE_EVERY};
pub use self::lifecycle::{LEASE_SLACK, Lifecycle};
pub use self::schedule::{delay, seed};
pub use self::shards::{asks_before, homes, shard_name};
pub use self::states::{Attempt, DEAD_KEPT, EventState, Progress, Tidy};
pub use self::stats::{LastError, Stats, noted, noted_parts};
pub use self::watch::Watch;
