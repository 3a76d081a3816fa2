//! What happens to the headers.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};
use countersign::scheme::{self, Covers, Encoding, Signing};

use super::mistake::Mistake;
use super::sender::{Sent, covers, hex, sent};

pub(super) const MISTAKES: &[Mistake] = &[
    ("the first header missing", |sent| lines(sent, |lines| drop(lines.remove(0))), &["is missing or empty"]),
    ("the last header missing", |sent| lines(sent, |lines| drop(lines.pop())), &["is missing or empty"]),
    ("no header", |sent| lines(sent, Vec::clear), &["is missing or empty"]),
    ("names in capitals", |sent| each(sent, |line| line.0.make_ascii_uppercase()), &["genuine"]),
    ("the first header twice", |sent| lines(sent, |lines| lines.insert(0, lines[0].clone())), TWICE),
    ("the last header twice", |sent| lines(sent, |lines| lines.extend(lines.last().cloned())), TWICE),
    ("white space around the values", |sent| each(sent, |line| line.1 = format!(" {} ", line.1)), BARE),
    ("quotes around the values", |sent| each(sent, |line| line.1 = format!("\"{}\"", line.1)), BARE),
    ("undefined in place of the proof", |sent| proof(sent, |_| "undefined".to_owned()), &["no signature", "has no `"]),
    ("hex in capitals", |sent| spelled(sent, Encoding::Hex, |_, text| text.to_uppercase()), SPELLING),
    ("base64 in place of hex", |sent| spelled(sent, Encoding::Hex, |bytes, _| STANDARD.encode(bytes)), SPELLING),
    ("hex in place of base64", |sent| spelled(sent, Encoding::Base64, |bytes, _| hex(bytes)), SPELLING),
    ("hex in place of URL-safe base64", |sent| spelled(sent, Encoding::Base64Url, |bytes, _| hex(bytes)), SPELLING),
    (
        "URL-safe base64 in place of base64",
        |sent| spelled(sent, Encoding::Base64, |bytes, _| URL_SAFE.encode(bytes)),
        SPELLING,
    ),
    (
        "base64 in place of URL-safe base64",
        |sent| spelled(sent, Encoding::Base64Url, |bytes, _| STANDARD.encode(bytes)),
        SPELLING,
    ),
    (
        "base64 without padding",
        |sent| spelled(sent, Encoding::Base64, |_, text| text.trim_end_matches('=').to_owned()),
        SPELLING,
    ),
    ("the prefix missing", without_prefix, SPELLING),
    (
        "the prefix in capitals",
        |sent| prefixed(sent, |prefix, text| text.replacen(prefix, &prefix.to_uppercase(), 1)),
        SPELLING,
    ),
    ("a prefix that another sender has", with_prefix, SPELLING),
    ("the headers of another sender", of_another, &["is present"]),
];

const TWICE: &[&str] = &["genuine", "occurs more than once"];
const BARE: &[&str] = &["genuine", "header_unquoted"];
const SPELLING: &[&str] = &["signature_spelling"];

/// The delivery with other lines of headers; none for a sender without.
fn lines(mut sent: Sent, change: impl Fn(&mut Vec<(String, String)>)) -> Option<Sent> {
    if sent.lines.is_empty() {
        return None;
    }
    change(&mut sent.lines);
    Some(sent)
}

fn each(sent: Sent, change: impl Fn(&mut (String, String))) -> Option<Sent> {
    lines(sent, |lines| lines.iter_mut().for_each(&change))
}

/// The delivery with another value of the header that proves the sender; none for one that is a token.
fn proof(mut sent: Sent, change: impl Fn(&str) -> String) -> Option<Sent> {
    let is_signed = covers(sent.scheme) != Covers::Sender;
    let value = sent.proof().filter(|_| is_signed)?;
    let changed = change(value);
    if changed == *value {
        return None;
    }
    *value = changed;
    Some(sent)
}

fn prefix(sent: &Sent) -> &'static str {
    match &sent.scheme.signing {
        Signing::Template(of) => of.layout.signatures.prefix,
        _ if sent.jwks.is_some() => "v1a,",
        _ => "v1,",
    }
}

/// The delivery with its signature written otherwise, if it is written in that encoding: a function of its bytes and its text.
fn spelled(sent: Sent, of: Encoding, change: impl Fn(&[u8], &str) -> String) -> Option<Sent> {
    let encoding = sent.scheme.template().map_or(Encoding::Base64, |template| template.encoding);
    let prefix = prefix(&sent);
    if encoding != of {
        return None;
    }
    proof(sent, |value| {
        let at = if prefix.is_empty() { 0 } else { value.rfind(prefix).unwrap() + prefix.len() };
        let (before, text) = value.split_at(at);
        let bytes = match of {
            Encoding::Hex => {
                (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
            }
            Encoding::Base64 => STANDARD.decode(text).unwrap(),
            Encoding::Base64Url => URL_SAFE_NO_PAD.decode(text).unwrap(),
        };
        [before, &change(&bytes, text)].concat()
    })
}

fn prefixed(sent: Sent, change: impl Fn(&str, &str) -> String) -> Option<Sent> {
    let prefix = prefix(&sent);
    if prefix.is_empty() { None } else { proof(sent, |value| change(prefix, value)) }
}

fn without_prefix(sent: Sent) -> Option<Sent> {
    prefixed(sent, |prefix, value| value.replacen(prefix, "", 1))
}

fn with_prefix(sent: Sent) -> Option<Sent> {
    if prefix(&sent).is_empty() { proof(sent, |value| format!("sha256={value}")) } else { None }
}

fn of_another(one: Sent) -> Option<Sent> {
    let name = if one.scheme.name == "stripe" { "slack" } else { "stripe" };
    let other = sent(scheme::find(name).unwrap());
    lines(one, |lines| lines.clone_from(&other.lines))
}
