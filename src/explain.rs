//! Explains a delivery: every step of the check, each signature against each key, and what would have made it match.
//!
//! For debuggers, tests and support tickets, never for a decision: that is [`Policy::verify`]'s, which is asked here too, so a report
//! says `ok` only of what it accepts. A report holds the signatures that were expected. **Show it to those who hold the
//! secret, never to a sender**: it is all that a forger lacks.
//!
//! Everything is done in pure Rust and in memory. Where nothing matches, bodies that may have been signed are tried: what undoing one to
//! three changes gives, then its JSON in every style, likeliest first. The search hashes at most 16 MiB in all, and counts 512 bytes more
//! for each body: some 20,000 small ones, or a dozen of 1 MiB.
//!
//! # As JSON
//!
//! [`Report`] serialises to one object, which is what the JavaScript side hands on. Members that are absent have no value.
//!
//! ```text
//! ok           whether Policy::verify accepts it
//! code         why not: the stable code of the first fault
//! verdict      {state: genuine | waiting | refused, code, detail, fix?}: what it comes to, to be shown to a person. Codes:
//!              genuine
//!              waiting_for_key, waiting_for_body: nothing can be said yet
//!              near_miss: the first of nearMisses
//!              age_alone: the signature is right, and the age is not
//!              token_not_accepted: a token came, and this receiver takes none
//!              keys_of_another_kind: public keys against `v1`, shared secrets against `v1a`
//!              body_lost, body_cut, body_changed: the body is not what was sent, so nothing is said of the key
//!              body_or_key: the body is not JSON and need not be, so it may be either
//!              other_key: the body shows no sign of a change, so most likely the key is another endpoint's
//!              else: the code of the fault, in the words of its step
//! form, key, id                                what was verified: v1 | v1a | jwt; which key; the event's id
//! now, tolerance, timestamp?, age?             seconds; age is negative for a timestamp ahead of the clock
//! steps        [{name, state: pass | fail | skip, code?, detail, fix?}], each judged by itself, also behind one that failed
//!              signed: headers id timestamp age signatures keys match json type
//!              token:  headers token algorithm keys key signature claims expiry start audience issuer json type
//! body         {bytes, utf8, bom, crlf, lf, finalNewline}
//! signedPrefix the text that is signed in front of the body: id.timestamp.
//! secrets      [{index, kind: hmac | ed25519 | null, bytes?, code?, detail?, fix?}]
//! keys         [{index, kid?, kty?, crv?, alg?, use?, usable, reason?, tried, matches}], the key set in its order
//! signatures   [{index, version, text, accepted, detail?}], the header taken apart; at most 64 of them
//! comparisons  [{secret? | key?, signature, expected?, received, matches}], every key that answers to the form; at most 256
//! token        {header?, claims?}, as JSON values, whatever became of the signature
//! nearMisses   [{code, matchesIf, fix}], where nothing matches: what to change so that it does
//! ```
//!
//! `json` and `type` may fail in a report that is `ok`: a body that is not JSON is still a valid event.

mod body_damage;
mod body_undo;
mod body_variants;
mod decode;
mod fixes;
mod json_escapes;
mod json_numbers;
mod json_search;
mod json_styles;
mod json_writer;
mod literal;
mod near_miss;
mod report;
mod signature_steps;
mod token_steps;
mod verdict;

use serde_json::Value;

use crate::delivery::{Delivery, Headers};
use crate::error::Error;
use crate::jwks::{Aside, Jwks, Material, Unusable, entries};
use crate::key::{HmacKey, SecretKey};
use crate::signature::Portable;
use crate::timestamp::Timestamp;
use crate::verify::{Keys, Policy};

pub use report::{BodyMarks, Comparison, JwkRow, NearMiss, Report, SecretRow, SignatureRow, State, Step, TokenParts};
pub use verdict::{Ruling, Verdict};

/// A secret as the receiver was given it, unread: how it was read may be the fault.
#[derive(Clone, Copy)]
pub enum Secret<'s> {
    /// Text, for [`SecretKey::parse`].
    Text(&'s str),
    /// The bytes of an HMAC key, for [`HmacKey::from_bytes`].
    Raw(&'s [u8]),
}

/// What a receiver knows when a delivery comes in.
#[derive(Clone, Copy)]
pub struct Receiver<'r> {
    /// What is accepted.
    pub policy: &'r Policy,
    /// The secrets, in their order.
    pub secrets: &'r [Secret<'r>],
    /// The document of the key set.
    pub jwks: Option<&'r [u8]>,
    /// The time of the check.
    pub now: Timestamp,
}

/// Explains a delivery. Never fails: whatever is wrong is in the report.
pub fn report<B: AsRef<[u8]>>(receiver: &Receiver<'_>, delivery: &Delivery<'_, B>) -> Report {
    let secrets: Vec<_> = receiver.secrets.iter().map(Secret::read).collect();
    let usable: Vec<_> = secrets.iter().filter_map(|secret| secret.as_ref().ok().cloned()).collect();
    let look = Look {
        policy: receiver.policy,
        texts: receiver.secrets,
        secrets: &secrets,
        usable: &usable,
        jwks: receiver.jwks.map(Jwks::parse),
        headers: delivery.headers(),
        body: delivery.body().as_ref(),
        now: receiver.now,
    };
    let mut report = Report::new(look.now, look.policy.tolerance, look.body);
    report.secrets = secrets.iter().enumerate().map(SecretRow::new).collect();
    report.keys = receiver.jwks.map(key_rows).unwrap_or_default();
    match look.policy.token(look.headers) {
        Some((names, token)) => token_steps::explain(&look, names, token, &mut report),
        None => signature_steps::explain(&look, &mut report),
    }
    look.decide(&mut report);
    report.verdict = verdict::over(&look, &report);
    report
}

/// What to do about a fault, in one sentence for whoever runs the receiver.
pub const fn fix(error: Error) -> &'static str {
    fixes::of(error)
}

/// What is looked at, with its keys read.
struct Look<'l> {
    policy: &'l Policy,
    texts: &'l [Secret<'l>],
    secrets: &'l [Result<SecretKey, Error>],
    /// The secrets that can be read.
    usable: &'l [SecretKey],
    jwks: Option<Result<Jwks, Error>>,
    headers: &'l Headers<'l>,
    body: &'l [u8],
    now: Timestamp,
}

impl Look<'_> {
    /// Whether the sender sends JSON and nothing else: it says so itself, or its scheme does.
    fn expects_json(&self) -> bool {
        let declared = self.headers.get("content-type").map(<[u8]>::to_ascii_lowercase);
        let json = declared.is_some_and(|value| value.windows(4).any(|window| window == b"json"));
        json || self.policy.scheme.name.starts_with("gemini")
    }

    fn keys(&self) -> Keys<'_> {
        Keys { secrets: self.usable, jwks: self.jwks.as_ref().and_then(|set| set.as_ref().ok()) }
    }

    /// The verdict, in the receiver's order: a secret that cannot be read, then the headers and the age, then the key set, then
    /// the signature.
    fn decide(&self, report: &mut Report) {
        let delivery = Delivery::new(self.headers.clone(), self.body);
        if let Some(error) = self.secrets.iter().find_map(|secret| secret.as_ref().err()) {
            report.code = Some(error.code());
        } else if let Err(error) = self.policy.check(self.headers, self.now) {
            report.code = Some(error.code());
        } else if let Some(Err(error)) = &self.jwks {
            report.code = Some(error.code());
        } else if self.usable.is_empty() && self.jwks.is_none() {
            report.code = Some("keys_unavailable");
        } else {
            match self.policy.verify(self.keys(), &delivery, self.now, &Portable) {
                Ok(verified) => {
                    report.ok = true;
                    report.form = Some(verified.form().as_str());
                    report.key = Some(verified.key());
                    report.id = Some(String::from_utf8_lossy(verified.id()).into_owned());
                }
                Err(error) => report.code = Some(error.code()),
            }
        }
    }

    /// Whether there is anything to check with.
    fn key_step(&self) -> Step {
        const NAME: &str = "keys";
        if let Some(error) = self.secrets.iter().find_map(|secret| secret.as_ref().err()) {
            return Step::failed(NAME, *error);
        }
        match &self.jwks {
            Some(Err(error)) => Step::failed(NAME, *error),
            Some(Ok(set)) if self.usable.is_empty() && set.unusable_for(&self.policy.forms).is_some() => Step::fail(
                NAME,
                Error::JwkUnusable.code(),
                set.unusable_for(&self.policy.forms).map(Unusable::to_text).unwrap_or_default(),
                "the rows of the key set say why each was set aside; fetch the set again if the sender rotates",
            ),
            Some(Ok(set)) => Step::pass(NAME, format!("{} of {} keys of the set can be used", set.usable(), set.len())),
            None if self.usable.is_empty() => Step::fail(
                NAME,
                "keys_unavailable",
                "there is neither a secret nor a key set",
                "give the `whsec_…` secret of the endpoint, or for dynamic webhooks the sender's key set",
            ),
            None => Step::pass(NAME, format!("{} read", count(self.usable.len(), "secret"))),
        }
    }
}

impl Secret<'_> {
    fn read(&self) -> Result<SecretKey, Error> {
        match self {
            Self::Text(text) => SecretKey::parse(text),
            Self::Raw(bytes) => HmacKey::from_bytes(bytes).map(SecretKey::Hmac),
        }
    }
}

/// The members of each key that say what it is for; those that make it up are left out.
fn key_rows(document: &[u8]) -> Vec<JwkRow> {
    let keys = entries(document).unwrap_or_default();
    let row = |(index, key): (usize, &Value)| {
        let text = |name: &str| key.get(name).and_then(Value::as_str).map(str::to_owned);
        let aside = Material::read(key).err();
        JwkRow {
            index,
            kid: text("kid"),
            kty: text("kty"),
            crv: text("crv"),
            alg: text("alg"),
            r#use: text("use"),
            usable: aside.is_none(),
            reason: aside.map(Aside::as_str),
            tried: false,
            matches: false,
        }
    };
    keys.iter().take(MAX_KEY_ROWS).enumerate().map(row).collect()
}

/// The last two steps, over what is the event: the body, or a token's claims.
fn event_steps(policy: &Policy, event: &[u8], steps: &mut Vec<Step>) {
    let text = event.strip_prefix(b"\xef\xbb\xbf").unwrap_or(event);
    let value = std::str::from_utf8(text).ok().and_then(|text| serde_json::from_str::<Value>(text).ok());
    let Some(value) = value else {
        let fix = "nothing to do for the signature: a body that is not JSON is still a valid event; read it as bytes";
        steps.push(Step::fail("json", "invalid_json", "the body is not JSON", fix));
        steps.push(Step::skip("type", "there is no JSON to have a `type`"));
        return;
    };
    steps.push(Step::pass("json", "the body is JSON"));
    let Some(kind) = value.get("type").and_then(Value::as_str) else {
        steps.push(Step::skip("type", "the event has no `type`"));
        return;
    };
    let unknown = policy.scheme.name.starts_with("gemini") && !crate::scheme::GEMINI_EVENTS.contains(&kind);
    let known = if unknown { "; Gemini's documentation does not list it, and types are open" } else { "" };
    steps.push(Step::pass("type", format!("`{}`{known}", clip(kind))));
}

fn count(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

/// Text of a delivery, short enough for a sentence.
fn clip(text: &str) -> String {
    let clipped: String = text.chars().take(80).collect();
    if clipped.len() < text.len() { format!("{clipped}…") } else { clipped }
}

/// Keys of a set shown.
const MAX_KEY_ROWS: usize = 256;
