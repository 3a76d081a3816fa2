//! Delivery of an event that is passed through: steps 8 to 10. Nothing is marked as seen before the destination's 2xx.

use countersign::config::Source;
use countersign::gateway::content::Content;
use countersign::gateway::dedupe::{EventKey, IN_FLIGHT_SLACK_MS, Seen};
use countersign::gateway::forward::{Event, Recipient};
use countersign::gateway::log_record::LogRecord;
use countersign::gateway::response::Refusal;
use countersign::{Timestamp, Verified};

use crate::body::Body;
use crate::state::State;
use crate::{clock, dedupe_kv, http};

/// What came of an event.
pub(crate) enum Passed {
    /// The code of what became of it, and its id.
    Taken(&'static str, Vec<u8>),
    /// It was delivered, and the sender gets the destination's answer, with this status.
    Answered(u16),
}

/// Passes an event through, unless a copy of it was delivered or is under way.
pub(crate) async fn pass_through(
    state: &State,
    source: &Source,
    verified: Verified<'_, Body>,
    content: Content<'_>,
    now_ms: u64,
    record: &mut LogRecord<'_>,
) -> Result<Passed, Refusal> {
    let event = EventKey::new(&source.name, verified.id());
    record.event = Some(event);
    let Some(destination) = source.destinations.first() else { return Err(Refusal::ConfigInvalid) };
    let to = Recipient { source, destination };
    let lapses = source.dedupe.map(|_| hold(state, to, event, now_ms)).transpose()?;
    let passing = Passing { verified, content, received_at: Timestamp::from_unix(now_ms.div_euclid(1000)), event };
    let result = deliver(state, to, passing, record).await;
    if let Some(lapses) = lapses {
        state.in_flight.borrow_mut().leave(event, lapses);
    }
    result
}

/// Holds copies of an event that arrived at `now_ms` back while it is under way, until the returned time at most.
fn hold(state: &State, to: Recipient<'_>, event: EventKey, now_ms: u64) -> Result<u64, Refusal> {
    // It may have waited for a key set, and what came meanwhile would be from the future.
    let now = if to.source.jwks.is_some() { clock::now_ms() } else { now_ms };
    let lapses = now.saturating_add(to.destination.timeout_ms).saturating_add(IN_FLIGHT_SLACK_MS);
    match state.in_flight.borrow_mut().enter(event, now, lapses) {
        true => Ok(lapses),
        // The copy that is under way may fail.
        false if to.source.policy.scheme.ends_at_4xx => Err(Refusal::InFlightFor5xx),
        false => Err(Refusal::InFlight),
    }
}

/// A verified delivery that is passed through, and what is known of it.
struct Passing<'d> {
    verified: Verified<'d, Body>,
    content: Content<'d>,
    received_at: Timestamp,
    event: EventKey,
}

/// Asks whether the event was seen, sends it to the destination, and marks it.
async fn deliver(
    state: &State,
    to: Recipient<'_>,
    passing: Passing<'_>,
    record: &mut LogRecord<'_>,
) -> Result<Passed, Refusal> {
    let Passing { verified, content, received_at, event } = passing;
    let id = verified.id().to_vec();
    let marks = state.bindings.events.as_ref().zip(to.source.dedupe);
    let seen = match marks {
        Some((kv, _)) => dedupe_kv::seen(kv, event).await.unwrap_or_else(|()| {
            record.marks = Some("read_failed");
            Seen::No
        }),
        None => Seen::No,
    };
    let Some(admitted) = verified.admit(seen) else {
        // Our own acknowledgement would decide in the destination's place, and its answer is not kept.
        return if to.source.origin_replies {
            Err(Refusal::AlreadyAnswered)
        } else {
            Ok(Passed::Taken("duplicate", id))
        };
    };
    let event_sent = Event::new(admitted, content, received_at);
    let reply = http::send(&event_sent, to, &state.bindings).await;
    record.destination = Some((reply.status, reply.ms));
    record.cause = reply.cause;
    reply.outcome?;
    if let Some((kv, seconds)) = marks
        && dedupe_kv::put(kv, event, seconds).await.is_err()
    {
        record.marks = Some("write_failed");
    }
    Ok(if to.source.origin_replies { Passed::Answered(reply.status) } else { Passed::Taken("delivered", id) })
}
