//! What people make of a secret.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use countersign::scheme;

use super::mistake::Mistake;
use super::sender::{Sent, hex, secret, signed};
use crate::support::NOW;

pub(super) const MISTAKES: &[Mistake] = &[
    ("another secret", another, &["other_key", "url_or_key", "jwt_signature"]),
    ("white space around the secret", |sent| changed(sent, |text| format!(" {text}\r\n")), &["genuine"]),
    ("a newline written as \\n", |sent| changed(sent, |text| format!("{text}\\n")), &["a backslash", BESIDE]),
    ("quotes around the secret", |sent| changed(sent, |text| format!("\"{text}\"")), QUOTES),
    ("single quotes around the secret", |sent| changed(sent, |text| format!("'{text}'")), QUOTES),
    ("a quote in front of the secret", |sent| changed(sent, |text| format!("\"{text}")), QUOTES),
    ("a quote behind the secret", |sent| changed(sent, |text| format!("{text}\"")), QUOTES),
    ("the secret in base64", |sent| changed(sent, |text| STANDARD.encode(text)), BASE64),
    ("the secret and a newline in base64", |sent| changed(sent, |text| STANDARD.encode(format!("{text}\n"))), BASE64),
    ("the secret in hex", |sent| changed(sent, |text| hex(text.as_bytes())), HEX),
    ("the secret in URL-safe base64", url_safe, &["secret_base64url", "URL-safe", BESIDE]),
    ("the secret without its prefix", without_prefix, &["genuine", "secret_base64", "secret_prefix"]),
    (
        "the secret with another prefix",
        with_prefix,
        &["secret_without_prefix", "secret_as_text_without_prefix", PUBLIC, NOT_HEX, "base64"],
    ),
    (
        "the name of the variable in the secret",
        |sent| changed(sent, |text| format!("WEBHOOK_SECRET={text}")),
        &[BESIDE],
    ),
    (
        "two secrets with a comma",
        |sent| changed(sent, |text| format!("{text},{}", text.replace('a', "b"))),
        &["secret_word", "more than once", NOT_HEX, PUBLIC, BESIDE],
    ),
    ("no secret", |sent| changed(sent, |_| String::new()), &["empty_secret"]),
    (
        "undefined in place of the secret",
        |sent| changed(sent, |_| "undefined".to_owned()),
        &["writes for a missing value"],
    ),
    (
        "an API key in place of the secret",
        |sent| changed(sent, |_| "sk_live_51H8abcdefghijklmnopqrst".to_owned()),
        &["it begins with sk_live_", NOT_HEX, PUBLIC, "url_or_key", "the token in the header"],
    ),
    ("the secret of another sender", of_another, &["other_key", "url_or_key", NOT_HEX, PUBLIC, "base64"]),
];

const QUOTES: &[&str] = &["quotes", NOT_HEX, PUBLIC, BESIDE];
const BASE64: &[&str] = &["from base64", NOT_HEX, PUBLIC];
const HEX: &[&str] = &["from hex", PUBLIC];
const BESIDE: &str = "other text next to it";
const NOT_HEX: &str = "not written in hexadecimal digits";
const PUBLIC: &str = "the public key is";

fn another(sent: Sent) -> Option<Sent> {
    let other = signed(sent.scheme, &sent.body, 2, NOW);
    Some(Sent { secret: other.secret, jwks: other.jwks, ..sent })
}

/// The delivery at a receiver whose secret was changed; none for a sender with a key set.
fn changed(sent: Sent, change: impl Fn(&str) -> String) -> Option<Sent> {
    let secret = change(&sent.secret);
    (sent.jwks.is_none() && secret != sent.secret).then_some(Sent { secret, ..sent })
}

fn url_safe(sent: Sent) -> Option<Sent> {
    changed(sent, |text| text.replace('+', "-").replace('/', "_"))
}

fn without_prefix(sent: Sent) -> Option<Sent> {
    let bare =
        ["whsec_", "polar_whs_", "Bearer "].iter().find_map(|prefix| sent.secret.strip_prefix(prefix))?.to_owned();
    Some(Sent { secret: bare, ..sent })
}

fn with_prefix(sent: Sent) -> Option<Sent> {
    if sent.secret.starts_with("whsec_") { None } else { changed(sent, |text| format!("whsec_{text}")) }
}

fn of_another(sent: Sent) -> Option<Sent> {
    let name = if sent.scheme.name == "github" { "stripe" } else { "github" };
    changed(sent, |_| secret(scheme::find(name).unwrap(), 3))
}
