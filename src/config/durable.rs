//! Reads how long ids are remembered, and how events are stored.

use super::environment::{Binding, Environment};
use super::reader::Reader;
use crate::inbox;
use crate::scheme::Scheme;
use crate::timestamp::Tolerance;
use crate::verify::Policy;

/// What a source configures for its inbox, apart from `forward`.
pub(super) struct Storage {
    pub(super) shards: u32,
    pub(super) keep: u64,
    pub(super) max_stored: u64,
    pub(super) location: Option<&'static str>,
}

pub(super) fn read_storage(
    reader: &mut Reader<'_>,
    environment: &impl Environment,
    durable: bool,
    max_body: u64,
) -> Storage {
    if durable && !environment.has(Binding::DurableObject("INBOX")) {
        reader.fault(
            "durable",
            "needs the Durable Object binding `INBOX`",
            "add it under [[durable_objects.bindings]] with class_name = \"Inbox\", and its migration, as in docs/inbox.md",
        );
    }
    if durable && max_body > inbox::MAX_BODY {
        reader.fault("max_body", "is more than a stored event can hold", "use at most \"1792KiB\" with `durable`");
    }
    for key in ["shards", "keep", "max_stored", "location"] {
        only_durable(reader, key, durable);
    }
    let shards =
        reader.number("shards", 1, inbox::MOST_SHARDS.into()).and_then(|shards| shards.try_into().ok()).unwrap_or(1);
    let keep = reader.duration("keep").unwrap_or(24 * 3600);
    let max_stored = reader.size("max_stored").unwrap_or(inbox::MAX_STORED);
    if durable && max_stored > inbox::MAX_STORED {
        reader.fault("max_stored", "is more than an object may hold", "use at most \"8GiB\", and more `shards`");
    }
    Storage { shards, keep, max_stored, location: read_location(reader) }
}

/// Reads where Cloudflare should place a source's objects.
fn read_location(reader: &mut Reader<'_>) -> Option<&'static str> {
    let text = reader.text("location")?;
    let hint = LOCATIONS.into_iter().find(|hint| *hint == text);
    if hint.is_none() {
        reader.fault(
            "location",
            "is not a location hint of Cloudflare's",
            "use one of wnam, enam, sam, weur, eeur, apac, oc, afr, me",
        );
    }
    hint
}

/// The location hints: <https://developers.cloudflare.com/durable-objects/reference/data-location/>, November 2026.
const LOCATIONS: [&str; 9] = ["wnam", "enam", "sam", "weur", "eeur", "apac", "oc", "afr", "me"];

/// Reads `dedupe`, in seconds; `None` if it is off.
///
/// A dedupe marker must outlive every copy that could still be accepted. A timestamp is accepted from `tolerance` ahead of the clock to
/// `tolerance` behind it, so for twice as long.
pub(super) fn read_dedupe(
    reader: &mut Reader<'_>,
    environment: &impl Environment,
    durable: bool,
    tolerance: Tolerance,
    default: u64,
) -> Option<u64> {
    if reader.is("dedupe", "\"off\"") {
        if durable {
            reader.fault("dedupe", "cannot be off with `durable`", "give a duration");
        }
        return None;
    }
    let seconds = reader.duration("dedupe").unwrap_or(default);
    if seconds < 60 {
        reader.fault("dedupe", "is under 60s", "use a time that outlives the sender's retries, like \"72h\"");
    } else if seconds < tolerance.as_seconds().saturating_mul(2) {
        reader.fault(
            "dedupe",
            "is under twice `tolerance`, so a delivery could be replayed once its id is forgotten",
            "raise `dedupe` to at least twice `tolerance` (\"10m\" if that is not set), or lower `tolerance`",
        );
    }
    if !durable && !environment.has(Binding::Kv("EVENTS")) {
        reader.fault(
            "dedupe",
            "needs the KV binding `EVENTS`",
            "add it under [[kv_namespaces]], or set dedupe = \"off\"",
        );
    }
    Some(seconds)
}

/// How long the events of a scheme are remembered if the configuration does not say it: for as long as the sender retries, twice the
/// tolerance, and a day. Three days if nothing says how long it retries, or no time is signed, so that only this keeps a copy out.
pub fn default_dedupe(scheme: &'static Scheme, tolerance: Tolerance) -> u64 {
    let is_dated = scheme.signs_time();
    let least = if is_dated && scheme.retries.is_some() { 24 * 3600 } else { DEDUPE };
    let twice = if is_dated { tolerance.as_seconds().saturating_mul(2) } else { 0 };
    scheme.retries.unwrap_or_default().max(twice).max(least)
}

/// Three days.
pub(super) const DEDUPE: u64 = 72 * 3600;

/// Adds a fault if a key that needs the inbox is set without it.
pub(super) fn only_durable(reader: &mut Reader<'_>, key: &str, durable: bool) {
    if !durable && reader.had(key) {
        reader.fault(key, "needs `durable`", "remove it, or set durable = true");
    }
}

/// How many seconds an id is remembered: `dedupe`, or as long as a copy of its delivery can still be accepted.
///
/// Both the check and the store count whole seconds, so a copy can arrive up to a second later. A token is accepted until `exp` and its
/// leeway have passed, and `exp` may be `dedupe` away.
pub(super) fn remembered(dedupe: u64, policy: &Policy) -> u64 {
    let by_timestamp = policy.tolerance.as_seconds().saturating_mul(2);
    let by_token = policy.jwt.as_ref().map_or(0, |jwt| dedupe.saturating_add(jwt.leeway));
    dedupe.max(by_timestamp.max(by_token).saturating_add(1))
}
