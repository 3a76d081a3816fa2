//! Requests to destinations.

use countersign::Timestamp;
use countersign::gateway::config::{Destination, Source};
use countersign::gateway::forward::{Event, Header, Payload, object_name, url};
use countersign::gateway::respond::Refusal;
use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;

use crate::body::Body;
use crate::crypto::Platform;
use crate::host::{self, AbortSignal, Fetcher, Namespace, Target, TimeLimit, object, property};

/// What came of a request: the status (0: none), the milliseconds it took, and what a failure says of `Retry-After`.
pub(crate) struct Reply {
    pub(crate) outcome: Result<(), Refusal>,
    pub(crate) status: u16,
    pub(crate) ms: u64,
    pub(crate) retry_after: Option<String>,
}

/// Sends an event to its destination, as attempt number `attempt`, and waits for the head of the answer.
pub(crate) async fn send(event: &Event<Body>, attempt: u32, source: &Source, env: &JsValue) -> Reply {
    let started = host::now_ms();
    let limit = TimeLimit::new(source.forward.timeout_ms as f64);
    let headers = event.request_headers(source, attempt, Timestamp::from_unix(host::now()), &Platform);
    let init = request(event, &headers, &limit.signal);
    let answer = match destination(event, source, env) {
        Ok(Some(fetcher)) => host::fetch(Target::Fetcher(&fetcher), &url(source), &init).await,
        Ok(None) => host::fetch(Target::Network, &url(source), &init).await,
        Err(error) => Err(error),
    };
    let ms = host::now_ms().saturating_sub(started);
    match answer {
        Ok(response) => {
            let status = response.status();
            let retry_after = response.headers().get("retry-after").filter(|_| status >= 300);
            response.discard();
            let outcome = if (200..300).contains(&status) { Ok(()) } else { Err(Refusal::DestinationFailed) };
            Reply { outcome, status, ms, retry_after }
        }
        Err(_) => {
            let refusal = if limit.signal.aborted() { Refusal::DestinationTimeout } else { Refusal::DestinationFailed };
            Reply { outcome: Err(refusal), status: 0, ms, retry_after: None }
        }
    }
}

fn request(event: &Event<Body>, headers: &[Header], signal: &AbortSignal) -> JsValue {
    // workerd writes header text as UTF-8, so what arrived as UTF-8 leaves as the same bytes.
    let headers = headers.iter().map(|(name, value)| (name.as_ref(), text(value)));
    object([
        ("method", "POST".into()),
        ("headers", object(headers)),
        ("body", body(event).into()),
        ("redirect", "manual".into()),
        ("signal", signal.into()),
    ])
}

/// The body, as JavaScript holds it.
pub(crate) fn body(event: &Event<Body>) -> Uint8Array {
    match &event.payload {
        Payload::Received(body) => body.as_array().clone(),
        Payload::Claims(claims) => Uint8Array::from(claims.as_slice()),
    }
}

fn text(bytes: &[u8]) -> JsValue {
    JsValue::from_str(&String::from_utf8_lossy(bytes))
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
        Payload::Received(body) if template.contains("{type}") || template.contains("{data.id}") => body.to_vec(),
        Payload::Received(_) => Vec::new(),
    };
    object_name(template, &source.name, &event.id, &json)
}
