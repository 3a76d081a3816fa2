//! The lists of senders in the documentation.

use std::fmt::Write as _;

use crate::sender::Sender;
use crate::words::code;
use crate::{Content, document};

/// The generated documents, and the generated parts of others.
pub(crate) fn files(senders: &[Sender]) -> Vec<(&'static str, Content)> {
    const BEGIN: &str = "<!-- senders: UPDATE=1 cargo test --test senders -->";
    const END: &str = "<!-- end of senders -->";
    vec![
        ("docs/senders.md", Content::Whole(document::text(senders))),
        ("README.md", Content::Part { begin: BEGIN, end: END, text: by_family(senders) }),
        ("docs/configuration.md", Content::Part { begin: BEGIN, end: END, text: names(senders) }),
    ]
}

/// A table of the families with the names of their senders.
fn by_family(senders: &[Sender]) -> String {
    let mut text = "\n\n| | |\n|---|---|\n".to_owned();
    for (family, title, _) in document::FAMILIES {
        let mut titles: Vec<_> = senders.iter().filter(|one| one.family() == family).map(Sender::short_title).collect();
        // A sender with two schemes is listed once.
        titles.dedup();
        if !titles.is_empty() {
            writeln!(text, "| {title} | {} |", titles.join(", ")).unwrap();
        }
    }
    text + "\n"
}

/// The names of all schemes, in one line: they stand in a cell of a table.
fn names(senders: &[Sender]) -> String {
    senders.iter().map(|sender| code(sender.scheme.name)).collect::<Vec<_>>().join(", ")
}
