//! Requests to destinations.

use countersign::Timestamp;
use countersign::gateway::config::{Destination, Source};
use countersign::gateway::forward::{Event, Payload, is_in_event, object_name, url};
use countersign::gateway::respond::Refusal;
use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;

use crate::body::Body;
use crate::crypto::Platform;
use crate::host::{self, Fetcher, Head, Namespace, TimeLimit, property};

/// What came of a request: the status (0: none), the milliseconds it took, and what a failure says of `Retry-After`.
pub(crate) struct Reply {
    pub(crate) outcome: Result<(), Refusal>,
    pub(crate) status: u16,
    pub(crate) ms: u64,
    pub(crate) retry_after: Option<String>,
}

/// Sends an event to its destination, as attempt number `attempt`, and waits for the head of the answer.
///
/// Whether the request is made `in_object`, a Durable Object, decides over its time limit's timer.
pub(crate) async fn send(event: &Event<Body>, attempt: u32, source: &Source, env: &JsValue, in_object: bool) -> Reply {
    let started = host::now_ms();
    let lines = header_lines(event, attempt, source, Timestamp::from_unix(started.div_euclid(1000)));
    let head = match destination(event, source, env) {
        Ok(fetcher) => {
            let limit = TimeLimit { milliseconds: source.forward.timeout_ms, ends: in_object };
            host::send(fetcher.as_ref(), &url(source), &lines, &body(event), limit).await
        }
        Err(_) => None,
    };
    let ms = host::now_ms().saturating_sub(started);
    let status = head.as_ref().map_or(0, Head::status);
    let outcome = match status {
        200..300 => Ok(()),
        0 if head.as_ref().is_some_and(Head::late) => Err(Refusal::DestinationTimeout),
        _ => Err(Refusal::DestinationFailed),
    };
    let retry_after = head.as_ref().filter(|_| status >= 300).and_then(Head::retry_after);
    Reply { outcome, status, ms, retry_after }
}

/// Headers as they cross the boundary: no value holds a line feed. workerd writes header text as UTF-8, so what arrived as UTF-8
/// leaves as the same bytes.
fn header_lines(event: &Event<Body>, attempt: u32, source: &Source, now: Timestamp) -> String {
    let mut lines = String::with_capacity(512);
    event.request_headers(source, attempt, now, &Platform, |name, value| {
        if !lines.is_empty() {
            lines.push('\n');
        }
        lines.push_str(name);
        lines.push('\n');
        lines.push_str(&String::from_utf8_lossy(value));
    });
    lines
}

/// The body, as JavaScript holds it.
pub(crate) fn body(event: &Event<Body>) -> Uint8Array {
    match &event.payload {
        Payload::Received(body) => body.as_array().clone(),
        Payload::Claims(claims) => Uint8Array::from(claims.as_slice()),
    }
}

fn destination(event: &Event<Body>, source: &Source, env: &JsValue) -> Result<Option<Fetcher>, JsValue> {
    let bound = |name: &str| property(env, name).ok_or(JsValue::UNDEFINED);
    match &source.forward.destination {
        Destination::Origin(_) => Ok(None),
        Destination::Service(binding) => bound(binding).map(JsCast::unchecked_into).map(Some),
        Destination::DurableObject { binding, name } => {
            let namespace: Namespace = bound(binding)?.unchecked_into();
            namespace.by_name(&name_of(event, source, name)).map(Some)
        }
    }
}

fn name_of(event: &Event<Body>, source: &Source, template: &str) -> String {
    let json = match &event.payload {
        Payload::Claims(claims) => claims.clone(),
        // The body is copied only for a template that looks into it.
        Payload::Received(body) if is_in_event(template) => body.to_vec(),
        Payload::Received(_) => Vec::new(),
    };
    object_name(template, &source.name, &event.id, &json)
}
