//! Reads where events go.

use super::common::Common;
use super::destination::{Destination, Endpoint};
use super::durable::only_durable;
use super::endpoint::read_endpoint;
use super::environment::Environment;
use super::reader::Reader;
use super::source::milliseconds;
use super::units;
use super::when::read_when;
use crate::gateway::archive;
use crate::inbox::{Lifecycle, Rules};

/// Reads the table of a destination.
pub(super) fn read_forward(
    destination: &str,
    forward: &mut Reader<'_>,
    environment: &impl Environment,
    common: &Common<'_>,
) -> Option<Destination> {
    let durable = common.is_durable;
    let endpoint = read_endpoint(forward, environment, common);
    let sign_with = forward.hmac_keys("sign_with", environment, common.senders);
    let timeout = forward.duration("timeout").unwrap_or(10);
    if !(1..=LONGEST_TIMEOUT).contains(&timeout) {
        forward.fault("timeout", "is out of range", "use 1s to 5m");
    }
    let keep_answers = forward.flag("keep_answers") == Some(true);
    for key in ["give_up_after", "concurrency", "keep_answers", "when", "rate", "from"] {
        only_durable(forward, key, durable);
    }
    let give_up_after = forward.duration("give_up_after").unwrap_or(72 * 3600);
    let concurrency = forward.number("concurrency", 1, 128).and_then(|number| number.try_into().ok()).unwrap_or(64);
    let interval = read_rate(forward, common.storage.shards);
    let from_stored = forward.choice("from", &[("now", false), ("stored", true)]) == Some(true);
    let when = read_when(forward);
    let timeout_ms = milliseconds(timeout);
    let give_up_after = milliseconds(give_up_after);
    let lifecycle = Lifecycle { timeout: timeout_ms, give_up_after, retention: common.retention };
    let (concurrency, gather) = match &endpoint {
        Some(Endpoint::R2 { .. }) => (archive::most_events(common.max_body), archive::GATHER),
        _ => (concurrency, 0),
    };
    let rules = Rules { lifecycle, concurrency, interval, gather, from_stored };
    let name = destination.to_owned();
    Some(Destination { name, endpoint: endpoint?, when, sign_with, timeout_ms, keep_answers, rules })
}

/// The most seconds of an attempt. An alarm starts couriers for five minutes, and each takes events for one more; after fifteen, the platform ends
/// them all.
const LONGEST_TIMEOUT: u64 = 300;

/// Reads how many attempts may begin in a second: the microseconds from one to the next for one of so many shards; 0 without a limit.
fn read_rate(forward: &mut Reader<'_>, shards: u32) -> u64 {
    let Some(text) = forward.text("rate") else { return 0 };
    let interval = units::interval(&text);
    if interval.is_none() {
        let fix = "write a whole number and /s, /m or /h, like \"50/s\", at most 1000/s";
        forward.fault("rate", "is not a rate", fix);
    }
    interval.unwrap_or_default().saturating_mul(shards.into())
}
