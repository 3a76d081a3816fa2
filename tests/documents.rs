//! The documentation: its links lead somewhere, its pages are in the book, README is short, and every fenced block is parsed or run.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    reason = "a test fails by panicking"
)]

#[path = "documents/blocks.rs"]
mod blocks;
#[path = "documents/book.rs"]
mod book;
#[path = "documents/commands.rs"]
mod commands;
#[path = "documents/configuration.rs"]
mod configuration;
#[path = "documents/e2e.rs"]
mod e2e;
#[path = "registry/files.rs"]
mod files;
#[path = "documents/forms.rs"]
mod forms;
#[path = "documents/keys.rs"]
mod keys;
#[path = "documents/limits.rs"]
mod limits;
#[path = "documents/links.rs"]
mod links;
#[path = "documents/page.rs"]
mod page;
#[path = "documents/readme.rs"]
mod readme;
#[path = "documents/runbook.rs"]
mod runbook;
#[path = "documents/rust.rs"]
mod rust;
