//! The near-miss finder: one change at a time to body, secret, headers or signature, each put to the verifier's own comparison.

use std::ops::ControlFlow;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};

use super::body_variants::{self, Candidate};
use super::json_search::{DEAREST, Rewriting};
use super::literal::{self, Dialect};
use super::report::NearMiss;
use super::signature_steps::Signed;
use super::{Look, Secret};
use crate::jwks::Jwks;
use crate::key::{HmacKey, SecretKey};
use crate::scheme::Form;
use crate::signature::Portable;
use crate::timestamp::Timestamp;
use crate::verify::{Keys, MAX_ATTEMPTS, Tried, signed_prefix, tokens};

/// What would match, in the order in which it is worth looking at.
pub(super) fn find(look: &Look<'_>, signed: &Signed<'_>) -> Vec<NearMiss> {
    let Ok(tokens) = tokens(signed.value) else { return Vec::new() };
    let budget = Budget::of(look, &tokens);
    let mut hunt = Hunt { look, signed, tokens, budget, found: Vec::new() };
    let undone = body_variants::undone(look.body);
    hunt.bodies(&undone);
    hunt.secrets();
    hunt.headers();
    hunt.signatures();
    if hunt.found.is_empty() {
        hunt.rewritten(&undone);
    }
    hunt.found
}

struct Hunt<'h> {
    look: &'h Look<'h>,
    signed: &'h Signed<'h>,
    tokens: Vec<(Form, &'h [u8])>,
    budget: Budget,
    found: Vec<NearMiss>,
}

impl Hunt<'_> {
    fn matches(&self, tokens: &[(Form, &[u8])], keys: Keys<'_>, prefix: &[u8], body: &[u8]) -> bool {
        self.look.policy.find_match(tokens, keys, &Tried::default(), prefix, &body, &Portable).is_ok()
    }

    fn note(&mut self, code: &'static str, matches_if: impl Into<String>, fix: &'static str) {
        self.found.push(NearMiss { code, matches_if: matches_if.into(), fix });
    }

    fn prefix(&self) -> Vec<u8> {
        signed_prefix(self.signed.id, self.signed.timestamp)
    }

    fn bodies(&mut self, undone: &[Candidate]) {
        let prefix = self.prefix();
        for altered in body_variants::altered(self.look.body) {
            self.body(&prefix, &altered, &altered.words);
        }
        for body in undone {
            self.body(&prefix, body, &body.words);
        }
        for body in undone.iter().take(MAX_ALTERED) {
            for altered in body_variants::altered(&body.bytes) {
                let words = format!("{}, and {}", body.words, altered.words);
                self.body(&prefix, &Candidate { code: body.code, fix: body.fix, ..altered }, &words);
            }
        }
        let (words, bytes) = ("the body is left out".to_owned(), Vec::new());
        let empty = Candidate { code: "empty", words: String::new(), fix: LOST, bytes };
        if !self.look.body.is_empty() {
            self.body(&prefix, &empty, &words);
        }
    }

    fn body(&mut self, prefix: &[u8], body: &Candidate, words: &str) {
        let matches =
            self.budget.spend(body.bytes.len()) && self.matches(&self.tokens, self.look.keys(), prefix, &body.bytes);
        if matches && self.found.iter().all(|near| near.code != body.code) {
            self.note(body.code, words, body.fix);
        }
    }

    /// The JSON of the body, and of what was undone to have it, in all styles; the first that matches, as the rest are the same bytes.
    fn rewritten(&mut self, undone: &[Candidate]) {
        let prefix = self.prefix();
        let body = std::str::from_utf8(self.look.body).ok().map(|text| (None, text));
        let others = undone.iter().filter_map(|body| Some((Some(body), std::str::from_utf8(&body.bytes).ok()?)));
        let json = body.into_iter().chain(others).filter_map(|(change, text)| match literal::read(text)? {
            (node, Dialect::Json) => Some((change, Rewriting::of(node))),
            _ => None,
        });
        let sources: Vec<_> = json.take(MAX_REWRITTEN).collect();
        for price in 0..=DEAREST {
            for (change, rewriting) in &sources {
                let mut near = None;
                let stopped = rewriting.each(price, &mut |text, style| {
                    if !self.budget.spend(text.len()) {
                        return ControlFlow::Break(());
                    }
                    if self.matches(&self.tokens, self.look.keys(), &prefix, text.as_bytes()) {
                        near = Some(style());
                        return ControlFlow::Break(());
                    }
                    ControlFlow::Continue(())
                });
                if let Some(style) = near {
                    return match change {
                        Some(body) => self.note(body.code, format!("{}, and {}", body.words, style.words), body.fix),
                        None => self.note(style.code, style.words, PARSED),
                    };
                }
                if stopped.is_break() {
                    return;
                }
            }
        }
    }

    fn secrets(&mut self) {
        let prefix = self.prefix();
        for (index, secret) in self.look.texts.iter().enumerate() {
            let name = match self.look.texts.len() {
                1 => "the secret".to_owned(),
                _ => format!("secret {}", index.saturating_add(1)),
            };
            for reading in readings(secret) {
                let secrets = [reading.key];
                if self.matches(&self.tokens, Keys { secrets: &secrets, jwks: None }, &prefix, self.look.body) {
                    self.note(reading.code, format!("{name} {}", reading.matches_if), reading.fix);
                }
            }
        }
    }

    fn headers(&mut self) {
        for (code, matches_if, fix, prefix) in self.prefixes() {
            if prefix != self.prefix() && self.matches(&self.tokens, self.look.keys(), &prefix, self.look.body) {
                self.note(code, matches_if, fix);
            }
        }
    }

    /// What may have been signed in front of the body instead.
    fn prefixes(&self) -> Vec<(&'static str, &'static str, &'static str, Vec<u8>)> {
        let (id, seconds) = (self.signed.id, self.signed.timestamp.as_unix());
        let of = |id: &[u8], timestamp: u64| signed_prefix(id, Timestamp::from_unix(timestamp));
        let timestamp = seconds.to_string();
        let mut prefixes = vec![
            (
                "id_timestamp_swapped",
                "id and timestamp change places",
                "the values of the two headers were mixed up where they were copied, or by the sender",
                [timestamp.as_bytes(), b".", id, b"."].concat(),
            ),
            (
                "timestamp_milliseconds",
                "the timestamp is taken in milliseconds",
                "the sender signs milliseconds and sends seconds: it has to sign the header's text",
                of(id, seconds.saturating_mul(1000)),
            ),
            (
                "timestamp_seconds",
                "the timestamp is divided by 1000",
                "the sender sends milliseconds and signs seconds: the header has to hold the seconds",
                of(id, seconds.wrapping_div(1000)),
            ),
            ("without_id", "the id is left out", NOT_STANDARD, [timestamp.as_bytes(), b"."].concat()),
            ("without_timestamp", "the timestamp is left out", NOT_STANDARD, [id, b"."].concat()),
            ("body_alone", "the body alone is signed", NOT_STANDARD, Vec::new()),
            (
                "id_trimmed",
                "white space at the ends of the id is removed",
                "the id was copied with white space: HTTP itself drops it",
                of(id.trim_ascii(), seconds),
            ),
        ];
        prefixes.extend(self.other_ids());
        prefixes
    }

    /// The ids of the scheme's other sets of headers.
    fn other_ids(&self) -> impl Iterator<Item = (&'static str, &'static str, &'static str, Vec<u8>)> {
        const FIX: &str = "the delivery has two sets of headers that disagree: a proxy added one of them";
        let others = self.look.policy.scheme.headers.iter().filter(|names| names.id != self.signed.names.id);
        let ids = others.filter_map(|names| self.look.headers.get(names.id));
        ids.map(|id| {
            let prefix = signed_prefix(id, self.signed.timestamp);
            ("other_id", "the id of the other set of headers is taken", FIX, prefix)
        })
    }

    fn signatures(&mut self) {
        let spelled: Vec<_> = spellings(self.signed.value);
        let tokens: Vec<_> = spelled.iter().map(|(form, text)| (*form, text.as_bytes())).collect();
        if self.matches(&tokens, self.look.keys(), &self.prefix(), self.look.body) {
            self.note(
                "signature_spelling",
                "the signature is written as `v1,` or `v1a,` and padded standard base64",
                "the bytes are right and their spelling is not (hex, URL-safe base64, no padding, no version): the sender has to write them so",
            );
        }
    }
}

/// What may still be computed, counted in bytes that are hashed.
struct Budget {
    left: usize,
    /// Shared keys, each of which hashes a body once.
    shared: usize,
    /// Checks by public keys, in bytes that could be hashed meanwhile.
    public: usize,
}

impl Budget {
    fn of(look: &Look<'_>, tokens: &[(Form, &[u8])]) -> Self {
        let sent =
            |form: Form| tokens.iter().filter(|token| token.0 == form && look.policy.forms.contains(&form)).count();
        let own = look.usable.iter().filter(|key| matches!(key, SecretKey::Ed25519(_))).count();
        let public = look.keys().jwks.map_or(0, Jwks::usable).saturating_add(own);
        let shared = look.usable.len().saturating_sub(own).saturating_mul(sent(Form::V1).min(1));
        let checks = public.saturating_mul(sent(Form::V1a)).min(MAX_ATTEMPTS);
        Self { left: MOST_HASHED, shared, public: checks.saturating_mul(PUBLIC_CHECK) }
    }

    /// Whether a body of that length may be checked. Nothing is where no key answers to any signature.
    fn spend(&mut self, length: usize) -> bool {
        let hashed = length.saturating_add(PER_BODY).saturating_mul(self.shared.max(1));
        self.left = self.left.saturating_sub(hashed.saturating_add(self.public));
        self.left > 0 && (self.shared > 0 || self.public > 0)
    }
}

/// One way to read a secret, other than the one that was taken.
struct Reading {
    code: &'static str,
    matches_if: &'static str,
    fix: &'static str,
    key: SecretKey,
}

fn readings(secret: &Secret<'_>) -> Vec<Reading> {
    let candidates = match secret {
        Secret::Raw(bytes) => of_raw(bytes),
        Secret::Text(text) => of_text(text.trim_ascii()),
    };
    let readable = |(code, matches_if, fix, key): Attempt| Some(Reading { code, matches_if, fix, key: key? });
    candidates.into_iter().filter_map(readable).collect()
}

/// A reading, where the secret can be read so: code, change, fix, key.
type Attempt = (&'static str, &'static str, &'static str, Option<SecretKey>);

fn of_raw(bytes: &[u8]) -> Vec<Attempt> {
    let parsed = std::str::from_utf8(bytes).ok().and_then(|text| SecretKey::parse(text).ok());
    vec![
        ("secret_raw_trimmed", "loses the white space at its ends", NEWLINE, raw(bytes.trim_ascii())),
        ("secret_raw_newline", "gets a newline at its end", NEWLINE, raw(&[bytes, b"\n".as_slice()].concat())),
        ("secret_base64", "is decoded from base64, not taken as raw", NOT_RAW, parsed),
    ]
}

fn of_text(whole: &str) -> Vec<Attempt> {
    let text = whole.trim_matches(['"', '\'', '`']);
    let inner = text.strip_prefix("v1,").unwrap_or(text);
    let inner = inner.strip_prefix("whsec_").unwrap_or(inner);
    let url_safe = URL_SAFE_NO_PAD.decode(inner.trim_end_matches('=')).ok();
    let twice = STANDARD.decode(inner).ok().and_then(|key| STANDARD.decode(key.trim_ascii()).ok());
    let unquoted = SecretKey::parse(text).ok().filter(|_| text != whole);
    vec![
        ("secret_unquoted", "loses its quotes", QUOTES, unquoted),
        ("secret_as_text", "is taken as raw text, with its prefix", RAW, raw(whole.as_bytes())),
        ("secret_as_text_without_prefix", "is taken as raw text, without its prefix", RAW_INNER, raw(inner.as_bytes())),
        ("secret_hex", "is decoded from hex", HEX, hex(inner).and_then(|key| raw(&key))),
        ("secret_base64url", "is decoded as URL-safe base64", URL_SAFE, url_safe.and_then(|key| raw(&key))),
        ("secret_base64_twice", "is decoded from base64 twice", TWICE, twice.and_then(|key| raw(&key))),
    ]
}

fn raw(bytes: &[u8]) -> Option<SecretKey> {
    HmacKey::from_bytes(bytes).ok().map(SecretKey::Hmac)
}

/// The signatures as they would be written, from whatever spelling decodes to 32 or 64 bytes.
fn spellings(value: &[u8]) -> Vec<(Form, String)> {
    let text = String::from_utf8_lossy(value);
    let words = text.split([' ', ',', ';', '\t']).take(MAX_WORDS).flat_map(|word| {
        let behind = word.split_once(['=', ':']).map(|(_, rest)| rest);
        [Some(word), behind.filter(|rest| rest.len() > MIN_WORD)]
    });
    let bytes = words.flatten().filter_map(|word| {
        let bare = word.trim_end_matches('=');
        hex(word).or_else(|| STANDARD_NO_PAD.decode(bare).ok()).or_else(|| URL_SAFE_NO_PAD.decode(bare).ok())
    });
    bytes
        .filter_map(|bytes| match bytes.len() {
            32 => Some((Form::V1, STANDARD.encode(bytes))),
            64 => Some((Form::V1a, STANDARD.encode(bytes))),
            _ => None,
        })
        .collect()
}

fn hex(text: &str) -> Option<Vec<u8>> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let bytes = pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?));
    bytes.collect::<Option<Vec<_>>>().filter(|bytes| rest.is_empty() && !bytes.is_empty())
}

/// What a search may hash, all in all: a fraction of a second, in Wasm too.
const MOST_HASHED: usize = 16 * 1024 * 1024;
/// What a body costs besides its length: to be written, and the blocks that every HMAC hashes.
const PER_BODY: usize = 512;
/// A check by a public key takes about as long as to hash this much.
const PUBLIC_CHECK: usize = 64 * 1024;
/// Bodies had by undoing that are altered besides, and JSON texts that are written again.
const MAX_ALTERED: usize = 8;
const MAX_REWRITTEN: usize = 6;

/// Pieces of a header that are looked at, and how long one behind `=` has to be to be more than padding.
const MAX_WORDS: usize = 32;
const MIN_WORD: usize = 32;

const LOST: &str = "the sender signed an empty body, or signs none: what arrived is not covered by this signature";
const PARSED: &str =
    "the body was parsed and written again before the check: hand over the raw bytes (Express: `express.raw`)";
const NOT_STANDARD: &str = "the sender does not sign as Standard Webhooks says (`id.timestamp.body`): ask for another scheme, or its own library";
const RAW: &str = "the sender uses the text itself as the key: give the whole text as a raw secret";
const RAW_INNER: &str = "the sender uses the text behind `whsec_` as the key: give that as a raw secret";
const NOT_RAW: &str = "the secret is base64, as senders show it: do not ask for raw";
const QUOTES: &str = "take the quotes away where the secret is set";
const HEX: &str = "give the key as the bytes that the hex digits stand for, as a raw secret";
const URL_SAFE: &str = "replace `-` by `+` and `_` by `/`";
const TWICE: &str = "it was encoded once too often where it was stored: decode it once";
const NEWLINE: &str =
    "the secret was stored with a newline, or without one that belongs to it: `printf %s` writes none";
