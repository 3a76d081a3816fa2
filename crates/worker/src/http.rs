//! Requests to destinations.

use std::borrow::Cow;

use countersign::Timestamp;
use countersign::config::{Destination, Source};
use countersign::gateway::dedupe::Admitted;
use countersign::gateway::forward::{Event, Payload, is_in_event, object_name, url};
use countersign::gateway::respond::{Refusal, cause_of_status, known_cause};
use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;

use crate::body::Body;
use crate::clock;
use crate::crypto::Platform;
use crate::env::Bindings;
use crate::executor::apart;
use crate::host::{self, Fetcher, Namespace, Request, Response, TimeLimit};

/// What came of a request: the status (0: none), the milliseconds it took, and what a failure says of `Retry-After`.
pub(crate) struct Reply {
    pub(crate) outcome: Result<(), Refusal>,
    pub(crate) status: u16,
    pub(crate) ms: u64,
    pub(crate) retry_after: Option<String>,
    /// Why there was no answer of the destination's own.
    pub(crate) cause: Option<&'static str>,
}

/// A delivery that goes on under its sender's signature, by the plan of that number.
pub(crate) struct Passed<'a> {
    pub(crate) admitted: &'a Admitted<'a, Body>,
    pub(crate) plan: usize,
    pub(crate) request: &'a Request,
    pub(crate) received_at: Timestamp,
}

/// Passes a delivery on to its source's destination, and waits for the head of the answer.
pub(crate) async fn pass(passed: Passed<'_>, source: &Source, env: &Bindings) -> Reply {
    let started = clock::now_ms();
    let Passed { admitted, plan, request, received_at } = passed;
    let verified = admitted.verified();
    let content = verified.claims().map_or(Content::Body(verified.body()), Content::Claims);
    // A token's id is ours to write: visible ASCII.
    let id = verified.claims().and_then(|_| std::str::from_utf8(verified.id()).ok());
    match destination(verified.id(), content, source, env) {
        Ok(fetcher) => {
            let (body, at) = (content.as_array(), received_at.as_unix());
            let answer = host::pass(request, plan, fetcher.as_ref(), id, &body, at, source.forward.timeout_ms).await;
            reply(answer, started, fetcher.as_ref(), source).await
        }
        Err(_) => unsent(started),
    }
}

/// Sends an event to its destination, as attempt number `attempt`, and waits for the head of the answer.
///
/// Whether the request is made `in_object`, a Durable Object, decides over what its time limit ends.
pub(crate) async fn send(event: &Event<Body>, attempt: u32, source: &Source, env: &Bindings, in_object: bool) -> Reply {
    let started = clock::now_ms();
    let lines = header_lines(event, attempt, source, Timestamp::from_unix(started.div_euclid(1000)));
    let content = Content::from(&event.payload);
    match destination(&event.id, content, source, env) {
        Ok(fetcher) => {
            let limit = TimeLimit { milliseconds: source.forward.timeout_ms, in_object };
            let answer = host::send(fetcher.as_ref(), &url(source), &lines, &content.as_array(), limit).await;
            reply(answer, started, fetcher.as_ref(), source).await
        }
        Err(_) => unsent(started),
    }
}

async fn reply(answer: Result<Response, JsValue>, started: u64, fetcher: Option<&Fetcher>, source: &Source) -> Reply {
    let ms = clock::now_ms().saturating_sub(started);
    let failed =
        |status, retry_after, cause| Reply { outcome: Err(Refusal::DestinationFailed), status, ms, retry_after, cause };
    match answer {
        Ok(response) => match host::head(&response) {
            status @ 200..300 => Reply { outcome: Ok(()), status, ms, retry_after: None, cause: None },
            status => {
                failed(status, host::retry_after(&response), cause_of_status(status).filter(|_| fetcher.is_none()))
            }
        },
        Err(error) if host::is_late(&error) => {
            Reply { outcome: Err(Refusal::DestinationTimeout), ..failed(0, None, None) }
        }
        Err(error) => {
            let cause = apart(host::cause(&error, fetcher, &url(source))).await;
            failed(0, None, cause.and_then(|cause| known_cause(&cause)))
        }
    }
}

/// What came of an event whose destination is not there to be asked.
fn unsent(started: u64) -> Reply {
    let ms = clock::now_ms().saturating_sub(started);
    let (outcome, cause) = (Err(Refusal::DestinationFailed), Some("no_binding"));
    Reply { outcome, status: 0, ms, retry_after: None, cause }
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

/// The body of an event, or the claims that stand for it.
#[derive(Clone, Copy)]
enum Content<'a> {
    Body(&'a Body),
    Claims(&'a [u8]),
}

impl Content<'_> {
    /// As JavaScript holds it.
    fn as_array(self) -> Uint8Array {
        match self {
            Self::Body(body) => body.as_array().clone(),
            Self::Claims(claims) => Uint8Array::from(claims),
        }
    }
}

impl<'a> From<&'a Payload<Body>> for Content<'a> {
    fn from(payload: &'a Payload<Body>) -> Self {
        match payload {
            Payload::Received(body) => Self::Body(body),
            Payload::Claims(claims) => Self::Claims(claims),
        }
    }
}

/// The body, as JavaScript holds it.
pub(crate) fn body(event: &Event<Body>) -> Uint8Array {
    Content::from(&event.payload).as_array()
}

fn destination(id: &[u8], content: Content<'_>, source: &Source, env: &Bindings) -> Result<Option<Fetcher>, JsValue> {
    let bound = |name: &str| env.get(name).ok_or(JsValue::UNDEFINED);
    match &source.forward.destination {
        Destination::Origin(_) => Ok(None),
        Destination::Service(binding) => bound(binding).map(JsCast::unchecked_into).map(Some),
        Destination::DurableObject { binding, name: template } => {
            let namespace: Namespace = bound(binding)?.unchecked_into();
            let json = match content {
                Content::Claims(claims) => Cow::Borrowed(claims),
                // The body is copied only for a template that looks into it.
                Content::Body(body) if is_in_event(template) => Cow::Owned(body.to_vec()),
                Content::Body(_) => Cow::default(),
            };
            namespace.by_name(&object_name(template, &source.name, id, &json)).map(Some)
        }
    }
}
