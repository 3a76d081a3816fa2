//! The decisions behind the check: configuration, routes, deduplication, key set freshness, what is forwarded, what is answered.
//!
//! All of them are functions of plain values. A shell does the I/O between them, in the order of the contract.

pub mod admin;
pub mod config;
pub mod copies;
pub mod dedupe;
pub mod forward;
pub mod freshness;
pub mod inbox;
pub mod plan;
pub mod respond;
pub mod retry_after;
pub mod route;
pub mod watch;
