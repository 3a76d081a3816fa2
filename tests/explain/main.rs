//! A report agrees with the verifier in everything, and finds what would have matched.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::arithmetic_side_effects,
    reason = "a test fails by panicking"
)]

mod agreement;
mod bodies;
mod fields;
mod headers;
mod identity;
mod matrix;
mod other_senders;
mod public_keys;
mod secrets;
mod shape;
mod signed;
mod support;
mod urls;
mod verdicts;
