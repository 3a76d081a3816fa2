//! `docs/senders.md`: a table of all senders, and a section for each.

use std::fmt::Write as _;

use countersign::{Policy, config};

use crate::replies::{self, Asking};
use crate::sender::{Family, Sender};
use crate::words::{self, code};

const INTRODUCTION: &str = "\
# Senders

The name in the second column is the value of `scheme` in a [source](configuration.md#keys-of-a-source). In the npm package, the sender's function has
the same name in camel case: `stripe(secret)`, `coinbaseCommerce(secret)`.

A signature covers only what the table lists. Countersign forwards exactly the covered body, forwards other headers of the sender only if the sender's
section names them, and recognises an event again only by bytes that are signed.

Generated from `src/scheme`; to update: `UPDATE=1 cargo test --test senders`.

";

/// The families with their headings, in the order of the sections.
pub(crate) const FAMILIES: [(Family, &str, &str); 5] = [
    (
        Family::Standard,
        "The Standard Webhooks family",
        "The sender signs id, time and body, so a changed, old or repeated delivery is refused.",
    ),
    (
        Family::Dated,
        "Shared secret, with a signed time",
        "The sender signs the body and the time of the attempt. A recorded delivery is refused when its time is further off than the tolerance, and \
         `dedupe` drops a copy before that. `dedupe` must be at least twice `tolerance`.",
    ),
    (
        Family::Undated,
        "Shared secret, without a time",
        "The sender signs nothing but the body. A recorded delivery stays valid as long as the secret does, so `dedupe` alone protects from a copy: set \
         it to as long a time as a copy could do harm, or let your origin recognise repeated events.",
    ),
    (
        Family::PublicKey,
        "Public key",
        "The sender signs with a private key, and you configure its public key or its key set.",
    ),
    (
        Family::Token,
        "Token",
        "A token proves who sent the request, and does not cover the body: whoever holds a valid token can send any body with it.",
    ),
];

/// The text of the file.
pub(crate) fn text(senders: &[Sender]) -> String {
    let mut text = INTRODUCTION.to_owned();
    text += "| sender | `scheme` | signature | covers | an event is known by | `dedupe` |\n|---|---|---|---|---|---|\n";
    for sender in senders {
        let scheme = sender.scheme;
        let cells = [
            format!("[{}](#{})", sender.title, anchor(&sender.title)),
            code(scheme.name),
            words::signature_in_brief(scheme),
            words::covered(scheme),
            words::event_id(scheme),
            code(&default_dedupe(sender)),
        ];
        writeln!(text, "| {} |", cells.map(|cell| escaped(&cell)).join(" | ")).unwrap();
    }
    text += &replies::handshakes(senders);
    for (family, title, about) in FAMILIES {
        let members: Vec<_> = senders.iter().filter(|sender| sender.family() == family).collect();
        if !members.is_empty() {
            write!(text, "\n## {title}\n\n{}\n", wrapped(about)).unwrap();
            members.iter().for_each(|sender| text += &section(sender));
        }
    }
    text
}

/// What there is to know about one sender.
fn section(sender: &Sender) -> String {
    let scheme = sender.scheme;
    let mut rows = vec![
        (
            "`scheme`",
            format!("{}; in the npm package `{}` of `{}`", code(scheme.name), sender.function, sender.entry()),
        ),
        ("Headers", words::headers(scheme)),
        ("Signature", words::algorithms(scheme)),
    ];
    if let Some(template) = scheme.template().filter(|_| sender.family() != Family::Token) {
        rows.push(("Written as", words::writing(template)));
    }
    rows.extend([
        ("Signed bytes", words::message(scheme)),
        ("Keys", words::keys(scheme)),
        ("Time", words::time(scheme)),
        ("Event id", words::event_id(scheme)),
        ("Event type", words::event_type(scheme)),
        ("Same bytes", words::same_bytes(scheme).to_owned()),
        ("Sent again", replies::sent_again(scheme).to_owned()),
        (
            "Retries",
            match scheme.retries {
                None => "not documented".to_owned(),
                Some(0) => "none".to_owned(),
                Some(time) => format!("for {}", words::duration(time)),
            },
        ),
        ("`dedupe`", format!("{} by default", code(&default_dedupe(sender)))),
        ("Acknowledgement", replies::acknowledgement(scheme)),
    ]);
    if let Some(Asking { request, reply, needs }) = Asking::of(scheme) {
        rows.push(("Handshake", format!("{request}, gets {reply}. Needs {needs}")));
    }
    if !scheme.forward.is_empty() {
        rows.push(("Also forwarded", format!("{}, unsigned", words::codes(scheme.forward, "and"))));
    }
    if !scheme.constants.is_empty() {
        let lines: Vec<_> = scheme.constants.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        let lines = words::codes(&lines.iter().map(|line| &**line).collect::<Vec<_>>(), "and");
        rows.push(("Required headers", format!("{lines}, unsigned; another value is refused")));
    }
    let vectors = sender.vectors();
    rows.push(("Source", format!("<{}>", sender.source)));
    rows.push(("Vectors", format!("[{vectors}](../{vectors})")));
    let mut text = format!("\n### {}\n\n| | |\n|---|---|\n", sender.title);
    for (name, value) in rows {
        writeln!(text, "| {name} | {} |", escaped(&value)).unwrap();
    }
    for note in &sender.notes {
        write!(text, "\n{}\n", wrapped(note)).unwrap();
    }
    text
}

/// The default of `dedupe`, as a configuration writes it.
fn default_dedupe(sender: &Sender) -> String {
    let seconds = config::default_dedupe(sender.scheme, Policy::of(sender.scheme).tolerance);
    match seconds.is_multiple_of(3600) {
        true => format!("{}h", seconds / 3600),
        false => format!("{seconds}s"),
    }
}

/// The fragment that GitHub gives to a heading.
fn anchor(title: &str) -> String {
    let kept = title.chars().filter(|letter| letter.is_alphanumeric() || matches!(letter, ' ' | '-' | '_'));
    kept.collect::<String>().to_lowercase().replace(' ', "-")
}

/// A cell of a table: a vertical bar would end it.
fn escaped(text: &str) -> String {
    text.replace('|', "\\|")
}

/// Lines of at most 150 characters.
pub(crate) fn wrapped(text: &str) -> String {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let line = lines.last_mut().unwrap();
        if line.is_empty() {
            line.push_str(word);
        } else if line.chars().count() + 1 + word.chars().count() <= 150 {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines.join("\n")
}
