//! One delivery, from its headers to its response: steps 4 to 10.

use std::borrow::Cow;
use std::rc::Rc;

use countersign::config::{Destination, Durable, Endpoint, Source};
use countersign::gateway::acknowledgement::acknowledge;
use countersign::gateway::content::Content;
use countersign::gateway::dedupe::EventKey;
use countersign::gateway::event_type::event_type;
use countersign::gateway::header_list::HeaderList;
use countersign::gateway::log_record::LogRecord;
use countersign::gateway::object_name::{Named, is_in_event};
use countersign::gateway::order::order_key;
use countersign::gateway::response::Refusal;
use countersign::gateway::stored::Insertable;
use countersign::handshake::{Asked, Reply};
use countersign::json::printed;
use countersign::scheme::EventType;
use countersign::verify::Metadata;
use countersign::{Headers, Target, Timestamp};
use js_sys::Uint8Array;
use serde_json::Map;
use wasm_bindgen::prelude::*;
use worker::worker_sys::Context;

use crate::arrival::Arrival;
use crate::body::Body;
use crate::console;
use crate::executor::{self, Outcome, boxed};
use crate::inbox::Known;
use crate::open::{BodyFault, refuse_body};
use crate::pass_through::{Passed, pass_through};
use crate::points::{self, Point};
use crate::state::{State, delivery_headers, state};
use crate::step::Step;
use crate::tally;
use crate::verification::verify;
use crate::{courier, handshake, inbox};

/// Takes a delivery whose body has been read: the next step, encoded.
///
/// `headers` are the values of the source's headers, in the order that [`setup`](crate::setup()) gave, separated by line feeds,
/// which no header can hold; for a sender that signs the URL, the request's URL follows as one more. `bytes` are those of a body that is
/// small enough to be hashed here. `announced` is the `Content-Length`, or NaN; `now` is in milliseconds.
#[wasm_bindgen]
pub fn receive(
    index: usize,
    headers: String,
    bytes: Option<Vec<u8>>,
    body: Uint8Array,
    announced: f64,
    context: Context,
    now: f64,
) -> u32 {
    let body = Body::new(body, bytes);
    let length = f64::from(body.length());
    let Some(state) = state() else { return Step::refuse(Refusal::ConfigInvalid).encode() };
    match state.config.source(index) {
        Some(source) if length > source.max_body as f64 => return refuse_body(index, BodyFault::TooLarge),
        // HTTP holds a body to what was announced; a service binding does not.
        Some(_) if length != announced && announced >= 0.0 => return refuse_body(index, BodyFault::Incomplete),
        _ => {}
    }
    let arrival =
        Arrival { headers: headers.into_bytes(), context: Rc::new(context), body, now_ms: now as u64, is_test: false };
    let answer = async move {
        match state.config.source(index) {
            Some(source) => answer(&state, (index, source), &arrival).await.1,
            None => Outcome::Refused(Refusal::ConfigInvalid),
        }
    };
    executor::start(answer).encode()
}

/// Steps 4 to 10, and their log record: what became of the delivery, the id of its event, and the response.
pub(crate) async fn answer(
    state: &State,
    (index, source): (usize, &Source),
    arrival: &Arrival,
) -> (Result<(&'static str, Option<Vec<u8>>), Refusal>, Outcome) {
    let headers = delivery_headers(source, &arrival.headers);
    let mut record = LogRecord {
        source: Some(&source.name),
        scheme: Some(source.policy.scheme.name),
        bytes: Some(arrival.body.length()),
        ..LogRecord::default()
    };
    let handled = handle(state, source, arrival, &headers, &mut record).await;
    let refused = handled.as_ref().err().copied();
    let event_id = match &handled {
        Ok(Done::Event(_, id)) if arrival.is_test => Some(id.clone()),
        _ => None,
    };
    let (code, status, outcome) = match handled {
        Ok(Done::Event(code, id)) => {
            let reply = acknowledge(source.policy.scheme, code, &id);
            (code, reply.status, reply.into())
        }
        Ok(Done::Answered(status)) => ("delivered", status, Outcome::Answer),
        Ok(Done::Handshake(reply)) => (handshake::CODE, reply.status, reply.into()),
        Err(refusal) => {
            let status = refusal.response().status;
            (refusal.code(), status, Outcome::Refused(refusal))
        }
    };
    // A test event counts like any other, but one that is refused says nothing about the sender.
    if !arrival.is_test || refused.is_none() {
        tally::count(index, code);
        note(state, source, (code, status), &record);
    }
    (record.code, record.status, record.duplicate) = (code, status, code == "duplicate");
    console::log(&record.to_json());
    (refused.map_or(Ok((code, event_id)), Err), outcome)
}

/// Writes a point for a delivery.
fn note(state: &State, source: &Source, (code, status): (&str, u16), record: &LogRecord<'_>) {
    let (ms, bytes) = (record.destination.map_or(0, |(_, ms)| ms), record.bytes.unwrap_or_default());
    points::write(state, &Point { kind: "delivery", source: &source.name, code, destination: "", status, ms, bytes });
}

/// What came of a delivery that is not refused.
enum Done {
    /// What became of the event, and its id.
    Event(&'static str, Vec<u8>),
    /// It was delivered, and the sender gets the destination's answer, with this status.
    Answered(u16),
    /// It was no event.
    Handshake(Reply),
}

/// Steps 4 to 10.
async fn handle<'a>(
    state: &State,
    source: &Source,
    arrival: &'a Arrival,
    headers: &'a Headers<'_>,
    record: &mut LogRecord<'a>,
) -> Result<Done, Refusal> {
    let url = arrival.signed_url(source);
    let target = url.as_deref().map(|url| Target { method: "POST", url });
    let presented = match source.policy.read(headers) {
        Ok(presented) => presented.with_target(target),
        Err(error) => return handshake::unsigned_or(error, source, &arrival.body).map(Done::Handshake),
    };
    record.age = age(presented.metadata(), arrival.now());
    let verified = match verify(state, source, arrival, &presented, record).await {
        Ok(verified) => verified,
        Err(refusal) => {
            record.event = claimed_event(source, presented.metadata());
            return Err(refusal);
        }
    };
    (record.form, record.key) = (Some(verified.form()), Some(verified.key()));
    let verified = match handshake::is_possible(source, &arrival.body) {
        false => verified,
        true => match handshake::asked(source, verified) {
            Asked::Handshake(reply) => return Ok(Done::Handshake(reply)),
            Asked::Event(verified) => verified,
        },
    };
    let apart = source.dedupe_header.and_then(|name| headers.get(name));
    let verified = match apart {
        Some(value) => verified.told_apart_by(value),
        None => verified,
    };
    let body = body_to_read(source, &arrival.body);
    record.event_type = event_type(source.policy.scheme, headers, &verified, body.as_deref());
    let json = verified.claims().or(body.as_deref()).unwrap_or_default();
    let filtered = source.durable.and_then(|_| filtered(source, record.event_type.as_deref(), json));
    let content = Content::read(headers, || arrival.body.beginning()).of_test(arrival.is_test);
    if let Some(durable) = source.durable {
        let lane = source.order.as_deref().and_then(|template| lane(template, source, verified.id(), json));
        let event = verified.into_insertable(&source.name, content, arrival.now());
        return boxed(store(state, source, (durable, filtered, lane), event, arrival, record))
            .await
            .map(|(code, id)| Done::Event(code, id));
    }
    match pass_through(state, source, verified, content, arrival.now_ms, record).await? {
        Passed::Taken(code, id) => Ok(Done::Event(code, id)),
        Passed::Answered(status) => Ok(Done::Answered(status)),
    }
}

/// Steps 8 to 10 of a durable source: whether the event was seen before is for the inbox to say, in the write that stores it.
async fn store(
    state: &State,
    source: &Source,
    (durable, filtered, lane): (Durable, Option<String>, Option<u64>),
    event: Insertable<Body>,
    arrival: &Arrival,
    record: &mut LogRecord<'_>,
) -> Result<(&'static str, Vec<u8>), Refusal> {
    record.event = Some(event.key());
    let known =
        Known { event_type: record.event_type.as_deref(), key: record.key, filtered: filtered.as_deref(), lane };
    let handed = inbox::hand_over(&state.bindings, source, durable.shards, &event, &known).await;
    let (status, receipt) = handed.map_err(|why| {
        record.detail = Some(why);
        Refusal::StorageUnavailable
    })?;
    let id = event.id().as_bytes().to_vec();
    if let Some((shard, receipt)) = receipt
        && let Some(carried) = courier::carry_first(&source.name, shard, &receipt, &event.into_event(&receipt))
    {
        // The response does not wait for it.
        let _ = arrival.context.wait_until(&carried);
    }
    Ok((status, id))
}

/// Which destinations an event is not for, each with the condition it does not meet: JSON text of an object, if there are any.
fn filtered(source: &Source, event_type: Option<&str>, json: &[u8]) -> Option<String> {
    let mut filtered = Map::new();
    for destination in &source.destinations {
        if let Some(Err(condition)) = destination.when.as_ref().map(|when| when.check(event_type, json)) {
            filtered.insert(destination.name.clone(), condition.into());
        }
    }
    (!filtered.is_empty()).then(|| printed(&filtered.into()))
}

/// The lane of an event: 52 bits of its key, so that a JavaScript number holds them. `None` if it is unordered.
fn lane(template: &str, source: &Source, id: &[u8], json: &[u8]) -> Option<u64> {
    let event_type = source.policy.scheme.event_type;
    let named = Named { source: &source.name, id, event_type, headers: &HeaderList::default(), json };
    Some(u64::from_be_bytes(order_key(template, named)?) >> 12)
}

/// The body, where something is read from it: an object's name, a filter, an order; or the type by which the inbox lists and replays events.
/// To read any other for the log alone would cost more than its check.
fn body_to_read<'b>(source: &Source, body: &'b Body) -> Option<Cow<'b, [u8]>> {
    let small = body.bytes().map(Cow::Borrowed);
    let is_read = |destination: &Destination| match &destination.endpoint {
        Endpoint::DurableObject { name, .. } if is_in_event(name) => true,
        _ => destination.when.is_some(),
    };
    let has_type = source.durable.is_some() && matches!(source.policy.scheme.event_type, EventType::Pointer(_));
    if has_type || source.order.is_some() || source.destinations.iter().any(is_read) {
        return small.or_else(|| Some(body.to_vec().into()));
    }
    None
}

/// The age that a signed claim states, for the log.
fn age(claim: Metadata<'_>, now: Timestamp) -> Option<i64> {
    let timestamp = claim.timestamp()?;
    let seconds = |at: Timestamp| i64::try_from(at.as_unix()).unwrap_or(i64::MAX);
    Some(seconds(now).saturating_sub(seconds(timestamp)))
}

/// The event that a refused delivery claims to be, for the log alone.
fn claimed_event(source: &Source, claim: Metadata<'_>) -> Option<EventKey> {
    claim.claimed_id().map(|id| EventKey::new(&source.name, id))
}
