//! What happens to a body on its way to the check.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use countersign::scheme::Covers;
use serde_json::{Value, json};

use super::mistake::Mistake;
use super::sender::{Sent, covers, signed};
use crate::support::NOW;

pub(super) const MISTAKES: &[Mistake] = &[
    (
        "the body indented",
        |sent| rewritten(sent, |event| serde_json::to_string_pretty(event).unwrap()),
        &["json_compact"],
    ),
    (
        "the body with spaces",
        |sent| rewritten(sent, |event| event.to_string().replace("\":", "\": ").replace(",\"", ", \"")),
        &["json_compact"],
    ),
    (
        "the body with escapes",
        |sent| rewritten(sent, |event| event.to_string().replace('é', "\\u00e9")),
        &["json_stringify"],
    ),
    ("an indented body made compact", made_compact, &["json_indent_2"]),
    ("an indented body with CR LF", with_crlf, &["crlf_to_lf"]),
    ("a newline behind the body", |sent| changed(sent, |text| format!("{text}\n")), &["final_newline_removed"]),
    ("CR LF behind the body", |sent| changed(sent, |text| format!("{text}\r\n")), &["final_newline_removed"]),
    ("the body without its newline", trimmed, &["final_newline_added"]),
    ("a byte order mark", |sent| changed(sent, |text| format!("\u{feff}{text}")), &["bom_removed"]),
    ("a printed object", |sent| changed(sent, |_| "[object Object]".to_owned()), &["body_lost"]),
    ("an empty object", |sent| changed(sent, |_| "{}".to_owned()), &["body_lost"]),
    ("no body", |sent| changed(sent, |_| String::new()), &["waiting_for_body"]),
    ("the body as a string of JSON", |sent| changed(sent, |text| json!(text).to_string()), &["json_unquoted"]),
    ("the body in base64", |sent| changed(sent, |text| STANDARD.encode(text)), &["base64_decoded"]),
    (
        "the body read as Latin-1",
        |sent| changed(sent, |text| text.bytes().map(char::from).collect()),
        &["latin1_undone"],
    ),
    ("the body cut off", |sent| changed(sent, |text| text[..text.len() - 4].to_owned()), &["body_cut"]),
    (
        "the body in an envelope",
        |sent| changed(sent, |text| json!({ "body": text, "isBase64Encoded": false }).to_string()),
        &["envelope"],
    ),
];

/// The delivery with another body; none where nothing signs it.
fn changed(sent: Sent, change: impl Fn(&str) -> String) -> Option<Sent> {
    let body = change(str::from_utf8(&sent.body).unwrap()).into_bytes();
    (covers(sent.scheme) != Covers::Sender && body != sent.body).then_some(Sent { body, ..sent })
}

/// The delivery with its JSON written otherwise; none where that is no change, as only members of it are signed.
fn rewritten(sent: Sent, change: impl Fn(&Value) -> String) -> Option<Sent> {
    let event: Value = serde_json::from_slice(&sent.body).ok()?;
    if covers(sent.scheme) == Covers::Body { changed(sent, |_| change(&event)) } else { None }
}

/// The delivery of an indented body.
fn indented(sent: &Sent) -> Option<Sent> {
    let event: Value = serde_json::from_slice(&sent.body).ok()?;
    let body = serde_json::to_string_pretty(&event).unwrap();
    (covers(sent.scheme) == Covers::Body).then(|| signed(sent.scheme, body.as_bytes(), 1, NOW))
}

fn made_compact(sent: Sent) -> Option<Sent> {
    rewritten(indented(&sent)?, Value::to_string)
}

fn with_crlf(sent: Sent) -> Option<Sent> {
    changed(indented(&sent)?, |text| text.replace('\n', "\r\n"))
}

fn trimmed(sent: Sent) -> Option<Sent> {
    let body = [&sent.body, b"\n".as_slice()].concat();
    if covers(sent.scheme) == Covers::Body {
        changed(signed(sent.scheme, &body, 1, NOW), |text| text.trim_ascii_end().to_owned())
    } else {
        None
    }
}
