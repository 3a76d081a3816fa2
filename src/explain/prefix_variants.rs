//! Other prefixes that a sender may have signed in front of the body, instead of `id.timestamp.`.

use super::inputs::Inputs;
use crate::timestamp::Timestamp;
use crate::verify::{Signed, signed_prefix};

/// One prefix that may have been signed.
pub(super) struct PrefixVariant {
    pub(super) code: &'static str,
    /// Continues "matches if".
    pub(super) matches_if: &'static str,
    pub(super) fix: &'static str,
    pub(super) prefix: Vec<u8>,
}

/// Every prefix that may have been signed; some may equal the verifier's own.
pub(super) fn of(inputs: &Inputs<'_>, signed: &Signed<'_>) -> Vec<PrefixVariant> {
    let (id, seconds) = (signed.id, signed.timestamp.as_unix());
    let at = |timestamp: u64| signed_prefix(id, Timestamp::from_unix(timestamp));
    let timestamp = seconds.to_string();
    let timestamp = timestamp.as_bytes();
    let variant = |code, matches_if, fix, prefix| PrefixVariant { code, matches_if, fix, prefix };
    let swapped = [timestamp, b".", id, b"."].concat();
    let mut variants = vec![
        variant("id_timestamp_swapped", "id and timestamp are swapped", SWAPPED, swapped),
        variant(
            "timestamp_milliseconds",
            "the timestamp is multiplied by 1000",
            SIGNS_MILLISECONDS,
            at(seconds.saturating_mul(1000)),
        ),
        variant(
            "timestamp_seconds",
            "the timestamp is divided by 1000",
            SENDS_MILLISECONDS,
            at(seconds.wrapping_div(1000)),
        ),
        variant("without_id", "the id is left out", NOT_STANDARD, [timestamp, b"."].concat()),
        variant("without_timestamp", "the timestamp is left out", NOT_STANDARD, [id, b"."].concat()),
        variant("body_alone", "the body alone is signed", NOT_STANDARD, Vec::new()),
        variant(
            "id_trimmed",
            "white space at the ends of the id is removed",
            TRIMMED,
            signed_prefix(id.trim_ascii(), signed.timestamp),
        ),
    ];
    variants.extend(other_ids(inputs, signed));
    variants
}

/// Prefixes with the ids of the scheme's other sets of headers.
fn other_ids(inputs: &Inputs<'_>, signed: &Signed<'_>) -> impl Iterator<Item = PrefixVariant> {
    let others = inputs.policy.scheme.sets().iter().filter(|names| names.id != signed.names.id);
    let ids = others.filter_map(|names| inputs.headers.get(names.id));
    ids.map(|id| PrefixVariant {
        code: "other_id",
        matches_if: "the id from the other set of headers is used",
        fix: OTHER_ID,
        prefix: signed_prefix(id, signed.timestamp),
    })
}

const SWAPPED: &str = "the sender, or whoever copied the two headers, mixed up their values";
const SIGNS_MILLISECONDS: &str = "the sender signs milliseconds and sends seconds: it must sign the text of the header";
const SENDS_MILLISECONDS: &str = "the sender sends milliseconds and signs seconds: the header must hold the seconds";
const NOT_STANDARD: &str = "the sender does not sign `id.timestamp.body` as Standard Webhooks specifies: use another scheme, or the sender's own library";
const TRIMMED: &str = "the id was copied with white space around it, which HTTP itself drops";
const OTHER_ID: &str = "the delivery has two sets of headers that disagree: a proxy added one of them";
