//! The model: every order of events within a scope, with a crash between any two writes, and every report lost, late or doubled.

mod action;
mod compare;
mod destination;
mod explore;
mod fate;
mod flow;
mod questions;
mod rule;
mod scope;
mod settle;
mod site;
mod step;
mod world;

use countersign::gateway::dedupe::EventKey;

/// The key of an event's id.
pub(crate) fn key(id: u64) -> EventKey {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&id.to_be_bytes());
    EventKey::from_bytes(bytes)
}
