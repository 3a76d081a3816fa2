//! The documentation: its links lead somewhere, its pages are in the book, and README is as long as a reader has time for.

#![allow(clippy::unwrap_used, clippy::panic, clippy::arithmetic_side_effects, reason = "a test fails by panicking")]

#[path = "documents/book.rs"]
mod book;
#[path = "documents/links.rs"]
mod links;
#[path = "documents/page.rs"]
mod page;
#[path = "documents/readme.rs"]
mod readme;
