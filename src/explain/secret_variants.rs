//! Other ways to read a secret: as raw text, hex, URL-safe base64, without quotes, with or without a newline or its prefix.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use super::decode::{self, hex_pairs};
use super::inputs::Secret;
use crate::crypto::HmacKey;
use crate::key::{KeyFormat, SecretKey, is_prefixed};

/// One way to read a secret, other than the one the receiver used.
pub(super) struct SecretVariant {
    pub(super) code: &'static str,
    /// Continues "matches if the secret".
    pub(super) matches_if: &'static str,
    pub(super) fix: &'static str,
    pub(super) key: SecretKey,
}

/// Every other way in which the secret can be read.
pub(super) fn of(secret: &Secret<'_>, format: KeyFormat) -> Vec<SecretVariant> {
    let attempts = match secret {
        Secret::Text(text) if format.takes_text() && (format == KeyFormat::Text || !is_prefixed(text.trim_ascii())) => {
            of_plain(text.trim_ascii(), format)
        }
        Secret::Text(text) => of_text(text.trim_ascii(), format),
        Secret::Raw(bytes) => of_raw(bytes),
    };
    let readable = |(code, matches_if, fix, key): Attempt| Some(SecretVariant { code, matches_if, fix, key: key? });
    attempts.into_iter().filter_map(readable).collect()
}

/// Code, change, fix, and the key, if the secret can be read in this way.
type Attempt = (&'static str, &'static str, &'static str, Option<SecretKey>);

/// Text that is the key itself.
fn of_plain(text: &str, format: KeyFormat) -> Vec<Attempt> {
    let mut attempts = of_raw(text.as_bytes());
    for (code, change, fix, key) in &mut attempts {
        if *code == "secret_base64" {
            (*change, *fix) = ("is decoded from base64", ENCODED);
            *key = decode::base64(text).and_then(|bytes| of_bytes(&bytes, format)).or_else(|| key.take());
        }
    }
    for (code, prefix, change) in PREFIXES {
        attempts.push((code, change, PREFIX, raw(&[prefix, text].concat().into_bytes())));
    }
    let bare = text.strip_prefix("whsec_").and_then(|bare| raw(bare.as_bytes()));
    attempts.push(("secret_without_prefix", "loses the prefix `whsec_`", NO_PREFIX, bare));
    let hex = hex_pairs(text).and_then(|bytes| of_bytes(&bytes, format));
    attempts.push(("secret_hex", "is decoded from hex", HEX, hex));
    let unquoted = text.trim_matches(QUOTE);
    if unquoted != text {
        attempts.push(("secret_unquoted", "loses its quotes", QUOTES, as_shown(unquoted, format)));
    }
    let words = text.split(|c: char| c.is_ascii_whitespace() || ",;|".contains(c));
    for word in words.take(MAX_WORDS).filter(|word| *word != text) {
        attempts.push(("secret_word", "is one of its words alone", WORDS, raw(word.as_bytes())));
    }
    attempts
}

fn of_raw(bytes: &[u8]) -> Vec<Attempt> {
    let parsed = std::str::from_utf8(bytes).ok().and_then(|text| SecretKey::parse(text).ok());
    vec![
        ("secret_raw_trimmed", "loses the white space at its ends", NEWLINE, raw(bytes.trim_ascii())),
        ("secret_raw_newline", "has a newline added at its end", NEWLINE, raw(&[bytes, b"\n".as_slice()].concat())),
        ("secret_base64", "is decoded from base64, not used as raw bytes", NOT_RAW, parsed),
    ]
}

fn of_text(whole: &str, format: KeyFormat) -> Vec<Attempt> {
    let text = whole.trim_matches(QUOTE);
    let inner = text.strip_prefix("v1,").unwrap_or(text);
    let inner = inner.strip_prefix("whsec_").unwrap_or(inner);
    let url_safe = Some(inner).filter(|inner| inner.contains(['-', '_']));
    let url_safe = url_safe.and_then(|inner| URL_SAFE_NO_PAD.decode(inner.trim_end_matches('=')).ok());
    let twice = STANDARD.decode(inner).ok().and_then(|text| SecretKey::parse(str::from_utf8(&text).ok()?).ok());
    let unquoted = SecretKey::parse(text).ok().filter(|_| text != whole);
    vec![
        ("secret_unquoted", "loses its quotes", QUOTES, unquoted),
        ("secret_as_text", "is used as raw text, with its prefix", RAW, raw(whole.as_bytes())),
        ("secret_as_text_without_prefix", "is used as raw text, without its prefix", RAW_INNER, raw(inner.as_bytes())),
        ("secret_hex", "is decoded from hex", HEX, hex_pairs(inner).and_then(|bytes| of_bytes(&bytes, format))),
        ("secret_base64url", "is decoded as URL-safe base64", URL_SAFE, url_safe.and_then(|key| raw(&key))),
        ("secret_base64_twice", "is decoded from base64 twice", TWICE, twice),
    ]
}

/// A secret as the sender shows it.
#[inline(never)]
fn as_shown(text: &str, format: KeyFormat) -> Option<SecretKey> {
    format.parse(text).ok()?.into_iter().next()
}

/// A secret that was encoded as it is shown, or the bytes of its key.
#[inline(never)]
fn of_bytes(bytes: &[u8], format: KeyFormat) -> Option<SecretKey> {
    str::from_utf8(bytes).ok().and_then(|text| as_shown(text, format)).or_else(|| raw(bytes))
}

fn raw(bytes: &[u8]) -> Option<SecretKey> {
    HmacKey::from_bytes(bytes).ok().map(SecretKey::Hmac)
}

/// What stands around text that was copied from a program or a file.
const QUOTE: [char; 3] = ['"', '\'', '`'];
/// The beginnings of secrets that are part of the key, and that get lost.
const PREFIXES: [(&str, &str, &str); 4] = [
    ("secret_prefixed", "whsec_", "begins with `whsec_`"),
    ("secret_prefix_lost", "polar_whs_", "begins with `polar_whs_`"),
    ("secret_prefix_lost", "Bearer ", "begins with `Bearer `"),
    ("secret_prefix_lost", "Basic ", "begins with `Basic `"),
];

const RAW: &str = "the sender uses the text itself as the key: give the whole text as a raw secret";
const RAW_INNER: &str = "the sender uses the text after `whsec_` as the key: give that text as a raw secret";
const NOT_RAW: &str = "the secret is base64, as senders show it: do not pass it as raw";
const ENCODED: &str = "the secret was encoded in base64 when it was stored: store it as the sender shows it";
/// Words of a secret that are tried alone: an old one and a new one, and what stands beside them.
const MAX_WORDS: usize = 4;

const WORDS: &str = "this sender's secrets may contain spaces, so write each on a line of its own, or store each under a name of its own";
const PREFIX: &str = "the prefix is part of this sender's secret: store the whole text that the sender shows";
const NO_PREFIX: &str = "this sender's secrets have no prefix: store the text as the sender shows it";
const QUOTES: &str = "remove the quotes where the secret is set";
const HEX: &str = "decode the hex digits, and give the bytes as a raw secret";
const URL_SAFE: &str = "replace `-` by `+` and `_` by `/`";
const TWICE: &str = "the secret was encoded once too often when it was stored: decode it once";
const NEWLINE: &str = "the secret was stored with a newline, or without one that belongs to it: store it with `printf %s`, which adds none";
