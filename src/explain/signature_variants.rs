//! Signatures in another spelling: hex, URL-safe base64, no padding, no version.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};

use super::decode::hex_pairs;
use crate::scheme::Form;

/// The signatures in a header value as they should be written: every word that decodes to 32 bytes (`v1`) or 64 (`v1a`).
pub(super) fn of(value: &[u8]) -> Vec<(Form, String)> {
    decoded(&String::from_utf8_lossy(value)).filter_map(respell).collect()
}

/// The bytes of every word that is hex or base64, with a name in front or without.
pub(super) fn decoded(text: &str) -> impl Iterator<Item = Vec<u8>> {
    let words = text.split([' ', ',', ';', '\t', '"', '\'']).take(MAX_WORDS).flat_map(|word| {
        let after_name = word.split_once(['=', ':']).map(|(_, rest)| rest);
        [Some(word), after_name.filter(|rest| rest.len() > MIN_LENGTH)]
    });
    words.flatten().filter_map(decode)
}

/// The signatures as the value of a header.
pub(super) fn joined(list: &[(Form, String)]) -> String {
    let words: Vec<_> = list.iter().map(|(form, text)| [form.as_str(), ",", text].concat()).collect();
    words.join(" ")
}

fn decode(word: &str) -> Option<Vec<u8>> {
    let bare = word.trim_end_matches('=');
    hex_pairs(word).or_else(|| STANDARD_NO_PAD.decode(bare).ok()).or_else(|| URL_SAFE_NO_PAD.decode(bare).ok())
}

fn respell(bytes: Vec<u8>) -> Option<(Form, String)> {
    match bytes.len() {
        32 => Some((Form::V1, STANDARD.encode(bytes))),
        64 => Some((Form::V1a, STANDARD.encode(bytes))),
        _ => None,
    }
}

pub(super) const FIX: &str = "the bytes are right but their spelling is not (hex, URL-safe base64, no padding, no version): the sender must write them as described";

/// Words of a header that are examined.
const MAX_WORDS: usize = 32;
/// Text after `=` that is no longer than this is padding, not a signature.
const MIN_LENGTH: usize = 26;
