//! One delivery, from its headers to its response: steps 4 to 10.

use std::borrow::Cow;
use std::rc::Rc;

use countersign::config::{Durable, Source};
use countersign::gateway::acknowledgement::acknowledge;
use countersign::gateway::content::Content;
use countersign::gateway::dedupe::{EventKey, IN_FLIGHT_SLACK_MS, Seen};
use countersign::gateway::event_type::event_type;
use countersign::gateway::forward::Event;
use countersign::gateway::log_record::LogRecord;
use countersign::gateway::response::Refusal;
use countersign::gateway::stored::Insertable;
use countersign::handshake::{Asked, Reply};
use countersign::verify::{Metadata, Presented};
use countersign::{Headers, Keys, Target, Timestamp, Verified};
use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;
use worker::worker_sys::Context;

use crate::body::Body;
use crate::console;
use crate::crypto::Platform;
use crate::executor::{self, Outcome, boxed};
use crate::jwks::Access;
use crate::open::{BodyFault, refuse_body};
use crate::state::{State, delivery_headers, header_names, state};
use crate::step::Step;
use crate::{dedupe_kv, handshake, http, inbox};

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
    let arrival = Arrival { headers: headers.into_bytes(), context: Rc::new(context), body, now_ms: now as u64 };
    let answer = async move {
        match state.config.source(index) {
            Some(source) => answer(&state, source, &arrival).await,
            None => Outcome::Refused(Refusal::ConfigInvalid),
        }
    };
    executor::start(answer).encode()
}

/// One request, with its body read.
struct Arrival {
    headers: Vec<u8>,
    context: Rc<Context>,
    body: Body,
    now_ms: u64,
}

impl Arrival {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix(self.now_ms.div_euclid(1000))
    }
}

async fn answer(state: &State, source: &Source, arrival: &Arrival) -> Outcome {
    let headers = delivery_headers(source, &arrival.headers);
    let mut line = LogRecord {
        source: Some(&source.name),
        scheme: Some(source.policy.scheme.name),
        bytes: Some(arrival.body.length()),
        ..LogRecord::default()
    };
    let (code, status, outcome) = match handle(state, source, arrival, &headers, &mut line).await {
        Ok(Done::Event(code, id)) => {
            let reply = acknowledge(source.policy.scheme, code, &id);
            (code, reply.status, reply.into())
        }
        Ok(Done::Handshake(reply)) => (handshake::CODE, reply.status, reply.into()),
        Err(refusal) => {
            let status = refusal.response().status;
            (refusal.code(), status, Outcome::Refused(refusal))
        }
    };
    (line.code, line.status, line.duplicate) = (code, status, code == "duplicate");
    console::log(&line.to_json());
    outcome
}

/// What came of a delivery that is not refused.
enum Done {
    /// What became of the event, and its id.
    Event(&'static str, Vec<u8>),
    /// It was no event.
    Handshake(Reply),
}

/// Steps 4 to 10.
async fn handle<'a>(
    state: &State,
    source: &Source,
    arrival: &'a Arrival,
    headers: &'a Headers<'_>,
    line: &mut LogRecord<'a>,
) -> Result<Done, Refusal> {
    let url = signed_url(source, &arrival.headers);
    let target = url.as_deref().map(|url| Target { method: "POST", url });
    let presented = match source.policy.read(headers) {
        Ok(presented) => presented.with_target(target),
        Err(error) => return handshake::unsigned_or(error, source, &arrival.body).map(Done::Handshake),
    };
    line.age = age(presented.metadata(), arrival.now());
    let verified = match verify(state, source, arrival, &presented, line).await {
        Ok(verified) => verified,
        Err(refusal) => {
            line.event = claimed_event(source, presented.metadata());
            return Err(refusal);
        }
    };
    (line.form, line.key) = (Some(verified.form()), Some(verified.key()));
    let verified = match handshake::is_possible(source, &arrival.body) {
        false => verified,
        true => match handshake::asked(source, verified) {
            Asked::Handshake(reply) => return Ok(Done::Handshake(reply)),
            Asked::Event(verified) => verified,
        },
    };
    // A body that goes to the inbox is read if it is small. One that is passed through is not.
    let body = source.durable.and_then(|_| arrival.body.bytes());
    line.event_type = event_type(source.policy.scheme, headers, &verified, body);
    let content = Content::read(headers, || arrival.body.beginning());
    if let Some(durable) = source.durable {
        let event = verified.into_insertable(&source.name, content, arrival.now());
        return boxed(store(state, source, durable, event, line)).await.map(|(code, id)| Done::Event(code, id));
    }
    let event = EventKey::new(&source.name, verified.id());
    line.event = Some(event);
    let lapses = source.dedupe.map(|_| hold(state, source, event, arrival.now_ms)).transpose()?;
    let passing = Passing { verified, content, received_at: arrival.now(), event };
    let result = deliver(state, source, passing, line).await;
    if let Some(lapses) = lapses {
        state.in_flight.borrow_mut().leave(event, lapses);
    }
    result.map(|(code, id)| Done::Event(code, id))
}

/// Holds copies of an event back while it is under way, until the returned time at most.
fn hold(state: &State, source: &Source, event: EventKey, now: u64) -> Result<u64, Refusal> {
    let lapses = now.saturating_add(source.forward.timeout_ms).saturating_add(IN_FLIGHT_SLACK_MS);
    if state.in_flight.borrow_mut().enter(event, now, lapses) { Ok(lapses) } else { Err(Refusal::InFlight) }
}

/// Steps 8 to 10 of a durable source: whether the event was seen before is for the inbox to say, in the write that stores it.
async fn store(
    state: &State,
    source: &Source,
    durable: Durable,
    event: Insertable<Body>,
    line: &mut LogRecord<'_>,
) -> Result<(&'static str, Vec<u8>), Refusal> {
    line.event = Some(event.key());
    let status = inbox::hand_over(&state.bindings, source, durable.shards, &event).await.map_err(|why| {
        line.detail = Some(why);
        Refusal::StorageUnavailable
    })?;
    Ok((status, event.into_id().into_bytes()))
}

/// A verified delivery that is passed through, and what is known of it.
struct Passing<'d> {
    verified: Verified<'d, Body>,
    content: Content<'d>,
    received_at: Timestamp,
    event: EventKey,
}

/// Steps 8 to 10: nothing is marked as seen before the destination's 2xx.
async fn deliver(
    state: &State,
    source: &Source,
    passing: Passing<'_>,
    line: &mut LogRecord<'_>,
) -> Result<(&'static str, Vec<u8>), Refusal> {
    let Passing { verified, content, received_at, event } = passing;
    let id = verified.id().to_vec();
    let marks = state.bindings.events.as_ref().zip(source.dedupe);
    let seen = match marks {
        Some((kv, _)) => dedupe_kv::seen(kv, event).await.unwrap_or_else(|()| {
            line.marks = Some("read_failed");
            Seen::No
        }),
        None => Seen::No,
    };
    let Some(admitted) = verified.admit(seen) else { return Ok(("duplicate", id)) };
    let reply = http::send(&Event::new(admitted, content, received_at), source, &state.bindings).await;
    line.destination = Some((reply.status, reply.ms));
    line.cause = reply.cause;
    reply.outcome?;
    if let Some((kv, seconds)) = marks
        && dedupe_kv::put(kv, event, seconds).await.is_err()
    {
        line.marks = Some("write_failed");
    }
    Ok(("delivered", id))
}

/// Steps 5 to 7. Keys are fetched only for what could be verified with them, and once more where a newer set might match.
async fn verify<'d>(
    state: &State,
    source: &Source,
    arrival: &'d Arrival,
    presented: &Presented<'d>,
    line: &mut LogRecord<'_>,
) -> Result<Verified<'d, Body>, Refusal> {
    source.policy.check_age(presented.metadata(), arrival.now()).map_err(|error| {
        line.signature = Some(apart_from_age(state, source, arrival, presented));
        Refusal::Check(error)
    })?;
    let own = Keys { secrets: &source.secrets, ..Keys::default() };
    let check =
        |keys: Keys<'_>| source.policy.verify_presented(presented, &arrival.body, keys, arrival.now(), &Platform);
    let set = source.jwks.as_ref().filter(|_| source.policy.is_for_key_set(presented));
    let Some(url) = set else { return check(own).map_err(Refusal::Check) };
    if !source.secrets.is_empty()
        && let Ok(verified) = check(own)
    {
        return Ok(verified);
    }
    let access = Access { kv: state.bindings.events.as_ref(), context: &arrival.context };
    let by_set = async {
        let set = state.sets.get(url, access).await.ok_or_else(|| {
            line.detail = Some("no readable key set: check that `jwks` answers 200 with {\"keys\":[…]} within 5 s");
            Refusal::KeysUnavailable
        })?;
        let recent = state.sets.recent(url);
        let (verdict, looked_at) = match check(Keys { jwks: Some(&set), recent, ..own }) {
            Err(error) if error.may_be_rotation() => match state.sets.newer(url, access).await {
                Some(newer) => (check(Keys { jwks: Some(&newer), recent, ..own }), newer),
                None => (Err(error), set),
            },
            verdict => (verdict, set),
        };
        verdict.inspect(|verified| state.sets.note_match(url, verified.key_in_set())).map_err(|error| {
            line.unusable = looked_at.unusable_for(&source.policy.forms);
            Refusal::Check(error)
        })
    };
    boxed(by_set).await
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

/// A delivery refused for its age alone is worth knowing apart; nothing is fetched for it.
fn apart_from_age(state: &State, source: &Source, arrival: &Arrival, presented: &Presented<'_>) -> &'static str {
    let set = source.jwks.as_ref().and_then(|url| state.sets.in_memory(url));
    let keys = Keys { secrets: &source.secrets, jwks: set.as_deref(), recent: None };
    match source.policy.matches_apart_from_age(presented, &arrival.body, keys, arrival.now(), &Platform) {
        true => "match",
        false if source.jwks.is_some() && set.is_none() => "unknown",
        false => "no_match",
    }
}

/// The URL that the sender signed; `None` if it signs none, so that nothing is passed for it.
fn signed_url<'a>(source: &'a Source, values: &'a [u8]) -> Option<Cow<'a, str>> {
    if !source.policy.scheme.signs_target() {
        return None;
    }
    let url = values.split(|byte| *byte == b'\n').nth(header_names(source).count())?;
    std::str::from_utf8(url).ok().map(|url| source.signed_url(url))
}
