//! Terminal output. Colours: only on a terminal, and not if <https://no-color.org> forbids them.

use std::fmt::Display;
use std::io::{IsTerminal, Write, stdout};
use std::sync::OnceLock;

/// Prints a line. A reader that has gone, such as `head`, changes nothing else.
pub(crate) fn line(text: impl Display) {
    let _ = writeln!(stdout(), "{text}");
}

fn paint(code: &str, text: impl Display) -> String {
    static COLOURS: OnceLock<bool> = OnceLock::new();
    let wanted = || std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let dumb = || std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    let colours = *COLOURS.get_or_init(|| stdout().is_terminal() && wanted() && !dumb());
    if colours { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_string() }
}

pub(crate) fn bold(text: impl Display) -> String {
    paint("1", text)
}

pub(crate) fn dim(text: impl Display) -> String {
    paint("2", text)
}

pub(crate) fn red(text: impl Display) -> String {
    paint("31", text)
}

pub(crate) fn green(text: impl Display) -> String {
    paint("32", text)
}
