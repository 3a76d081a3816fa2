//! The emulator and its origin from outside: command lines, the API, and what arrives.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "in a test, a panic is the report")]

mod cli;
mod common;
mod cross_site;
mod deliveries;
mod dynamic;
mod jobs;
mod origin;
mod send;
mod webhooks;
