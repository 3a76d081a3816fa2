//! Properties that hold for any input: no panic, no acceptance without a signature, no event lost.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test fails by panicking"
)]

mod boundaries;
mod identity;
mod inbox;
mod object_names;
mod retry_after;
mod routes;
mod senders;
mod verification;

/// The time of every delivery.
const NOW: u64 = 1_614_265_330;
