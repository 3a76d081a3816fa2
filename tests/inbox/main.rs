//! The state machine of the inbox against a database in memory: by example, by a model that explores every order of events, and by
//! random ones at full size.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test fails by panicking"
)]

mod model;
mod outage;
mod random;
mod store;

const SECOND: u64 = 1_000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;

/// When every test begins.
const START: u64 = 500_000 * HOUR;

/// Whether minutes may be spent, not seconds.
fn is_large() -> bool {
    std::env::var("COUNTERSIGN_MODEL").is_ok_and(|size| size == "large")
}
