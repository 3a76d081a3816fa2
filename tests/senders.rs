//! The registry of senders, and what is generated from it: the functions and types of the npm package, the lists in the documentation,
//! and the page's list.
//!
//! To update the files after a change of `src/scheme`: `UPDATE=1 cargo test --test senders`.

#![allow(clippy::unwrap_used, clippy::panic, clippy::arithmetic_side_effects, reason = "a test fails by panicking")]

#[path = "registry/document.rs"]
mod document;
#[path = "registry/events.rs"]
mod events;
#[path = "registry/files.rs"]
mod files;
#[path = "registry/lists.rs"]
mod lists;
#[path = "registry/package.rs"]
mod package;
#[path = "registry/page.rs"]
mod page;
#[path = "registry/places.rs"]
mod places;
#[path = "registry/replies.rs"]
mod replies;
#[path = "registry/sender.rs"]
mod sender;
#[path = "registry/words.rs"]
mod words;

use std::path::Path;
use std::{env, fs};

/// What stands in a generated file.
enum Content {
    /// The whole file.
    Whole(String),
    /// The text between two markers, line by line or within a line.
    Part { begin: &'static str, end: &'static str, text: String },
}

#[test]
fn the_generated_files_are_current() {
    let senders = sender::all();
    let mut stale = Vec::new();
    for (file, content) in package::files(&senders)
        .into_iter()
        .chain(lists::files(&senders))
        .chain(page::files(&senders))
        .chain(events::files(&senders))
    {
        let path = root().join(file);
        let current = fs::read_to_string(&path).unwrap_or_default();
        let expected = match content {
            Content::Whole(text) => text,
            Content::Part { begin, end, text } => replaced(file, &current, begin, end, &text),
        };
        if env::var_os("UPDATE").is_some() {
            fs::write(&path, &expected).unwrap();
        } else if current != expected {
            stale.push(file);
        }
    }
    assert!(stale.is_empty(), "{stale:?} differ from src/scheme; to fix: UPDATE=1 cargo test --test senders");
}

/// The file with another text between its markers.
fn replaced(file: &str, current: &str, begin: &str, end: &str, text: &str) -> String {
    let (before, rest) = current.split_once(begin).unwrap_or_else(|| panic!("{file} has no `{begin}`"));
    let (_, after) = rest.split_once(end).unwrap_or_else(|| panic!("{file} has no `{end}`"));
    [before, begin, text, end, after].concat()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
